"""Every family: exact prompts, answers that stand in the prompt, an oracle that scores 1."""

from __future__ import annotations

import atexit
import re
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from niah import haystacks
from niah.haystacks.corpus import make_corpus
from niah.prompts import Layout, Prompt
from niah.prompts.compose import compose, recount
from niah.prompts.index import CorpusIndex, build_index
from niah.prompts.presenting import lines_of
from niah.prompts.writing import compose_written
from niah.scoring import score
from niah.tasks import Challenge, Task
from niah.tasks.registry import own_families, prepare_task
from niah.tokenizers import load
from tests.small_vocabularies import unigram

PLAIN = Layout(system=None)

CASES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("single", {}),
    ("multi-key", {}),
    ("multi-key", {"placement": "spread"}),
    ("multi-key", {"placement": "together"}),
    ("multi-key", {"keys": 7, "axis": "centre", "placement": "spread"}),
    ("multi-key", {"variant": "lines"}),
    ("multi-key", {"variant": "uuid-lines"}),
    ("multi-value", {}),
    ("multi-value", {"axis": "centre"}),
    ("multi-query", {"others": 2}),
    ("key-value", {}),
    ("passkey", {}),
    ("absent", {}),
    ("absent", {"near_misses": 0, "told": False}),
    ("distractors", {}),
    ("distractors", {"count": 0}),
    ("conflict", {}),
    ("sequence", {}),
    ("sequence", {"all_or_nothing": True, "placement": "spread"}),
    ("graph-walks", {}),
    ("graph-walks", {"variant": "parents"}),
    ("ancestral-trace", {}),
    ("ancestral-trace", {"generations": 0}),
    ("multi-round", {}),
    ("multi-round", {"same": 8, "sentences": 2}),
    ("common-words", {}),
    ("frequent-words", {}),
    ("conflict", {"variant": "correction", "values": 4}),
)
LANGUAGES = ("en", "de")


_SCRATCH = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
atexit.register(_SCRATCH.cleanup)


@cache
def index_of(language: str, tokenizer: str) -> CorpusIndex:
    text = haystacks.gazetteer.generate(language, 200_000)
    corpus = make_corpus(f"gazetteer-{language}", language, text)
    if tokenizer == "unigram":
        path = Path(_SCRATCH.name) / "unigram.json"
        path.write_text(unigram(), encoding="utf-8")
        tokenizer = str(path)
    return build_index(corpus, load(tokenizer), cache_dir=Path(_SCRATCH.name))


@cache
def index_for(case: int, language: str, tokenizer: str) -> CorpusIndex:
    """Of the lines that the family has, or of the gazetteer."""
    own = lines_of(task_of(case, language, language), language, 12_000)
    if own is None:
        return index_of(language, tokenizer)
    vocabulary = index_of(language, tokenizer).tokenizer
    return build_index(own, vocabulary, cache_dir=Path(_SCRATCH.name))


@cache
def task_of(case: int, language: str, haystack_language: str) -> Task:
    kind, parameters = CASES[case]
    text = index_of(haystack_language, "o200k_base").corpus.text
    return prepare_task(kind, parameters, language=language, haystack=text)


def made(
    case: int,
    language: str = "en",
    *,
    context_length: int = 4_000,
    depth_percent: float = 50.0,
    seed: int = 1,
    tokenizer: str = "o200k_base",
    haystack_language: str | None = None,
) -> tuple[Challenge, Prompt]:
    task = task_of(case, language, haystack_language or language)
    index = index_for(case, haystack_language or language, tokenizer)
    if task.writer is not None:
        return compose_written(
            index,
            task.writer,
            context_length=context_length,
            depth_percent=depth_percent,
            layout=PLAIN,
            seed=seed,
        )
    challenge = task.draw(seed)
    prompt = compose(
        index,
        context_length=context_length,
        depth_percent=depth_percent,
        challenge=challenge,
        layout=PLAIN,
        seed=seed,
    )
    return challenge, prompt


def oracle_answer(challenge: Challenge) -> str:
    """The right response in the form that was asked for."""
    if challenge.scorer in ("sequence", "set-f1"):
        listed = ", ".join(answer for answer in challenge.answers if answer != "[]")
        return f"Final answer: [{listed}]"
    if challenge.scorer == "similarity":
        return challenge.prefix + challenge.answers[0]
    if challenge.scorer == "rejection" or challenge.match == "any":
        return challenge.answers[0]
    return ", ".join(challenge.answers)


