"""niah plan: what would be sent and what it would cost; sends nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from niah.cli.options import (
    Config,
    Controls,
    Json,
    Models,
    Overrides,
    load_config,
    load_suite_config,
    note,
    print_json,
)

if TYPE_CHECKING:
    from niah.cost import Estimate
    from niah.runner.prepared import Prepared


NOTHING_SENT = "Nothing was sent."


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("plan")(plan)


def plan(
    config: Config,
    model: Models = None,
    override: Overrides = None,
    controls: Controls = None,
    json: Json = False,
) -> None:
    """Print cells, trials, tokens and the estimated cost of an experiment; send nothing."""
    from niah.cli.controls import planned_controls_json, planned_controls_lines, with_controls
    from niah.cli.serving import check_readers
    from niah.cost import estimate
    from niah.runner.controls import prepare_controls
    from niah.runner.prepare import prepare
    from niah.runner.prepared import check_lengths, refused_trials

    suite = load_suite_config(config, model, override)
    experiment = suite.experiments[0] if suite else load_config(config, model, override)
    check_readers(experiment)
    if suite is not None:
        from niah.cli.suite_plans import plan_suite

        each = tuple(with_controls(one, controls) for one in suite.experiments)
        plan_suite(replace(suite, experiments=each), json=json)
        return
    prepared = prepare(with_controls(experiment, controls))
    check_lengths(prepared)
    beside = prepare_controls(prepared.experiment)
    estimates = estimate(prepared.experiment, prepared.trials)
    refused = refused_trials(prepared)
    for warning in prepared.warnings:
        note(f"warning: {warning}")
    if json:
        planned = planned_controls_json(beside)
        print_json({**_summary(prepared, estimates, len(refused)), "controls": planned})
        return
    print("\n".join([_page(prepared, estimates), *planned_controls_lines(beside), NOTHING_SENT]))
    for trial, reason in refused[:3]:
        note(f"warning: {trial.context_length} tokens, depth {trial.depth_percent:g}: {reason}")
    if len(refused) > 3:
        estimated = ", estimated" if prepared.task.writer else ""
        note(f"warning: {len(refused)} trials in all would be refused{estimated}")


def _page(prepared: Prepared, estimates: tuple[Estimate, ...]) -> str:
    from niah.axes import format_tokens
    from niah.cli.plan_choices import choices_lines
    from niah.console import count, table, usd

    experiment, grid = prepared.experiment, prepared.experiment.grid
    cells = len(grid.context_lengths) * len(grid.depth_percents)
    lengths = f"{len(grid.context_lengths)}, " + " to ".join(
        dict.fromkeys(format_tokens(grid.context_lengths[end]) for end in (0, -1))
    )
    depths = f"{len(grid.depth_percents)}, " + " to ".join(
        dict.fromkeys(f"{grid.depth_percents[end]:g}" for end in (0, -1))
    )
    each = 1 if _is_adaptive(prepared) else grid.trials
    facts = (
        ("experiment", experiment.name),
        ("context lengths", f"{lengths} tokens"),
        ("depths", f"{depths} percent"),
        ("task", f"{prepared.trials[0].task} ({experiment.language})"),
        *((("questions", prepared.task.asks),) if prepared.task.asks else ()),
        ("haystack", _haystack(prepared)),
        ("sampling", _sampling(prepared)),
        (
            "trials",
            f"{count(len(prepared.trials))} = {count(cells)} cells x {each} each x "
            f"{len(estimates)} {'model' if len(estimates) == 1 else 'models'}"
            + (" in one pass" if _is_adaptive(prepared) else ""),
        ),
    )
    header = ("model", "trials", "input tokens", "tokenizer", "input", "output at most", "at most")
    rows = [
        (
            entry.model.id,
            count(entry.trials),
            count(entry.input_tokens),
            entry.model.tokenizer + ("" if entry.model.tokenizer_known else " (fallback)"),
            usd(entry.input_usd),
            usd(entry.output_usd),
            usd(entry.at_most_usd),
        )
        for entry in estimates
    ]
    width = max(len(name) for name, _ in facts)
    lines = [f"{name.ljust(width)}  {value}" for name, value in facts]
    lines += ["", table(header, rows, right=(1, 2, 4, 5, 6)), ""]
    for entry in estimates:
        if entry.model.price is None:
            lines.append(
                f"The price of {entry.model.id} is unknown; set it in "
                f'[model."{entry.model.id}".price].'
            )
        elif not entry.model.simulated:
            rate = entry.model.price.rates[0]
            lines.append(
                f"{entry.model.id}: ${rate.input_usd:.2f} per million input tokens, "
                f"${rate.output_usd:.2f} output ({entry.model.price.source}); nothing cached, "
                f"answers of {prepared.experiment.max_output_tokens(entry.model):,} tokens."
            )
        else:
            lines.append(f"{entry.model.id}: reference reader, simulated and free.")
    lines += _calibrations(prepared)
    for entry in estimates:
        lines += choices_lines(prepared, entry.model)
    lines += _adaptive(prepared)
    return "\n".join(lines)


def _sampling(prepared: Prepared) -> str:
    sampling = prepared.experiment.sampling
    keys = f", {sampling.packed_keys} keys in each" if sampling.sharing == "packed" else ""
    shared = "" if sampling.sharing == "none" else f", {sampling.sharing} prompts{keys}"
    return sampling.mode + shared


def _is_adaptive(prepared: Prepared) -> bool:
    return prepared.experiment.sampling.mode == "adaptive"


def _adaptive(prepared: Prepared) -> list[str]:
    """When an adaptive sweep ends, in a sentence."""
    if not _is_adaptive(prepared):
        return []
    sampling = prepared.experiment.sampling
    return [
        "",
        "Adaptive: trials are chosen in batches, until the predicted error of the pooled map is at "
        f"most {sampling.target_error:g} on two",
        f"consecutive rounds, or what {sampling.max_passes:g} trials in every cell cost with "
        "nothing cached is spent. Above, the",
        f"last column is of {sampling.max_passes:g} such passes, all others of one. Long answers "
        "to many short prompts may",
        "cost more; max_cost_usd is the hard stop.",
    ]


def _calibrations(prepared: Prepared) -> list[str]:
    """What is done about vocabularies that are not known, a sentence for each model."""
    from niah.console import inert
    from niah.providers.calibration import describe, foretell
    from niah.providers.wire import COUNT_FORMATS
    from niah.runner.prepared import awaits_calibration
    from niah.runner.probes import probe_lengths_of

    told = []
    for name, model in prepared.models.items():
        if awaits_calibration(prepared, name):
            api = model.provider.api
            counts = api in COUNT_FORMATS and api != "openai"
            probes = probe_lengths_of(prepared, model, counting=counts)
            foretold = foretell(model.tokenizer, probes=probes, counts=counts, api=api)
            told.append(f"{inert(name)}: {inert(foretold)}.")
        elif name in prepared.calibrations:
            told.append(f"{inert(name)}: {inert(describe(prepared.calibrations[name]))}.")
    return told


def _haystack(prepared: Prepared) -> str:
    """What the needles stand in, and how much of it there is to cut from."""
    from niah.console import count

    name = prepared.ingredients.haystack
    if prepared.task.has_own_haystack:
        return name
    return f"{name}, {count(len(prepared.corpus.text))} characters"


def _summary(prepared: Prepared, estimates: tuple[Estimate, ...], refused: int) -> dict[str, Any]:
    from niah.cli.plan_choices import choices_json

    grid = prepared.experiment.grid
    totals = [entry.at_most_usd for entry in estimates]
    known = [total for total in totals if total is not None]
    return {
        "experiment": prepared.experiment.name,
        "experiment_sha256": prepared.sha256,
        "context_lengths": list(grid.context_lengths),
        "depth_percents": list(grid.depth_percents),
        "cells": len(grid.context_lengths) * len(grid.depth_percents),
        "trials": len(prepared.trials),
        "refused": refused,
        "refused_estimated": prepared.task.writer is not None,
        "input_tokens": sum(entry.input_tokens for entry in estimates),
        "cost_usd": sum(known) if len(known) == len(totals) else None,
        "haystack": prepared.ingredients.haystack,
        "haystack_sha256": prepared.corpus.sha256,
        "task": prepared.trials[0].task,
        "sampling": prepared.experiment.sampling.model_dump(mode="json"),
        "simulated": prepared.simulated,
        "models": [
            {
                "model": entry.model.id,
                "trials": entry.trials,
                "input_tokens": entry.input_tokens,
                "output_tokens_at_most": entry.output_tokens,
                "tokenizer": entry.model.tokenizer,
                "tokenizer_known": entry.model.tokenizer_known,
                "calibrate": prepared.experiment.calibrate(entry.model),
                "context_window": entry.model.context_window,
                "over_window": entry.over_window,
                "input_usd": entry.input_usd,
                "output_usd_at_most": entry.output_usd,
                "cost_usd_at_most": entry.at_most_usd,
                "choices": choices_json(prepared, entry.model),
            }
            for entry in estimates
        ],
        "warnings": list(prepared.warnings),
    }
