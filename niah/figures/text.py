"""What stands around a map in words: small print, numbers and labels in either language."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from niah.axes import format_tokens
from niah.console import inert, usd
from niah.errors import ConfigurationError
from niah.figures.words import WORDS as WORDS
from niah.figures.words import Language as Language

if TYPE_CHECKING:
    from niah.statistics.intervals import Estimate

Estimated = Literal["raw", "pooled"]
Choice = TypeVar("Choice", bound=str)

MOST_WORDS = 800
"""Characters of one statement of the small print, which may name several runs and sources."""

LANGUAGES: tuple[Language, ...] = tuple(WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a figure comes from; written into its file.

    Attributes:
        run: Run id, or several joined by a comma.
        experiment_sha256: Hash of the experiment.
        niah_version: The niah that drew it.
    """

    run: str
    experiment_sha256: str
    niah_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the small print states beside the numbers; whatever is None is left out.

    Attributes:
        date: Day of the measurement, ISO 8601.
        haystack: Name of the corpus.
        tokenizer: Name of the vocabulary that counts the context length.
        trials_per_cell: As planned.
        cost_usd: Billed cost; None = unknown.
        cost_at_least: True when some trials did not report their cost.
        source: Where imported results come from; None = measured by niah.
        run: Run id.
        niah_version: The niah that measured.
        scored_by: The scorer whose scores are shown in place of those that it was measured with,
            and that one.
    """

    date: str | None = None
    haystack: str | None = None
    tokenizer: str | None = None
    trials_per_cell: int | None = None
    cost_usd: float | None = None
    cost_at_least: bool = False
    source: str | None = None
    run: str | None = None
    niah_version: str | None = None
    scored_by: str | None = None


def caption(
    facts: Facts,
    *,
    n_low: int,
    n_high: int,
    language: Language,
    per: Literal["cell", "point"] = "cell",
    estimate: Estimated | Literal["mixed"] = "raw",
    cost: bool = True,
) -> tuple[str, ...]:
    """The small print, one statement an entry; the drawing joins and wraps them."""
    words = WORDS[language]

    def named(key: str, value: str | None) -> list[str]:
        return [] if value is None else [words[key].format(value=plain(value, MOST_WORDS))]

    return (
        f"{words[estimate]}, {trials_words(n_low, n_high, language, per=per)}",
        *named("haystack", facts.haystack),
        *named("tokenizer", facts.tokenizer),
        *([] if facts.date is None else [plain(facts.date)]),
        *(_cost(facts, language) if cost else []),
        *named("source", facts.source),
        *named("scored-by", facts.scored_by),
        *named("run", facts.run),
        *named("niah", facts.niah_version),
    )


def simulated_words(names: Sequence[str], simulated: Sequence[bool], language: Language) -> str:
    """The warning of a figure of several sweeps; it names the reference readers among others."""
    words = WORDS[language]["simulated"]
    flagged = [name for name, flag in zip(names, simulated, strict=True) if flag]
    if not flagged:
        return ""
    return words if len(flagged) == len(names) else f"{', '.join(flagged)}: {words}"


def trials_words(
    low: int, high: int, language: Language, *, per: Literal["cell", "point"] = "cell"
) -> str:
    """How many trials stand behind each cell, or each point of a curve."""
    ending = "" if per == "cell" else "-point"
    if low == high:
        return WORDS[language]["n" + ending].format(value=high)
    return WORDS[language]["n-range" + ending].format(low=low, high=high)


def _cost(facts: Facts, language: Language) -> list[str]:
    words = WORDS[language]
    if facts.cost_usd is None:
        return [] if facts.source is not None else [words["cost-unknown"]]
    key = "cost-at-least" if facts.cost_at_least else "cost"
    return [words[key].format(value=money(usd(facts.cost_usd), language))]


def overall_words(
    estimate: Estimate,
    language: Language,
    *,
    estimated: Estimated = "raw",
    brief: bool = False,
) -> str:
    """The statement of a sweep's overall accuracy with its interval."""
    words = WORDS[language]
    if not estimate.n or math.isnan(estimate.value):
        return words["no-trials"]
    whole = "overall" if estimated == "raw" else "overall-pooled"
    value, lower, upper = (
        percent_label(share, language).replace(" ", "\u00a0" if brief else " ")
        for share in (estimate.value, estimate.lower, estimate.upper)
    )
    n = localized(f"{estimate.n:,}", language)
    return words["brief" if brief else whole].format(value=value, lower=lower, upper=upper, n=n)


def one_of(what: str, value: str, known: tuple[Choice, ...]) -> Choice:
    """The value as one of the known ones.

    Raises:
        ConfigurationError: naming them.
    """
    for choice in known:
        if choice == value:
            return choice
    raise ConfigurationError(f"figures have no {what} {value!r}; use {', '.join(known)}")


def plain(text: str, width: int = 200) -> str:
    """Foreign text for a figure: inert, one line, at most ``width`` characters."""
    text = inert(text)
    return text if len(text) <= width else text[: width - 1] + "…"


def localized(number: str, language: Language) -> str:
    """A formatted number with the language's decimal sign and thousands separator."""
    return number if language == "en" else number.translate(str.maketrans(",.", ".,"))


def money(sum_of: str, language: Language) -> str:
    """A sum of money such as $1.50 as the language writes it."""
    if language == "en" or not sum_of.startswith("$"):
        return sum_of
    return f"{localized(sum_of[1:], language)}\u00a0$"


def length_label(tokens: int, language: Language) -> str:
    """A context length as an axis shows it."""
    return localized(format_tokens(tokens), language)


def depth_label(percent: float, language: Language) -> str:
    """A depth as an axis shows it: at most one decimal; below 0 it is not recorded."""
    if percent < 0:
        return WORDS[language]["depth-unknown"]
    return localized(f"{round(percent, 1):g}", language)


def share_label(share: float, language: Language, *, decimals: int = 2) -> str:
    """A share in [0, 1] to some decimals; never rounded to 0 from above or to 1 from below."""
    step = 10.0**-decimals
    shown = round(share, decimals)
    if share < 1 <= shown:
        shown = 1 - step
    if share > 0 >= shown:
        shown = step
    return localized(f"{shown:.{decimals}f}", language)


def percent_label(share: float, language: Language) -> str:
    """A share in [0, 1] as a percentage with one decimal, by the rule of `share_label`."""
    value = float(share_label(share, "en", decimals=3)) * 100
    return localized(f"{value:.1f}", language) + ("%" if language == "en" else " %")
