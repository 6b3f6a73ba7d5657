"""A scheduled job's accuracy over dates, as the plain values of a figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from niah.errors import ConfigurationError
from niah.figures.curves import MOST_CURVES
from niah.figures.points import PointsData, Series, point, up_ticks
from niah.figures.text import (
    LANGUAGES,
    WORDS,
    Estimated,
    Facts,
    Language,
    caption,
    one_of,
    percent_label,
    plain,
    simulated_words,
)

if TYPE_CHECKING:
    from niah.statistics.intervals import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run's accuracy at a time.

    Attributes:
        at: ISO 8601 date or time; without a zone it is UTC.
        estimate: Accuracy of the sweep.
    """

    at: str
    estimate: Estimate


def trend_data(
    histories: Mapping[str, Sequence[Measured]],
    facts: Facts,
    *,
    task: str,
    changes: Mapping[str, Sequence[str]] | None = None,
    changed_experiment: Collection[str] = (),
    simulated: Collection[str] = (),
    estimate: Estimated | Literal["mixed"] = "raw",
    language: str = "en",
) -> PointsData:
    """What a figure of accuracy over dates shows.

    Args:
        histories: Runs by name of the sweep, in any order; at most `MOST_CURVES` names.
        facts: The small print.
        task: Label of the task.
        changes: Times of change points by name.
        changed_experiment: Times of the first runs that asked something else than those before.
        simulated: Names that are reference readers.
        estimate: Whether the accuracies are raw, those of pooled maps, or some of each.
        language: Of titles and labels.

    Raises:
        ConfigurationError: if there is nothing to show, or too much, or a time cannot be read.
    """
    language = one_of("language", language, LANGUAGES)
    if not 1 <= len(histories) <= MOST_CURVES or not all(histories.values()):
        raise ConfigurationError(
            f"a trend shows 1 to {MOST_CURVES} sweeps with at least one run each, "
            f"not {len(histories)}"
        )
    found = changes or {}
    unknown = sorted(set(found) - set(histories))
    if unknown:
        raise ConfigurationError(f"change points of {plain(unknown[0])}, which is not shown")
    times = [
        *(_time(run.at) for runs in histories.values() for run in runs),
        *(_time(at) for list_of in found.values() for at in list_of),
    ]
    start, end = min(times), max(times)

    def across(at: str) -> float:
        return (_time(at) - start) / (end - start) if end > start else 0.5

    series = tuple(
        Series(
            label=plain(name),
            points=tuple(
                point(across(run.at), _day(run.at), run.estimate)
                for run in sorted(runs, key=lambda run: _time(run.at))
            ),
            changes=tuple(across(at) for at in sorted(found.get(name, ()), key=_time)),
        )
        for name, runs in histories.items()
    )
    words = WORDS[language]
    names = [s.label for s in series]
    warning = simulated_words(names, [name in simulated for name in histories], language)
    days = sorted({_day(run.at) for runs in histories.values() for run in runs})
    ticks = up_ticks(series, language)
    return PointsData(
        title=words["trend"],
        warning=warning,
        subtitle=(words["task"].format(task=plain(task)), words["whiskers"]),
        caption=(
            *_caption(facts, series, ticks[0], estimate, language),
            *_changed_words(changed_experiment, language),
        ),
        across=words["date"],
        up=words["accuracy"],
        across_ticks=tuple((min(max(across(day), 0.0), 1.0), day) for day in days),
        up_ticks=ticks,
        series=series,
        joined=True,
        legend=(
            *((str(i), s.label) for i, s in enumerate(series)),
            *((("change", words["change"]),) if any(s.changes for s in series) else ()),
            *((("missing", words["missing"]),) if _missing(series) else ()),
        ),
        description=_description(histories, series, found, warning, estimate, language),
        language=language,
    )


def _time(at: str) -> float:
    """Seconds since 1970 of an ISO 8601 date or time."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise ConfigurationError(
            f"{plain(at)!r} is not a date or time; write it like 2025-06-01"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _day(at: str) -> str:
    return datetime.fromtimestamp(_time(at), tz=UTC).date().isoformat()


def _missing(series: Sequence[Series]) -> bool:
    return any(p.value is None for s in series for p in s.points)


def _caption(
    facts: Facts,
    series: Sequence[Series],
    lowest: tuple[float, str],
    estimate: Estimated | Literal["mixed"],
    language: Language,
) -> tuple[str, ...]:
    counts = [p.n for s in series for p in s.points if p.n]
    lines = caption(
        facts,
        n_low=min(counts, default=0),
        n_high=max(counts, default=0),
        language=language,
        per="point",
        estimate=estimate,
    )
    if not lowest[0]:
        return lines
    return (*lines, WORDS[language]["starts-at"].format(value=lowest[1]))


def _changed_words(times: Collection[str], language: Language) -> tuple[str, ...]:
    days = dict.fromkeys(_day(at) for at in sorted(times, key=_time))
    words = WORDS[language]["experiment-changed"]
    return (words.format(value=", ".join(days)),) if days else ()


def _description(
    histories: Mapping[str, Sequence[Measured]],
    series: Sequence[Series],
    changes: Mapping[str, Sequence[str]],
    warning: str,
    estimate: Estimated | Literal["mixed"],
    language: Language,
) -> str:
    words = WORDS[language]
    sentences = [warning, words["trend"], "" if estimate == "raw" else words[estimate]]
    for name, s in zip(histories, series, strict=True):
        scored = [p for p in s.points if p.value is not None]
        if scored:
            first, last = scored[0], scored[-1]
            sentences.append(
                words["from-to"].format(
                    label=s.label,
                    first=percent_label(first.value or 0.0, language),
                    start=first.words,
                    last=percent_label(last.value or 0.0, language),
                    end=last.words,
                )
            )
        else:
            sentences.append(f"{s.label}: {words['missing']}")
        if changes.get(name):
            days = ", ".join(_day(at) for at in sorted(changes[name], key=_time))
            sentences.append(words["changed"].format(label=s.label, value=days))
    return " ".join(f"{sentence}." for sentence in sentences if sentence)
