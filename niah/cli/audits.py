"""How far two scorers agree on a run's responses: as text, JSON, and rows of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from niah.runner.rescoring import Audit, Disagreement
    from niah.statistics.agreement import Agreement
    from niah.store import Run, TrialRecord

SHOWN = 20
"""Disagreements that are printed; all of them are in the JSON and in ``--out``."""

EXCERPT_CHARACTERS = 160


def audit_json(run: Run, records: Sequence[TrialRecord], audit: Audit) -> dict[str, Any]:
    """The whole comparison as JSON values."""
    return {
        "run": run.run,
        "simulated": run.simulated,
        "first": audit.first.scorer,
        "second": audit.second.scorer,
        "in_use": run.scored_by or "original",
        "unscored": audit.unscored,
        "sweeps": list(_sweeps(records, audit)),
        "agreement": _agreement_json(audit.agreement),
        "disagreements": [_disagreement(one) for one in audit.disagreements],
    }


def _agreement_json(agreement: Agreement) -> dict[str, Any]:
    """How far two scorers agree, as JSON values."""
    from niah.runner.results import estimate_json, finite

    share = estimate_json(agreement.share)
    return {
        "n": agreement.n,
        "share": share["accuracy"],
        "interval": share["interval"],
        "kappa": finite(agreement.kappa),
        "kappa_interval": [finite(agreement.kappa_lower), finite(agreement.kappa_upper)],
        "both_right": agreement.both_right,
        "first_only": agreement.first_only,
        "second_only": agreement.second_only,
        "both_wrong": agreement.both_wrong,
        "mean_difference": finite(agreement.mean_difference),
    }


def _sweeps(records: Sequence[TrialRecord], audit: Audit) -> Iterator[Mapping[str, Any]]:
    """The accuracy of each sweep by either scorer."""
    from niah.runner.rescoring import rescored_records
    from niah.runner.results import estimate_json
    from niah.statistics.grids import by_sweep
    from niah.statistics.scores import sweep_estimate

    for (model, task), own in by_sweep(records).items():
        yield {
            "model": model,
            "task": task,
            **{
                name: estimate_json(sweep_estimate(rescored_records(own, scored)))
                for name, scored in (("first", audit.first), ("second", audit.second))
            },
        }


def _disagreement(one: Disagreement) -> dict[str, Any]:
    record = one.record
    return {
        "trial_id": record.trial_id,
        "model": record.model,
        "task": record.task,
        "context_length": record.context_length,
        "depth_percent": record.depth_percent,
        "repeat": record.repeat,
        "question": record.question,
        "answers": list(record.answers),
        "response": record.response,
        "first_score": one.first.score,
        "first_reason": one.first.reason,
        "second_score": one.second.score,
        "second_reason": one.second.reason,
    }


def write_disagreements(out: Path, disagreements: Sequence[Disagreement]) -> None:
    """Write every disagreement, a row each: CSV by the suffix, JSON lines otherwise.

    Raises:
        ConfigurationError: if the file cannot be written.
    """
    from niah.files import whole_file
    from niah.store.export import storable, write_csv, write_jsonl

    rows = [storable(_disagreement(one)) for one in disagreements]
    columns = list(rows[0]) if rows else ["trial_id"]
    with whole_file(out) as draft, draft.open("w", encoding="utf-8", newline="") as stream:
        if out.suffix == ".csv":
            write_csv(columns, rows, stream)
        else:
            write_jsonl(rows, stream)


def audit_lines(run: Run, records: Sequence[TrialRecord], audit: Audit) -> Iterator[str]:
    """The comparison for a terminal: both accuracies, the agreement, the first disagreements."""
    from niah.console import count, inert, percent

    yield f"run         {inert(run.run)}" + ("  (simulated)" if run.simulated else "")
    yield f"first       {inert(audit.first.scorer)}"
    yield f"second      {inert(audit.second.scorer)}"
    yield f"in use      {inert(run.scored_by) or 'the scores of the measurement'}"
    for sweep in _sweeps(records, audit):
        yield ""
        yield f"{inert(sweep['model'])}, {inert(sweep['task'])}"
        for name in ("first", "second"):
            yield f"{name:<12}{_accuracy(sweep[name])}"
    agreed = audit.agreement
    yield ""
    if not agreed.n:
        yield "agreement   nothing that both could score"
        return
    kappa = "undefined: one of the two gave all trials the same"
    if agreed.kappa == agreed.kappa:
        kappa = (
            f"{agreed.kappa:.3f}, 95% interval {agreed.kappa_lower:.3f} to {agreed.kappa_upper:.3f}"
        )
    share = agreed.share
    yield (
        f"agreement   {percent(share.value)}, 95% interval {percent(share.lower)} to "
        f"{percent(share.upper)}, n = {count(agreed.n)}"
        + (f" ({count(audit.unscored)} not scored by both)" if audit.unscored else "")
    )
    yield f"kappa       {kappa}"
    yield (
        f"counts      both right {count(agreed.both_right)}, first only "
        f"{count(agreed.first_only)}, second only {count(agreed.second_only)}, both wrong "
        f"{count(agreed.both_wrong)}; right is a score of 1"
    )
    if not audit.disagreements:
        yield "            no trial is scored differently"
        return
    kinds = len({one.kind for one in audit.disagreements})
    yield ""
    yield (
        f"{count(len(audit.disagreements))} scored differently, in {count(kinds)} "
        f"{'kind' if kinds == 1 else 'kinds'}; one of each kind first"
    )
    for one in audit.disagreements[:SHOWN]:
        yield from _disagreement_lines(one)
    left = len(audit.disagreements) - SHOWN
    if left > 0:
        yield f"... and {count(left)} more; --out FILE.jsonl or --json has all"


def _accuracy(estimate: Mapping[str, Any]) -> str:
    from niah.console import count, percent

    if not estimate["n"]:
        return "nothing scored"
    lower, upper = estimate["interval"]
    return (
        f"accuracy {percent(estimate['accuracy'])}, 95% interval {percent(lower)} to "
        f"{percent(upper)}, n = {count(estimate['n'])}  ({estimate['method']})"
    )


def _disagreement_lines(one: Disagreement) -> Iterator[str]:
    from niah.axes import format_tokens
    from niah.console import inert, shorten

    record = one.record
    yield (
        f"  {record.trial_id[:12]}  {format_tokens(record.context_length)}  depth "
        f"{record.depth_percent:.4g}%  repeat {record.repeat}"
    )
    yield f"    answers   {inert(shorten(' | '.join(record.answers), EXCERPT_CHARACTERS))}"
    response = " ".join(record.response.split())
    yield f"    response  {shorten(inert(response), EXCERPT_CHARACTERS)}"
    for name, rescore in (("first", one.first), ("second", one.second)):
        yield f"    {name:<10}{rescore.score:g} ({inert(shorten(rescore.reason, 100))})"
