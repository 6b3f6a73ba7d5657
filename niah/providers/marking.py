"""Where prompts that begin alike are marked for a cache that keeps what it is asked to keep.

As in ``caching``, a breakpoint pays where a later prompt reads what was written, and nowhere else.
Here that is known before any prompt is composed: from what waits for what.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from niah.order import base_tokens, sending_order, stream_of
from niah.plan import Trial
from niah.prices import Rate
from niah.prompts.shared import NO_MARKS, TAIL_TOKENS, Marks
from niah.providers.caching import MOST_BREAKPOINTS, best_ends, factors


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A prompt's marks, and what they are expected to come to in tokens."""

    marks: Marks = NO_MARKS
    read_tokens: int = 0
    written_tokens: int = 0


def mark_all(
    trials: Sequence[Trial],
    waits: Mapping[str, Trial],
    *,
    rate: Rate,
    least_tokens: int,
    frame_tokens: int,
) -> dict[str, Marked]:
    """The marks of each trial's prompt, by id.

    Args:
        trials: That share prompts.
        waits: For each that waits for another one, by id, that other one.
        rate: What the model costs.
        least_tokens: The shortest prefix that is kept.
        frame_tokens: Of a prompt, how many are not haystack.
    """
    write, read = factors(rate)
    lengths = sorted({trial.context_length for trial in trials})
    ends = [trunk_tokens(length, frame_tokens) for length in lengths]
    followers: defaultdict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        if trial.trial_id in waits:
            followers[waits[trial.trial_id].trial_id].append(trial)

    def shared(one: Trial, other: Trial) -> int:
        """Where the trunk that two prompts share ends, in tokens."""
        return _last(ends, _shared_tokens(one, other, frame_tokens))

    marked: dict[str, Marked] = {}
    for trial in sending_order(trials, waits):
        found: tuple[int, ...] = ()  # ends of the blocks of the longest kept prefix
        writer = waits.get(trial.trial_id)
        while writer is not None:
            common = shared(writer, trial)
            blocks = [trunk_tokens(n, frame_tokens) for n in marked[writer.trial_id].marks.blocks]
            kept = [
                trunk_tokens(n, frame_tokens) for n in marked[writer.trial_id].marks.breakpoints
            ]
            longest = max((end for end in kept if end <= common), default=0)
            if longest > (found[-1] if found else 0):
                found = tuple(end for end in blocks if end <= longest)
            writer = waits.get(writer.trial_id)
        start = found[-1] if found else 0
        later = {n: shared(trial, next_) for n, next_ in enumerate(followers[trial.trial_id])}
        new = best_ends(
            later,
            dict.fromkeys(later, start),
            start=start,
            least=least_tokens,
            most=MOST_BREAKPOINTS - bool(found),
            write=write,
            read=read,
        )
        length_of = dict(zip(ends, lengths, strict=True))
        blocks_here = (*found, *new)
        marked[trial.trial_id] = Marked(
            marks=Marks(
                blocks=tuple(length_of[end] for end in blocks_here),
                breakpoints=tuple(length_of[end] for end in (*found[-1:], *new)),
            ),
            read_tokens=start,
            written_tokens=new[-1] - start if new else 0,
        )
    return marked


def trunk_tokens(context_length: int, frame_tokens: int) -> int:
    """Tokens of a prompt of that length that every longer one begins with, about."""
    return max(0, context_length - frame_tokens // 2 - TAIL_TOKENS)


def _shared_tokens(one: Trial, other: Trial, frame_tokens: int) -> float:
    shorter = min(one.context_length, other.context_length)
    if stream_of(one).key == stream_of(other).key:
        return trunk_tokens(shorter, frame_tokens)
    return min(base_tokens(one), base_tokens(other), trunk_tokens(shorter, frame_tokens))


def _last(ends: Sequence[int], tokens: float) -> int:
    place = bisect_right(ends, tokens)
    return ends[place - 1] if place else 0
