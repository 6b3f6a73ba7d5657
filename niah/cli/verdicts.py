"""A gate's verdict as text, JSON, Markdown, and JUnit's XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from niah.axes import format_tokens
from niah.cli.controls import controls_block, controls_json
from niah.console import count, inert, percent, usd
from niah.escape import markdown_text

if TYPE_CHECKING:
    from niah.runner.gating import Compared, Gate, Judged
    from niah.runner.retests import SentRetests
    from niah.runner.thresholds import Check
    from niah.statistics.evidence import Judgement
    from niah.statistics.expectations import Baseline

SIMULATED = "reference reader, simulated: no model was asked"


def text_lines(gate: Gate, sent: SentRetests | None) -> Iterator[str]:
    """The verdict for a terminal."""
    yield f"{gate.verdict}: {gate.reason}"
    yield f"run         {inert(gate.run.run)}" + (f"  ({SIMULATED})" if gate.run.simulated else "")
    if gate.pool is not None:
        runs = len(gate.pool.runs)
        yield f"baseline    {inert(gate.pool.name)}, {count(runs)} run{'s' if runs > 1 else ''}"
    if sent is not None and sent.run is not None:
        yield f"re-tests    {_retests_text(sent)}, stored in {inert(sent.run)}"
    for note in gate.notes:
        yield f"note        {note}"
    for one in gate.sweeps:
        yield ""
        yield f"{inert(one.grid.model)}, {inert(one.grid.task)}"
        for check in one.checks:
            yield f"  {check.verdict:<10}{check.reason}"
        if one.compared is not None:
            yield f"  {one.compared.verdict:<10}{one.compared.reason}"
            for line in _regions(one.compared):
                yield f"            {line}"
        for line in controls_block(one.controls):
            yield f"  {line}"


def as_json(gate: Gate, sent: SentRetests | None) -> dict[str, Any]:
    """The whole verdict as JSON values."""
    return {
        "verdict": gate.verdict,
        "reason": gate.reason,
        "run": gate.run.run,
        "experiment_sha256": gate.run.experiment_sha256,
        "simulated": gate.run.simulated,
        "baseline": None
        if gate.pool is None
        else {"name": gate.pool.name, "runs": [run.run for run, _ in gate.pool.runs]},
        "retests": None
        if sent is None
        else {
            "run": sent.run,
            "trials": sent.trials,
            "rounds": sent.rounds,
            "cost_usd": sent.cost_usd,
            "budget_usd": sent.budget_usd,
            "stopped": list(sent.reasons),
        },
        "notes": list(gate.notes),
        "sweeps": [_sweep_json(one) for one in gate.sweeps],
    }


def as_markdown(gate: Gate, sent: SentRetests | None) -> str:
    """A summary that CI systems show: the verdict, then a table of all that was judged."""
    lines = [
        f"### niah gate: {gate.verdict}",
        "",
        markdown_text(gate.reason),
        "",
        f"Run {markdown_text(gate.run.run)}"
        + (f", baseline {markdown_text(gate.pool.name)}" if gate.pool is not None else "")
        + (f", {_retests_text(sent)}" if sent is not None and sent.run else "")
        + (f" ({SIMULATED})" if gate.run.simulated else "")
        + ".",
        "",
        "| model | judged | verdict | why |",
        "|---|---|---|---|",
    ]
    for one in gate.sweeps:
        model = markdown_text(one.grid.model)
        for name, verdict, reason in _judgements(one):
            lines.append(
                f"| {model} | {markdown_text(name)} | {verdict} | {markdown_text(reason)} |"
            )
    lines += _controls_markdown(gate.sweeps)
    lines += [f"\nNote: {markdown_text(note)}." for note in gate.notes]
    return "\n".join(lines) + "\n"


def as_junit(gate: Gate, *, seconds: float) -> bytes:
    """One test suite per sweep, one test case per judgement; what is undecided is an error.

    Source: the schema that Jenkins' xUnit plugin publishes (junit-10.xsd), which GitLab, Azure
    DevOps and others read too.
    """
    root = ElementTree.Element("testsuites", name="niah gate")
    failures = errors = total = 0
    for one in gate.sweeps:
        judged = list(_judgements(one))
        failed = sum(verdict == "fail" for _, verdict, _ in judged)
        undecided = sum(verdict == "undecided" for _, verdict, _ in judged)
        failures, errors, total = failures + failed, errors + undecided, total + len(judged)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_xml(f"{one.grid.model} {one.grid.task}"),
            tests=str(len(judged)),
            failures=str(failed),
            errors=str(undecided),
            skipped="0",
            time=f"{seconds:.3f}",
            timestamp=gate.run.created_at[:19],
        )
        for name, verdict, reason in judged:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=_xml(f"niah.{one.grid.model}"),
                name=_xml(name),
                time=f"{seconds / max(1, len(judged)):.3f}",
            )
            if verdict == "pass":
                ElementTree.SubElement(case, "system-out").text = _xml(reason)
            else:
                kind = "failure" if verdict == "fail" else "error"
                entry = ElementTree.SubElement(case, kind, message=_xml(reason), type=verdict)
                entry.text = _xml(f"{gate.run.run}: {reason}")
    root.set("tests", str(total))
    root.set("failures", str(failures))
    root.set("errors", str(errors))
    root.set("time", f"{seconds:.3f}")
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _judgements(one: Judged) -> Iterator[tuple[str, str, str]]:
    """What was judged, the verdict, the reason."""
    for check in one.checks:
        yield f"{check.subject} at least {_minimum(check)}", check.verdict, check.reason
    if one.compared is not None:
        yield "no worse than the baseline", one.compared.verdict, one.compared.reason


def _controls_markdown(sweeps: Sequence[Judged]) -> list[str]:
    """A table of the shares that were measured beside the sweeps; nothing without any."""
    from niah.figures.controls import control_lines

    rows = [
        f"| {markdown_text(one.grid.model)} | {markdown_text(line.label)} "
        f"| {percent(line.estimate.value)} ({percent(line.estimate.lower)} to "
        f"{percent(line.estimate.upper)}) | {count(line.estimate.n)} |"
        for one in sweeps
        for line in control_lines(one.controls, "en")
        if line.estimate.n
    ]
    if not rows:
        return []
    return ["", "| model | control | share (95% interval) | n |", "|---|---|---|---|", *rows]


def _minimum(check: Check) -> str:
    return percent(check.minimum) if check.minimum <= 1 else format_tokens(int(check.minimum))


def _retests_text(sent: SentRetests) -> str:
    plural = "s" if sent.rounds != 1 else ""
    return (
        f"{count(sent.trials)} re-tests in {count(sent.rounds)} round{plural}, "
        f"cost {usd(sent.cost_usd)}"
    )


def _regions(compared: Compared) -> Iterator[str]:
    """What the re-tests found in each region that alarmed or stayed open."""
    from niah.runner.gate_words import points, region

    outcome = compared.outcome
    for found in () if outcome is None else outcome.judged:
        if found is not None and found.finding != "clear":
            yield (
                f"{found.finding}  {region(compared.baseline, found.group)}: "
                f"{points(found.drop)} ({points(found.lower)} to {points(found.upper)}), "
                f"n = {count(found.n)}"
            )


def _sweep_json(one: Judged) -> dict[str, Any]:
    return {
        "model": one.grid.model,
        "task": one.grid.task,
        "verdict": one.verdict,
        "checks": [
            {
                "subject": check.subject,
                "verdict": check.verdict,
                "reason": check.reason,
                "minimum": check.minimum,
                "value": check.value,
                "interval": [check.lower, check.upper],
                "n": check.n,
                "method": check.method,
                "unmeasured": check.unmeasured,
            }
            for check in one.checks
        ],
        "regression": None if one.compared is None else _compared_json(one.compared),
        "controls": controls_json(one.controls),
    }


def _compared_json(compared: Compared) -> dict[str, Any]:
    outcome = compared.outcome
    return {
        "verdict": compared.verdict,
        "reason": compared.reason,
        "baseline_model": compared.against or None,
        "looked_for_drop": compared.sought,
        "stability": compared.baseline.stability,
        "rounds": 0 if outcome is None else outcome.rounds,
        "suspected": _judged_json(compared.baseline, () if outcome is None else outcome.suspected),
        "retested": _judged_json(compared.baseline, () if outcome is None else outcome.judged),
    }


def _judged_json(
    baseline: Baseline, found: Sequence[Judgement | None]
) -> list[dict[str, Any] | None]:
    from niah.runner.gate_words import region

    return [
        None
        if one is None
        else {
            "region": region(baseline, one.group),
            "context_lengths": list(baseline.context_lengths[one.group.columns]),
            "depth_percents": list(baseline.depth_percents[one.group.rows]),
            "finding": one.finding,
            "drop": one.drop,
            "interval": [one.lower, one.upper],
            "expected": one.expected,
            "accuracy": one.accuracy,
            "evidence": one.evidence,
            "n": one.n,
        }
        for one in found
    ]


def _xml(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return "".join(c for c in inert(text) if c.isprintable())
