"""A judge model's verdicts on a run's stored responses, each asked for once.

The requests go the way of all others: the judge's key, a lane with its rate limits, retries, a
budget that is a hard stop. What is on record is not asked again, whichever run it was for.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import httpx

from niah.experiment import Experiment
from niah.models import Model
from niah.providers import Sampling
from niah.runner.budget import check_prices, open_ledger
from niah.runner.connections import open_transport
from niah.runner.keys import Keys
from niah.runner.purse import Purse
from niah.runner.rebuilding import challenge_drawer
from niah.runner.records import sampling_of
from niah.runner.rescoring import Scored
from niah.runner.rubric import LONGEST_RESPONSE, RUBRIC, Case, case_of
from niah.runner.sitting import Question, Reservations, Sitting, ask_all
from niah.statistics.scores import SCORED
from niah.store import Run, TrialRecord
from niah.store.database import Store
from niah.store.judgements import Judgement, judging_usd, known_judgements
from niah.store.locks import lock_experiment
from niah.store.scorings import Rescore

OUTPUT_TOKENS = 256
"""For one word, with room for a judge that says it in a sentence, which then does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a judge made of a run.

    Attributes:
        scored: Right is 1 and wrong 0; a response without a verdict has no score.
        asked: Verdicts that were asked for now.
        known: Those that were on record.
        reasons: Why it is incomplete, a sentence each.
        cost_usd: All that judging this run has cost or may have; None = unknown.
    """

    scored: Scored
    asked: int
    known: int
    reasons: tuple[str, ...]
    cost_usd: float | None


def judge_model(experiment: Experiment, name: str) -> tuple[Experiment, Model]:
    """The judge as an experiment's providers, prices and limits define it.

    Raises:
        ModelError: if the name cannot be resolved.
    """
    own = experiment.of_models(name)
    (model,) = own.resolved_models()
    return own, model


def judge_run(
    store: Store,
    run: Run,
    records: Sequence[TrialRecord],
    *,
    experiment: Experiment,
    model: Model,
    keys: Keys,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    max_cost_usd: float | None = None,
    log: Callable[[str], None] = lambda _: None,
) -> Judged:
    """Ask a judge about every scored response of a run that it has not judged before.

    Args:
        store: Open for writing.
        run: As stored.
        records: Its trials, as measured.
        experiment: Has the judge's provider, limits and request settings.
        model: The judge.
        keys: Has its key.
        transports: In place of the network, by provider name.
        max_cost_usd: Hard stop for judging this run, earlier calls included.
        log: Called with one line for each retry.

    Raises:
        ConfigurationError: if a budget is set and the judge's price is unknown, or what was asked
            cannot be drawn again.
        StoreUnavailable: if another process asks the same judge, or the store cannot be written.
    """
    check_prices([model], max_cost_usd)
    how = _sampling(experiment, model)
    cases = dict(_cases(run, records))
    keyed = {trial_id: _key(case, model, how) for trial_id, case in cases.items()}
    wanted = {keyed[trial_id]: case for trial_id, case in cases.items() if _can_be_judged(case)}
    lock = hashlib.sha256(f"judge {model.id} {RUBRIC}".encode()).hexdigest()
    with lock_experiment(store, lock):
        known = known_judgements(store, wanted)
        spent, _ = judging_usd(store, run.run, model.id)
        transport = (transports or {}).get(model.provider.name)
        sitting = Sitting(
            store=store,
            run=run.run,
            model=model,
            experiment=experiment,
            how=how,
            keys=keys,
            transport=transport or open_transport(),
            purse=Purse(
                Reservations(store=store, run=run.run, model=model),
                open_ledger(max_cost_usd, spent_usd=spent),
            ),
            log=log,
        )
        open_questions = [
            Question(key=key, case=case) for key, case in wanted.items() if key not in known
        ]
        if open_questions:
            asyncio.run(ask_all(sitting, open_questions, owned=transport is None))
        judgements = known_judgements(store, wanted)
        spent, unpriced = judging_usd(store, run.run, model.id)
    simulated = ", simulated" if model.simulated else ""
    rescores = {
        trial_id: _rescore(trial_id, case, judgements.get(keyed[trial_id]))
        for trial_id, case in cases.items()
    }
    return Judged(
        scored=Scored(scorer=f"judge {model.id} ({RUBRIC}{simulated})", rescores=rescores),
        asked=sitting.asked,
        known=len(known),
        reasons=tuple(sitting.reasons),
        cost_usd=None if unpriced else spent,
    )


def _cases(run: Run, records: Iterable[TrialRecord]) -> Iterable[tuple[str, Case]]:
    """Each scored response with what it was asked, by trial id."""
    draw = None
    for record in records:
        if record.outcome in SCORED:
            draw = draw or challenge_drawer(run)
            match = draw(record).match
            yield (
                record.trial_id,
                case_of(record.question, record.answers, match, record.response),
            )


def _can_be_judged(case: Case) -> bool:
    return bool(case.response) and len(case.response) <= LONGEST_RESPONSE


def _sampling(experiment: Experiment, model: Model) -> Sampling:
    how = sampling_of(experiment, model)
    room = how.max_output_tokens if model.reasoning else OUTPUT_TOKENS
    return replace(how, max_output_tokens=room, temperature=0.0, top_p=None)


def _key(case: Case, model: Model, how: Sampling) -> str:
    """Hash over everything that a judgement depends on."""
    parts = [
        case.sha256,
        model.id,
        model.wire_name,
        model.provider.base_url,
        how.max_output_tokens,
        how.reasoning_effort,
        how.thinking_budget_tokens,
        dict(how.extra_body),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _rescore(trial_id: str, case: Case, judgement: Judgement | None) -> Rescore:
    if not case.response:
        return Rescore(trial_id=trial_id, score=0.0, reason="empty: there is nothing to judge")
    if not _can_be_judged(case):
        reason = f"longer than {LONGEST_RESPONSE:,} characters"
        return Rescore(trial_id=trial_id, score=None, reason=reason)
    if judgement is None:
        return Rescore(trial_id=trial_id, score=None, reason="the judge was not asked, or failed")
    if not judgement.verdict:
        return Rescore(trial_id=trial_id, score=None, reason=judgement.message)
    score = 1.0 if judgement.verdict == "right" else 0.0
    return Rescore(trial_id=trial_id, score=score, reason=f"judged {judgement.verdict}")
