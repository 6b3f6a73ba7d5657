"""Calibration: how many tokens a provider reports for each one that a stand-in vocabulary counts.

Few models publish their vocabulary. Prompts for the others are composed with one that stands in,
and a few short ones are sent or counted first: their reports say how many tokens to compose so
that the reported length is the asked one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Method = Literal["count-endpoint", "responses", "given", "none", "unfinished"]

# One token in every vocabulary: what else is reported for it is the provider's own template.
SMALLEST = "."
# Lengths of the probes. A provider that counts for nothing is asked for a longer one too. Servers
# that cut prompts silently often do so at 2,048 or 4,096 tokens, so one probe stays below both.
PAID_PROBES = (1_000, 3_000)
FREE_PROBES = (1_000, 4_000, 16_000)
# A report of so much less per token than a shorter prompt's is a prompt that was cut.
CUT_SHARE = 0.9
# A larger vocabulary saves a third of the tokens at most; fewer are reported of a prompt that was
# cut. Small ones need several times as many in a language that they were not made for.
PLAUSIBLE_RATIOS = (0.6, 8.0)
# Templates may add or join a token at the seams of a prompt, so counts agree up to these.
SEAM_TOKENS = 2
# Probes that must agree before a vocabulary is taken for the model's own.
AGREEING_PROBES = 2
# Reported lengths this close to the asked one need no second composition.
CLOSE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A short prompt: its tokens by vocabulary, and as the provider reported them."""

    counted_tokens: Mapping[str, int]
    reported_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What is known of a model's token counts; fixed for the whole of a run.

    Attributes:
        method: Where it comes from; ``none`` = the provider reports nothing usable, and
            ``unfinished`` = not all probes have been answered.
        tokenizer: The vocabulary that prompts are composed with: the one that stands in, or one
            that the reports agree with to the token.
        ratio: Reported tokens for each counted one, the template's left out; 1 when unknown.
        overhead_tokens: Of the provider's template, which every prompt has besides its contents.
        probes: What was measured.
    """

    method: Method
    tokenizer: str
    ratio: float = 1.0
    overhead_tokens: int = 0
    probes: tuple[Probe, ...] = field(default=())

    @property
    def exact(self) -> bool:
        """True when the reports agree with the vocabulary to the token."""
        return self.method == "responses" and self.ratio == 1.0 and bool(self.probes)


def probe_lengths(lengths: Sequence[int], *, longest: int) -> tuple[int, ...]:
    """Which of the lengths a grid up to the longest one can have; at least two."""
    fitting = tuple(length for length in lengths if length <= longest)
    return fitting if len(fitting) > 1 else (longest // 3, longest)


def fit(method: Method, probes: Sequence[Probe], *, tokenizer: str) -> Calibration:
    """The calibration that the probes support.

    Args:
        method: Where the reports come from.
        probes: ``SMALLEST`` first if it was reported, the others by length.
        tokenizer: The vocabulary that stands in; every probe was counted with it.
    """
    nothing = Calibration(method="none", tokenizer=tokenizer, probes=tuple(probes))
    smallest = [probe for probe in probes if probe.counted_tokens[tokenizer] == 1]
    overhead = max(0, smallest[0].reported_tokens - 1) if smallest else 0
    texts = _uncut([p for p in probes if p.counted_tokens[tokenizer] > 1], tokenizer, overhead)
    if not texts:
        return nothing
    reported = sum(probe.reported_tokens - overhead for probe in texts)
    ratio = reported / sum(probe.counted_tokens[tokenizer] for probe in texts)
    if not PLAUSIBLE_RATIOS[0] <= ratio <= PLAUSIBLE_RATIOS[1]:
        return nothing
    if method == "responses" and (own := _agreeing(texts, tokenizer, overhead)) is not None:
        tokenizer, ratio = own, 1.0
    return Calibration(
        method=method,
        tokenizer=tokenizer,
        ratio=ratio,
        overhead_tokens=overhead,
        probes=tuple(probes),
    )


def _uncut(probes: Sequence[Probe], tokenizer: str, overhead_tokens: int) -> list[Probe]:
    """The probes up to the first that the server must have cut."""
    kept: list[Probe] = []
    shares: list[float] = []
    for probe in probes:
        share = (probe.reported_tokens - overhead_tokens) / probe.counted_tokens[tokenizer]
        if shares and share < CUT_SHARE * shares[0]:
            break
        shares.append(share)
        kept.append(probe)
    return kept


def _agreeing(texts: Sequence[Probe], tokenizer: str, overhead_tokens: int) -> str | None:
    """The vocabulary that counts what was reported; the one that stands in comes first."""
    if len(texts) < AGREEING_PROBES:
        return None
    for name in sorted(texts[0].counted_tokens, key=lambda name: name != tokenizer):
        if all(
            abs(probe.reported_tokens - overhead_tokens - probe.counted_tokens[name]) <= SEAM_TOKENS
            for probe in texts
        ):
            return name
    return None


def tokens_to_compose(asked_tokens: int, calibration: Calibration) -> int:
    """How many counted tokens a prompt needs to be reported with the asked ones."""
    return round(asked_tokens / calibration.ratio)


def corrected(
    composed_tokens: int, *, asked_tokens: int, reported_tokens: int, calibration: Calibration
) -> int:
    """How many to compose instead, once a prompt's report is known; the same when it is close.

    Args:
        composed_tokens: Counted tokens of the prompt.
        asked_tokens: What its report should be, the template left out.
        reported_tokens: What it is, the template included.
        calibration: Of the model.
    """
    surplus = reported_tokens - calibration.overhead_tokens - asked_tokens
    if abs(surplus) <= CLOSE * asked_tokens:
        return composed_tokens
    return composed_tokens - round(surplus / calibration.ratio)


def describe(calibration: Calibration) -> str:
    """One clause for people: who counted, and what came of it."""
    counted = f"counted with {calibration.tokenizer}"
    template = (
        f", and {calibration.overhead_tokens:,} for the template"
        if calibration.overhead_tokens
        else ""
    )
    ratio = f"{calibration.ratio:.4g} reported tokens per counted{template}"
    if calibration.method == "count-endpoint":
        return f"{counted}, calibrated by the count endpoint: {ratio}"
    if calibration.method == "given":
        return f"{counted}, calibrated by the experiment file: {ratio}"
    if calibration.exact:
        return f"{counted}, which the first responses agree with to the token{template}"
    if calibration.method == "responses":
        return f"{counted}, calibrated by the first responses: {ratio}"
    return (
        f"{counted}, not calibrated: the provider reports no usable token counts, so context "
        "lengths are approximate"
    )


def foretell(tokenizer: str, *, counts: bool) -> str:
    """One clause for people: what will be done before the first trial.

    Args:
        tokenizer: The vocabulary that stands in.
        counts: Whether the provider has an endpoint that counts for nothing.
    """
    if counts:
        return f"its vocabulary is not public; {tokenizer} and the count endpoint will be used"
    return (
        f"its vocabulary is not known; {tokenizer} will be calibrated by {1 + len(PAID_PROBES)} "
        f"small requests of {sum(PAID_PROBES):,} tokens in all"
    )


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
            )
            for probe in values.pop("probes")
        )
        calibration = Calibration(**{**values, "probes": probes})
        sound = (
            calibration.method in get_args(Method)
            and isinstance(calibration.tokenizer, str)
            and PLAUSIBLE_RATIOS[0] <= calibration.ratio <= PLAUSIBLE_RATIOS[1]
            and calibration.overhead_tokens >= 0
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
