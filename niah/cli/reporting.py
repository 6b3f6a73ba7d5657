"""niah report: a page, a Markdown file or a LaTeX document about stored runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from niah.cli.options import DEFAULT_DATABASE, Database, Json, note, print_json
from niah.errors import ConfigurationError, NiahError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from niah.report import Passages, Report, Source
    from niah.report.gather import Measured
    from niah.store import Run, TrialRecord
    from niah.store.database import Store

FORMATS = (".html", ".md", ".tex")
LARGE_BYTES = 5_000_000
THREADS = 4
"""Hashing a prompt leaves the interpreter free to compose the next one."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("report")(report)


def report(
    runs: Annotated[list[str], typer.Argument(help="Run ids or their starts, or latest.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The report; .html, .md or .tex.", dir_okay=False)
    ],
    title: Annotated[
        str | None, typer.Option("--title", help="Its heading, in place of the models' names.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="en or de.")] = "en",
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            help="Least accuracy of the effective context length, such as 0.9; by default the "
            "experiment's own, or RULER's.",
        ),
    ] = None,
    pooled: Annotated[
        bool | None,
        typer.Option(
            "--pooled/--raw", help="Which numbers; by default pooled of adaptive runs, else raw."
        ),
    ] = None,
    passages: Annotated[
        bool,
        typer.Option(
            "--passages/--no-passages", help="Rebuild the prompts and show the text around needles."
        ),
    ] = True,
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Write a report of runs: summary, maps, every answer, the experiment; figures beside it."""
    from niah.figures.text import LANGUAGES, one_of
    from niah.report.gather import gather
    from niah.store.database import open_store
    from niah.store.runs import find_run

    if out.suffix not in FORMATS:
        raise ConfigurationError(f"--out {out}: name a {', '.join(FORMATS[:-1])} or .tex file")
    if threshold is not None and not 0 <= threshold <= 1:
        raise ConfigurationError(f"--threshold {threshold:g}: give an accuracy from 0 to 1")
    spoken = one_of("language", language, LANGUAGES)
    with open_store(db, access="read") as store:
        found = [find_run(store, name) for name in runs]
        measured = [
            _measured(store, run, passages=passages, pooled=pooled) for run in _distinct(found)
        ]
    for run in measured:
        if run.passages.missing and passages:
            note(f"warning: {run.passages.missing}")
    made = gather(measured, threshold=threshold, title=title, language=spoken)
    written = _write(made, out)
    if json:
        print_json({"report": str(out), "files": [str(path) for path in written]})
        return
    for path in written:
        print(path)


def _distinct(runs: Sequence[Run]) -> list[Run]:
    return list({run.run: run for run in runs}.values())


def _measured(store: Store, run: Run, *, passages: bool, pooled: bool | None) -> Measured:
    from niah.interface.sweeps import sweeps_of
    from niah.report.gather import Measured, no_passages
    from niah.runner.controls import results_of_controls, stored_controls
    from niah.runner.results import experiment_of
    from niah.store.trials import iter_trials

    records = list(iter_trials(store, run.run))
    experiment = experiment_of(run)
    return Measured(
        source=_source(run),
        sweeps=sweeps_of(run, records, results_of_controls(stored_controls(store, run))),
        passages=_passages(run, records) if passages else no_passages(""),
        threshold=None if experiment is None else experiment.report.effective,
        pooled=pooled,
    )


def _source(run: Run) -> Source:
    import json

    from niah.experiment import experiment_toml
    from niah.imports import import_record
    from niah.providers.calibration import describe
    from niah.report import Source
    from niah.runner.results import run_calibrations

    if run.source != "measured":
        imported = json.dumps(import_record(run), indent=2, ensure_ascii=False)
        return Source(run=run, experiment=imported, calibrations={})
    return Source(
        run=run,
        experiment=experiment_toml(run.experiment),
        calibrations={name: describe(c) for name, c in run_calibrations(run).items()},
    )


def _passages(run: Run, records: Sequence[TrialRecord]) -> Passages:
    """The text around each needle, from prompts that are composed again and proven by their hash.

    Whatever cannot be rebuilt is left out, and the first reason is kept.
    """
    from concurrent.futures import ThreadPoolExecutor

    from niah.report import Passage, Passages
    from niah.report.gather import no_passages
    from niah.report.passages import cut_passages
    from niah.runner.rebuilding import prompt_rebuilder

    try:
        rebuild = prompt_rebuilder(run)
    except NiahError as error:
        return no_passages(str(error))

    def cut(chosen: Sequence[TrialRecord]) -> list[tuple[Passage, ...] | str]:
        found: list[tuple[Passage, ...] | str] = []
        for record in chosen:
            try:
                challenge, prompt = rebuild(record)
            except NiahError as error:
                found.append(str(error))
            else:
                needles = [needle.text for needle in challenge.needles]
                found.append(cut_passages(prompt, needles))
        return found

    sent = [record for record in records if record.prompt_sha256]
    parts = [sent[start::THREADS] for start in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        found = [
            (record.trial_id, cut_or_why)
            for part, results in zip(parts, threads.map(cut, parts), strict=True)
            for record, cut_or_why in zip(part, results, strict=True)
        ]
    return Passages(
        by_trial={trial: cut for trial, cut in found if not isinstance(cut, str)},
        missing=next((why for _, why in found if isinstance(why, str)), ""),
    )


def _write(made: Report, out: Path) -> list[Path]:
    """The report and the figures beside it; the paths written, the report first."""
    from niah.files import whole_file
    from niah.report.latex import latex
    from niah.report.markdown import markdown
    from niah.report.page import page
    from niah.report.pictures import draw_pictures

    if out.suffix == ".html":
        pictures, content = [], page(made)
    elif out.suffix == ".md":
        pictures = draw_pictures(made, out, "png")
        content = markdown(made, pictures)
    else:
        pictures = draw_pictures(made, out, "pdf")
        content = latex(made, pictures)
    if len(content) > LARGE_BYTES:
        size = f"{len(content) / 1e6:.1f} MB"
        note(f"warning: {out} has {size}, too much for many mailboxes; try --no-passages")
    with whole_file(out) as draft:
        draft.write_text(content, encoding="utf-8", newline="\n")
    return [out, *(picture.path for picture in pictures)]
