"""What a session of a run came to: a few lines for each sweep, or one JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from niah.providers.calibration import Calibration
    from niah.runner.closing import RunResult
    from niah.statistics.analysis import Analysis
    from niah.statistics.controls import ControlResult
    from niah.statistics.grids import Summary
    from niah.store import Run


def summary_text(run: Run, analysis: Analysis, calibration: Calibration | None) -> str:
    """One sweep in a few lines: accuracy, effective length, trials, tokens, cost."""
    from niah.cli.course import course_lines
    from niah.cli.nolima import nolima_line
    from niah.cli.overview import effective_line, finished_trials
    from niah.console import count, inert, percent
    from niah.runner.results import pooled_accuracy

    summary = analysis.summary
    marker = "reference reader, simulated: " if summary.simulated else ""
    pooled = pooled_accuracy(run, analysis)
    accuracy = pooled or summary.accuracy
    measured = (
        ("pooled " if pooled else "")
        + f"accuracy {percent(accuracy.value)}, 95% interval {percent(accuracy.lower)} to "
        f"{percent(accuracy.upper)}, n = {count(accuracy.n)}"
        if accuracy.n
        else "nothing measured"
    )
    unscored = ", ".join(
        f"{count(n)} {outcome}"
        for outcome, n in summary.outcomes.items()
        if n and outcome not in ("answered",)
    )
    share = summary.cached_share
    cached = f" ({percent(share)} read from a cache)" if share else ""
    lines = [
        f"{marker}{inert(summary.model)}, {inert(summary.task)}",
        f"  {measured}",
        *(f"  {line}" for line in effective_line(run, analysis)),
        *(f"  {line}" for line in nolima_line(run, analysis)),
        f"  {count(finished_trials(summary))} of {count(summary.planned)} trials"
        + (f" ({unscored})" if unscored else "")
        + f", {count(summary.tokens_read)} input tokens{cached}, cost {cost_text(summary)}",
        *(f"  {line}" for line in caution_lines(summary)),
    ]
    lines += [f"  {name}: {told}" for name, told in course_lines(run, summary.model)]
    if calibration is not None:
        lines.append(f"  tokens {describe_tokens(summary, calibration)}")
    return "\n".join(lines)


def cost_text(summary: Summary) -> str:
    """What a sweep cost; at least so much where some trials do not tell."""
    from niah.console import usd

    cost = summary.cost_usd
    return ("at least " if cost.value is not None and cost.unreported else "") + usd(cost.value)


def caution_lines(summary: Summary) -> Iterator[str]:
    """What keeps trials from telling of the model: no answer, no room for one, nothing new."""
    from niah.console import count, inert

    for outcome, said in summary.unscored_examples.items():
        yield f"{count(summary.outcomes[outcome])} {outcome}: {inert(said)}"
    if summary.cut_before_text:
        yield (
            f"{count(summary.cut_before_text)} of {count(summary.trials)} trials used up their "
            "output limit before any text, and count as wrong: raise max_output_tokens"
        )
    if summary.repeated_prompts:
        yield (
            f"{count(summary.repeated_prompts)} of {count(summary.trials)} trials were asked word "
            "for word what another one was asked: intervals take them as independent"
        )


def describe_tokens(summary: Summary, calibration: Calibration) -> str:
    """Who counted the tokens of a sweep, and how far the reports are from what was asked."""
    from niah.console import inert, percent
    from niah.providers.calibration import describe

    deviation = summary.length_deviation
    off = "" if deviation is None else f"; reported within {percent(deviation)} of the asked length"
    return inert(describe(calibration)) + off


def _pooled_json(run: Run, analysis: Analysis) -> Mapping[str, Any]:
    from niah.runner.results import estimate_json, pooled_accuracy

    pooled = pooled_accuracy(run, analysis)
    return {} if pooled is None else {"pooled": estimate_json(pooled)}


def summary_json(
    result: RunResult, figures: Sequence[Path], controls: Sequence[ControlResult] = ()
) -> Mapping[str, Any]:
    """A session and all sweeps of its run, with what stands beside them, as JSON values."""
    from niah.cli.controls import controls_json, results_for
    from niah.cli.course import course_json
    from niah.cli.nolima import nolima_fields
    from niah.cli.questions import questions_fields
    from niah.runner import results
    from niah.runner.analyses import lengths_json

    outcomes: dict[str, int] = {}
    for summary in result.summaries:
        for outcome, n in summary.outcomes.items():
            if n:
                outcomes[outcome] = outcomes.get(outcome, 0) + n
    return {
        "run": result.run.run,
        "status": result.status,
        "simulated": result.run.simulated,
        "trials": sum(outcomes.values()),
        "planned": result.run.planned_trials,
        "sent": result.sent,
        "outcomes": outcomes,
        **results.estimate_json(result.accuracy),
        "input_tokens": sum(summary.tokens_read for summary in result.summaries),
        "cost_usd": result.cost_usd,
        "calibrations": results.calibrations_json(result.run),
        "figures": [str(path) for path in figures],
        "reasons": list(result.reasons),
        "sweeps": [
            {
                **results.summary_json(analysis.summary),
                **lengths_json(analysis),
                "shown_first": "pooled" if results.is_adaptive(result.run) else "raw",
                **_pooled_json(result.run, analysis),
                **course_json(result.run, analysis.grid.model),
                **nolima_fields(result.run, analysis),
                "controls": controls_json(results_for(controls, analysis.grid.model)),
                **questions_fields(analysis, controls),
            }
            for analysis in result.analyses
        ],
    }
