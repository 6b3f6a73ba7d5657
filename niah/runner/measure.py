"""Trials on their way: each provider in a lane of its own, each trial after what it waits for."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from time import monotonic
from urllib.parse import urlsplit

from niah.experiment import Experiment
from niah.models import Model
from niah.order import Replicate, predecessors, sending_order, stream_of
from niah.plan import Trial
from niah.providers.bills import mark_prompts
from niah.runner.calibrate import Inquiry, attempt_inquiry, calibrate
from niah.runner.dispatch import Lane
from niah.runner.jobs import Attempt, Job, LaneSettings
from niah.runner.prepared import awaits_calibration
from niah.runner.session import Session, attempt
from niah.runner.slots import Slots

LOCAL_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})

Send = Callable[[Sequence[Trial]], Awaitable[None]]
"""Sends trials; done when each is finished, or when nothing more is sent."""

Feed = Callable[[Send], Awaitable[None]]
"""Sends the trials of some models, all at once or in batches."""


async def measure(session: Session, feeds: Mapping[str, Sequence[Feed]]) -> None:
    """Measure what the feeds send, until all of them are done or the session is stopped.

    Args:
        session: What the requests share.
        feeds: By the name of the provider that they ask.

    Raises:
        StoreUnavailable: if a result could not be stored.
    """
    slots = Slots(session.prepared.experiment.limits.concurrency)
    couriers = {name: _Courier(session, _a_model(session, name), slots) for name in feeds}
    stopping = asyncio.create_task(_drop_when_stopped(session, couriers.values()))
    try:
        async with asyncio.TaskGroup() as group:
            for name, courier in couriers.items():
                group.create_task(courier.lane.run())
                group.create_task(_feed(courier, feeds[name]))
    finally:
        stopping.cancel()


def all_at_once(trials: Sequence[Trial]) -> Feed:
    """The feed that sends these trials."""

    async def feed(send: Send) -> None:
        await send(trials)

    return feed


class _Courier:
    """Puts trials into a provider's lane as soon as what they wait for is finished.

    Several models share a lane evenly: none has more in it than its part of the lane's requests
    in flight, so that a slow one does not fill it up.
    """

    def __init__(self, session: Session, model: Model, slots: Slots) -> None:
        settings = lane_settings(session.prepared.experiment, model)
        self.lane: Lane[Trial | Inquiry] = Lane(
            self._attempt,
            settings=settings,
            slots=slots,
            clock=monotonic,
            sleep=asyncio.sleep,
        )
        self._session = session
        self._slots = slots
        self._longest_first = not settings.prescribed
        provider = model.provider.name
        models = session.prepared.models.values()
        self._alone = sum(other.provider.name == provider for other in models) == 1
        self._held: defaultdict[str, deque[Job[Trial | Inquiry]]] = defaultdict(deque)
        self._admitted: Counter[str] = Counter()
        self._followers: defaultdict[str, list[Job[Trial | Inquiry]]] = defaultdict(list)
        self._batches: dict[str, _Batch] = {}
        self._sent = 0
        self._warm: set[Replicate] = set()
        self._calibrating: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def send(self, trials: Sequence[Trial]) -> None:
        """See ``Send``; a model whose vocabulary is unknown is calibrated before its trials."""
        prepared = self._session.prepared
        unknown = {t.model for t in trials if awaits_calibration(prepared, t.model)}
        if not unknown:
            await self._send(trials)
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send([t for t in trials if t.model not in unknown]))
            for name in unknown:
                own = [trial for trial in trials if trial.model == name]
                group.create_task(self._send_calibrated(name, own))

    async def _send_calibrated(self, name: str, trials: Sequence[Trial]) -> None:
        async with self._calibrating[name]:
            await calibrate(self._session, self._session.prepared.models[name], self._inquire)
        await self._send(trials)

    def _inquire(self, inquiry: Inquiry, tokens: int) -> None:
        self.lane.add([Job(item=inquiry, tokens=tokens, first=True)])

    async def _send(self, trials: Sequence[Trial]) -> None:
        if not trials:
            return
        batch = _Batch(len(trials))
        waits = predecessors(trials, warm=self._warm)
        ordered = sending_order(trials, waits)
        self._compose_ahead(ordered, waits)
        roots: list[Job[Trial | Inquiry]] = []
        for trial in ordered:
            self._batches[trial.trial_id] = batch
            output_limit = self._output_limit(trial)
            job: Job[Trial | Inquiry] = Job(
                item=trial,
                tokens=trial.context_length + output_limit,
                output_tokens=output_limit,
                rank=self._sent,
            )
            self._sent += 1
            before = waits.get(trial.trial_id)
            (roots if before is None else self._followers[before.trial_id]).append(job)
        self._admit(roots)
        stopped = asyncio.create_task(self._session.stop.wait())
        finished = asyncio.create_task(batch.finished.wait())
        try:
            await asyncio.wait((stopped, finished), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            finished.cancel()

    def _admit(self, jobs: Iterable[Job[Trial | Inquiry]]) -> None:
        """Put jobs into the lane, now or when there is room for their model."""
        if self._alone:
            self.lane.add(jobs)
            return
        for job in sorted(jobs, key=lambda job: -job.tokens) if self._longest_first else jobs:
            if isinstance(job.item, Trial):
                self._held[job.item.model].append(job)
        waiting = [name for name, held in self._held.items() if held]
        most = max(1, self._slots.share // max(1, len({*waiting, *+self._admitted})))
        for name in waiting:
            held = self._held[name]
            while held and self._admitted[name] < most:
                self._admitted[name] += 1
                self.lane.add([held.popleft()])

    def _compose_ahead(self, trials: Sequence[Trial], waits: Mapping[str, Trial]) -> None:
        prepared, composer = self._session.prepared, self._session.composer
        composer.expect(trials)
        for name in {trial.model for trial in trials}:
            own = [trial for trial in trials if trial.model == name]
            frame_tokens = prepared.ingredients.frame_tokens
            marked = mark_prompts(prepared.models[name], own, waits, frame_tokens)
            composer.mark({trial_id: entry.marks for trial_id, entry in marked.items()})

    async def _attempt(self, job: Job[Trial | Inquiry]) -> Attempt:
        if isinstance(job.item, Inquiry):
            return await attempt_inquiry(self._session, job.item)
        done = await attempt(self._session, job.item)
        if done.again_after_s is None:
            self._finish(job.item)
        return done

    def _finish(self, trial: Trial) -> None:
        if trial.stream is not None:
            self._warm.add((trial.model, stream_of(trial).replicate))
        self._admitted[trial.model] -= 1
        self._admit(self._followers.pop(trial.trial_id, ()))
        self._batches.pop(trial.trial_id).finish()

    def _output_limit(self, trial: Trial) -> int:
        prepared = self._session.prepared
        return prepared.experiment.max_output_tokens(prepared.models[trial.model])


class _Batch:
    def __init__(self, open_trials: int) -> None:
        self._open = open_trials
        self.finished = asyncio.Event()

    def finish(self) -> None:
        self._open -= 1
        if not self._open:
            self.finished.set()


async def _feed(courier: _Courier, feeds: Iterable[Feed]) -> None:
    async with asyncio.TaskGroup() as group:
        for feed in feeds:
            group.create_task(_awaited(feed, courier.send))
    courier.lane.close()


async def _awaited(feed: Feed, send: Send) -> None:
    await feed(send)


async def _drop_when_stopped(session: Session, couriers: Iterable[_Courier]) -> None:
    await session.stop.wait()
    for courier in couriers:
        courier.lane.drop()


def _a_model(session: Session, provider: str) -> Model:
    models = session.prepared.models.values()
    return next(model for model in models if model.provider.name == provider)


def lane_settings(experiment: Experiment, model: Model) -> LaneSettings:
    """Repeats come in the plan's order, so that every cell is visited before any is again.

    So do prompts that begin alike, so that what a cache holds of them is read soon.
    """
    host = urlsplit(model.provider.base_url).hostname or ""
    sampling = experiment.sampling
    return LaneSettings(
        requests_per_minute=experiment.limits.requests_per_minute,
        tokens_per_minute=experiment.limits.tokens_per_minute,
        cautious=not (model.simulated or host in LOCAL_HOSTS),
        prescribed=experiment.grid.trials > 1
        or sampling.mode == "adaptive"
        or sampling.sharing != "none",
    )
