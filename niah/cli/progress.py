"""The live line of a run: rewritten in place on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from niah.cli.logs import is_json, log
from niah.console import count, percent, usd
from niah.runner.progress import Progress

TERMINAL_INTERVAL_S = 0.1
LINE_INTERVAL_S = 30.0


def render(name: str, progress: Progress) -> str:
    """The progress of a run in one line, what matters most first: terminals may be narrow."""
    parts = [f"{name} {count(progress.done)}/{count(progress.planned)}"]
    if progress.remaining_s is not None and progress.session_done < progress.session_planned:
        parts.append(f"{_clock(progress.remaining_s)} left")
    parts.append(f"cells {count(progress.cells_done)}/{count(progress.cells)}")
    if progress.scored:
        parts.append(f"accuracy {percent(progress.score_sum / progress.scored)}")
    unscored = progress.done - progress.scored
    if unscored:
        parts.append(f"unscored {count(unscored)}")
    parts.append(usd(progress.cost_usd) if progress.cost_usd is not None else "price unknown")
    parts.append(f"{_short(progress.input_tokens)} tokens")
    if progress.session_done and progress.elapsed_s > 0:
        parts.append(f"{progress.session_done / progress.elapsed_s:.1f}/s")
    return "  ".join(parts)


@contextmanager
def live_line(name: str, *, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A function to call with each new progress; nothing is shown when quiet."""
    if quiet:
        yield lambda _: None
    elif is_json():
        yield from _on_lines(name, _as_object)
    elif sys.stderr.isatty():
        yield from _on_terminal(name)
    else:
        yield from _on_lines(name, lambda text, _: log(text))


def _on_terminal(name: str) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def update(text: str, _: Progress) -> None:
            live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)

        show = _every(TERMINAL_INTERVAL_S, update)
        yield lambda progress: show(render(name, progress), progress)


def _on_lines(
    name: str, write: Callable[[str, Progress], None]
) -> Iterator[Callable[[Progress], None]]:
    show = _every(LINE_INTERVAL_S, write)
    yield lambda progress: show(render(name, progress), progress)


def _as_object(text: str, progress: Progress) -> None:
    log(text, event="progress", **asdict(progress))


def _every(
    interval_s: float, show: Callable[[str, Progress], None]
) -> Callable[[str, Progress], None]:
    """Show at most once an interval, and always when the last trial is done."""
    shown_at = time.monotonic()

    def maybe(text: str, progress: Progress) -> None:
        nonlocal shown_at
        now = time.monotonic()
        if now - shown_at >= interval_s or (
            progress.done == progress.planned and not progress.open_end
        ):
            shown_at = now
            show(text, progress)

    return maybe


def _short(tokens: int) -> str:
    for size, unit in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if tokens >= size:
            return f"{tokens / size:.1f}{unit}"
    return str(tokens)


def _clock(seconds: float) -> str:
    whole = max(0, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
