"""The reference readers by name: what each notices of the prompt that it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

from niah.draws import derive_seed, integer
from niah.errors import ModelError
from niah.reference import recall as surfaces
from niah.reference.judging import literal_verdict
from niah.reference.reading import GUESSED, NOT_FOUND, read
from niah.reference.recall import Recall

_FAMILIES: tuple[tuple[str, str], ...] = (
    ("exact", "perfect recall: answers whatever the text of its prompt says"),
    ("lost-in-the-middle", "recalls both ends; the middle fades from 1K to 128K tokens"),
    ("decay", "recall falls with length, the same at every depth"),
    ("last-4000", "sees its last 4,000 tokens only; any last-N, such as last-16k"),
    ("cliff-32k", "perfect up to 32,000 tokens, nothing beyond; any cliff-N"),
    ("flat-90", "recalls 90 of 100 sentences wherever they stand; any flat-N"),
    (
        "literal-judge",
        "judges for niah score: RIGHT where an accepted answer stands literally",
    ),
)

JUDGE = "literal-judge"

_SIZE = r"(\d{1,9})(ki|k|m)?"
_LAST = re.compile(rf"last-{_SIZE}", re.IGNORECASE)
_CLIFF = re.compile(rf"cliff-{_SIZE}", re.IGNORECASE)
_FLAT = re.compile(r"flat-(\d{1,2}(?:\.\d{1,6})?|100)")
_UNITS = {"": 1, "k": 1000, "ki": 1024, "m": 1_000_000}
_DROP = re.compile(r"drop=(0?\.\d{1,9}|[01])")
_DRAW = re.compile(r"draw=(\d{1,9})")
_STABLE = re.compile(r"stable=(0?\.\d{1,9}|[01])")
_GUESS = re.compile(r"guess=(0?\.\d{1,9}|[01])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tonight:
    """What may change from one night to the next while a reader's name stays.

    Attributes:
        known_map: Recall of the reader ``map``; None = there is no such reader.
        draw: Which sentences are noticed, besides the name's own draw.
    """

    known_map: Recall | None = None
    draw: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    base: str
    recall: Recall
    window: int | None  # tokens that it sees; None = all
    draw: int
    stable: float
    guess: float


def available() -> list[tuple[str, str]]:
    """The readers, each with a line that describes it; ``map`` besides, where there is a map.

    Every name may carry ``@drop=0.05``, which lowers its recall by that much, ``@draw=2``, which
    makes it notice other sentences with the same recall, ``@stable=0.8``, the share of prompts
    that it answers alike whatever the draw, and ``@guess=0.3``, the share of prompts without
    anything to notice to which it makes a number up.
    """
    return list(_FAMILIES)


def recall_map(reader: str, tonight: Tonight | None = None) -> Recall:
    """The reader's true recall: from (depth in percent, context length in tokens) to 0..1.

    For a reader of its last tokens it leaves out the few tokens that the question takes.

    Raises:
        ModelError: if there is no such reader.
    """
    return _parse(reader, tonight or Tonight()).recall


def check_reader(reader: str, tonight: Tonight | None = None) -> None:
    """Does nothing if there is such a reader.

    Raises:
        ModelError: if there is none.
    """
    _parse(reader, tonight or Tonight())


def answer(
    reader: str,
    messages: Sequence[Mapping[str, str]],
    *,
    count_tokens: Callable[[str], int],
    tonight: Tonight | None = None,
) -> str:
    """What the reader says to a prompt; the same prompt gets the same answer.

    Args:
        reader: One of ``available()``, with or without modifiers.
        messages: The prompt: each with ``role`` and ``content``.
        count_tokens: The tokens of a text, by the reader's own vocabulary.
        tonight: What its name does not say; None = nothing.

    Raises:
        ModelError: if there is no such reader.
    """
    tonight = tonight or Tonight()
    parsed = _parse(reader, tonight)
    if parsed.base == JUDGE:
        return literal_verdict(messages) or NOT_FOUND["en"]
    length = 0
    if reader != "exact":
        length = sum(count_tokens(message["content"]) for message in messages)
    if parsed.window is not None and length > parsed.window:
        messages = keep_last(messages, parsed.window, count_tokens)
    reading = read(messages)
    seed = 0
    if reader != "exact" and reading.found:
        digest = sha256("\0".join(message["content"] for message in messages).encode("utf-8"))
        seed = _seed(parsed, digest.hexdigest(), tonight)
    noticed = [
        found.says
        for number, found in enumerate(reading.found)
        if _recalls(parsed, found.depth_percent, length, seed, number)
    ]
    said = reading.conclude(noticed) if noticed else ""
    return said or _nothing_found(parsed, messages, reading.language)


def _nothing_found(reader: _Reader, messages: Sequence[Mapping[str, str]], language: str) -> str:
    if reader.guess:
        text = "\0".join(message["content"] for message in messages)
        seed = derive_seed("reference reader", reader.base, reader.draw, text)
        if integer(seed, "guess", 1 << 53) / (1 << 53) < reader.guess:
            return GUESSED[language].format(number=1_000_000 + integer(seed, "number", 9_000_000))
    return NOT_FOUND[language]


def _seed(reader: _Reader, prompt: str, tonight: Tonight) -> int:
    """Of all draws for a prompt; the same whatever the draw where the answer is a stable one."""
    own = "reference reader", reader.base
    stable = integer(derive_seed(*own, "stable", prompt), "stable", 1 << 53) / (1 << 53)
    if stable < reader.stable:
        return derive_seed(*own, 0, prompt)
    if tonight.draw:
        return derive_seed(*own, reader.draw, prompt, tonight.draw)
    return derive_seed(*own, reader.draw, prompt)


def _recalls(reader: _Reader, depth_percent: float, length: int, seed: int, number: int) -> bool:
    # What a reader of its last tokens still sees was noticed: the cut itself was its recall.
    recall = reader.recall(100.0 if reader.window else depth_percent, length)
    return recall >= 1 or integer(seed, f"recall/{number}", 1 << 53) / (1 << 53) < recall


def keep_last(
    messages: Sequence[Mapping[str, str]], window: int, count_tokens: Callable[[str], int]
) -> list[Mapping[str, str]]:
    """The end of a conversation that fits the window, cut inside a message where it must be."""
    kept: list[Mapping[str, str]] = []
    left = window
    for message in reversed(messages):
        content = message["content"]
        tokens = count_tokens(content)
        if tokens > left:
            content = _last_tokens(content, left, count_tokens)
            tokens = left
        kept.append({**message, "content": content})
        left -= tokens
        if left <= 0:
            break
    return kept[::-1]


def _last_tokens(text: str, window: int, count_tokens: Callable[[str], int]) -> str:
    """An end of a text that has so many tokens, or, where none has, the longest that has fewer."""
    fits, exceeds = 0, len(text) + 1
    size = min(len(text), 4 * window)
    for step in count():
        tokens = count_tokens(text[len(text) - size :])
        if tokens <= window:
            fits = size
        else:
            exceeds = size
        if tokens == window or exceeds - fits <= 1:
            break
        # In proportion this takes a few steps; halving ends where it would not.
        size = size * window // max(tokens, 1) if step < 6 else (fits + exceeds) // 2
        size = min(max(size, fits + 1), exceeds - 1)
    return text[len(text) - fits :]


def _parse(reader: str, tonight: Tonight) -> _Reader:
    base, *modifiers = reader.split("@")
    known = _base(base, tonight)
    if known is None and base == "map":
        raise ModelError(
            "the reference reader 'map' has no map; name its file in NIAH_REFERENCE_MAP, or "
            "with niah serve --map"
        )
    if known is None:
        raise ModelError(
            f"there is no reference reader {reader!r}; use one of "
            f"{', '.join(name for name, _ in _FAMILIES)}"
        )
    recall, window = known
    draw, stable, guess = 0, 0.0, 0.0
    for modifier in modifiers:
        if drop := _DROP.fullmatch(modifier):
            recall = surfaces.lowered(recall, float(drop[1]))
        elif redraw := _DRAW.fullmatch(modifier):
            draw = int(redraw[1])
        elif settled := _STABLE.fullmatch(modifier):
            stable = float(settled[1])
        elif guessing := _GUESS.fullmatch(modifier):
            guess = float(guessing[1])
        else:
            raise ModelError(
                f"the reference reader {reader!r} has the modifier {modifier!r}; use drop=0.05 "
                "(0 to 1), draw=2, stable=0.8 or guess=0.3 after one of "
                f"{', '.join(name for name, _ in _FAMILIES)}"
            )
    return _Reader(base=base, recall=recall, window=window, draw=draw, stable=stable, guess=guess)


def _base(name: str, tonight: Tonight) -> tuple[Recall, int | None] | None:
    if name == "map" and tonight.known_map is not None:
        return tonight.known_map, None
    if name in ("exact", JUDGE):
        return surfaces.flat(1.0), None
    if name == "lost-in-the-middle":
        return surfaces.lost_in_the_middle, None
    if name == "decay":
        return surfaces.decay, None
    if match := _FLAT.fullmatch(name):
        return surfaces.flat(float(match[1]) / 100), None
    if match := _CLIFF.fullmatch(name):
        return surfaces.cliff(_tokens(match)), None
    if (match := _LAST.fullmatch(name)) and _tokens(match):
        return surfaces.tail(_tokens(match)), _tokens(match)
    return None


def _tokens(size: re.Match[str]) -> int:
    return int(size[1]) * _UNITS[(size[2] or "").lower()]