_FORMS = {"number": r"\b\d{5,}\b", "code": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"}


def every_value(case: int, challenge: Challenge, prompt: Prompt) -> list[str]:
    """All that a reader who understands nothing could list."""
    if challenge.scorer == "rejection":
        return list(challenge.forbidden)
    values = [*challenge.answers, *challenge.forbidden]
    if task_of(case, "en", "en").has_own_haystack and challenge.answer_kind in _FORMS:
        content = prompt.messages[-1].content
        values = re.findall(_FORMS[challenge.answer_kind], content)
        if challenge.answer_kind == "code":
            values = values[1::2]  # a key before each
    return list(dict.fromkeys(values))


ids = pytest.mark.parametrize(
    "case", range(len(CASES)), ids=[f"{kind}-{list(p.values())}" for kind, p in CASES]
)


def test_every_family_is_tested() -> None:
    """Each family has a case below, or a test module of its own that names it."""
    others = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(__file__).parent.glob("test_*.py")
        if path != Path(__file__)
    )
    cases = {kind for kind, _ in CASES}
    assert [k for k in own_families() if k not in cases and f'"{k}"' not in others] == []


@ids
@pytest.mark.parametrize("language", LANGUAGES)
def test_prompts_are_exact_at_every_length_and_vocabulary(case: int, language: str) -> None:
    """Re-encoded whole, a prompt has the asked tokens; its needles stand where it says."""
    for tokenizer, context_length, depth in (
        ("o200k_base", 3_000, 0.0),
        ("o200k_base", 9_001, 100.0),
        ("deepseek-v3", 4_096, 37.0),
        ("cl100k_base", 3_501, 50.0),
        ("unigram", 12_000, 50.0),
    ):
        _, prompt = made(
            case,
            language,
            context_length=context_length,
            depth_percent=depth,
            tokenizer=tokenizer,
            seed=context_length,
        )
        index = index_of(language, tokenizer)
        assert recount(prompt, index.tokenizer) == prompt.tokens == context_length


@ids
@pytest.mark.parametrize("language", LANGUAGES)
def test_needles_stand_at_their_places(case: int, language: str) -> None:
    """Each needle stands word for word at its offset, once, and near its asked depth."""
    for seed, depth in ((1, 0.0), (2, 30.0), (3, 100.0)):
        challenge, prompt = made(case, language, seed=seed, depth_percent=depth)
        content = prompt.messages[-1].content
        assert len(prompt.placements) == len(challenge.needles)
        for needle, placement in zip(challenge.needles, prompt.placements, strict=True):
            assert content.startswith(needle.text, placement.char_offset)
            assert content.count(needle.text) == 1
            assert placement.role == needle.role
            assert placement.asked == needle.asked
            assert 0 <= placement.placed_depth_percent <= 100
            asked = needle.depth_in(depth)
            assert abs(placement.placed_depth_percent - asked) < 12


@ids
def test_same_seed_same_bytes_and_another_seed_another_prompt(case: int) -> None:
    """A prompt is a pure function of its trial."""
    first, again, other = (made(case, seed=seed)[1].sha256 for seed in (5, 5, 6))
    assert first == again != other


@ids
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_oracle_scores_one_and_silence_scores_zero(case: int, language: str) -> None:
    """The right answer scores 1; nothing, a refusal and a list of all that stands there do not."""
    for seed in range(6):
        challenge, prompt = made(case, language, seed=seed)
        assert score(oracle_answer(challenge), challenge).value == 1.0
        assert score("", challenge).value == 0.0
        refusal = score("I could not find that in the text.", challenge).value
        assert refusal == float(challenge.scorer == "rejection")
        everything = every_value(case, challenge, prompt)
        if len(everything) > len(challenge.answers):
            assert score(", ".join(everything), challenge).value < 1.0


@ids
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_distractor_is_the_answer(case: int, language: str) -> None:
    """What is forbidden is never accepted, and stating it scores 0."""
    for seed in range(6):
        challenge, _ = made(case, language, seed=seed)
        assert not set(challenge.forbidden) & set(challenge.answers)
        for value in challenge.forbidden[:3]:
            verdict = score(value, challenge)
            assert verdict.value < 1.0
            if challenge.scorer in ("values", "rejection"):
                assert verdict.taken == (value,)


@ids
def test_the_answer_stands_in_the_needles_and_in_nothing_else(case: int) -> None:
    """Without its needles, a planted prompt does not hold the answer."""
    kind, _ = CASES[case]
    for seed in range(4):
        challenge, prompt = made(case, seed=seed)
        if task_of(case, "en", "en").writer is not None or challenge.scorer == "rejection":
            continue
        content = prompt.messages[-1].content
        for needle in challenge.needles:
            content = content.replace(needle.text, "")
        for answer in challenge.answers:
            if kind not in ("associative",):
                assert any(answer in needle.text for needle in challenge.needles)
            assert not re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", content)


@pytest.mark.parametrize("case", [1, 7, 9, 12, 14, 16])
def test_needles_may_have_another_language_than_the_haystack(case: int) -> None:
    """German needles in an English haystack, and the other way round, exact as well."""
    for language, haystack_language in (("de", "en"), ("en", "de")):
        challenge, prompt = made(case, language, haystack_language=haystack_language)
        assert recount(prompt, index_of(haystack_language, "o200k_base").tokenizer) == 4_000
        assert score(oracle_answer(challenge), challenge).value == 1.0
