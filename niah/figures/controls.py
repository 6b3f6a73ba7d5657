"""Controls in words: one line for each share, with its interval and n, in either language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from niah.figures.text import WORDS, Language, localized, overall_words

if TYPE_CHECKING:
    from niah.statistics.controls import ControlResult
    from niah.statistics.intervals import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """One share of a control.

    Attributes:
        key: ``no-context``, ``needle-only``, ``false``, ``known`` or ``from-end``.
        label: What was counted.
        brief: The same among other maps.
        estimate: How often.
    """

    key: str
    label: str
    brief: str
    estimate: Estimate


def control_lines(results: Iterable[ControlResult], language: Language) -> tuple[ControlLine, ...]:
    """The shares of a sweep's controls, in the order of the results.

    Where the answer was left out of the text there are two: how often something else was answered
    than that the text does not tell, and how often the right answer came nevertheless.
    """
    lines = []
    for result in results:
        if result.false_answers is not None:
            shares = [("false", result.false_answers), ("known", result.accuracy)]
        else:
            shares = [(result.control, result.accuracy)]
        for key, estimate in shares:
            tokens = localized(f"{result.distance_tokens or 0:,}", language)
            label, brief = (
                WORDS[language][f"{kind}-{key}"].format(tokens=tokens)
                for kind in ("control", "brief-control")
            )
            lines.append(ControlLine(key=key, label=label, brief=brief, estimate=estimate))
    return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlEntry:
    """A measured share of a control beside a map.

    Attributes:
        swatch: ``control-0.1000``: in the map's colour of this share; ``control``: without a
            colour, because false answers are no accuracy.
        words: What was counted, how often, with interval and n.
        brief: The same among other maps, below `controls_subtitle`.
    """

    swatch: str
    words: str
    brief: str


def control_entries(
    results: Iterable[ControlResult], language: Language
) -> tuple[ControlEntry, ...]:
    """The measured shares of a sweep's controls, in the order of the results."""
    return tuple(
        ControlEntry(
            swatch="control" if line.key == "false" else f"control-{line.estimate.value:.4f}",
            words=f"{line.label}: {measured}",
            brief=f"{line.brief}: {measured}",
        )
        for line in control_lines(results, language)
        if line.estimate.n
        for measured in (overall_words(line.estimate, language, brief=True),)
    )


def control_legend(
    entries: Iterable[ControlEntry], language: Language
) -> tuple[tuple[str, str], ...]:
    """The entries as those of a legend, below a heading; none without any."""
    legend = tuple((entry.swatch, entry.words) for entry in entries)
    return (("heading", WORDS[language]["controls"]), *legend) if legend else ()


def controls_subtitle(language: Language) -> str:
    """What the brief entries above each of several maps are."""
    return WORDS[language]["brief-controls"]


def controls_statement(results: Iterable[ControlResult], language: Language) -> tuple[str, ...]:
    """The controls as statements of small print, the first with a heading; none without any."""
    entries = control_entries(results, language)
    return tuple(
        f"{'' if at else WORDS[language]['controls'] + ' '}{entry.words}"
        for at, entry in enumerate(entries)
    )
