"""Prompts that begin alike: which trials share a text, so that a prompt cache reads most of it.

*Nested*: the needle stands at one token offset of a haystack, and every context length whose
wanted depth bin contains that offset is the same text, cut there. *Packed*: several keys stand in
one text, and each request asks for one of them.

Trials of one stream have haystack and needle in common and are not independent; replicates are:
each has a haystack, needles, values and offsets of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from niah.draws import derive_seed, integer

MOST_OFF_PERCENT = 5.0
"""A shared needle stands in its wanted depth bin, half-way to the next depths at most, and never
further from the asked depth than this."""

GRAIN_TOKENS = 12
"""Half a sentence: needles stand between sentences."""

Sharing = Literal["nested", "packed"]
Cell = tuple[int, int]
"""Row (depth) and column (length), 0-based."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What the prompts of some trials have in common.

    Attributes:
        sharing: How.
        replicate: Trials of different replicates have nothing in common.
        name: Of the stream within its replicate.
        haystack_seed: Draws where the haystack begins.
        needle_seeds: One for each needle; it draws the needle, its values and its question.
        offsets_tokens: Haystack tokens before each needle; None = behind the whole haystack.
        depth_percents: Asked depth of each packed needle.
        asked: Which of the needles the trial asks for.
    """

    sharing: Sharing
    replicate: int
    name: str
    haystack_seed: int
    needle_seeds: tuple[int, ...]
    offsets_tokens: tuple[int | None, ...]
    depth_percents: tuple[float, ...] = ()
    asked: int = 0

    @property
    def key(self) -> tuple[int, str]:
        """Tells the streams of a sweep apart."""
        return self.replicate, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Cells that one needle can serve, and between which offsets it may stand for all of them.

    Attributes:
        cells: The longest first.
        first, last: Bounds of the offset in haystack tokens; None = behind the whole haystack.
    """

    cells: tuple[Cell, ...]
    first: float | None
    last: float | None


@lru_cache(maxsize=64)
def cover(
    haystack_tokens: tuple[int, ...], depth_percents: tuple[float, ...], most_off_percent: float
) -> tuple[_Cut, ...]:
    """Few streams that serve every cell: greedily, from the longest context length down.

    Depths 0 and 100 are streams of their own and exact: before and behind the whole haystack.

    Args:
        haystack_tokens: Of each context length, ascending.
        depth_percents: Asked depths, ascending.
        most_off_percent: See `MOST_OFF_PERCENT`; 0 asks for the exact depths.
    """
    columns = range(len(haystack_tokens))
    rows = range(len(depth_percents))
    shares = [depth_bin(depth_percents, row, most_off_percent) for row in rows]

    def bounds(row: int, column: int) -> tuple[float, float]:
        """Offsets of a cell: a needle moves to the end of a sentence, and shall stay in its bin."""
        low, high = (share * haystack_tokens[column] for share in shares[row])
        grain = min(GRAIN_TOKENS, (high - low) / 2)
        return low + grain, high - grain

    cuts = []
    left = {(row, column) for row in rows for column in columns}
    for row, depth in enumerate(depth_percents):
        if depth in (0.0, 100.0):
            place = None if depth else 0.0
            cells = tuple((row, column) for column in reversed(columns))
            cuts.append(_Cut(cells=cells, first=place, last=place))
            left.difference_update(cells)
    for row, column in sorted(left, key=lambda cell: (-cell[1], cell[0])):
        if (row, column) not in left:
            continue
        low, high = bounds(row, column)
        cells = ((row, column),)
        for shorter in reversed(range(column)):
            options = []
            for other in rows:
                if (other, shorter) in left:
                    start, end = bounds(other, shorter)
                    start, end = max(low, start), min(high, end)
                    if start <= end:
                        options.append((end - start, -other, start, end))
            if options:
                _, other, low, high = max(options)
                cells = (*cells, (-other, shorter))
        left.difference_update(cells)
        cuts.append(_Cut(cells=cells, first=low, last=high))
    return tuple(cuts)


def depth_bin(
    depth_percents: Sequence[float], row: int, most_off_percent: float = MOST_OFF_PERCENT
) -> tuple[float, float]:
    """Where a needle counts as placed at the depth of that row, as shares of the haystack."""
    here = depth_percents[row]
    before = depth_percents[row - 1] if row else here - 200
    after = depth_percents[row + 1] if row + 1 < len(depth_percents) else here + 200
    low = max(0.0, here - min((here - before) / 2, most_off_percent))
    high = min(100.0, here + min((after - here) / 2, most_off_percent))
    return low / 100, high / 100


def nested_streams(
    seed: int,
    context_lengths: tuple[int, ...],
    depth_percents: tuple[float, ...],
    *,
    replicate: int,
    frame_tokens: int,
    most_off_percent: float = MOST_OFF_PERCENT,
) -> tuple[tuple[Stream, tuple[Cell, ...]], ...]:
    """The streams of one replicate, each with its cells in ascending order of length.

    Args:
        seed: Of the experiment's task.
        context_lengths: Ascending.
        depth_percents: Ascending.
        replicate: Its number; it draws the haystack, the needles, and where each stands in its bin.
        frame_tokens: Of a prompt, how many are not haystack.
        most_off_percent: See `MOST_OFF_PERCENT`.
    """
    haystacks = tuple(max(1, tokens - frame_tokens) for tokens in context_lengths)
    haystack_seed = derive_seed(seed, "nested", replicate)
    streams = []
    for number, cut in enumerate(cover(haystacks, depth_percents, most_off_percent)):
        needle_seed = derive_seed(seed, "nested", replicate, number)
        offset = None
        if cut.first is not None and cut.last is not None:
            low, high = round(cut.first), round(cut.last)
            offset = low + integer(needle_seed, "offset", max(0, high - low) + 1)
        stream = Stream(
            sharing="nested",
            replicate=replicate,
            name=str(number),
            haystack_seed=haystack_seed,
            needle_seeds=(needle_seed,),
            offsets_tokens=(offset,),
        )
        streams.append((stream, cut.cells[::-1]))
    return tuple(streams)


def packed_streams(
    seed: int,
    context_lengths: tuple[int, ...],
    depth_percents: tuple[float, ...],
    *,
    replicate: int,
    frame_tokens: int,
    keys: int,
) -> tuple[tuple[Stream, tuple[Cell, ...]], ...]:
    """Texts of several keys, each with the cells that it serves, in ascending order of length.

    Every text has exactly so many keys, at as many of the asked depths, spread over all of them;
    where the depths do not come out even, some keys are not asked for.
    """
    groups = -(-len(depth_percents) // keys)
    streams = []
    for column, context_length in enumerate(context_lengths):
        haystack = max(1, context_length - frame_tokens)
        for group in range(groups):
            asked = list(range(group, len(depth_percents), groups))
            others = [row for row in range(len(depth_percents)) if row not in asked]
            rows = sorted([*asked, *others[: keys - len(asked)]])
            offsets = tuple(
                None if depth_percents[row] == 100 else round(depth_percents[row] * haystack / 100)
                for row in rows
            )
            name = f"{context_length}/{group}"
            for row in asked:
                stream = Stream(
                    sharing="packed",
                    replicate=replicate,
                    name=name,
                    haystack_seed=derive_seed(seed, "packed", replicate, name),
                    needle_seeds=tuple(
                        derive_seed(seed, "packed", replicate, name, other) for other in rows
                    ),
                    offsets_tokens=offsets,
                    depth_percents=tuple(depth_percents[other] for other in rows),
                    asked=rows.index(row),
                )
                streams.append((stream, ((row, column),)))
    return tuple(streams)
