"""Work that the user or the clock may stop: first the sending, then the waiting."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager

from niah.errors import StoreUnavailable
from niah.runner.connections import open_transport
from niah.runner.measure import Feed, measure
from niah.runner.session import Session

# What is in flight when the time is up may still be answered for so long.
GRACE_S = 60.0


async def supervise(
    session: Session,
    feeds: Mapping[str, Sequence[Feed]],
    tell: Callable[[str], None],
    max_time_s: float | None,
) -> bool:
    """Measure what the feeds send; True if interrupted. In the end connections are closed."""
    async with AsyncExitStack() as stack:
        for name in {model.provider.name for model in session.prepared.models.values()}:
            if name not in session.transports:
                session.transports[name] = await stack.enter_async_context(open_transport())
        work = asyncio.ensure_future(measure(session, feeds))
        with (
            _signals(session, work, tell) as interrupted,
            _deadline(session, work, max_time_s) as overdue,
        ):
            try:
                await work
            except asyncio.CancelledError:
                if not (interrupted or overdue):
                    raise
            except ExceptionGroup as group:
                raise _first(group) from None
    return bool(interrupted)


@contextmanager
def _signals(
    session: Session, work: asyncio.Future[None], tell: Callable[[str], None]
) -> Iterator[list[bool]]:
    """While open, the first signal stops the sending and the second the waiting."""
    received: list[bool] = []

    def on_signal() -> None:
        received.append(True)
        session.stop.set()
        if len(received) == 1:
            tell("stopping: the requests in flight are finished first; again to abandon them")
        else:
            work.cancel()

    loop = asyncio.get_running_loop()
    handled = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, on_signal)
        except (NotImplementedError, RuntimeError, ValueError):
            continue  # not the main thread, or a system without them
        handled.append(number)
    try:
        yield received
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


@contextmanager
def _deadline(
    session: Session, work: asyncio.Future[None], max_time_s: float | None
) -> Iterator[list[bool]]:
    """While open, the end of the time stops the sending, and the grace after it the waiting."""
    overdue: list[bool] = []
    if max_time_s is None:
        yield overdue
        return

    def on_deadline() -> None:
        overdue.append(True)
        session.reasons.append("the time limit (--max-time) was reached")
        session.stop.set()

    loop = asyncio.get_running_loop()
    handles = (
        loop.call_later(max_time_s, on_deadline),
        loop.call_later(max_time_s + GRACE_S, work.cancel),
    )
    try:
        yield overdue
    finally:
        for handle in handles:
            handle.cancel()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong, where several tasks met the same fault: a store that failed counts first."""
    leaves = list(_leaves(group))
    return next((leaf for leaf in leaves if isinstance(leaf, StoreUnavailable)), leaves[0])


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
