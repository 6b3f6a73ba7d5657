"""Prompts: exactly as long as asked, the needle where it was asked, the same bytes for a seed."""

from __future__ import annotations

import shutil
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from niah.errors import HaystackError, PromptRefused
from niah.haystacks import load as load_haystack
from niah.haystacks.corpus import make_corpus
from niah.prompts import Layout, Prompt, QuestionPosition
from niah.prompts.compose import compose, minimum_context_length, recount
from niah.prompts.index import CorpusIndex, build_index
from niah.tasks import Challenge, Needle
from niah.tasks.registry import prepare_task
from niah.tokenizers import NAMES, load
from tests.corpora import TEXTS, text_corpus

PLAIN = Layout(system=None)
SIZE = 80_000


def challenge(*needles: Needle) -> Challenge:
    return Challenge(
        needles=needles or (Needle(text="The magic number of Oslo is 7654321."),),
        instruction="Read the text, then answer the question.",
        question="What is the magic number of Oslo?",
        answers=("7654321",),
        answer_kind="number",
    )


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@lru_cache(maxsize=64)
def index_of(text: str, tokenizer: str, cache: Path) -> CorpusIndex:
    if text in ("en", "de"):
        source = load_haystack("gazetteer", language=text, longest_context=1_000, cache_dir=cache)
    else:
        source = text_corpus(text, SIZE)
    return build_index(source, load(tokenizer), cache_dir=cache)


def content(prompt: Prompt) -> str:
    return prompt.messages[-1].content


_layouts = st.builds(
    Layout,
    system=st.sampled_from([None, "You are careful.", "Répondez 日本語 <|endoftext|>"]),
    question_position=st.sampled_from(["after", "before", "both"]),
)
_depths = st.one_of(st.sampled_from([0.0, 50.0, 100.0]), st.floats(0, 100))


@settings(deadline=None, max_examples=150)
@given(
    text=st.sampled_from(["en", "de", *TEXTS]),
    tokenizer=st.sampled_from(NAMES),
    context_length=st.one_of(st.integers(40, 400), st.integers(400, 5_000)),
    depth_percent=_depths,
    layout=_layouts,
    seed=st.integers(0, 2**62),
)
def test_a_prompt_has_exactly_the_asked_tokens(
    cache: Path,
    text: str,
    tokenizer: str,
    context_length: int,
    depth_percent: float,
    layout: Layout,
    seed: int,
) -> None:
    """Encoded whole again, any text in any vocabulary has the asked length, or is refused."""
    index = index_of(text, tokenizer, cache)
    asked = challenge()
    try:
        prompt = compose(
            index,
            context_length=context_length,
            depth_percent=depth_percent,
            challenge=asked,
            layout=layout,
            seed=seed,
        )
    except PromptRefused:
        shortest = minimum_context_length(index.tokenizer, asked, layout)
        assert context_length < max(1_000, shortest)
        return
    assert prompt.tokens == context_length
    assert recount(prompt, index.tokenizer) == context_length
    (needle,), (placement,) = asked.needles, prompt.placements
    assert content(prompt).count(needle.text) == 1
    assert content(prompt).find(needle.text) == placement.char_offset


@settings(deadline=None, max_examples=30)
@given(
    text=st.sampled_from(["en", "de"]),
    tokenizer=st.sampled_from(NAMES),
    context_length=st.integers(1_000, 8_000),
    depths=st.lists(_depths, min_size=2, max_size=6, unique=True),
    seed=st.integers(0, 2**62),
)
def test_the_needle_stands_at_the_sentence_boundary_nearest_to_its_depth(
    cache: Path,
    text: str,
    tokenizer: str,
    context_length: int,
    depths: list[float],
    seed: int,
) -> None:
    """Placed depth follows asked depth within a sentence; 0 and 100 are the very ends."""
    index = index_of(text, tokenizer, cache)
    longest = max(later - earlier for earlier, later in pairwise(index.end_tokens))
    placed = []
    for depth in sorted(depths):
        prompt = compose(
            index,
            context_length=context_length,
            depth_percent=depth,
            challenge=challenge(),
            layout=PLAIN,
            seed=seed,
        )
        (placement,) = prompt.placements
        tolerance = 100 * longest / prompt.haystack_tokens
        assert abs(placement.placed_depth_percent - depth) <= tolerance
        placed.append(placement.placed_depth_percent)
        body = content(prompt).split("\n\n", 1)[1].rsplit("\n\n", 1)[0]
        assert body.startswith("The magic number") == (placement.token_offset == 0)
        if depth == 100:
            assert body.endswith("7654321.")
            assert placement.token_offset == prompt.haystack_tokens
        if depth == 0:
            assert placement.token_offset == 0
    step = 100 * longest / (context_length / 2)
    assert all(later >= earlier - step for earlier, later in pairwise(placed))


