"""Calibration: how many tokens a provider reports for each one that a stand-in vocabulary counts.

Few models publish their vocabulary. Prompts for the others are composed with one that stands in,
and a few short ones are sent or counted first: their reports say how many tokens to compose so
that the reported length is the asked one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from niah.models import Api

Method = Literal["count-endpoint", "tokenize-endpoint", "responses", "given", "none", "unfinished"]

# Reported lengths this close to the asked one need no other composition.
CLOSE = 0.003
# A template that is a larger share of the prompt than this is left out of the report.
LARGE_TEMPLATE = 0.01
# Where nobody counts beforehand, a prompt whose report is farther off than this is composed anew
# and asked again, at most so often. From 16,000 tokens on one ratio is close enough for all.
NEAR = 0.01
ASKED_AGAIN = 2
ASKED_AGAIN_TOKENS = 16_000


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
        return self.counts or self.method in ("responses", "given")

    @property
    def counts(self) -> bool:
        """True when every prompt can be counted before it is sent."""
        return self.method in ("count-endpoint", "tokenize-endpoint")


def counting_method(api: Api) -> Method:
    """Who counts where a provider of that wire format does."""
    return "tokenize-endpoint" if api == "openai" else "count-endpoint"


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


def tokens_anew(
    reported_tokens: int, *, composed_tokens: int, asked_tokens: int, calibration: Calibration
) -> int | None:
    """How many tokens to compose a prompt anew of, that was reported too long or too short.

    None when it was neither, or is so long that one ratio is close enough.

    One ratio tells a short prompt as well as two vocabularies agree on its text. What it was
    reported with tells the rest.
    """
    if calibration.method != "responses" or asked_tokens > ASKED_AGAIN_TOKENS:
        return None
    off = reported_tokens - asked_tokens
    if calibration.overhead_tokens > LARGE_TEMPLATE * asked_tokens:
        off -= calibration.overhead_tokens
    if calibration.exact or abs(off) <= NEAR * asked_tokens:
        return None
    over = surplus(reported_tokens, asked_tokens=asked_tokens, calibration=calibration)
    return composed_tokens - round(over / calibration.ratio)


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
    if calibration.method == "tokenize-endpoint":
        return f"{counted}, calibrated by the server's own tokenizer: {ratio}"
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


def foretell(tokenizer: str, *, probes: Sequence[int], counts: bool, api: Api) -> str:
    """One clause for people: what will be done before the first trial.

    Args:
        tokenizer: The vocabulary that stands in.
        probes: Lengths of the prompts that would be sent.
        counts: Whether the provider has an endpoint that counts for nothing.
        api: Its wire format.
    """
    if counts:
        return (
            f"its vocabulary is not public; prompts are composed with {tokenizer} and counted by "
            "the provider's count endpoint before they are sent"
        )
    asked = (
        f"{tokenizer} will be calibrated by {2 + len(probes)} requests of some {sum(probes):,} "
        "tokens in all"
    )
    if api == "openai":
        asked += ", or by the server's own tokenizer if it has one, which costs nothing"
    return (
        f"its vocabulary is not known; {asked}. A prompt of up to {ASKED_AGAIN_TOKENS:,} tokens "
        f"that is reported more than {NEAR:.0%} off is composed anew and asked again, at most "
        f"{ASKED_AGAIN} times, which the estimate leaves out"
    )
