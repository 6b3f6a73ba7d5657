from __future__ import annotations

import hashlib
import json
import random
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niah import haystacks
from niah.errors import HaystackError, PromptRefused
from niah.haystacks.corpus import make_corpus
from niah.prompts import Layout, Prompt, QuestionPosition
from niah.prompts.compose import compose, minimum_context_length, recount
from niah.prompts.index import CorpusIndex, build_index
from niah.prompts.sentences import MAX_SENTENCE_CHARS, sentence_gaps
from niah.tasks import Challenge, Needle
from niah.tokenizers import load, names
from tests.adversarial_texts import KINDS, corpus
from tests.small_vocabularies import byte_level, gpt2_like, unigram, word_piece

NEEDLES = (
    "The magic number of Lisbon is 4839201.",
    "Die magische Zahl von Köln lautet 77!",
    "里斯本的魔法数字是12345。",
    "الرقم السحري هو 42.",
    "“The code is 9,” she said.",
    "😀 is the answer 🎉!",
)
PLAIN = Layout(system=None)
POSITIONS: tuple[QuestionPosition, ...] = ("after", "before", "both")


def challenge(*needles: Needle, question: str = "What is the magic number?") -> Challenge:
    return Challenge(
        needles=needles or (Needle(text=NEEDLES[0]),),
        instruction="Read the text and answer the question from it.",
        question=question,
        answers=("4839201",),
    )


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@cache
def index_of(kind: str, tokenizer: str, sentences: int = 400) -> CorpusIndex:
    directory = _DIRECTORY[0]
    return build_index(corpus(kind, sentences=sentences), load(tokenizer), cache_dir=directory)


_DIRECTORY: list[Path] = []


@pytest.fixture(scope="module", autouse=True)
def _directory(cache_dir: Path) -> None:
    _DIRECTORY[:] = [cache_dir]


def made(
    index: CorpusIndex,
    context_length: int,
    depth_percent: float = 50.0,
    *,
    asked: Challenge | None = None,
    layout: Layout = PLAIN,
    seed: int = 0,
    like_tokens: int | None = None,
) -> Prompt:
    return compose(
        index,
        context_length=context_length,
        depth_percent=depth_percent,
        challenge=asked or challenge(),
        layout=layout,
        seed=seed,
        like_tokens=like_tokens,
    )


KIND = st.sampled_from(sorted(KINDS))
TOKENIZER = st.sampled_from(names())
DEPTH = st.one_of(st.sampled_from([0.0, 100.0]), st.floats(0, 100))


@settings(max_examples=60, deadline=None)
@given(TOKENIZER, st.integers(2_000, 6_000), st.integers(-50, 50), DEPTH, st.integers(0, 2**63))
def test_a_prompt_like_another_is_nearly_the_same_text(
    tokenizer: str, context_length: int, more: int, depth: float, seed: int
) -> None:
    """Composed anew some tokens longer or shorter, it is exact, and few of its words are new."""
    index = index_of("english", tokenizer)
    first = made(index, context_length, depth, seed=seed)
    anew = made(index, context_length + more, depth, seed=seed, like_tokens=context_length)
    assert recount(anew, load(tokenizer)) == context_length + more
    before, after = (prompt.messages[-1].content.split() for prompt in (first, anew))
    assert len(set(after) - set(before)) <= 0.2 * len(after)
    assert NEEDLES[0] in anew.messages[-1].content


@settings(max_examples=150, deadline=None)
@given(
    KIND,
    TOKENIZER,
    st.integers(1_000, 6_000),
    DEPTH,
    st.sampled_from(NEEDLES),
    st.sampled_from(POSITIONS),
    st.sampled_from([None, "", "You are a careful reader."]),
    st.integers(0, 2**63),
)
def test_every_text_is_composed_exactly(
    kind: str,
    tokenizer: str,
    context_length: int,
    depth: float,
    needle: str,
    position: QuestionPosition,
    system: str | None,
    seed: int,
) -> None:
    """Re-encoded whole, a prompt has the asked tokens, and the needle once, at its offset."""
    index = index_of(kind, tokenizer)
    layout = Layout(system=system, question_position=position)
    asked = challenge(Needle(text=needle))
    prompt = made(index, context_length, depth, asked=asked, layout=layout, seed=seed)
    assert recount(prompt, index.tokenizer) == prompt.tokens == context_length
    content = prompt.messages[-1].content
    (placement,) = prompt.placements
    assert content.count(needle) == 1
    assert content.startswith(needle, placement.char_offset)
    assert content.count(asked.question) == (2 if position == "both" else 1)
    assert [m.content for m in prompt.messages[:-1]] == ([] if system is None else [system])


