"""How a prompt is shown: wrappers, question positions, shuffled sentences, several turns."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niah import haystacks
from niah.errors import ConfigurationError, PromptRefused
from niah.experiment import Experiment
from niah.haystacks.corpus import make_corpus
from niah.prompts import Layout, Prompt, QuestionPosition, Wrapper
from niah.prompts.compose import compose, recount
from niah.prompts.index import CorpusIndex, build_index
from niah.prompts.presenting import present
from niah.prompts.sentences import sentence_gaps
from niah.prompts.turns import compose_turns
from niah.runner.prepare import prepare
from niah.runner.prepared import compose_prompt
from niah.tasks import Challenge
from niah.tasks.registry import prepare_task
from niah.tokenizers import load

WRAPPERS: tuple[Wrapper, ...] = ("xml", "plain", "markdown", "json")
POSITIONS: tuple[QuestionPosition, ...] = ("after", "before", "both")


@cache
def corpus(language: str = "en") -> haystacks.Corpus:
    return make_corpus("gazetteer", language, haystacks.gazetteer.generate(language, 150_000))


@cache
def index_of(wrapper: Wrapper, shuffled: bool, tokenizer: str) -> CorpusIndex:
    shown = present(corpus(), order="shuffled" if shuffled else "kept", wrapper=wrapper, seed=3)
    return build_index(shown, load(tokenizer))


def challenge(seed: int = 1) -> Challenge:
    return prepare_task("single", {}, language="en", haystack=corpus().text).draw(seed)


def made(
    layout: Layout,
    *,
    context_length: int = 4_000,
    depth_percent: float = 40.0,
    shuffled: bool = False,
    tokenizer: str = "o200k_base",
    seed: int = 1,
) -> Prompt:
    index = index_of(layout.wrapper, shuffled, tokenizer)
    asked = challenge(seed)

    def in_one(tokens: int) -> Prompt:
        return compose(
            index,
            context_length=tokens,
            depth_percent=depth_percent,
            challenge=asked,
            layout=layout,
            seed=seed,
        )

    if layout.turns == 1:
        return in_one(context_length)
    return compose_turns(
        in_one, index, context_length=context_length, challenge=asked, layout=layout
    )


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(WRAPPERS),
    st.sampled_from(POSITIONS),
    st.booleans(),
    st.integers(1, 6),
    st.integers(2_000, 8_000),
    st.sampled_from([0.0, 33.3, 50.0, 100.0]),
    st.sampled_from(["o200k_base", "deepseek-v3"]),
    st.integers(0, 1_000),
)
def test_every_presentation_is_exact(
    wrapper: Wrapper,
    position: QuestionPosition,
    shuffled: bool,
    turns: int,
    context_length: int,
    depth: float,
    tokenizer: str,
    seed: int,
) -> None:
    """Encoded message by message, any presentation has the asked tokens and the needle once."""
    layout = Layout(
        system="Read with care.",
        question_position=position,
        wrapper=wrapper,
        turns=turns,
        reply="I have read this part.",
    )
    prompt = made(
        layout,
        context_length=context_length,
        depth_percent=depth,
        shuffled=shuffled,
        tokenizer=tokenizer,
        seed=seed,
    )
    assert recount(prompt, load(tokenizer)) == prompt.tokens == context_length
    needle = challenge(seed).needles[0].text
    users = [message.content for message in prompt.messages if message.role == "user"]
    assert len(users) == turns
    assert sum(content.count(needle) for content in users) == 1
    (placement,) = prompt.placements
    assert users[placement.turn].startswith(needle, placement.char_offset)
    question = challenge(seed).question
    assert users[-1].endswith(question) == (position != "before")
    assert (question in users[0][: len(users[0]) // 2]) == (position != "after")


def test_wrappers_are_what_they_are_called() -> None:
    """Tags, bare text, headings, and JSON that a parser reads."""
    contents = {
        wrapper: made(Layout(system=None, wrapper=wrapper)).messages[0].content
        for wrapper in WRAPPERS
    }
    assert "<text>\n" in contents["xml"]
    assert "\n</text>\n\n" in contents["xml"]
    assert "<text>" not in contents["plain"]
    assert "# Text\n\n" in contents["markdown"]
    assert "\n\n# Question\n\n" in contents["markdown"]
    start, end = contents["json"].index('{"text"'), contents["json"].rindex('"}') + 2
    text = json.loads(contents["json"][start:end])["text"]
    assert challenge().needles[0].text in text
    assert "\n" in text


def test_a_json_wrapper_is_valid_at_every_length() -> None:
    """No sentence is cut inside an escape."""
    for length in range(700, 900):
        content = made(Layout(system=None, wrapper="json"), context_length=length).messages[0]
        body = content.content
        json.loads(body[body.index('{"text"') : body.rindex('"}') + 2])


def test_shuffling_keeps_the_sentences_and_changes_their_order() -> None:
    """The same sentences, each once, in another order that depends on the seed alone."""

    def sentences(text: str) -> list[str]:
        return [" ".join(text[a:b].split()) for (_, a), (b, _) in pairwise(sentence_gaps(text))]

    shown = [present(corpus(), order="shuffled", wrapper="xml", seed=seed) for seed in (1, 1, 2)]
    assert shown[0].text == shown[1].text != shown[2].text
    assert shown[0].name.endswith(", shuffled")
    before, after = sentences(corpus().text), sentences(shown[0].text)
    assert before != after
    words = [Counter(" ".join(texts).split()) for texts in (before, after)]
    assert words[0] == words[1]
    shared = Counter(before) & Counter(after)
    assert shared.total() > 0.9 * len(before)  # lines without a closing mark run on


def test_turns_share_the_haystack_evenly() -> None:
    """Parts are about as long as each other, and the assistant confirms all but the last."""
    prompt = made(
        Layout(system=None, turns=4, reply="Read."), context_length=8_000, depth_percent=50
    )
    roles = [message.role for message in prompt.messages]
    assert roles == ["user", "assistant"] * 3 + ["user"]
    sizes = [len(message.content) for message in prompt.messages if message.role == "user"]
    assert max(sizes) < 1.3 * min(sizes)
    assert all(m.content == "Read." for m in prompt.messages if m.role == "assistant")


def test_a_length_with_too_few_sentences_for_its_turns_is_refused() -> None:
    """The message says what to change."""
    with pytest.raises(PromptRefused, match="turns"):
        made(Layout(system=None, turns=40, reply="Read."), context_length=600)


def experiment(prompt: dict[str, Any], kind: str = "single") -> Experiment:
    return Experiment.model_validate_json(
        json.dumps(
            {
                "name": "p",
                "models": ["reference/exact"],
                "grid": {"context_lengths": [2000], "depth_percents": [50], "trials": 2},
                "task": {"kind": kind},
                "prompt": prompt,
            }
        )
    )


def test_presentation_changes_trial_ids_and_neither_needles_nor_depths(tmp_path: Path) -> None:
    """Two presentations of one experiment can be compared trial by trial."""
    plain, turned, shuffled = (
        prepare(experiment(prompt), cache_dir=tmp_path)
        for prompt in ({}, {"turns": 3, "wrapper": "json"}, {"sentence_order": "shuffled"})
    )
    for one, two, three in zip(plain.trials, turned.trials, shuffled.trials, strict=True):
        assert len({one.trial_id, two.trial_id, three.trial_id}) == 3
        assert one.seed == two.seed == three.seed
        drawn = [
            compose_prompt(prepared, trial)[0]
            for prepared, trial in ((plain, one), (turned, two), (shuffled, three))
        ]
        assert drawn[0] == drawn[1] == drawn[2]


def test_presentation_that_is_not_asked_for_leaves_ids_as_they_were() -> None:
    """What was hashed before there was a choice is hashed the same way."""
    assert set(experiment({}).prompt.model_dump()) == {"system", "question_position"}
    again = Experiment.model_validate_json(experiment({"turns": 2}).canonical_json())
    assert again == experiment({"turns": 2})


def test_a_haystack_that_a_family_writes_is_not_split(tmp_path: Path) -> None:
    """The message names the key and the remedy."""
    with pytest.raises(ConfigurationError, match=r"prompt\.turns = 2 .* set prompt\.turns = 1"):
        prepare(experiment({"turns": 2}, "key-value"), cache_dir=tmp_path)
