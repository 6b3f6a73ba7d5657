"""The tables that every kind of report has, as rows of text."""

from __future__ import annotations

from niah.figures.curves import Axis
from niah.figures.text import Language, depth_label, length_label
from niah.report import Report, Source, Sweep
from niah.report.sentences import bound, cost
from niah.report.words import DASH, method_words, outcome_word, share, whole, word
from niah.runner.results import scorers_of
from niah.statistics.grids import Marginal


def league_header(report: Report) -> list[str]:
    """Titles of the table that has one row a sweep."""
    columns = ("model", "effective", "accuracy", "interval", "trials", "cost")
    return [word(report.language, f"column-{column}") for column in columns]


def league_rows(report: Report) -> list[list[str]]:
    """One row a sweep: effective length, accuracy, interval, scored of all trials, cost.

    What is pooled says so.
    """
    language = report.language
    rows = []
    for sweep in report.sweeps:
        accuracy = sweep.summary.accuracy
        found = sweep.effective[0] if sweep.effective else None
        pooled = sweep.map.estimate == "pooled"
        rows.append(
            [
                word(language, "pooled-value", value=sweep.label) if pooled else sweep.label,
                bound(found, found.value, language) if found else DASH,
                share(language, accuracy.value) if accuracy.n else DASH,
                word(
                    language,
                    "from-to",
                    start=share(language, accuracy.lower),
                    end=share(language, accuracy.upper),
                )
                if accuracy.n
                else DASH,
                f"{whole(language, accuracy.n)} / {whole(language, sweep.summary.trials)}",
                cost(sweep.summary.cost_usd, language)
                if sweep.summary.cost_usd.value is not None
                else word(language, "unknown"),
            ]
        )
    return rows


def margin_header(report: Report, axis: str) -> list[str]:
    """Titles of the table of ``length`` or ``depth``."""
    columns = ("model", axis, "accuracy", "interval", "n")
    return [word(report.language, f"column-{column}") for column in columns]


def margin_rows(report: Report, axis: str) -> list[list[str]]:
    """Every point of the curves: sweep, place, accuracy, interval with its method, n."""
    language = report.language
    rows = []
    for sweep in report.sweeps:
        marginal = marginal_of(sweep, axis)
        for at, place in enumerate(marginal.axis):
            measured = bool(marginal.n[at])
            interval = (
                word(
                    language,
                    "from-to",
                    start=share(language, float(marginal.lower[at])),
                    end=share(language, float(marginal.upper[at])),
                )
                + f" ({method_words(language, marginal.methods[at])})"
            )
            rows.append(
                [
                    sweep.label,
                    tick(float(place), axis, language),
                    share(language, float(marginal.accuracy[at])) if measured else DASH,
                    interval if measured else DASH,
                    whole(language, int(marginal.n[at])),
                ]
            )
    return rows


def map_header(sweep: Sweep, language: Language) -> list[str]:
    """Titles of the table of a sweep's cells."""
    corner = f"{sweep.label}: {word(language, 'column-depth')}"
    return [corner, *(word(language, "tokens", value=t) for t in sweep.map.length_ticks)]


def map_rows(sweep: Sweep, language: Language) -> list[list[str]]:
    """The cells of a sweep, a row a depth: percentages, or what happened instead of a score."""
    shown = sweep.map
    rows = []
    for row, depth in enumerate(shown.depth_ticks):
        cells = [depth]
        for value, state in zip(shown.accuracy[row], shown.state[row], strict=True):
            if value is not None:
                cells.append(share(language, value))
            else:
                cells.append(DASH if state == "not-measured" else outcome_word(language, state))
        rows.append(cells)
    return rows


def axes_of(report: Report) -> tuple[Axis, ...]:
    """The axes over which accuracy is shown: depth only where it means something in a task."""
    return ("length", "depth") if any(sweep.has_depth for sweep in report.sweeps) else ("length",)


def marginal_of(sweep: Sweep, axis: str) -> Marginal:
    """The sweep's accuracy over ``length`` or ``depth``."""
    return sweep.summary.by_length if axis == "length" else sweep.summary.by_depth


def tick(place: float, axis: str, language: Language) -> str:
    """A place on an axis as its label."""
    return length_label(int(place), language) if axis == "length" else depth_label(place, language)


def run_facts(report: Report, source: Source) -> list[tuple[str, str]]:
    """What identifies a run, a name and a value each."""
    language, run = report.language, source.run
    if run.source != "measured":
        origin = word(language, "source-imported", value=run.source)
    else:
        origin = word(language, "source-simulated" if run.simulated else "source-measured")
    return [
        (word(language, "run"), run.run),
        (word(language, "status"), word(language, f"status-{run.status}")),
        (
            word(language, "measured" if run.source == "measured" else "imported-at"),
            word(language, "from-to", start=run.created_at, end=run.finished_at or "…"),
        ),
        (word(language, "source"), origin),
        *([(word(language, "scorer"), told)] if (told := scorers_of(run)) else []),
        (word(language, "hash"), run.experiment_sha256),
        *(
            (word(language, "counting", model=model), how)
            for model, how in source.calibrations.items()
        ),
    ]


def commands(source: Source) -> list[str]:
    """What a sceptic types to see the same."""
    return [
        "niah plan experiment.toml",
        "niah run experiment.toml",
        f"niah show {source.run.run} --length … --depth … --prompt",
        f"niah export {source.run.run} --format jsonl",
    ]
