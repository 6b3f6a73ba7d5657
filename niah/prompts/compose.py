"""Composes one prompt of exactly the asked number of tokens.

The haystack is a window of the corpus, cut at sentences. Its tokens are known from the index up
to short stretches around each seam, which are encoded again; so the exact count of a prompt of
any length costs a few short encodings. The window is then made to fit: the last sentence moves
on until there are too many tokens by r, and a sentence of r tokens is left out; where no
sentence fits, the window ends inside its last sentence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from niah.draws import integer
from niah.errors import PromptRefused
from niah.prompts import Layout, Message, Placement, Prompt
from niah.prompts.index import CorpusIndex
from niah.prompts.segments import sync_points
from niah.tasks import Challenge, Needle
from niah.tokenizers import Tokenizer

COMPOSITION_VERSION = 1

WINDOWS_TRIED = 12
TAILS_TRIED = 12
OMISSIONS_TRIED = 6
CUT_SPREAD = 4
CUT_TAILS = ("", ".", " ...", "...", " [...]")
FILLER = " ..."
LONGEST_FILLER = 400
MARGIN_TOKENS = 200
ROOMY_TOKENS = 4_000
CHARACTERS_A_TOKEN = 4
SHORT_SENTENCE_TOKENS = 16
LONGEST_GAP = 8
PARAGRAPH = "\n\n"
FULL_WIDTH_MARKS = "\u3002\uff01\uff1f\uff61\u300d\u300f\uff09"

Piece = str | tuple[int, int]
"""Literal text, or a stretch of the corpus by its character offsets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A haystack: sentences ``first`` up to and without ``stop``, one left out, the last cut.

    Attributes:
        omitted: Sentences of the window that are left out.
        cut: Character offset at which the last sentence is cut; None = it is whole.
        tail: What a cut sentence ends with.
    """

    first: int
    stop: int
    omitted: tuple[int, ...] = ()
    cut: int | None = None
    tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What is fixed while a window is looked for.

    Attributes:
        before, after: What stands around the haystack in the user message.
        known: Characters of ``before`` up to its last sync point; their tokens are
            ``known_tokens``.
        needles: Asked depth percent and text of each.
        counted: Tokens of the seams that were encoded.
    """

    index: CorpusIndex
    before: str
    after: str
    known: int
    known_tokens: int
    needles: tuple[tuple[float, str], ...]
    counted: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """A window with its needles in place.

    Attributes:
        tokens: Haystack tokens.
        places: For each needle the sentence before which it stands.
        pieces: The user message in order.
    """

    window: Window
    tokens: int
    places: list[int]
    pieces: list[Piece]


def compose(
    index: CorpusIndex,
    *,
    context_length: int,
    depth_percent: float,
    challenge: Challenge,
    layout: Layout,
    seed: int,
) -> Prompt:
    """The prompt of a trial; the same arguments give the same bytes.

    Args:
        index: The corpus under the model's tokenizer.
        context_length: Tokens of all message contents together, each encoded on its own.
        depth_percent: Where needles without a depth of their own stand, 0..100.
        challenge: What is planted and asked.
        layout: What stands around the haystack.
        seed: Draws the window of the corpus.

    Raises:
        PromptRefused: if no prompt has exactly that length.
    """
    before, after = _around(challenge, layout)
    system_tokens = len(index.tokenizer.encode(layout.system)) if layout.system else 0
    known, known_tokens = _known_start(index, before)
    frame = _Frame(
        index=index,
        before=before,
        after=after,
        known=known,
        known_tokens=known_tokens,
        needles=tuple(
            (depth_percent if needle.depth_percent is None else needle.depth_percent, needle.text)
            for needle in challenge.needles
        ),
    )
    laid = _fit(frame, context_length - system_tokens, seed, context_length)
    content = "".join([_text(index, piece) for piece in laid.pieces])
    messages = (
        *((Message(role="system", content=layout.system),) if layout.system else ()),
        Message(role="user", content=content),
    )
    return Prompt(
        messages=messages,
        tokens=context_length,
        haystack_tokens=laid.tokens,
        placements=_placements(frame, laid, challenge.needles),
    )


def recount(prompt: Prompt, tokenizer: Tokenizer) -> int:
    """The prompt's tokens, every message content encoded whole: the audit of ``compose``."""
    return sum(len(tokenizer.encode(message.content)) for message in prompt.messages)