@pytest.mark.parametrize("text", ["en", "de"])
@pytest.mark.parametrize("tokenizer", NAMES)
def test_a_needle_interrupts_no_sentence(cache: Path, text: str, tokenizer: str) -> None:
    """What stands before the needle ends a sentence or a heading; what follows begins one."""
    index = index_of(text, tokenizer, cache)
    for seed in range(40):
        prompt = compose(
            index,
            context_length=3_000,
            depth_percent=5 + 90 * seed / 40,
            challenge=challenge(),
            layout=PLAIN,
            seed=seed,
        )
        before, after = content(prompt).split("The magic number of Oslo is 7654321.", 1)
        assert before[-1] in " \n"
        assert before.endswith("\n\n") or before.rstrip()[-1] in ".!?"
        assert after[0] in " \n"
        assert not after.lstrip()[0].islower()


@pytest.mark.parametrize("tokenizer", NAMES)
@pytest.mark.parametrize("position", ["after", "before", "both"])
def test_the_shortest_prompt_is_needle_and_question(
    cache: Path, tokenizer: str, position: QuestionPosition
) -> None:
    """At the minimum there is no haystack; one token less is refused with the minimum."""
    index = index_of("en", tokenizer, cache)
    layout = Layout(system="Be brief.", question_position=position)
    shortest = minimum_context_length(index.tokenizer, challenge(), layout)

    def at(context_length: int) -> Prompt:
        return compose(
            index,
            context_length=context_length,
            depth_percent=50,
            challenge=challenge(),
            layout=layout,
            seed=1,
        )

    prompt = at(shortest)
    assert recount(prompt, index.tokenizer) == shortest
    assert prompt.haystack_tokens == 0
    with pytest.raises(PromptRefused, match=f"which need {shortest}"):
        at(shortest - 1)


@pytest.mark.parametrize("text", ["chinese", "arabic", "thai", "russian", "no-punctuation", "code"])
def test_many_needles_stand_in_their_order(cache: Path, text: str) -> None:
    """A hundred needles, each at its own depth, each once, none inside another."""
    index = index_of(text, "o200k_base", cache)
    needles = tuple(
        Needle(text=f"Key {number} opens door {number * number}.", depth_percent=float(number))
        for number in range(1, 100)
    )
    prompt = compose(
        index,
        context_length=8_000,
        depth_percent=50,
        challenge=challenge(*needles),
        layout=PLAIN,
        seed=5,
    )
    assert recount(prompt, index.tokenizer) == 8_000
    offsets = [placement.char_offset for placement in prompt.placements]
    assert offsets == sorted(offsets)
    for needle, placement in zip(needles, prompt.placements, strict=True):
        assert content(prompt).count(needle.text) == 1
        assert content(prompt)[placement.char_offset :].startswith(needle.text)


def test_repeats_draw_their_own_window(cache: Path) -> None:
    """Two seeds cut the haystack at different places; one seed cuts it at the same."""
    index = index_of("en", "o200k_base", cache)

    def haystack(seed: int) -> str:
        return content(
            compose(
                index,
                context_length=2_000,
                depth_percent=0,
                challenge=challenge(),
                layout=PLAIN,
                seed=seed,
            )
        )

    assert haystack(1) == haystack(1)
    windows = {haystack(seed)[200:400] for seed in range(30)}
    assert len(windows) > 25


