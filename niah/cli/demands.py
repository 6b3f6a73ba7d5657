"""The demands of a gate as a user writes them: 64K=0.9, 25-75=0.9."""

from __future__ import annotations

from typing import TYPE_CHECKING

from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from niah.runner.thresholds import Demands


def read_demands(
    accuracy: float | None,
    lengths: list[str] | None,
    depths: list[str] | None,
    effective: list[str] | None,
    max_unmeasured: float,
) -> Demands:
    """What a gate asks of every model, from its options.

    Raises:
        ConfigurationError: naming the option and how it is written.
    """
    from niah.runner.thresholds import Demands

    return Demands(
        accuracy=accuracy,
        lengths=tuple(
            (_tokens(place, "--min-length-accuracy", entry), least)
            for entry in lengths or ()
            for place, least in [_split(entry, "--min-length-accuracy", "64K=0.9")]
        ),
        depths=tuple(
            (*_band(place, entry), least)
            for entry in depths or ()
            for place, least in [_split(entry, "--min-depth-accuracy", "25-75=0.9")]
        ),
        effective=tuple(
            (_tokens(place, "--min-effective", entry), least)
            for entry in effective or ()
            for place, least in [
                _split(entry, "--min-effective", "64K=0.9") if "=" in entry else (entry, None)
            ]
        ),
        max_unmeasured=max_unmeasured,
    )


def _split(entry: str, option: str, example: str) -> tuple[str, float]:
    place, _, least = entry.partition("=")
    try:
        value = float(least)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ConfigurationError(
            f"{option} {entry}: write a place and a least accuracy from 0 to 1, such as {example}"
        )
    return place, value


def _tokens(text: str, option: str, entry: str) -> int:
    from niah.axes import parse_tokens

    try:
        return parse_tokens(text)
    except ValueError as error:
        raise ConfigurationError(f"{option} {entry}: {error}") from None


def _band(text: str, entry: str) -> tuple[float, float]:
    first, dash, last = text.partition("-")
    try:
        low = float(first)
        high = float(last) if dash else low
    except ValueError:
        low, high = 1.0, 0.0
    if not 0 <= low <= high <= 100:
        raise ConfigurationError(
            f"--min-depth-accuracy {entry}: write depths in percent and a least accuracy, such as "
            "25-75=0.9"
        )
    return low, high
