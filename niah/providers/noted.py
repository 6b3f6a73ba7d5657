"""Calibrations as they are noted among a run's versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, get_args

from niah.providers.calibration import Calibration, Method, Probe
from niah.providers.fitting import PLAUSIBLE_RATIOS

# No instructions are so long.
LARGEST_EXCESS = 10_000


def as_json(calibration: Calibration) -> str:
    """The calibration as one line of JSON, every digit kept."""
    return json.dumps(asdict(calibration), sort_keys=True)


def from_json(text: str) -> Calibration:
    """The calibration that ``as_json`` wrote.

    Raises:
        ValueError: if it did not.
    """
    try:
        values: dict[str, Any] = json.loads(text)
        probes = tuple(
            Probe(
                counted_tokens={str(k): int(v) for k, v in probe["counted_tokens"].items()},
                reported_tokens=int(probe["reported_tokens"]),
                bare=bool(probe.get("bare", False)),
            )
            for probe in values.pop("probes")
        )
        calibration = Calibration(**{**values, "probes": probes})
        sound = (
            calibration.method in get_args(Method)
            and isinstance(calibration.tokenizer, str)
            and PLAUSIBLE_RATIOS[0] <= calibration.ratio <= PLAUSIBLE_RATIOS[1]
            and calibration.overhead_tokens >= 0
            and abs(calibration.excess_tokens) < LARGEST_EXCESS
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a calibration: {error}") from error
    if not sound:
        raise ValueError("not a calibration: a value is not one that niah writes")
    return calibration


_ENTRY = "calibration of "


def entry_name(model_id: str) -> str:
    """Under which name a model's calibration stands among the versions of a run."""
    return _ENTRY + model_id


def is_entry(name: str) -> bool:
    """Whether an entry of a run's versions is a calibration."""
    return name.startswith(_ENTRY)


def read_entries(versions: Mapping[str, str]) -> dict[str, Calibration]:
    """The calibrations of a run by model, unfinished ones too."""
    found = {}
    for name, text in versions.items():
        if is_entry(name):
            try:
                found[name.removeprefix(_ENTRY)] = from_json(text)
            except ValueError:
                continue  # from elsewhere, or another version of niah: measured again
    return found


def stored_calibrations(versions: Mapping[str, str]) -> dict[str, Calibration]:
    """The finished calibrations of a run, by model."""
    return {
        model: calibration
        for model, calibration in read_entries(versions).items()
        if calibration.method != "unfinished"
    }