@pytest.mark.parametrize("kind", ["arabic", "emoji", "hindi", "russian"])
@pytest.mark.parametrize("tokenizer", ["cl100k_base", "o200k_base"])
def test_several_needles_are_exact_where_only_some_seams_are_at_joints(
    kind: str, tokenizer: str
) -> None:
    """What one stretch was found to miss is not taken off the next one, whose seams add up."""
    index = index_of(kind, tokenizer)
    for seed in range(80):
        needles = tuple(
            Needle(text=NEEDLES[(seed + number) % len(NEEDLES)], depth_percent=depth)
            for number, depth in enumerate(
                (seed % 13 * 2.0, 40.0, 100.0 - seed % 7)[: 2 + seed % 2]
            )
        )
        prompt = made(index, 1_000 + 31 * seed, asked=challenge(*needles), seed=seed)
        assert recount(prompt, index.tokenizer) == 1_000 + 31 * seed


@settings(max_examples=60, deadline=None)
@given(
    KIND,
    TOKENIZER,
    st.integers(40, 1_500),
    st.lists(st.tuples(DEPTH, st.sampled_from(NEEDLES)), max_size=12),
    st.integers(0, 99),
)
def test_short_or_crowded_prompts_are_exact_or_refused(
    kind: str, tokenizer: str, context_length: int, planted: list[tuple[float, str]], seed: int
) -> None:
    """Whatever is asked, no prompt has another length, and no needle is lost or out of order."""
    index = index_of(kind, tokenizer)
    asked = challenge(
        *(Needle(text=f"{text[:-1]}{n}.", depth_percent=d) for n, (d, text) in enumerate(planted)),
        Needle(text="The last one."),
    )
    try:
        prompt = made(index, context_length, 100, asked=asked, seed=seed)
    except PromptRefused:
        assert context_length < 1_000
        return
    assert recount(prompt, index.tokenizer) == context_length
    content = prompt.messages[0].content
    places = [
        (placement.asked_depth_percent, placement.char_offset) for placement in prompt.placements
    ]
    for needle, (_, offset) in zip(asked.needles, places, strict=True):
        assert content.startswith(needle.text, offset)
    in_order = sorted(places, key=lambda place: place[0])
    assert [offset for _, offset in in_order] == sorted(offset for _, offset in places)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["english", "german", "russian"]),
    TOKENIZER,
    st.integers(1_000, 5_000),
    st.lists(DEPTH, min_size=2, max_size=8),
    st.integers(0, 2**40),
)
def test_placed_depth_follows_asked_depth(
    kind: str, tokenizer: str, context_length: int, depths: list[float], seed: int
) -> None:
    """Deeper asked is never shallower placed; 0 and 100 are met; else one sentence off at most."""
    index = index_of(kind, tokenizer)
    longest = max(b - a for a, b in pairwise(index.gap_tokens))
    placed = []
    for depth in sorted(depths):
        prompt = made(index, context_length, depth, seed=seed)
        (placement,) = prompt.placements
        assert placement.asked_depth_percent == depth
        off = abs(placement.placed_depth_percent - depth) / 100 * prompt.haystack_tokens
        assert off <= longest
        if depth in (0, 100):
            assert placement.placed_depth_percent == depth
        placed.append(placement.placed_depth_percent)
    assert placed == sorted(placed)


def test_start_and_end_mean_the_very_start_and_end() -> None:
    """At 0 the needle opens the haystack, at 100 it closes it."""
    index = index_of("english", "o200k_base")
    first = made(index, 2_000, 0).messages[0].content
    assert f"<text>\n{NEEDLES[0]} " in first
    last = made(index, 2_000, 100).messages[0].content
    assert f" {NEEDLES[0]}\n</text>" in last


def test_question_stands_where_the_layout_says() -> None:
    """Instruction, haystack, question; or the question before, or both."""
    index = index_of("english", "o200k_base")
    asked = challenge()
    for position in POSITIONS:
        layout = Layout(system=None, question_position=position)
        content = made(index, 1_500, layout=layout).messages[0].content
        head, haystack, tail = re.split(r"<text>\n|\n</text>", content)
        assert head.startswith(asked.instruction + "\n\n")
        assert (asked.question in head) == (position != "after")
        assert tail == ("" if position == "before" else f"\n\n{asked.question}")
        assert asked.question not in haystack


