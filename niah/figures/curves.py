"""Accuracy along one axis, several sweeps on one scale, as the plain values of a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from niah.errors import ConfigurationError
from niah.figures.controls import controls_statement
from niah.figures.lengths import brief_words, shared_rule
from niah.figures.text import (
    LANGUAGES,
    WORDS,
    Estimated,
    Facts,
    Language,
    caption,
    depth_label,
    length_label,
    one_of,
    overall_words,
    percent_label,
    plain,
    simulated_words,
)

if TYPE_CHECKING:
    from niah.statistics.controls import ControlResult
    from niah.statistics.effective import EffectiveLength
    from niah.statistics.grids import Summary

Axis = Literal["length", "depth"]
AXES: tuple[Axis, ...] = get_args(Axis)

MOST_CURVES = 7
"""As many as can be told apart by colour and marker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One sweep's accuracies along the axis; None = no scored trial there.

    Attributes:
        label: Name of the sweep.
        at: Axis values, ascending.
        accuracy, lower, upper: With the 95 % interval.
        n: Scored trials.
        effective: Effective context length in tokens; None = not asked for, or below all tested.
    """

    label: str
    at: tuple[float, ...]
    accuracy: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    n: tuple[int, ...]
    effective: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvesData:
    """Everything that a figure of curves shows.

    Attributes:
        title, warning, subtitle, caption: As in `HeatmapData`.
        axis: What runs across.
        across, up: Axis labels.
        ticks: (axis value, label).
        curves: In the order asked for.
        legend: (number of the curve as text, words), then the rule of the effective length, its
            key "effective" if any curve has a line there.
        language: Of all words.
    """

    title: str
    warning: str
    subtitle: tuple[str, ...]
    caption: tuple[str, ...]
    axis: Axis
    across: str
    up: str
    ticks: tuple[tuple[float, str], ...]
    curves: tuple[Curve, ...]
    legend: tuple[tuple[str, str], ...]
    language: Language


def curves_data(
    summaries: Sequence[Summary],
    facts: Facts,
    *,
    axis: str = "length",
    labels: Sequence[str] | None = None,
    effective: Mapping[str, EffectiveLength] | None = None,
    estimate: Estimated = "raw",
    controls: Sequence[ControlResult] = (),
    language: str = "en",
) -> CurvesData:
    """What a figure of accuracy over context length or depth shows.

    Args:
        summaries: One curve each, at most `MOST_CURVES`.
        facts: The small print.
        axis: ``length`` or ``depth``.
        labels: Names of the curves; the models by default.
        effective: Effective context lengths by label, all by one rule.
        estimate: Whether the summaries hold raw accuracies or those of pooled maps.
        controls: What was measured beside the first of them, for the small print.
        language: Of titles and labels.

    Raises:
        ConfigurationError: if there is no curve, or too many, or a choice is unknown.
    """
    language = one_of("language", language, LANGUAGES)
    axis = one_of("axis", axis, AXES)
    if not 1 <= len(summaries) <= MOST_CURVES:
        raise ConfigurationError(
            f"{len(summaries)} curves cannot be told apart in one figure; give 1 to {MOST_CURVES}"
        )
    words = WORDS[language]
    given = labels or [s.model for s in summaries]
    names = [plain(name) for name in given]
    found = effective or {}
    curves = tuple(
        _curve(summary, name, axis, found.get(label))
        for summary, name, label in zip(summaries, names, given, strict=True)
    )
    values = sorted({value for curve in curves for value in curve.at})
    tasks = sorted({plain(summary.task) for summary in summaries})
    counts = [n for curve in curves for n in curve.n if n]
    return CurvesData(
        title=words[f"over-{axis}"],
        warning=simulated_words(names, [s.simulated for s in summaries], language),
        subtitle=(words["task"].format(task=", ".join(tasks)), words["band"]),
        caption=(
            *controls_statement(controls, language),
            *caption(
                facts,
                n_low=min(counts, default=0),
                n_high=max(counts, default=0),
                language=language,
                per="point",
                estimate=estimate,
            ),
        ),
        axis=axis,
        across=words[axis],
        up=words["accuracy"],
        ticks=tuple(
            (v, length_label(int(v), language) if axis == "length" else depth_label(v, language))
            for v in values
        ),
        curves=curves,
        legend=tuple(
            [
                (str(index), f"{name}: {_overall(summary, found.get(label), axis, language)}")
                for index, (name, summary, label) in enumerate(
                    zip(names, summaries, given, strict=True)
                )
            ]
            + _rules(found, axis, language)
        ),
        language=language,
    )


def curves_text(data: CurvesData) -> str:
    """A sentence for each curve, for readers who cannot see the figure."""
    ends = dict(data.ticks)
    sentences = [f"{data.title}; {data.subtitle[0]}."]
    joint = "bei" if data.language == "de" else "at"
    for curve in data.curves:
        points = [(v, a) for v, a in zip(curve.at, curve.accuracy, strict=True) if a is not None]
        if points:
            (low, first), (high, last) = points[0], points[-1]
            sentences.append(
                f"{curve.label}: {percent_label(first, data.language)} {joint} {ends[low]}, "
                f"{percent_label(last, data.language)} {joint} {ends[high]}."
            )
    return " ".join([*([f"{data.warning}."] if data.warning else []), *sentences])


def _curve(summary: Summary, name: str, axis: Axis, effective: EffectiveLength | None) -> Curve:
    marginal = summary.by_length if axis == "length" else summary.by_depth
    return Curve(
        label=name,
        at=tuple(float(v) for v in marginal.axis),
        accuracy=_numbers(marginal.accuracy.tolist()),
        lower=_numbers(marginal.lower.tolist()),
        upper=_numbers(marginal.upper.tolist()),
        n=tuple(int(n) for n in marginal.n),
        effective=None
        if effective is None or effective.value is None or axis == "depth"
        else float(effective.value),
    )


def _numbers(values: list[float]) -> tuple[float | None, ...]:
    return tuple(None if math.isnan(v) else v for v in values)


def _overall(
    summary: Summary, effective: EffectiveLength | None, axis: Axis, language: Language
) -> str:
    """A curve's accuracy as a whole, and over lengths its effective length if that is asked for."""
    said = [overall_words(summary.accuracy, language, brief=True)]
    if axis == "length" and effective is not None and effective.longest_tested is not None:
        said.append(brief_words(effective, language))
    return "; ".join(said)


def _rules(
    effective: Mapping[str, EffectiveLength], axis: Axis, language: Language
) -> list[tuple[str, str]]:
    if axis == "depth" or not effective:
        return []
    rule = shared_rule([(plain(label), e.rule) for label, e in effective.items()], language)
    drawn = any(e.value is not None for e in effective.values())
    return [("effective" if drawn else "", WORDS[language]["effective"].format(rule=rule))]
