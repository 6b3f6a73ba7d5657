"""Prompts that begin alike: exact to the token, and one text up to where the shorter one ends."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from niah.errors import PromptRefused
from niah.prompts import Layout, Prompt
from niah.prompts.compose import recount
from niah.prompts.index import CorpusIndex, build_index
from niah.prompts.shared import TAIL_TOKENS, Marks, compose_shared
from niah.tasks import Challenge, Needle
from niah.tokenizers import load
from tests.adversarial_texts import KINDS, corpus

LONGEST = 3_000
FRAME = 40
PLAIN = Layout(system=None)


def shared_characters(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


@pytest.fixture(scope="module", autouse=True)
def _directory(tmp_path_factory: pytest.TempPathFactory) -> None:
    _DIRECTORY[:] = [tmp_path_factory.mktemp("cache")]


_DIRECTORY: list[Path] = []


@cache
def index_of(kind: str, tokenizer: str) -> CorpusIndex:
    return build_index(corpus(kind, sentences=400), load(tokenizer), cache_dir=_DIRECTORY[0])


def challenge(*texts: str, question: str = "What is the magic number of Lisbon?") -> Challenge:
    return Challenge(
        needles=tuple(
            Needle(text=text, depth_percent=100.0 * number / max(1, len(texts) - 1))
            if len(texts) > 1
            else Needle(text=text)
            for number, text in enumerate(texts)
        ),
        instruction="Read the text and answer the question from it.",
        question=question,
        answers=("4839201",),
    )


ONE = challenge("The magic number of Lisbon is 4839201.")


def made(
    index: CorpusIndex,
    context_length: int,
    offset: int | None,
    *,
    seed: int = 0,
    layout: Layout = PLAIN,
    marks: Marks | None = None,
) -> Prompt:
    return compose_shared(
        index,
        context_length=context_length,
        longest_length=LONGEST,
        frame_tokens=FRAME,
        offsets_tokens=(offset,),
        depth_percent=50.0,
        challenge=ONE,
        layout=layout,
        seed=seed,
        marks=marks or Marks(),
    )


@settings(max_examples=60)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    tokenizer=st.sampled_from(["o200k_base", "deepseek-v3", "cl100k_base"]),
    lengths=st.lists(st.integers(60, LONGEST), min_size=2, max_size=4, unique=True),
    offset=st.one_of(st.none(), st.integers(0, LONGEST)),
    system=st.sampled_from([None, "You answer from the text alone."]),
    seed=st.integers(0, 2**63 - 1),
)
def test_a_stream_is_exact_and_one_text(
    kind: str,
    tokenizer: str,
    lengths: list[int],
    offset: int | None,
    system: str | None,
    seed: int,
) -> None:
    """Encoded again as a whole, each prompt has the asked tokens; all share the shorter one's text.

    What they share reaches to the needle, or to the end of the shorter text but for its tail.
    """
    index, layout = index_of(kind, tokenizer), Layout(system=system)
    prompts = []
    refusals = []
    for length in sorted(lengths):
        try:
            prompts.append(made(index, length, offset, seed=seed, layout=layout))
        except PromptRefused as refusal:
            refusals.append(str(refusal))
    if kind in ("english", "german"):  # texts of one endless word may have no end that fits
        assert all("at least" in refusal for refusal in refusals)
    assume(len(prompts) >= 2)
    for prompt in prompts:
        assert recount(prompt, index.tokenizer) == prompt.tokens
    assert {prompt.tokens for prompt in prompts} <= set(lengths)
    # Scripts without sentences are cut in long pieces.
    slack = TAIL_TOKENS * (2 if kind in ("english", "german") else 5)
    for shorter, longer in pairwise(prompts):
        texts = [prompt.messages[-1].content for prompt in (shorter, longer)]
        shared = texts[0][: shared_characters(*texts)]
        end = shorter.haystack_tokens
        placed = [prompt.placements[0].token_offset for prompt in (shorter, longer)]
        if offset is not None and placed[0] != placed[1]:
            end = min(offset, end)  # the needle came to stand behind the shorter one
        assert index.count(shared) >= end - slack


def test_the_question_does_not_move_a_needle() -> None:
    """Prompts that ask different questions of one text differ only after the tail begins."""
    index = index_of("english", "o200k_base")
    texts = ("The code of Oslo is 1234567.", "The code of Bergen is 7654321.")
    prompts = [
        compose_shared(
            index,
            context_length=2_000,
            longest_length=LONGEST,
            frame_tokens=FRAME,
            offsets_tokens=(300, 900),
            depth_percent=0.0,
            challenge=challenge(*texts, question=question),
            layout=PLAIN,
            seed=5,
        )
        for question in ("What is the code of Oslo?", "And which one, please, is that of Bergen?")
    ]
    one, other = (prompt.messages[-1].content for prompt in prompts)
    assert index.count(one[: shared_characters(one, other)]) > 2_000 - 2 * TAIL_TOKENS
    offsets = [[p.token_offset for p in prompt.placements] for prompt in prompts]
    assert offsets[0] == offsets[1]
    assert all(recount(prompt, index.tokenizer) == 2_000 for prompt in prompts)


def test_marked_blocks_end_alike() -> None:
    """The blocks of a longer prompt begin with those of a shorter one, byte for byte."""
    index = index_of("english", "o200k_base")
    marks = Marks(blocks=(1_000, 2_000), breakpoints=(1_000,))
    shorter = made(index, 2_000, 400, marks=marks)
    longer = made(index, 3_000, 400, marks=marks)
    blocks = []
    for prompt in (shorter, longer):
        message = prompt.messages[-1]
        assert message.split is not None
        first, second = message.split.blocks
        assert message.split.breakpoints == (first,)
        blocks.append((message.content[:first], message.content[first:second]))
    assert blocks[0] == blocks[1]
    assert 700 < index.count(blocks[0][0]) < 1_000


def test_what_does_not_fit_is_refused_with_a_remedy() -> None:
    """Too short a context names the least one; too short a corpus says how to make it longer."""
    index = index_of("english", "o200k_base")
    with pytest.raises(PromptRefused, match="at least"):
        made(index, 20, 0)
    with pytest.raises(PromptRefused, match=r"haystack\.repeat = true"):
        compose_shared(
            index,
            context_length=1_000,
            longest_length=10_000_000,
            frame_tokens=FRAME,
            offsets_tokens=(0,),
            depth_percent=0.0,
            challenge=ONE,
            layout=PLAIN,
            seed=0,
        )