def test_needles_of_one_depth_stand_in_order_in_sentences_of_their_own() -> None:
    """A hundred needles at one depth: the given order, no two in the same gap."""
    index = index_of("english", "o200k_base")
    needles = tuple(Needle(text=f"Fact {n} is {n * 7919}.") for n in range(100))
    prompt = made(index, 12_000, 30, asked=challenge(*needles))
    assert recount(prompt, index.tokenizer) == 12_000
    offsets = [placement.char_offset for placement in prompt.placements]
    tokens = [placement.token_offset for placement in prompt.placements]
    assert offsets == sorted(offsets)
    assert len(set(tokens)) == 100


@settings(max_examples=30, deadline=None)
@given(
    TOKENIZER,
    st.lists(st.sampled_from(NEEDLES), max_size=5),
    st.sampled_from(POSITIONS),
    st.sampled_from([None, "", "Be brief."]),
)
def test_the_minimum_is_the_shortest_length(
    tokenizer: str, needles: list[str], position: QuestionPosition, system: str | None
) -> None:
    """The minimum composes; one token less is refused, and the message says the minimum."""
    index = index_of("english", tokenizer)
    asked = Challenge(
        needles=tuple(Needle(text=text) for text in needles),
        instruction="Read.",
        question="Which?",
        answers=(),
    )
    layout = Layout(system=system, question_position=position)
    minimum = minimum_context_length(index.tokenizer, asked, layout)
    prompt = made(index, minimum, asked=asked, layout=layout)
    assert recount(prompt, index.tokenizer) == minimum
    assert prompt.haystack_tokens == 0
    with pytest.raises(PromptRefused, match=f"at least {minimum} tokens are needed"):
        made(index, minimum - 1, asked=asked, layout=layout)


def test_a_small_corpus_is_refused_with_its_size() -> None:
    """The message says how many tokens there are and how to lay them end to end."""
    index = index_of("english", "o200k_base", sentences=12)
    with pytest.raises(PromptRefused, match=rf"has {index.tokens:,};.*haystack\.repeat = true"):
        made(index, 5_000)


def test_a_tiny_corpus_gives_what_it_has() -> None:
    """Of the lengths that a dozen sentences can fill, nearly all are composed, each exactly."""
    index = index_of("english", "o200k_base", sentences=12)
    composed = 0
    lengths = range(60, index.tokens)
    for context_length in lengths:
        try:
            prompt = made(index, context_length, context_length % 101)
        except PromptRefused:
            continue
        assert recount(prompt, index.tokenizer) == context_length
        composed += 1
    assert composed >= 0.95 * len(lengths)


def test_repeats_draw_their_own_stretch() -> None:
    """Another seed begins elsewhere; the same seed gives the same bytes."""
    index = index_of("english", "o200k_base", sentences=20_000)
    prompts = [made(index, 1_500, seed=seed) for seed in range(30)]
    assert len({prompt.messages[0].content for prompt in prompts}) >= 28
    assert made(index, 1_500, seed=7) == prompts[7]


def test_sha256_is_that_of_the_messages_as_compact_json() -> None:
    """Anyone can compute it with the standard library."""
    prompt = made(index_of("emoji", "o200k_base"), 1_200, layout=Layout(system='a "b"\n'))
    plain = [{"role": m.role, "content": m.content} for m in prompt.messages]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    assert prompt.sha256 == hashlib.sha256(text.encode()).hexdigest()


GOLDEN = json.loads((Path(__file__).parent / "golden" / "prompts_v1.json").read_text())


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case['kind']}-{case['tokenizer']}")
def test_prompts_are_the_same_bytes_everywhere(case: dict[str, str]) -> None:
    """The hash of a prompt does not depend on machine, Python version or library version.

    A changed hash means another COMPOSITION_VERSION: old runs could not be rebuilt.
    """
    prompt = made(index_of(case["kind"], case["tokenizer"]), 2_345, 37.5, seed=11)
    assert prompt.sha256 == case["sha256"]


def test_an_index_is_read_again_and_rebuilt_when_damaged(tmp_path: Path) -> None:
    """Opened, damaged in any byte or cut short: the index is the same."""
    source, tokenizer = corpus("german", sentences=40), load("o200k_base")
    first = build_index(source, tokenizer, cache_dir=tmp_path)
    (path,) = (tmp_path / "indexes").iterdir()
    content = path.read_bytes()
    rng = random.Random(5)
    for kind in ("kept", "cut", "flipped", "flipped", "empty", "directory"):
        path.unlink()
        damaged = bytearray(content)
        damaged[rng.randrange(len(damaged))] ^= 1 + rng.randrange(255)
        versions = {"kept": content, "cut": content[:-4], "flipped": bytes(damaged), "empty": b""}
        if kind == "directory":
            path.mkdir()
        else:
            path.write_bytes(versions[kind])
        again = build_index(source, tokenizer, cache_dir=tmp_path)
        assert list(again.joints) == list(first.joints)
        assert again.tails.tolist() == first.tails.tolist()
        assert made(again, 400) == made(first, 400)
        if kind != "directory":
            assert path.read_bytes() == content


