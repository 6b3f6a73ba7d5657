"""niah plan of a file with several tasks: all of them, and the sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from niah.cli.options import print_json
from niah.cli.suites import known_sum, prepare_suite

if TYPE_CHECKING:
    from niah.cost import Estimate
    from niah.experiment import Suite
    from niah.runner.prepared import Prepared


def plan_suite(suite: Suite, *, json: bool) -> None:
    """Print each task's trials, tokens and price, and the sums; nothing is sent."""
    from niah.cli.controls import planned_controls_json, planned_controls_lines
    from niah.cost import estimate
    from niah.runner.controls import prepare_controls

    prepared = prepare_suite(suite)
    beside = [one for each in suite.experiments for one in prepare_controls(each)]
    estimates = [estimate(one.experiment, one.trials) for one in prepared]
    if json:
        planned = planned_controls_json(beside)
        print_json({**_plan_json(suite, prepared, estimates), "controls": planned})
    else:
        page = _plan_page(suite, prepared, estimates)
        print("\n".join([page, *planned_controls_lines(beside), "Nothing was sent."]))


def _plan_page(
    suite: Suite, prepared: Sequence[Prepared], estimates: Sequence[Sequence[Estimate]]
) -> str:
    from niah.axes import format_tokens
    from niah.console import count, inert, table, usd

    header = ("task", "model", "lengths", "trials", "input tokens", "input", "at most")
    rows = []
    for one, entries in zip(prepared, estimates, strict=True):
        lengths = one.experiment.grid.context_lengths
        for entry in entries:
            rows.append(
                (
                    one.trials[0].task,
                    entry.model.id,
                    f"{len(lengths)}, " + " to ".join(format_tokens(lengths[k]) for k in (0, -1)),
                    count(entry.trials),
                    count(entry.input_tokens),
                    usd(entry.input_usd),
                    usd(entry.at_most_usd),
                )
            )
    lines = [suite.title(len(prepared)), "", table(header, rows, right=(3, 4, 5, 6)), ""]
    budget = prepared[0].experiment.limits.max_cost_usd
    for number, model in enumerate(prepared[0].experiment.resolved_models()):
        own = [entries[number] for entries in estimates]
        limits = sorted({one.experiment.max_output_tokens(model) for one in prepared})
        lines.append(
            f"{inert(model.id)}: {count(sum(e.trials for e in own))} trials, "
            f"{count(sum(e.input_tokens for e in own))} input tokens, at most "
            f"{usd(known_sum(entry.at_most_usd for entry in own))}"
            + (" (reference reader, simulated and free)" if model.simulated else "")
            + f"; responses of up to {' or '.join(map(count, limits))} tokens."
        )
    if budget is not None:
        lines.append(f"No more than {usd(budget)} is spent on all of them together.")
    return "\n".join(lines)


def _plan_json(
    suite: Suite, prepared: Sequence[Prepared], estimates: Sequence[Sequence[Estimate]]
) -> dict[str, Any]:
    return {
        "suite": suite.name,
        "title": suite.title(len(prepared)),
        "tasks": [
            {
                "task": one.trials[0].task,
                "experiment": one.experiment.name,
                "experiment_sha256": one.sha256,
                "context_lengths": list(one.experiment.grid.context_lengths),
                "models": [
                    {
                        "model": entry.model.id,
                        "trials": entry.trials,
                        "input_tokens": entry.input_tokens,
                        "output_tokens_at_most": entry.output_tokens,
                        "over_window": entry.over_window,
                        "cost_usd_at_most": entry.at_most_usd,
                    }
                    for entry in entries
                ],
            }
            for one, entries in zip(prepared, estimates, strict=True)
        ],
        "trials": sum(entry.trials for entries in estimates for entry in entries),
        "input_tokens": sum(entry.input_tokens for entries in estimates for entry in entries),
        "cost_usd_at_most": known_sum(
            entry.at_most_usd for entries in estimates for entry in entries
        ),
    }
