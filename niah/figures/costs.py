"""What accuracy costs: one point a sweep, as the plain values of a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from niah.console import usd
from niah.errors import ConfigurationError
from niah.figures.points import PointsData, Series, point, up_ticks
from niah.figures.text import (
    LANGUAGES,
    WORDS,
    Estimated,
    Facts,
    Language,
    caption,
    money,
    one_of,
    percent_label,
    plain,
    simulated_words,
)

if TYPE_CHECKING:
    from niah.statistics.intervals import Estimate

MOST_POINTS = 14
"""As many as can be told apart by colour and marker together."""

LOGARITHMIC_FROM = 10.0
"""Ratio of the largest to the smallest cost from which the axis is logarithmic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """One sweep and what it cost.

    Attributes:
        label: Name of the sweep.
        estimate: Its accuracy.
        cost_usd: Billed; None = unknown.
        at_least: True when some trials did not report their cost.
        simulated: True for a reference reader.
    """

    label: str
    estimate: Estimate
    cost_usd: float | None
    at_least: bool = False
    simulated: bool = False


def cost_data(
    sweeps: Sequence[Priced],
    facts: Facts,
    *,
    task: str,
    estimate: Estimated = "raw",
    language: str = "en",
) -> PointsData:
    """What a figure of accuracy against cost shows.

    Sweeps of unknown cost, or without a scored trial, are named in the small print instead.

    Args:
        sweeps: At most `MOST_POINTS` with a known cost.
        facts: The small print; its own cost is not printed.
        task: Label of the task.
        estimate: Whether the accuracies are raw or those of pooled maps.
        language: Of titles and labels.

    Raises:
        ConfigurationError: if no sweep can be shown, or too many, or a cost is below 0.
    """
    language = one_of("language", language, LANGUAGES)
    words = WORDS[language]
    scored = [s for s in sweeps if s.estimate.n > 0 and not math.isnan(s.estimate.value)]
    shown = [(s, s.cost_usd) for s in scored if s.cost_usd is not None]
    if not 1 <= len(shown) <= MOST_POINTS:
        raise ConfigurationError(
            f"{len(shown)} sweeps have both a known cost and a scored trial; a figure shows "
            f"1 to {MOST_POINTS}"
        )
    costs = [cost for _, cost in shown]
    if min(costs) < 0 or not all(map(math.isfinite, costs)):
        raise ConfigurationError(f"{min(costs)} is not a cost; give USD from 0 up")
    axis = _Axis.over(costs)
    series = tuple(
        Series(
            label=plain(s.label),
            points=(point(axis.share(cost), _price(s, language), s.estimate),),
        )
        for s, cost in shown
    )
    ticks = up_ticks(series, language)
    counts = [s.estimate.n for s, _ in shown]
    lines = caption(
        facts,
        n_low=min(counts),
        n_high=max(counts),
        language=language,
        per="point",
        estimate=estimate,
        cost=False,
    )
    names = [s.label for s in series]
    return PointsData(
        title=words["costs"],
        warning=simulated_words(names, [s.simulated for s, _ in shown], language),
        subtitle=(words["task"].format(task=plain(task)), words["whiskers"]),
        caption=(
            *lines,
            *_left_out("no-cost", [s for s in scored if s.cost_usd is None], language),
            *_left_out("not-scored", [s for s in sweeps if s not in scored], language),
            *((words["starts-at"].format(value=ticks[0][1]),) if ticks[0][0] else ()),
        ),
        across=words["cost-axis"],
        up=words["accuracy"],
        across_ticks=tuple((axis.share(v), _tick(v, language)) for v in axis.ticks),
        up_ticks=ticks,
        series=series,
        joined=False,
        legend=tuple(
            (str(i), f"{s.label} ({_accuracy(s, language)}, {s.points[0].words})")
            for i, s in enumerate(series)
        ),
        description=" ".join(
            f"{sentence}."
            for sentence in (
                simulated_words(names, [s.simulated for s, _ in shown], language),
                words["costs"],
                "" if estimate == "raw" else words[estimate],
                *(f"{s.label}: {_accuracy(s, language)}, {s.points[0].words}" for s in series),
            )
            if sentence
        ),
        language=language,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """The cost axis: linear from 0, or logarithmic around the costs."""

    low: float
    high: float
    logarithmic: bool
    ticks: tuple[float, ...]

    @classmethod
    def over(cls, costs: Sequence[float]) -> _Axis:
        least, most = min(costs), max(costs)
        if least > 0 and most / least >= LOGARITHMIC_FROM:
            low, high = least / 1.5, most * 1.5
            powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            marks = (m * 10.0**p for p in powers for m in (1, 2, 5))
            inside = tuple(v for v in marks if low <= v <= high)
            return cls(low=low, high=high, logarithmic=True, ticks=inside)
        step = _nice(most / 5)
        high = step * (math.floor(most / step) + 1)
        count = round(high / step)
        ticks = tuple(i * step for i in range(count + 1))
        return cls(low=0.0, high=high, logarithmic=False, ticks=ticks)

    def share(self, cost: float) -> float:
        if not self.logarithmic:
            return cost / self.high
        # rounded, because the last digit of a logarithm differs between machines
        return round(math.log(cost / self.low) / math.log(self.high / self.low), 9)


def _nice(step: float) -> float:
    """The least of 1, 2, 5, 10 times a power of ten that is not below the step."""
    if step <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= step * (1 - 1e-9))


def _tick(cost: float, language: Language) -> str:
    return money(f"${cost:,.10g}", language)


def _price(sweep: Priced, language: Language) -> str:
    price = money(usd(sweep.cost_usd), language)
    return WORDS[language]["at-least-value"].format(value=price) if sweep.at_least else price


def _accuracy(series: Series, language: Language) -> str:
    return percent_label(series.points[0].value or 0.0, language)


def _left_out(key: str, sweeps: Sequence[Priced], language: Language) -> list[str]:
    names = ", ".join(plain(s.label) for s in sweeps)
    return [WORDS[language][key].format(value=names)] if names else []
