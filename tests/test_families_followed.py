"""Families to follow or to associate: exact prompts, answers there alone, scores that hold."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
import snowballstemmer

from niah import haystacks
from niah.errors import TaskError
from niah.prompts import Layout
from niah.prompts.compose import compose, recount
from niah.prompts.index import CorpusIndex, build_index
from niah.scoring.scorers import score
from niah.tasks import Task
from niah.tasks.families.associative import NAMES, NEEDLES, pairs
from niah.tasks.landmarks import LANDMARKS
from niah.tasks.registry import prepare_task
from niah.tokenizers import load

LANGUAGES = ("en", "de")
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "associative": [
        {},
        {"hops": "two", "distractor": True},
        {"direct": True, "order": "name-last"},
        {"hops": "mixed"},
    ],
    "variable-tracking": [{}, {"hops": 2, "chains": 3}],
    "threads": [{}, {"direction": "backward", "threads": 3}, {"direction": "random", "steps": 12}],
    "counting": [{}, {"counts": 20}],
}
CASES = [
    pytest.param(kind, parameters, language, id=f"{kind}-{number}-{language}")
    for kind, variants in VARIANTS.items()
    for number, parameters in enumerate(variants)
    for language in LANGUAGES
]


@cache
def corpus(language: str) -> haystacks.Corpus:
    return haystacks.load("gazetteer", language=language, longest_context=8_000)


@cache
def index(language: str, tokenizer: str) -> CorpusIndex:
    return build_index(corpus(language), load(tokenizer))


def prepared(kind: str, parameters: dict[str, Any], language: str) -> Task:
    return prepare_task(kind, parameters, language=language, haystack=corpus(language).text)


def stands(value: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None


@pytest.mark.parametrize(("kind", "parameters", "language"), CASES)
def test_prompts_are_exact_and_hold_the_answer_once(
    kind: str, parameters: dict[str, Any], language: str
) -> None:
    """The asked tokens, encoded whole; every answer in a needle, and nowhere without it."""
    task = prepared(kind, parameters, language)
    for seed, (length, depth) in enumerate(((2_000, 0), (2_500, 35), (4_000, 62.5), (6_000, 100))):
        tokenizer = ("o200k_base", "cl100k_base")[seed % 2]
        challenge = task.draw(seed)
        prompt = compose(
            index(language, tokenizer),
            context_length=length,
            depth_percent=depth,
            challenge=challenge,
            layout=Layout(system=None),
            seed=seed,
        )
        assert recount(prompt, load(tokenizer)) == length
        assert len(prompt.placements) == len(challenge.needles)
        (message,) = prompt.messages
        without = message.content
        for needle, placement in zip(challenge.needles, prompt.placements, strict=True):
            begin = placement.char_offset
            assert message.content[begin : begin + len(needle.text)] == needle.text
            without = without.replace(needle.text, "")
        for answer in challenge.answers:
            assert stands(answer, message.content), answer
            assert not stands(answer, without), answer


@pytest.mark.parametrize(("kind", "parameters", "language"), CASES)
def test_scores_are_right_for_the_plainest_answers(
    kind: str, parameters: dict[str, Any], language: str
) -> None:
    """The answers score 1; nothing, a refusal, and all that stands there do not."""
    task = prepared(kind, parameters, language)
    refusal = {"en": "The text does not say.", "de": "Der Text sagt es nicht."}[language]
    for seed in range(12):
        challenge = task.draw(seed)
        right = ", ".join(challenge.answers) if challenge.match == "all" else challenge.answers[0]
        assert score(right, challenge).value == 1.0, (right, challenge)
        assert score("", challenge).value == 0.0
        assert score(refusal, challenge).value == 0.0
        for wrong in challenge.forbidden:
            assert score(wrong, challenge).value == 0.0, (wrong, challenge)
        if challenge.forbidden:
            everything = ", ".join((*challenge.answers, *challenge.forbidden))
            assert score(everything, challenge).value < 1.0


@pytest.mark.parametrize(("kind", "parameters", "language"), CASES)
def test_draws_are_pure_and_differ_between_seeds(
    kind: str, parameters: dict[str, Any], language: str
) -> None:
    """Same seed, same challenge; needles can be planted; another wording has another version."""
    task = prepared(kind, parameters, language)
    again = prepared(kind, parameters, language)
    drawn = [task.draw(seed) for seed in range(20)]
    assert drawn == [again.draw(seed) for seed in range(20)]
    assert len({(challenge.answers, challenge.question) for challenge in drawn}) > 10
    for challenge in drawn:
        assert len(set(challenge.answers)) == len(challenge.answers)
        assert set(challenge.answers).isdisjoint(challenge.forbidden)
        for needle in challenge.needles:
            assert needle.text == needle.text.strip()
            assert "\n" not in needle.text


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("associative", {"hops": "three"}, "is not one of one, two, mixed"),
        ("threads", {"step": 3}, "unknown key task.step; did you mean 'steps'?"),
        ("counting", {"counts": True}, "task.counts = True"),
    ],
)
def test_bad_parameters_are_refused(kind: str, parameters: dict[str, Any], words: str) -> None:
    """The sentence names the key and what would be right."""
    with pytest.raises(TaskError, match=re.escape(words)):
        prepared(kind, parameters, "en")


@pytest.mark.parametrize("kind", VARIANTS)
def test_a_language_without_texts_is_refused(kind: str) -> None:
    """The sentence says which languages there are."""
    with pytest.raises(TaskError, match="'fr'"):
        prepare_task(kind, {}, language="fr", haystack="Un texte.")


STOP_WORDS = {
    "en": {"the", "of", "in", "with", "it", "is", "for", "from", "at", "has", "been", "just"},
    "de": {"der", "die", "das", "den", "dem", "von", "in", "im", "auf", "ist", "aus", "mit"},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_of_them(language: str) -> None:
    """At least 60 of question and needle, one hop and two."""
    assert len({question for _, question in pairs(language)}) >= 45
    assert len(set(pairs(language))) >= 120
    assert len(LANDMARKS) * 2 >= 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_needle_and_question_share_no_content_word(language: str) -> None:
    """By Snowball's stems, function words apart."""
    stemmer = snowballstemmer.stemmer({"en": "english", "de": "german"}[language])

    def stems(text: str) -> set[str]:
        words = re.findall(r"\w+", text.replace("{name}", "").casefold())
        return {stemmer.stemWord(word) for word in words if word not in STOP_WORDS[language]}

    shared = {
        (needle, question): common
        for needle, question in pairs(language)
        if (common := stems(needle) & stems(question))
    }
    assert not shared


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_no_part_of_anything_else(language: str) -> None:
    """No name stands in a landmark, a form or a question."""
    everything = " ".join(f"{needle} {question}" for needle, question in pairs(language))
    assert not [name for name in NAMES if stands(name, everything)]
    assert len(set(NAMES)) == len(NAMES) >= 40
    assert set(NEEDLES[language]) == {"name-first", "name-last"}