def test_an_index_belongs_to_its_corpus_and_vocabulary(tmp_path: Path) -> None:
    """Another text or another vocabulary has another file."""
    for kind in ("english", "german"):
        for tokenizer in names():
            build_index(corpus(kind, sentences=5), load(tokenizer), cache_dir=tmp_path)
    assert len(list((tmp_path / "indexes").iterdir())) == 2 * len(names())


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    """The index is built all the same."""
    (tmp_path / "indexes").write_text("in the way")
    index = build_index(corpus("english", sentences=30), load("o200k_base"), cache_dir=tmp_path)
    assert recount(made(index, 300), index.tokenizer) == 300


def test_a_corpus_without_text_is_refused(tmp_path: Path) -> None:
    """White space is no haystack."""
    with pytest.raises(HaystackError, match="has no text"):
        build_index(make_corpus("empty", "en", " \n "), load("o200k_base"), cache_dir=tmp_path)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_sentences_cover_a_text_and_none_is_endless(kind: str) -> None:
    """Gaps ascend, hold white space only, and never lie farther apart than the limit."""
    text = corpus(kind, sentences=200).text
    gaps = sentence_gaps(text)
    for (_, start), (end, following) in pairwise(gaps):
        assert start < end <= following
        assert end - start <= MAX_SENTENCE_CHARS
        assert not text[end:following].strip()
        assert text[start:end] == text[start:end].strip()


def test_sentences_end_where_readers_end_them() -> None:
    """Abbreviations, ordinals and initials end none; quotes, ideographic marks, blank lines do."""
    text = (
        'Dr. J. Smith came on the 3. May, e.g. late. He said "No." Then (alas!) he left…\n'
        "A new\nline. 你好。“再见！”他说\n\n# Title\n\nEnd"
    )
    gaps = sentence_gaps(text)
    assert [text[start:end] for (_, start), (end, _) in pairwise(gaps)] == [
        "Dr. J. Smith came on the 3. May, e.g. late.",
        'He said "No."',
        "Then (alas!) he left…",
        "A new\nline.",
        "你好。",
        "“再见！”",
        "他说",
        "# Title",
        "End",
    ]


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("byte-level", byte_level()),
        ("nfc", byte_level(normalizer="NFC")),
        ("gpt2-like", gpt2_like()),
        ("unigram", unigram()),
        ("word-piece", word_piece()),
    ],
)
@pytest.mark.parametrize("kind", ["english", "chinese", "marks", "specials"])
def test_any_hugging_face_vocabulary_is_exact(
    name: str, definition: str, kind: str, tmp_path: Path
) -> None:
    """Vocabularies without joints, or that rewrite text, are slower and just as exact."""
    path = tmp_path / f"{name}.json"
    path.write_text(definition)
    tokenizer = load(str(path))
    index = build_index(corpus(kind, sentences=120), tokenizer, cache_dir=tmp_path)
    for number, depth in enumerate((0, 33, 100)):
        prompt = made(index, 1_001 + 13 * number, depth, seed=number)
        assert recount(prompt, tokenizer) == 1_001 + 13 * number


@pytest.mark.slow
def test_random_prompts_of_up_to_a_million_tokens_are_exact(cache_dir: Path) -> None:
    """A sample of bench_prompts.py: no wrong count, and none refused above 1,000 tokens."""
    rng = random.Random(20)
    for language in ("en", "de"):
        source = haystacks.load(
            "gazetteer",
            path=None,
            language=language,
            longest_context=128_000,
            repeat=False,
            cache_dir=cache_dir,
        )
        for name in names():
            index = build_index(source, load(name), cache_dir=cache_dir)
            lengths = [int(1_000 * 16 ** rng.random()) for _ in range(60)]
            longest = [128_000, 400_000] if name != "deepseek-v3" else [64_000]
            for seed, context_length in enumerate(lengths + longest):
                depth = rng.choice([0, 100, rng.uniform(0, 100)])
                needles = (Needle(text=rng.choice(NEEDLES)),) * rng.choice([1, 1, 1, 5])
                prompt = made(index, context_length, depth, asked=challenge(*needles), seed=seed)
                assert recount(prompt, index.tokenizer) == context_length
