"""What the reports of a few probes say of a provider's counts: vocabulary, ratio and template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from niah.providers.calibration import Calibration, Method, Probe

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
# Probes that must agree before a vocabulary is taken for the model's own.
AGREEING_PROBES = 2
# Another vocabulary stands in where its counts differ from the reports by so much less.
BETTER_SHARE = 0.25
BETTER_PROBES = 4


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
