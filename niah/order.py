"""What waits for what: a prompt cache is read only by what is sent after its writer was answered.

Of each replicate one trial goes first, the primer, whose prompt has the most of the haystack before
its needle: every other stream begins with what it leaves in the cache. Then the streams go side by
side, and within each the shorter before the longer.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from niah.plan import Trial
from niah.streams import Stream

Replicate = tuple[str, int]
"""Model and number of the replicate."""


def predecessors(trials: Iterable[Trial], *, warm: Collection[Replicate] = ()) -> dict[str, Trial]:
    """For each trial that waits for another one, by id, that other one.

    Args:
        trials: What is to be sent; those that share nothing wait for nothing.
        warm: Replicates that need no primer, because a prompt of theirs was answered lately.
    """
    waits: dict[str, Trial] = {}
    replicates: defaultdict[Replicate, list[Trial]] = defaultdict(list)
    for trial in trials:
        if trial.stream is not None:
            replicates[trial.model, trial.stream.replicate].append(trial)
    for replicate, members in replicates.items():
        primer = None if replicate in warm else primer_of(members)
        streams: defaultdict[str, list[Trial]] = defaultdict(list)
        for trial in members:
            streams[stream_of(trial).name].append(trial)
        for stream in streams.values():
            ordered = sorted(stream, key=lambda trial: (trial.context_length, trial.repeat))
            if primer is not None:
                ordered = [primer, *(trial for trial in ordered if trial is not primer)]
            packed = stream_of(ordered[0]).sharing == "packed"
            for before, after in pairwise(ordered):
                waits[after.trial_id] = ordered[0] if packed else before
    return waits


def primer_of(trials: Sequence[Trial]) -> Trial | None:
    """The trial of a replicate that primes the others; None when they would read nothing of it."""
    nested = [trial for trial in trials if stream_of(trial).sharing == "nested"]
    if len({stream_of(trial).name for trial in nested}) < 2:
        return None
    return max(nested, key=lambda trial: (base_tokens(trial), trial.context_length))


def base_tokens(trial: Trial) -> float:
    """How far a prompt is its haystack and nothing else, about: up to the first needle, or all."""
    offsets = [math.inf if offset is None else offset for offset in stream_of(trial).offsets_tokens]
    return min(trial.context_length, *offsets)


def stream_of(trial: Trial) -> Stream:
    """The trial's stream, where it is known to have one."""
    assert trial.stream is not None
    return trial.stream


def sending_order(trials: Sequence[Trial], waits: Mapping[str, Trial]) -> list[Trial]:
    """The trials with each after what it waits for, and a stream's one right after another."""
    followers: defaultdict[str, list[Trial]] = defaultdict(list)
    for trial in reversed(trials):
        if trial.trial_id in waits:
            followers[waits[trial.trial_id].trial_id].append(trial)
    ordered: list[Trial] = []
    for root in trials:
        stack = [] if root.trial_id in waits else [root]
        while stack:
            trial = stack.pop()
            ordered.append(trial)
            stack += followers[trial.trial_id]
    return ordered
