"""Runs as values for the tests of reports: every outcome, and responses that mean harm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from niah.experiment import Experiment
from niah.figures.text import Facts, Language
from niah.interface.sweeps import Sweep
from niah.report import Passage, Passages, Report, Source
from niah.report.gather import Measured, gather
from niah.statistics.grids import CellKey, build_grids, summarize
from niah.store import Run, TrialRecord
from tests.store_data import make_run, make_trial

HOSTILE = (
    "<script>window.pwned=1;document.title='pwned'</script>",
    "</script><script>window.pwned=2</script>",
    "<img src=x onerror=\"window.pwned=3\"><svg onload='window.pwned=4'>",
    '"><a href="javascript:window.pwned=5">7654321</a>',
    "<!-- </style></title></textarea> --><iframe src='https://example.org/pwned'></iframe>",
    "\u202e1234567\u2066 \x1b[31mred\x1b]0;pwned\x07 \u200f",
    "$(calc) `backtick` {{7*7}} ${7*7} &lt;b&gt; &#x3c;script&#x3e;",
    "[link](javascript:pwned) ![x](https://example.org/x.png) ```\n# heading\n| a | b |",
    r"\input{/etc/passwd} \write18{pwned} $x_1^2$ 100% & # ~ {unbalanced",
    '<object data="data:text/html,<script>window.pwned=6</script>"></object><base href="//x.y">',
    '=HYPERLINK("https://example.org") \ud800 lone',
)
"""Texts that no report may obey."""

EXPERIMENT = Experiment.model_validate_json(
    '{"name": "quickstart", "models": ["acme/one", "acme/two"], "grid": {"context_lengths": '
    '[1000, 8000, 64000], "depth_percents": [0, 50, 100], "trials": 2}, "providers": '
    '{"acme": {"api": "openai", "base_url": "http://127.0.0.1:9/v1"}}}'
).canonical_json()

LENGTHS = (1000, 8000, 64000)
DEPTHS = (0.0, 50.0, 100.0)


def sweep_trials(
    model: str = "acme/one",
    *,
    run: str = "acme-1",
    responses: Sequence[str] = ("It is 482913.",),
    miss_from: int = 64000,
    repeats: int = 2,
    lengths: Sequence[int] = LENGTHS,
    depths: Sequence[float] = DEPTHS,
    **changes: Any,
) -> list[TrialRecord]:
    """A sweep that misses at the middle depth from one length on."""
    trials: list[TrialRecord] = []
    for length in lengths:
        for depth in depths:
            for repeat in range(repeats):
                number = len(trials)
                missed = length >= miss_from and 0 < depth < 100
                trials.append(
                    replace(
                        make_trial(number, run=run, model=model, context_length=length),
                        depth_percent=depth,
                        repeat=repeat,
                        response=responses[number % len(responses)],
                        score=0.0 if missed else 1.0,
                        score_reason="another value" if missed else "stated",
                        found=() if missed else ("482913",),
                        input_tokens=length + 7,
                        output_tokens=12,
                        latency_s=1.25,
                        started_at="2026-11-23T16:30:00Z",
                        **changes,
                    )
                )
    return trials


def with_outcomes(trials: list[TrialRecord]) -> list[TrialRecord]:
    """The same with one trial of each outcome that is not scored, and one cell without any."""
    unscored: tuple[dict[str, Any], ...] = (
        {"outcome": "blocked", "message": "stopped by the provider's filter"},
        {"outcome": "failed", "failure_kind": "timeout", "message": "no answer in 600 s"},
        {"outcome": "truncated", "message": "the server read 12,000 of 64,000 tokens"},
        {"outcome": "context-exceeded", "message": "the window has 32,000 tokens"},
    )
    changed = list(trials)
    for at, changes in enumerate(unscored):
        blank = {"score": None, "score_reason": "", "found": (), "response": ""}
        changed[2 * at] = replace(changed[2 * at], **{**blank, **changes})
        if at == 1:
            changed[2 * at + 1] = replace(changed[2 * at + 1], **{**blank, **changes})
    return changed[:-2]


def measured(
    trials: Sequence[TrialRecord],
    *,
    run: Run | None = None,
    simulated: bool = False,
    adaptive: bool = False,
    passages: Passages | None = None,
) -> Measured:
    """A run of these trials as a report gets it."""
    found = run or make_run(
        trials[0].run, simulated=simulated, status="complete", experiment=EXPERIMENT
    )
    planned: Mapping[CellKey, int] = {
        (model, "single/magic-number", length, depth): 2
        for model in {trial.model for trial in trials}
        for length in LENGTHS
        for depth in DEPTHS
    }
    return Measured(
        source=Source(run=found, experiment='name = "quickstart"\n', calibrations={}),
        sweeps=[
            Sweep(
                run=found,
                records=tuple(t for t in trials if t.model == grid.model),
                grid=grid,
                summary=summary,
                facts=Facts(run=found.run, haystack="gazetteer-en"),
                claimed_tokens=128_000,
                adaptive=adaptive,
            )
            for grid, summary in zip(
                build_grids(trials, simulated=simulated, planned=planned),
                summarize(trials, simulated=simulated, planned=planned),
                strict=True,
            )
        ],
        passages=passages or passages_of(trials),
    )


def passages_of(trials: Sequence[TrialRecord], text: str = "a quiet street") -> Passages:
    """A passage for every trial."""
    passage = Passage(
        role="needle",
        asked_depth_percent=50.0,
        placed_depth_percent=49.5,
        before=f"… {text}. ",
        needle="The magic number is 482913.",
        after=" The mill stood empty …",
    )
    return Passages(by_trial={trial.trial_id: (passage,) for trial in trials})


def small_report(
    *,
    responses: Sequence[str] = ("It is 482913.",),
    several: bool = False,
    simulated: bool = False,
    language: Language = "en",
) -> Report:
    """A report of one sweep with every outcome, or of two that can be compared."""
    first = with_outcomes(sweep_trials(responses=responses))
    runs = [measured(first, simulated=simulated)]
    if several:
        second = sweep_trials("acme/two", run="acme-2", responses=responses, miss_from=8000)
        runs.append(measured(second, simulated=simulated))
    return gather(runs, language=language)