def minimum_context_length(tokenizer: Tokenizer, challenge: Challenge, layout: Layout) -> int:
    """Tokens of a prompt that has the needles and the question and no haystack at all."""
    before, after = _around(challenge, layout)
    body = " ".join(needle.text for needle in challenge.needles)
    system_tokens = len(tokenizer.encode(layout.system)) if layout.system else 0
    return system_tokens + len(tokenizer.encode(before + body + after))


def _around(challenge: Challenge, layout: Layout) -> tuple[str, str]:
    """What stands before and after the haystack in the user message."""
    before = challenge.instruction + PARAGRAPH
    after = ""
    if layout.question_position in ("before", "both"):
        before += challenge.question + PARAGRAPH
    if layout.question_position in ("after", "both"):
        after = PARAGRAPH + challenge.question
    return before, after


def _known_start(index: CorpusIndex, before: str) -> tuple[int, int]:
    """How much of the start of the message is the same in every trial, and its tokens."""
    if not index.syncs:
        return 0, 0
    if before not in index.known_starts:
        points = sync_points(before)
        known = int(points[-1]) if len(points) else 0
        index.known_starts[before] = known, len(index.tokenizer.encode(before[:known]))
    return index.known_starts[before]


def _fit(frame: _Frame, wanted: int, seed: int, context_length: int) -> _Laid:
    """A window that makes the user message exactly ``wanted`` tokens long, laid out."""
    index = frame.index
    shortest = _shortest(frame, wanted)
    if wanted < shortest:
        raise PromptRefused(
            f"a context length of {context_length:,} tokens is too short for needle and question, "
            f"which need {context_length - wanted + shortest:,}"
        )
    room = wanted - shortest
    if index.tokens < room:
        raise PromptRefused(
            f"the haystack {index.corpus.name} has {index.tokens:,} tokens, too few for a context "
            f"length of {context_length:,}; give it more text, or set haystack.repeat = true"
        )
    starts = _feasible_starts(index, room)
    for attempt in range(WINDOWS_TRIED):
        first = integer(seed, f"window/{attempt}" if attempt else "window", starts)
        for laid in _candidates(frame, first, wanted, room, seed):
            if _count(frame, laid.pieces) == wanted:
                return laid
    raise PromptRefused(
        f"no part of the haystack {index.corpus.name} makes exactly {context_length:,} tokens"
    )


def _shortest(frame: _Frame, wanted: int) -> int:
    """Tokens of the message without a haystack: exact where it matters, else about right."""
    literals = [frame.before[frame.known :], *(text for _, text in frame.needles), frame.after]
    guess = frame.known_tokens + sum(map(len, literals)) // CHARACTERS_A_TOKEN
    if wanted > ROOMY_TOKENS + guess:
        return guess
    return _count(frame, _lay(frame, Window(first=0, stop=0)).pieces)


def _feasible_starts(index: CorpusIndex, room: int) -> int:
    """How many sentences, from the first one, have enough text after them."""
    latest = index.tokens - room - min(MARGIN_TOKENS, room)
    return max(1, bisect_right(index.start_tokens, latest))


def _candidates(frame: _Frame, first: int, wanted: int, room: int, seed: int) -> Iterator[_Laid]:
    """Windows from a sentence on that should have the wanted length, the best ones first."""
    index = frame.index
    reach = index.start_tokens[first] + room
    # Few sentences are shorter than this: with so many tokens too many, one is soon found.
    reach += SHORT_SENTENCE_TOKENS if room > ROOMY_TOKENS else 0
    stop = max(first, bisect_left(index.end_tokens, reach))
    short = Window(first=first, stop=max(first, stop - 1))
    if not index.syncs:
        yield from _cuts(frame, short, wanted)
    for last in range(stop, min(stop + TAILS_TRIED, len(index.starts)) + 1):
        whole = _lay(frame, Window(first=first, stop=last))
        surplus = _count(frame, whole.pieces) - wanted
        if surplus < 0:
            short = whole.window
        elif surplus == 0:
            yield whole
        else:
            for window in _omissions(index, whole.window, surplus, seed):
                laid = _lay(frame, window)
                if not _touches(window, laid.places):
                    yield laid
    yield from _cuts(frame, short, wanted)


