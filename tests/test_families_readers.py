"""The reference readers on every family: what the text says they find, count and follow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from niah.cli.serving import reference_transports
from niah.experiment import Experiment
from niah.models import READERS_VERSION
from niah.reference.readers import answer
from niah.reference.reading import NOT_FOUND
from niah.runner.keys import Keys
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared, compose_prompt
from niah.runner.run import run_experiment
from niah.scoring import score
from niah.statistics.intervals import wilson
from niah.store.database import open_store
from niah.store.trials import iter_trials
from niah.tasks.registry import own_families

CLOCK = {
    "question": "By whom is the clock of the lighthouse wound every night?",
    "answers": ["the second keeper"],
    "text": "The clock of the lighthouse is wound every night by the second keeper.",
}
VARIANTS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "single": ({}, {"needle": "uuid"}, {"needle": "san-francisco"}),
    "multi-key": ({}, {"variant": "lines"}, {"variant": "uuid-lines"}),
    "multi-value": ({}, {"values": 8, "placement": "together"}),
    "multi-query": ({}, {"queries": 6, "others": 3}),
    "key-value": ({},),
    "passkey": ({},),
    "absent": ({}, {"told": False}),
    "distractors": ({}, {"count": 12}),
    "conflict": ({}, {"variant": "correction", "values": 6}),
    "associative": ({"direct": True}, {"direct": True, "distractor": True}),
    "variable-tracking": ({}, {"hops": 3, "chains": 3}),
    "threads": ({}, {"direction": "random", "steps": 9, "threads": 2}),
    "counting": ({}, {"counts": 20}),
    "sequence": ({}, {"events": 4, "all_or_nothing": True}),
    "common-words": ({}, {"words": 3, "times": 10}),
    "frequent-words": ({}, {"words": 5, "alpha": 1.5}),
    "graph-walks": ({}, {"variant": "parents"}, {"hops": 4}),
    "ancestral-trace": ({}, {"generations": 0}),
    "multi-round": ({}, {"same": 8, "sentences": 2}),
    "question-answering": ({"facts": [CLOCK]},),
}
LANGUAGES = ("en", "de")
LAYOUTS: tuple[dict[str, Any], ...] = (
    {"wrapper": "json", "question_position": "before"},
    {"wrapper": "json"},
    {"wrapper": "markdown", "question_position": "both"},
    {"wrapper": "plain", "question_position": "before"},
)
CASES = [
    pytest.param(kind, parameters, language, id=f"{kind}-{number}-{language}")
    for kind, variants in VARIANTS.items()
    for number, parameters in enumerate(variants)
    for language in LANGUAGES
    if language == "en" or kind != "question-answering"
]


def prepared_for(
    kind: str,
    parameters: Mapping[str, Any],
    language: str = "en",
    *,
    trials: int = 1,
    prompt: Mapping[str, Any] | None = None,
    models: tuple[str, ...] = ("reference/exact",),
) -> Prepared:
    document = {
        "name": "readers",
        "models": models,
        "grid": {"context_lengths": [3000], "depth_percents": [0, 40, 100], "trials": trials},
        "task": {"kind": kind, "language": language, **parameters},
        "haystack": {"language": language},
        "prompt": prompt or {},
    }
    return prepare(Experiment.model_validate_json(json.dumps(document)))


def scores(prepared: Prepared, reader: str) -> list[float]:
    """Of what the reader says to each of the prompts."""
    found = []
    for trial in prepared.trials:
        challenge, prompt = compose_prompt(prepared, trial)
        messages = [{"role": m.role, "content": m.content} for m in prompt.messages]
        said = answer(reader, messages, count_tokens=lambda text: len(text) // 4)
        found.append(score(said, challenge).value)
    return found


def test_every_family_has_a_case() -> None:
    """A family that is added says here how its prompts are read."""
    assert set(VARIANTS) == set(own_families())


@pytest.mark.parametrize(("kind", "parameters", "language"), CASES)
def test_perfect_recall_answers_whatever_stands_in_the_text(
    kind: str, parameters: dict[str, Any], language: str
) -> None:
    """``exact`` scores 1 in every variant, language and depth, and no warning says otherwise."""
    prepared = prepared_for(kind, parameters, language)
    assert set(scores(prepared, "exact")) == {1.0}
    assert not [warning for warning in prepared.warnings if "reference" in warning]


@pytest.mark.parametrize("kind", [kind for kind in VARIANTS if kind != "question-answering"])
@pytest.mark.parametrize("number", range(len(LAYOUTS)))
def test_it_does_in_every_layout(kind: str, number: int) -> None:
    """Escaped or not, with the question before the text or behind it, in either language."""
    language = LANGUAGES[number % 2]
    prepared = prepared_for(kind, VARIANTS[kind][-1], language, prompt=LAYOUTS[number])
    assert set(scores(prepared, "exact")) == {1.0}


@pytest.mark.parametrize("kind", ["single", "conflict", "threads", "counting"])
def test_a_question_in_the_first_of_several_messages_is_found(kind: str) -> None:
    """Though the haystack goes on in later messages and nothing is asked behind it."""
    prepared = prepared_for(kind, {}, prompt={"turns": 3, "question_position": "before"})
    assert set(scores(prepared, "exact")) == {1.0}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "kind", ["single", "multi-value", "key-value", "threads", "counting", "variable-tracking"]
)
def test_where_the_answer_is_left_out_it_says_so(kind: str, language: str) -> None:
    """And does not answer with a part of the question."""
    prepared = prepared_for(kind, {}, language, prompt={"control": "absent"})
    said = {
        answer(
            "exact",
            [{"role": message.role, "content": message.content} for message in prompt.messages],
            count_tokens=len,
        )
        for _, prompt in (compose_prompt(prepared, trial) for trial in prepared.trials)
    }
    assert said == {NOT_FOUND[language]}


@pytest.mark.parametrize("hops", ["one", "two"])
def test_what_only_knowledge_joins_is_not_answered_and_the_user_is_told(
    hops: str, tmp_path: Path
) -> None:
    """Association scores 0, in a run as well, and one warning says why before it begins."""
    prepared = prepared_for("associative", {"hops": hops})
    (warning,) = prepared.warnings
    assert warning.startswith("reference/exact: a reference reader knows what its prompt says")
    assert warning.endswith("common knowledge; expect an accuracy of 0")
    with open_store(tmp_path / "niah.db") as store:
        result = run_experiment(prepared, store, keys=Keys({}), transports=reference_transports())
        assert {record.score for record in iter_trials(store, result.run.run)} == {0.0}


def test_no_other_model_is_told_of_reference_readers() -> None:
    """The warning is about readers that know nothing."""
    assert not prepared_for("associative", {}, models=("openai/gpt-4o",)).warnings


@pytest.mark.parametrize("kind", ["key-value", "multi-round"])
def test_where_one_passage_answers_accuracy_is_the_known_recall(kind: str) -> None:
    """The reader that notices 70 of 100 passages answers so many, up to chance."""
    found = scores(prepared_for(kind, {}, trials=20), "flat-70")
    lower, upper = wilson(sum(score > 0.9 for score in found), len(found), confidence=0.9999)
    assert lower <= 0.7 <= upper


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("multi-value", {}),
        ("multi-query", {}),
        ("counting", {}),
        ("sequence", {}),
        ("variable-tracking", {}),
        ("threads", {}),
        ("conflict", {"values": 8}),
        ("ancestral-trace", {"generations": 8}),
        ("graph-walks", {"hops": 3}),
    ],
)
def test_what_is_overlooked_is_missing_from_what_follows(
    kind: str, parameters: dict[str, Any]
) -> None:
    """Most of all statements lead to some right answers, and not to all; none leads to none."""
    prepared = prepared_for(kind, parameters, trials=8)
    assert 0 < fmean(scores(prepared, "flat-80")) < 1
    assert fmean(scores(prepared, "flat-0")) == 0


def test_runs_of_readers_that_answered_otherwise_do_not_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their version tells experiments apart where no other model is asked, and never trials."""
    alone, mixed = ("reference/exact",), ("reference/exact", "openai/gpt-4o")
    now = [prepared_for("multi-value", {}, models=models) for models in (alone, mixed)]
    monkeypatch.setattr("niah.runner.prepare.READERS_VERSION", READERS_VERSION + 1)
    later = [prepared_for("multi-value", {}, models=models) for models in (alone, mixed)]
    assert [one.sha256 == other.sha256 for one, other in zip(now, later, strict=True)] == [
        False,
        True,
    ]
    assert [one.trials for one in now] == [other.trials for other in later]
    assert now[0].versions["readers"] != later[0].versions["readers"]
    assert "readers" not in now[1].versions
