"""Adaptive sweeps on their way: batch after batch, each chosen from all that were finished before.

A batch is a pure function of the design and of the responses to earlier batches. So an interrupted
sweep is replayed from the store and goes on in the middle of a batch; a trial that could not be
measured keeps its sweep waiting, because whatever else was chosen would not be what its answer
would have led to.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from niah.draws import derive_seed
from niah.models import Model
from niah.plan import Trial, task_label, trial_maker
from niah.runner.measure import Feed, Send
from niah.runner.prepared import Prepared
from niah.runner.pricing import plain_costs, shared_pricing
from niah.runner.records import is_final
from niah.runner.session import Session
from niah.statistics.adaptive import Progress, advance, replay, scores_by_key
from niah.statistics.designs import Design, TrialKey
from niah.store import ADAPTIVE_NOTE, TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an adaptive sweep stands, as it is kept beside a run.

    Attributes:
        rounds: Batches that are finished.
        trials: Chosen so far.
        passes: What these cost, in units of one trial in every cell with nothing cached.
        predicted_error: Predicted mean absolute error of the pooled map; None before a first fit.
        finished: Why the sweep ended; empty while it goes on.
        sizes: Trials of each batch.
    """

    rounds: int
    trials: int
    passes: float
    predicted_error: float | None
    finished: str
    sizes: list[int]


def design_of(prepared: Prepared, model: Model) -> Design:
    """The adaptive design of one model's sweep."""
    sampling = prepared.experiment.sampling
    return Design(
        cost=plain_costs(prepared, model),
        seed=derive_seed(prepared.experiment.seed, "adaptive", task_label(prepared.experiment)),
        target_error=sampling.target_error,
        max_passes=sampling.max_passes,
        growth=sampling.batch,
        least_repeats=sampling.least_repeats,
        pricing=shared_pricing(prepared, model),
    )


def stand(
    prepared: Prepared, records: Iterable[TrialRecord]
) -> tuple[dict[str, Progress], dict[str, dict[TrialKey, float | None]]]:
    """Where the sweep of each model stands after some trials, and their scores; by model id."""
    grid = prepared.experiment.grid
    final: dict[str, list[TrialRecord]] = {name: [] for name in prepared.models}
    for record in records:
        if is_final(record):
            final[record.model].append(record)
    scores = {
        name: scores_by_key(own, grid.context_lengths, grid.depth_percents)
        for name, own in final.items()
    }
    progress = {
        name: replay(design_of(prepared, model), scores[name])
        for name, model in prepared.models.items()
    }
    return progress, scores


def open_trials(
    prepared: Prepared, model: str, progress: Progress, scores: Mapping[TrialKey, float | None]
) -> dict[TrialKey, Trial]:
    """The trials of the batch that are not finished."""
    make = trial_maker(prepared.experiment, prepared.ingredients)
    return {
        key: make(model, (key[0], key[1]), key[2]) for key in progress.batch if key not in scores
    }


def adaptively(
    session: Session,
    model: Model,
    progress: Progress,
    scores: dict[TrialKey, float | None],
) -> Feed:
    """The feed that sends a model's trials batch by batch.

    Args:
        session: What the requests share.
        model: Who is asked.
        progress: Where the sweep stands.
        scores: Of the trials so far; those to come are added.
    """
    prepared = session.prepared
    design = design_of(prepared, model)

    async def feed(send: Send) -> None:
        now = progress
        if now.finished:
            await session.writer.note(ADAPTIVE_NOTE + model.id, standing_json(now))
        while now.batch:
            trials = open_trials(prepared, model.id, now, scores)
            session.tally.expect(trials.values())
            await send(list(trials.values()))
            for key, trial in trials.items():
                if trial.trial_id in session.scores:
                    scores[key] = session.scores[trial.trial_id]
            unmeasured = sum(key not in scores for key in now.batch)
            if unmeasured:
                if not (session.stop.is_set() or model.id in session.stopped_models):
                    session.reasons.append(
                        f"the next batch of {model.id} waits for {unmeasured:,} trials that could "
                        "not be measured"
                    )
                return
            now = await next_round(design, now, scores)
            await session.writer.note(ADAPTIVE_NOTE + model.id, standing_json(now))

    return feed


async def next_round(
    design: Design, progress: Progress, scores: Mapping[TrialKey, float | None]
) -> Progress:
    """The next round, found in a thread: meanwhile other models are asked, and answers come in."""
    return await asyncio.to_thread(advance, design, progress, scores)


def standing_json(progress: Progress) -> str:
    """A sweep's standing, as it is kept beside the run."""
    error = progress.predicted_error
    return json.dumps(
        {
            "rounds": progress.round,
            "trials": int(progress.asked.sum()),
            "passes": progress.spent_passes,
            "predicted_error": None if math.isnan(error) else error,
            "finished": progress.finished,
            "sizes": list(progress.sizes),
        }
    )


def standings_of(versions: Mapping[str, str]) -> dict[str, Standing]:
    """The standings that are kept beside a run, by model id; what is not one is left out."""
    found = {}
    for name, text in versions.items():
        if name.startswith(ADAPTIVE_NOTE):
            try:
                found[name.removeprefix(ADAPTIVE_NOTE)] = Standing(**json.loads(text))
            except (TypeError, ValueError):
                continue
    return found
