"""What stands around a map in words: titles, axis labels, small print, in English and German."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from niah.axes import format_tokens
from niah.console import inert, usd
from niah.errors import ConfigurationError

Language = Literal["en", "de"]
Estimated = Literal["raw", "pooled"]
Choice = TypeVar("Choice", bound=str)

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "length": "Context length (tokens)",
        "depth": "Depth of the needle (%)",
        "accuracy": "Accuracy",
        "overall": "Accuracy {value}, 95% interval {lower} to {upper}, {n} scored trials",
        "no-trials": "No trial was scored",
        "subtitle": "Retrieval by context length and depth; task: {task}",
        "simulated": "Reference reader - simulated, not a language model",
        "raw": "Raw accuracy",
        "pooled": "Pooled estimate (Gaussian process), not raw accuracy",
        "haystack": "haystack {value}",
        "tokenizer": "tokenizer {value}",
        "cost": "cost {value}",
        "cost-at-least": "cost at least {value}",
        "cost-unknown": "cost unknown",
        "source": "imported from {value}",
        "run": "run {value}",
        "niah": "niah {value}",
        "n": "n = {value} per cell",
        "n-range": "n = {low} to {high} per cell",
        "not-measured": "not measured",
        "failed": "failed to measure",
        "blocked": "blocked by a filter",
        "context-exceeded": "context window exceeded",
        "truncated": "prompt truncated by the server",
        "partial": "scored, with further trials not scored",
        "difference": "Difference of accuracies",
        "difference-of": "Difference by context length and depth; task: {task}",
        "minus": "{second} minus {first}",
        "overall-difference": "Overall {value} percentage points, 95% interval {lower} to {upper}; "
        "cells in regions that differ significantly: {cells} of {all}",
        "outlined": "differs significantly (5%, corrected for all regions)",
        "not-both": "not measured by both",
        "paired": "Paired by trial",
        "over-length": "Accuracy over context length",
        "over-depth": "Accuracy over depth",
        "task": "Task: {task}",
        "band": "Bands: 95% intervals; in brackets: accuracy of the whole sweep",
        "effective": "effective context length: {rule}",
        "at-least": " (at the longest tested length: at least that long)",
        "margins": "strips: accuracy over all depths and over all lengths with 95% intervals",
        "n-point": "n = {value} per point",
        "n-range-point": "n = {low} to {high} per point",
        "unpaired": "Unpaired",
        "overall-pooled": "Pooled accuracy {value}, 95% interval {lower} to {upper}, "
        "{n} scored trials",
        "few-repeats": "few repeated cells: intervals hold only where neighbouring cells resemble "
        "each other",
        "estimated": "estimated from other cells, not measured",
        "doubt-1": "95% interval wider than {value}",
        "doubt-2": "95% interval wider than {value}",
        "effective-length": "effective context length {value} (95% interval {lower} to {upper}): "
        "{rule}",
        "rule": "{sentence}",
        "below": "below {value}",
        "at-least-value": "at least {value}",
        "claimed": "claimed context length {value}",
        "panels": "{count} maps on one scale",
        "trend": "Accuracy over time",
        "date": "Date",
        "change": "change point",
        "missing": "no trial was scored",
        "whiskers": "Whiskers: 95% intervals",
        "starts-at": "the vertical axis starts at {value}",
        "costs": "Accuracy against cost",
        "cost-axis": "Cost of the sweep (USD)",
        "no-cost": "not shown, cost unknown: {value}",
        "not-scored": "not shown, no trial was scored: {value}",
        "from-to": "{label}: {first} on {start}, {last} on {end}",
        "changed": "{label} changes on {value}",
        "claimed-beyond": "claimed context length {value}, beyond the tested lengths",
    },
    "de": {
        "length": "Kontextlänge (Token)",
        "depth": "Tiefe der Nadel (%)",
        "accuracy": "Trefferquote",
        "overall": "Trefferquote {value}, 95-%-Intervall {lower} bis {upper}, "
        "{n} gewertete Versuche",
        "no-trials": "Kein Versuch wurde gewertet",
        "subtitle": "Wiederfinden nach Kontextlänge und Tiefe; Aufgabe: {task}",
        "simulated": "Referenzleser - simuliert, kein Sprachmodell",
        "raw": "Rohe Trefferquote",
        "pooled": "Geglättete Schätzung (Gauß-Prozess), keine rohe Trefferquote",
        "haystack": "Heuhaufen {value}",
        "tokenizer": "Tokenizer {value}",
        "cost": "Kosten {value}",
        "cost-at-least": "Kosten mindestens {value}",
        "cost-unknown": "Kosten unbekannt",
        "source": "übernommen aus {value}",
        "run": "Lauf {value}",
        "niah": "niah {value}",
        "n": "n = {value} je Zelle",
        "n-range": "n = {low} bis {high} je Zelle",
        "not-measured": "nicht gemessen",
        "failed": "Messung gescheitert",
        "blocked": "durch Filter blockiert",
        "context-exceeded": "Kontextfenster überschritten",
        "truncated": "Prompt vom Server gekürzt",
        "partial": "gewertet, weitere Versuche ohne Wertung",
        "difference": "Differenz der Trefferquoten",
        "difference-of": "Differenz nach Kontextlänge und Tiefe; Aufgabe: {task}",
        "minus": "{second} minus {first}",
        "overall-difference": "Insgesamt {value} Prozentpunkte, 95-%-Intervall {lower} bis {upper};"
        " Zellen in signifikant verschiedenen Bereichen: {cells} von {all}",
        "outlined": "signifikant verschieden (5 %, für alle Bereiche korrigiert)",
        "not-both": "nicht von beiden gemessen",
        "paired": "Gepaart nach Versuch",
        "over-length": "Trefferquote nach Kontextlänge",
        "over-depth": "Trefferquote nach Tiefe",
        "task": "Aufgabe: {task}",
        "band": "Bänder: 95-%-Intervalle; in Klammern: Trefferquote über alles",
        "effective": "effektive Kontextlänge: {rule}",
        "at-least": " (bei der längsten geprüften Länge: mindestens so lang)",
        "margins": "Streifen: Trefferquote über alle Tiefen und über alle Längen mit "
        "95-%-Intervallen",
        "n-point": "n = {value} je Punkt",
        "n-range-point": "n = {low} bis {high} je Punkt",
        "unpaired": "Ungepaart",
        "overall-pooled": "Geglättete Trefferquote {value}, 95-%-Intervall {lower} bis {upper}, "
        "{n} gewertete Versuche",
        "few-repeats": "wenige wiederholte Zellen: die Intervalle gelten nur, wo Nachbarzellen "
        "einander ähneln",
        "estimated": "aus anderen Zellen geschätzt, nicht gemessen",
        "doubt-1": "95-%-Intervall breiter als {value}",
        "doubt-2": "95-%-Intervall breiter als {value}",
        "effective-length": "effektive Kontextlänge {value} (95-%-Intervall {lower} bis {upper}): "
        "{rule}",
        "rule": "Trefferquote mindestens {threshold} bei dieser und jeder kürzeren geprüften "
        "Länge{name}",
        "below": "unter {value}",
        "at-least-value": "mindestens {value}",
        "claimed": "behauptete Kontextlänge {value}",
        "panels": "{count} Karten auf einer Skala",
        "trend": "Trefferquote über die Zeit",
        "date": "Datum",
        "change": "Wechselpunkt",
        "missing": "kein Versuch wurde gewertet",
        "whiskers": "Striche: 95-%-Intervalle",
        "starts-at": "die senkrechte Achse beginnt bei {value}",
        "costs": "Trefferquote und Kosten",
        "cost-axis": "Kosten des Durchgangs (USD)",
        "no-cost": "nicht gezeigt, Kosten unbekannt: {value}",
        "not-scored": "nicht gezeigt, kein Versuch gewertet: {value}",
        "from-to": "{label}: {first} am {start}, {last} am {end}",
        "changed": "{label} wechselt am {value}",
        "claimed-beyond": "behauptete Kontextlänge {value}, jenseits der geprüften Längen",
    },
}
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


def caption(
    facts: Facts,
    *,
    n_low: int,
    n_high: int,
    language: Language,
    per: Literal["cell", "point"] = "cell",
    estimate: Estimated = "raw",
    cost: bool = True,
) -> tuple[str, ...]:
    """The small print, one statement an entry; the drawing joins and wraps them."""
    words = WORDS[language]

    def named(key: str, value: str | None) -> list[str]:
        return [] if value is None else [words[key].format(value=plain(value))]

    return (
        f"{words[estimate]}, {trials_words(n_low, n_high, language, per=per)}",
        *named("haystack", facts.haystack),
        *named("tokenizer", facts.tokenizer),
        *([] if facts.date is None else [plain(facts.date)]),
        *(_cost(facts, language) if cost else []),
        *named("source", facts.source),
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
    return [words[key].format(value=localized(usd(facts.cost_usd), language))]


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


def length_label(tokens: int, language: Language) -> str:
    """A context length as an axis shows it."""
    return localized(format_tokens(tokens), language)


def depth_label(percent: float, language: Language) -> str:
    """A depth as an axis shows it: at most one decimal."""
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
