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
        estimate: How often.
    """

    key: str
    label: str
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
            label = WORDS[language][f"control-{key}"].format(
                tokens=localized(f"{result.distance_tokens or 0:,}", language)
            )
            lines.append(ControlLine(key=key, label=label, estimate=estimate))
    return tuple(lines)


def control_legend(
    results: Iterable[ControlResult], language: Language
) -> tuple[tuple[str, str], ...]:
    """The controls as entries of a legend, below a heading; none without a measured one.

    The key of a right answer's share ends in it, so that its swatch shows it in the map's colours;
    false answers are no accuracy, and their key is ``control``.
    """
    entries = [
        (
            "control" if line.key == "false" else f"control-{line.estimate.value:.4f}",
            f"{line.label}: {overall_words(line.estimate, language, brief=True)}",
        )
        for line in control_lines(results, language)
        if line.estimate.n
    ]
    return (("heading", WORDS[language]["controls"]), *entries) if entries else ()


def controls_statement(results: Iterable[ControlResult], language: Language) -> tuple[str, ...]:
    """The controls as statements of small print, the first with a heading; none without any."""
    heading, *entries = control_legend(results, language) or (("", ""),)
    return tuple(
        f"{'' if at else heading[1] + ' '}{words}" for at, (_, words) in enumerate(entries)
    )
