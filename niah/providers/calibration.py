"""Calibration: how many tokens a provider reports for each one that a stand-in vocabulary counts.

Few models publish their vocabulary. Prompts for the others are composed with one that stands in,
and a few short ones are sent or counted first: their reports say how many tokens to compose so
that the reported length is the asked one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

Method = Literal["count-endpoint", "responses", "given", "none", "unfinished"]

# One token in every vocabulary: what else is reported for it is the provider's own template.
SMALLEST = "."
# Lengths of the probes. Texts of one corpus differ in their ratio by 1% at 1,000 tokens and by
# 0.15% at 64,000, so the longer the probes the better. Servers that cut prompts silently often do
# so at 2,048 or 4,096 tokens, so one stays below both.
PAID_PROBES = (1_000, 1_000, 3_000, 3_000, 12_000, 48_000)
FREE_PROBES = (1_000, 1_000, 4_000, 16_000, 64_000)
# Paid probes take at most this share of the tokens that are planned; the first two in any case.
PAID_SHARE = 0.05
LEAST_PROBES = 2
# A report of so much less per token than a shorter prompt's is a prompt that was cut.
CUT_SHARE = 0.9
# A larger vocabulary saves a third of the tokens at most; fewer are reported of a prompt that was
# cut. Small ones need several times as many in a language that they were not made for.
PLAUSIBLE_RATIOS = (0.6, 8.0)
# Templates may add or join a token at the seams of a prompt, so counts agree up to these.
SEAM_TOKENS = 2
# No instructions are so long.
LARGEST_EXCESS = 10_000
# Probes that must agree before a vocabulary is taken for the model's own.
AGREEING_PROBES = 2
# Another vocabulary stands in where its counts differ from the reports by so much less.
BETTER_SHARE = 0.25
BETTER_PROBES = 4
# Reported lengths this close to the asked one need no other composition.
CLOSE = 0.003
# A template that is a larger share of the prompt than this is left out of the report.
LARGE_TEMPLATE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A short prompt: its tokens by vocabulary, and as the provider reported them.

    Attributes:
        bare: It has no haystack, or hardly any.
    """

    counted_tokens: Mapping[str, int]
    reported_tokens: int
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What is known of a model's token counts; fixed for the whole of a run.

    Attributes:
        method: Where it comes from; ``none`` = the provider reports nothing usable, and
            ``unfinished`` = not all probes have been answered.
        tokenizer: The vocabulary that prompts are composed with: the one that stands in, or one
            that the reports agree with to the token.
        ratio: Reported tokens for each counted one of a haystack; 1 when unknown.
        overhead_tokens: Of the provider's template, which every prompt has besides its contents.
        excess_tokens: What instructions, needle and question have more than the ratio says.
        probes: What was measured.
    """

    method: Method
    tokenizer: str
    ratio: float = 1.0
    overhead_tokens: int = 0
    excess_tokens: float = 0.0
    probes: tuple[Probe, ...] = field(default=())

    @property
    def exact(self) -> bool:
        """True when the reports agree with the vocabulary to the token."""
        return self.method == "responses" and self.ratio == 1.0 and bool(self.probes)

    @property
    def measured(self) -> bool:
        """True when the ratio is known, from the provider or from the user."""
        return self.method in ("count-endpoint", "responses", "given")


def probe_lengths(lengths: Sequence[int], *, longest: int, planned_tokens: int) -> tuple[int, ...]:
    """Which of the lengths are worth their tokens, and a grid up to the longest can have.

    Args:
        lengths: Ascending.
        longest: Of the grid's context lengths.
        planned_tokens: Of all prompts that the model will be sent.

    Returns:
        At least two.
    """
    fitting = [length for length in lengths if length <= longest]
    while len(fitting) > LEAST_PROBES and sum(fitting) > PAID_SHARE * planned_tokens:
        fitting.pop()
    return tuple(fitting) if len(fitting) >= LEAST_PROBES else (longest // 3, longest)


def fit(method: Method, probes: Sequence[Probe], *, tokenizer: str) -> Calibration:
    """The calibration that the probes support.

    Args:
        method: Where the reports come from.
        probes: In the order of their lengths.
        tokenizer: The vocabulary that stands in; every probe was counted with it.
    """
    nothing = Calibration(method="none", tokenizer=tokenizer, probes=tuple(probes))
    smallest = [probe for probe in probes if probe.counted_tokens[tokenizer] == 1]
    overhead = max(0, smallest[0].reported_tokens - 1) if smallest else 0
    longer = [probe for probe in probes if probe.counted_tokens[tokenizer] > 1]
    bare = next((probe for probe in longer if probe.bare), None)
    texts = _uncut([probe for probe in longer if not probe.bare], tokenizer, overhead)
    if not texts:
        return nothing
    if method == "responses":
        own = _agreeing(texts, tokenizer, overhead)
        if own is not None:
            return replace(nothing, method=method, tokenizer=own, overhead_tokens=overhead)
        tokenizer = _closest(texts, tokenizer, bare, overhead)
    ratio, excess = _line(texts, tokenizer, bare, overhead)
    if not PLAUSIBLE_RATIOS[0] <= ratio <= PLAUSIBLE_RATIOS[1]:
        return nothing
    return Calibration(
        method=method,
        tokenizer=tokenizer,
        ratio=ratio,
        overhead_tokens=overhead,
        excess_tokens=excess,
        probes=tuple(probes),
    )


def _line(
    texts: Sequence[Probe], tokenizer: str, bare: Probe | None, overhead_tokens: int
) -> tuple[float, float]:
    """Reported tokens per counted one of a haystack, and what all else has more than that."""
    counted = reported = 0
    if bare is not None:
        counted, reported = bare.counted_tokens[tokenizer], bare.reported_tokens - overhead_tokens
    ratio = sum(probe.reported_tokens - overhead_tokens - reported for probe in texts) / max(
        1, sum(probe.counted_tokens[tokenizer] - counted for probe in texts)
    )
    return ratio, reported - ratio * counted


def _closest(
    texts: Sequence[Probe], tokenizer: str, bare: Probe | None, overhead_tokens: int
) -> str:
    """The vocabulary that stands in best: the one given, unless another is much closer."""
    if len(texts) < BETTER_PROBES:
        return tokenizer

    def distance(name: str) -> float:
        ratio, excess = _line(texts, name, bare, overhead_tokens)
        return sum(
            (probe.reported_tokens - overhead_tokens - excess - ratio * probe.counted_tokens[name])
            ** 2
            / probe.counted_tokens[name]
            for probe in texts
        )

    best = min(texts[0].counted_tokens, key=distance)
    return best if distance(best) <= BETTER_SHARE * distance(tokenizer) else tokenizer


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
    return round((aim(asked_tokens, calibration) - calibration.excess_tokens) / calibration.ratio)


def aim(asked_tokens: int, calibration: Calibration) -> float:
    """How many tokens the provider should count in the contents of a prompt.

    The context length is that of the contents, and what is reported has the template too. A
    small one is shared between both, so that each is within half of it of what was asked.
    """
    if calibration.exact or calibration.overhead_tokens > LARGE_TEMPLATE * asked_tokens:
        return asked_tokens
    return asked_tokens - calibration.overhead_tokens / 2


def surplus(reported_tokens: int, *, asked_tokens: int, calibration: Calibration) -> float:
    """How many tokens too many are reported; the template is left out."""
    return reported_tokens - calibration.overhead_tokens - aim(asked_tokens, calibration)


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


def foretell(tokenizer: str, *, probes: Sequence[int], counts: bool) -> str:
    """One clause for people: what will be done before the first trial.

    Args:
        tokenizer: The vocabulary that stands in.
        probes: Lengths of the prompts that would be sent.
        counts: Whether the provider has an endpoint that counts for nothing.
    """
    if counts:
        return (
            f"its vocabulary is not public; prompts are composed with {tokenizer} and counted by "
            "the provider's count endpoint before they are sent"
        )
    return (
        f"its vocabulary is not known; {tokenizer} will be calibrated by {2 + len(probes)} "
        f"requests of some {sum(probes):,} tokens in all"
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