def _omissions(index: CorpusIndex, window: Window, surplus: int, seed: int) -> Iterator[Window]:
    """The window without one sentence, or two, that have as many tokens as are too many."""
    for one in _inner(index, window, surplus, seed, OMISSIONS_TRIED):
        yield replace(window, omitted=(one,))
    for size in range(surplus // 2, 2, -1):
        pair = _inner(index, window, size, seed, 1)
        pair += _inner(index, window, surplus - size, seed + 1, 1)
        if len(pair) == 2 and abs(pair[0] - pair[1]) > 1:
            yield replace(window, omitted=(min(pair), max(pair)))
            return


def _inner(index: CorpusIndex, window: Window, size: int, seed: int, count: int) -> list[int]:
    """A few sentences of so many tokens inside the window, from a drawn one on."""
    sentences = index.omissible.get(size, [])
    low = bisect_right(sentences, window.first)
    high = bisect_left(sentences, window.stop - 1)
    if low >= high:
        return []
    begin = low + integer(seed, "omission", high - low)
    return sentences[begin : min(begin + count, high)]


def _cuts(frame: _Frame, short: Window, wanted: int) -> Iterator[_Laid]:
    """The window with a part of the next sentence, preferably cut behind a word."""
    index, text = frame.index, frame.index.corpus.text
    if short.stop >= len(index.starts):
        return
    missing = wanted - _count(frame, _lay(frame, short).pieces)
    while missing < 0 and short.stop > short.first:
        short = replace(short, stop=short.stop - 1)
        missing = wanted - _count(frame, _lay(frame, short).pieces)
    begin = index.starts[short.stop]
    sentence = text[begin : index.ends[short.stop]]
    token_ends = index.tokenizer.token_ends(sentence)
    near = sorted(range(-CUT_SPREAD, CUT_SPREAD + 1), key=abs)
    cuts = [
        token_ends[missing - 1 + off] for off in near if 0 <= missing - 1 + off < len(token_ends)
    ]
    cuts = [cut for cut in dict.fromkeys(cuts) if 0 < cut < len(sentence)]
    for tail in CUT_TAILS:
        for cut in sorted(cuts, key=lambda cut: not sentence[cut].isspace()):
            if not sentence[cut - 1].isspace():
                yield _lay(
                    frame,
                    Window(first=short.first, stop=short.stop + 1, cut=begin + cut, tail=tail),
                )
    # Text of one single rhythm may never come out even; dots do, one token each.
    if short.stop > short.first:
        for dots in (missing, missing - 1, missing + 1):
            if 0 < dots <= LONGEST_FILLER:
                cut = index.ends[short.stop - 1]
                yield _lay(frame, replace(short, cut=cut, tail=FILLER * dots))


def _touches(window: Window, places: Sequence[int]) -> bool:
    """Whether a needle would stand where a sentence is left out."""
    return any(place in (left_out, left_out + 1) for left_out in window.omitted for place in places)


def _lay(frame: _Frame, window: Window) -> _Laid:
    """The window with each needle at the sentence boundary nearest to its depth."""
    index = frame.index
    tokens = _tokens_before(index, window, window.stop)
    places = [_nearest(index, window, tokens, depth) for depth, _ in frame.needles]
    return _Laid(window=window, tokens=tokens, places=places, pieces=_pieces(frame, window, places))


def _tokens_before(index: CorpusIndex, window: Window, place: int) -> int:
    """Haystack tokens of the window before a sentence of it, or before its end."""
    if place == window.first:
        return 0
    if place == window.stop and window.cut is not None:
        cut_sentence = index.corpus.text[index.starts[place - 1] : window.cut]
        return _tokens_before(index, window, place - 1) + len(index.tokenizer.encode(cut_sentence))
    left_out = sum(_size(index, sentence) for sentence in window.omitted if sentence < place)
    return index.end_tokens[place - 1] - index.start_tokens[window.first] - left_out


def _size(index: CorpusIndex, sentence: int) -> int:
    """Tokens that the text has fewer without the sentence."""
    return index.end_tokens[sentence] - index.end_tokens[sentence - 1]


def _nearest(index: CorpusIndex, window: Window, tokens: int, depth_percent: float) -> int:
    """The place in the window whose depth is nearest to the asked one."""
    if depth_percent <= 0:
        return window.first
    if depth_percent >= 100:
        return window.stop
    target = depth_percent / 100 * tokens
    reach = index.start_tokens[window.first] + target
    for sentence in window.omitted:
        if index.end_tokens[sentence - 1] < reach:
            reach += _size(index, sentence)
    after = bisect_left(index.end_tokens, reach, window.first, window.stop - 1) + 1
    before = after - 1
    distances = [
        (abs(_tokens_before(index, window, place) - target), place) for place in (before, after)
    ]
    return min(distances)[1]


def _pieces(frame: _Frame, window: Window, places: Sequence[int]) -> list[Piece]:
    """The user message in order: text, and stretches of the corpus."""
    index = frame.index
    at: dict[int, list[str]] = {}
    for place, (_, needle) in zip(places, frame.needles, strict=True):
        at.setdefault(place, []).append(needle)
    pieces: list[Piece] = [frame.before]
    position = window.first
    for event in sorted({*at, *window.omitted, window.stop}):
        left_out = position in window.omitted
        if event > position + left_out:
            begin = index.ends[position] if left_out else index.starts[position]
            pieces.append((begin, index.ends[event - 1]))
        position = event
        if event in at:
            gap = _gap(index, event)
            text = gap.join(at[event])
            before = gap if event > window.first else ""
            after = gap if event < window.stop else ""
            pieces.append(before + text + after)
    pieces.append(frame.after)
    if window.cut is not None:
        _cut_last(pieces, window.cut, window.tail)
    return pieces


def _cut_last(pieces: list[Piece], cut: int, tail: str) -> None:
    """End the last stretch of the corpus at the cut, and with the tail."""
    for number in range(len(pieces) - 1, -1, -1):
        piece = pieces[number]
        if not isinstance(piece, str):
            following = pieces[number + 1]
            assert isinstance(following, str)
            pieces[number : number + 2] = [(piece[0], cut), tail + following]
            return


def _gap(index: CorpusIndex, sentence: int) -> str:
    """What parts a needle from its neighbours: what parts the two sentences in the corpus."""
    if not 0 < sentence < len(index.starts):
        return " "
    end, start = index.ends[sentence - 1], index.starts[sentence]
    if start == end:
        return "" if index.corpus.text[end - 1] in FULL_WIDTH_MARKS else " "
    return index.corpus.text[end:start] if start - end <= LONGEST_GAP else PARAGRAPH


def _text(index: CorpusIndex, piece: Piece) -> str:
    return piece if isinstance(piece, str) else index.corpus.text[piece[0] : piece[1]]


def _count(frame: _Frame, pieces: Sequence[Piece]) -> int:
    """Tokens of the joined pieces, exactly: known between sync points, encoded around seams."""
    index = frame.index
    syncs, sync_tokens, text = index.syncs, index.sync_tokens, index.corpus.text
    total = frame.known_tokens
    seam = frame.before[frame.known :]
    for piece in pieces[1:]:
        if isinstance(piece, str):
            seam += piece
            continue
        begin, end = piece
        head = bisect_right(syncs, begin)
        tail = bisect_left(syncs, end - 1) - 1
        if tail <= head:
            seam += text[begin:end]
            continue
        total += _count_seam(frame, seam + text[begin : syncs[head]])
        total += sync_tokens[tail] - sync_tokens[head]
        seam = text[syncs[tail] : end]
    return total + _count_seam(frame, seam)


def _count_seam(frame: _Frame, seam: str) -> int:
    tokens = frame.counted.get(seam)
    if tokens is None:
        tokens = frame.counted[seam] = len(frame.index.tokenizer.encode(seam))
    return tokens


def _placements(frame: _Frame, laid: _Laid, needles: Sequence[Needle]) -> tuple[Placement, ...]:
    """Where the needles came to stand, in the challenge's order."""
    placements = []
    for (depth_percent, text), place, needle in zip(
        frame.needles, laid.places, needles, strict=True
    ):
        offset = _tokens_before(frame.index, laid.window, place)
        placements.append(
            Placement(
                role=needle.role,
                asked_depth_percent=depth_percent,
                placed_depth_percent=100 * offset / laid.tokens if laid.tokens else 0.0,
                token_offset=offset,
                char_offset=_char_offset(laid, place, text),
            )
        )
    return tuple(placements)


def _char_offset(laid: _Laid, place: int, needle: str) -> int:
    """Where a needle starts in the user message."""
    # Each place has one literal among the pieces, in the order of the places.
    wanted = sorted(set(laid.places)).index(place)
    offset = len(laid.pieces[0])
    for piece in laid.pieces[1:-1]:
        if not isinstance(piece, str):
            offset += piece[1] - piece[0]
        elif wanted:
            wanted -= 1
            offset += len(piece)
        else:
            return offset + piece.index(needle)
    raise AssertionError("every needle is among the pieces")