GOLDEN = {
    ("en", "o200k_base"): "ab7f974f52077071616168bd344a78b84fb165bd8dd5338f8ce2f1cb396156ab",
    ("de", "cl100k_base"): "3c54d6b2cc1d609e77f6f57768e584077c99eb38f11fa885e0b3bc323fd9b9a9",
    ("en", "deepseek-v3"): "0e13eec4946662c77f4521cebfe817bde3e924851dad4791790b7d24534a7016",
}


@pytest.mark.parametrize(("language", "tokenizer"), GOLDEN)
def test_a_seed_means_the_same_bytes_everywhere(cache: Path, language: str, tokenizer: str) -> None:
    """A prompt's hash is the same on every machine and Python; another one is a new version."""
    source = load_haystack("gazetteer", language=language, longest_context=1_000, cache_dir=cache)
    task = prepare_task("single", {}, language=language, haystack=source.text)
    prompt = compose(
        build_index(source, load(tokenizer), cache_dir=cache),
        context_length=8_000,
        depth_percent=37.5,
        challenge=task.draw(11),
        layout=Layout(system="Be brief.", question_position="both"),
        seed=11,
    )
    assert prompt.sha256 == GOLDEN[language, tokenizer]


def test_a_haystack_that_is_too_short_is_refused(cache: Path) -> None:
    """The message has its tokens, the length, and the way out."""
    index = index_of("english", "o200k_base", cache)
    with pytest.raises(PromptRefused, match=r"too few for a context length of 900,000.*repeat"):
        compose(
            index,
            context_length=900_000,
            depth_percent=50,
            challenge=challenge(),
            layout=PLAIN,
            seed=1,
        )


@pytest.mark.parametrize("blank", ["", " \n\t "])
def test_a_haystack_without_text_is_refused(blank: str, tmp_path: Path) -> None:
    """White space alone is no haystack."""
    with pytest.raises(HaystackError, match="has no text"):
        build_index(make_corpus("blank", "und", blank), load("o200k_base"), cache_dir=tmp_path)


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "foreign"])
def test_a_damaged_index_is_built_again(tmp_path: Path, damage: str) -> None:
    """What the cache holds is proven before it is used."""
    source, tokenizer = text_corpus("english", 20_000), load("o200k_base")
    good = build_index(source, tokenizer, cache_dir=tmp_path)
    (path,) = (tmp_path / "indexes").iterdir()
    whole = path.read_bytes()
    path.write_bytes(
        {
            "truncate": whole[: len(whole) // 2],
            "flip": whole[:5_000] + bytes([whole[5_000] ^ 1]) + whole[5_001:],
            "empty": b"",
            "foreign": b"SQLite format 3\0" * 100,
        }[damage]
    )
    again = build_index(source, tokenizer, cache_dir=tmp_path)
    assert again.syncs == good.syncs
    assert again.starts == good.starts
    assert path.read_bytes() == whole


def test_an_unwritable_cache_costs_nothing_but_time(tmp_path: Path) -> None:
    """Where no index can be kept, one is built."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    index = build_index(
        text_corpus("english", 20_000), load("o200k_base"), cache_dir=blocked / "cache"
    )
    assert index.tokens > 1_000


@settings(deadline=None, max_examples=40)
@given(
    pieces=st.lists(
        st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
        min_size=1,
        max_size=12,
    ),
    tokenizer=st.sampled_from(NAMES),
    seed=st.integers(0, 2**62),
)
def test_any_text_at_all_is_exact(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], tokenizer: str, seed: int
) -> None:
    """Arbitrary Unicode, repeated into a haystack, is exact or refused."""
    text = ". ".join(pieces) * 40
    assume(text.strip())
    directory = tmp_path_factory.mktemp("any")
    index = build_index(make_corpus("any", "und", text), load(tokenizer), cache_dir=directory)
    shutil.rmtree(directory)
    for context_length in (120, 300):
        try:
            prompt = compose(
                index,
                context_length=context_length,
                depth_percent=40,
                challenge=challenge(),
                layout=PLAIN,
                seed=seed,
            )
        except PromptRefused:
            continue
        assert recount(prompt, index.tokenizer) == context_length
