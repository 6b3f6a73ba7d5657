"""A run in all its numbers: raw and pooled, claimed and effective, each with its n."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from niah.axes import format_tokens
from niah.cli.options import print_json
from niah.console import count, inert, percent, table
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from niah.statistics.analysis import Analysis, LengthRuling
    from niah.statistics.controls import ControlResult
    from niah.statistics.effective import EffectiveLength
    from niah.statistics.grids import Marginal, Summary
    from niah.statistics.intervals import Estimate
    from niah.store import Run, TrialRecord
    from niah.store.cells import StoredCell

LEAST_REPEATS = 0.15
BOTH = ("raw", "95% interval", "n", "pooled", "95% interval")


def show_run(
    run: Run,
    records: Sequence[TrialRecord],
    controls: Sequence[ControlResult],
    *,
    thresholds: Sequence[float],
    model: str | None,
    cells: bool,
    json: bool,
) -> None:
    """Print what a run is and what was measured, sweep by sweep.

    Args:
        run: As stored.
        records: Its trials.
        controls: What was measured beside it.
        thresholds: Of the user's own rules of effective length.
        model: The only one to show.
        cells: Whether to print every cell; JSON always has them.
        json: One JSON object in place of text.
    """
    from niah.cli.controls import controls_json, controls_tables, results_for
    from niah.cli.course import course_json, course_lines
    from niah.cli.nolima import nolima_block, nolima_fields
    from niah.cli.positions import positions_table
    from niah.cli.questions import questions_block, questions_fields
    from niah.cli.summaries import caution_lines, cost_text, describe_tokens
    from niah.runner.analyses import analysis_json
    from niah.runner.results import (
        analyse_run,
        calibrations_json,
        is_adaptive,
        run_calibrations,
    )
    from niah.store import is_note

    every = analyse_run(run, records, thresholds=thresholds)
    analyses = [analysis for analysis in every if model in (None, analysis.grid.model)]
    if model is not None and not analyses:
        known = ", ".join(inert(analysis.grid.model) for analysis in every)
        raise ConfigurationError(f"{run.run} has no model {inert(model)}; it has {known}")
    calibrations = run_calibrations(run)
    if json:
        print_json(
            {
                **{key: getattr(run, key) for key in ("run", "name", "status", "created_at")},
                "experiment_sha256": run.experiment_sha256,
                "simulated": run.simulated,
                "source": run.source,
                "scored_by": run.scored_by or "original",
                "versions": {k: v for k, v in run.versions.items() if not is_note(k)},
                "calibrations": calibrations_json(run),
                "sweeps": [
                    {
                        **analysis_json(analysis),
                        "shown_first": "pooled" if is_adaptive(run) else "raw",
                        **course_json(run, analysis.grid.model),
                        **nolima_fields(run, analysis),
                        "controls": controls_json(results_for(controls, analysis.grid.model)),
                        **questions_fields(analysis, controls),
                    }
                    for analysis in analyses
                ],
            }
        )
        return
    finished = sum(finished_trials(analysis.summary) for analysis in analyses)
    _print_head(run, finished, sum(analysis.summary.planned for analysis in analyses))
    for analysis in analyses:
        summary = analysis.summary
        print(f"\n{inert(summary.model)}, {inert(summary.task)}")
        for line in _accuracy_lines(analysis):
            print(line)
        print("outcomes    " + _outcomes(summary))
        for line in caution_lines(summary):
            print(f"repeated    {line}")
        print(f"cost        {cost_text(summary)}")
        if summary.cached_share is not None:
            print(f"cached      {percent(summary.cached_share)} of the prompt tokens")
        if summary.model in calibrations:
            print(f"tokens      {describe_tokens(summary, calibrations[summary.model])}")
        for name, told in course_lines(run, summary.model):
            print(f"{name:<12}{told}")
        for part in _tables(analysis, cells=cells):
            print(f"\n{part}")
        if nolima := nolima_block(run, analysis):
            print(f"\n{nolima}")
        if positions := positions_table(analysis.positions):
            print(f"\n{positions}")
        for part in controls_tables(results_for(controls, summary.model), analysis):
            print(f"\n{part}")
        if questions := "\n".join(questions_block(analysis, controls)):
            print(f"\n{questions}")


def finished_trials(summary: Summary) -> int:
    """Trials that need not be asked again: those that failed do."""
    return summary.trials - summary.outcomes.get("failed", 0)


def _print_head(run: Run, finished: int, planned: int) -> None:
    from niah.runner.results import scorers_of
    from niah.store import is_note

    print(f"run         {inert(run.run)}")
    print(f"status      {run.status}")
    if run.source == "measured":
        end = run.finished_at or ("an interruption" if run.status == "interrupted" else "now")
        print(f"measured    {inert(run.created_at)} to {inert(end)}")
    else:
        print(f"imported    {inert(run.created_at)} from {inert(run.source)}")
    print(f"trials      {count(finished)}" + (f" of {count(planned)}" if planned else ""))
    print(f"experiment  {run.experiment_sha256[:16]}")
    print(
        "versions    "
        + ", ".join(f"{inert(k)} {inert(v)}" for k, v in run.versions.items() if not is_note(k))
    )
    if told := scorers_of(run):
        print(f"scored      again by {inert(told)}")
    if run.simulated:
        print("source      reference reader: simulated, no model was asked")


def estimate_text(estimate: Estimate) -> str:
    """An accuracy with its interval, its n and how the interval was made."""
    return (
        f"{percent(estimate.value)}  95% interval {interval(estimate.lower, estimate.upper)}  "
        f"n = {count(estimate.n)}  ({estimate.method})"
    )


def interval(lower: float, upper: float) -> str:
    """The bounds of an interval of shares."""
    return f"{percent(lower)} to {percent(upper)}"


def effective_line(run: Run, analysis: Analysis) -> Iterator[str]:
    """The effective length that is shown first, beside the claim; nothing without a scored trial.

    The pooled one says so, as the accuracy above it does.
    """
    from niah.runner.results import effective_length_of, is_adaptive

    length = effective_length_of(run, analysis)
    if length is None:
        return
    tokens, ends = length_and_span(length)
    claimed = analysis.claimed_tokens
    yield (
        ("pooled " if is_adaptive(run) else "")
        + f"effective context length {tokens}, 95% interval {ends}"
        + (f", claimed {format_tokens(claimed)}" if claimed else "")
        + f": {length.rule.sentence}"
    )


def length_and_span(length: EffectiveLength) -> tuple[str, str]:
    """An effective length and the ends of its interval."""
    if length.rule.void:
        return "none", "none"
    ends = f"{_bound(length, length.lower)} to {_bound(length, length.upper)}"
    return _bound(length, length.value), ends


def _bound(length: EffectiveLength, tokens: int | None) -> str:
    if tokens is None:
        return f"<{format_tokens(length.shortest_tested or 0)}"
    return f"{'>=' if tokens == length.longest_tested else ''}{format_tokens(tokens)}"


def _accuracy_lines(analysis: Analysis) -> Iterator[str]:
    accuracy = analysis.summary.accuracy
    if not accuracy.n or analysis.pooled is None:
        yield "accuracy    nothing measured"
        return
    yield f"accuracy    {estimate_text(accuracy)}"
    yield f"pooled      {estimate_text(analysis.pooled.margins.accuracy)}"
    if _weighs_unevenly(analysis):
        n = analysis.grid.n
        yield (
            f"            cells have {count(int(n.min()))} to {count(int(n.max()))} trials: raw "
            "means weigh cells by their trials, pooled ones weigh all cells alike"
        )
    if analysis.pooled.map.repeat_share < LEAST_REPEATS:
        yield (
            "            fewer than 15% of the trials repeat a cell: pooled intervals hold only if "
            "neighbouring cells resemble each other"
        )
    if analysis.shares_haystacks:
        yield (
            "            trials of one replicate share a haystack; the pooled map takes them as "
            "independent"
        )
    claimed = analysis.claimed_tokens
    yield "claimed     " + (f"{format_tokens(claimed)} tokens" if claimed else "unknown")


def _weighs_unevenly(analysis: Analysis) -> bool:
    """Whether the raw mean over trials is not that over cells, by count or by result."""
    n, accuracy = analysis.grid.n, analysis.grid.accuracy
    over_cells = float(accuracy[n > 0].mean())
    return bool(n.max() - n.min() > 1) or abs(over_cells - analysis.summary.accuracy.value) >= 0.005


def _rulings(rulings: Sequence[LengthRuling]) -> str:
    """Effective lengths by rule, raw beside pooled, and below them what each rule says."""
    rows = [
        (ruling.raw.rule.name, *length_and_span(ruling.raw), *length_and_span(ruling.pooled))
        for ruling in rulings
    ]
    lines = [
        table(
            ("effective length", "raw", "95% interval", "pooled", "95% interval"),
            rows,
            right=(1, 3),
        )
    ]
    for ruling in rulings:
        raw, pooled = ruling.raw.rule, ruling.pooled.rule
        if raw == pooled:
            lines.append(f"{raw.name}: {raw.sentence}")
        else:
            lines += [f"{raw.name}, raw: {raw.sentence}", f"{raw.name}, pooled: {pooled.sentence}"]
    return "\n".join(lines)


def _tables(analysis: Analysis, *, cells: bool) -> Iterator[str]:
    if analysis.pooled is None:
        return
    summary, margins = analysis.summary, analysis.pooled.margins
    yield _rulings(analysis.rulings)
    yield _marginals("tokens", summary.by_length, margins.by_length, tokens=True)
    yield _marginals("depth", summary.by_depth, margins.by_depth, tokens=False)
    if cells:
        from niah.runner.analyses import cells_of

        yield _cells(cells_of(analysis))


def _outcomes(summary: Summary) -> str:
    parts = [f"{count(n)} {outcome}" for outcome, n in summary.outcomes.items() if n]
    kinds = ", ".join(f"{count(n)} {kind}" for kind, n in summary.failures.items())
    return ", ".join(parts) + (f" ({kinds})" if kinds else "")


def _marginals(name: str, raw: Marginal, pooled: Marginal, *, tokens: bool) -> str:
    rows = [
        (
            format_tokens(int(place)) if tokens else f"{place:.4g}%",
            *_raw(float(raw.accuracy[i]), float(raw.lower[i]), float(raw.upper[i]), int(raw.n[i])),
            percent(float(pooled.accuracy[i])),
            interval(float(pooled.lower[i]), float(pooled.upper[i])),
        )
        for i, place in enumerate(raw.axis)
    ]
    return table((name, *BOTH), rows, right=(0, 1, 3, 4))


def _raw(accuracy: float, lower: float, upper: float, n: int) -> tuple[str, str, str]:
    if not n:
        return "not measured", "", "0"
    return percent(accuracy), interval(lower, upper), count(n)


def _cells(cells: list[StoredCell]) -> str:
    rows = [
        (
            format_tokens(cell.context_length),
            f"{cell.depth_percent:.4g}%",
            *_raw(cell.raw_accuracy or 0.0, cell.raw_lower or 0.0, cell.raw_upper or 0.0, cell.n),
            percent(cell.pooled_accuracy or 0.0),
            interval(cell.pooled_lower or 0.0, cell.pooled_upper or 0.0),
        )
        for cell in cells
    ]
    return table(("tokens", "depth", *BOTH), rows, right=(0, 1, 2, 4, 5))
