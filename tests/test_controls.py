"""Controls: what is left out and what stays, in exactly so many tokens."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from niah.errors import ConfigurationError
from niah.experiment import Experiment
from niah.prompts import Prompt
from niah.prompts.compose import recount
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared, compose_prompt
from niah.scoring.rejection import states_absence
from niah.tasks import Challenge
from niah.tasks.controls import CONTROLS, DISTANCE_TOKENS, reasons_against, withheld
from niah.tasks.registry import own_families
from niah.tokenizers import load

TOKENIZER = "o200k_base"
FAMILIES = own_families()
CASES = [
    (kind, control)
    for kind, family in FAMILIES.items()
    for control in CONTROLS
    if control not in reasons_against(family)
]


OWN = Path(__file__).parents[1] / "configs" / "own-documents"


@cache
def prepared(kind: str, control: str | None, **prompt: Any) -> Prepared:
    task = tomllib.loads(FAMILIES[kind].example)
    haystack: dict[str, Any] = {"source": "gazetteer"}
    if kind == "question-answering":
        task["path"], haystack = str(OWN / "questions.jsonl"), {"path": str(OWN), "repeat": True}
    return prepare(
        Experiment.model_validate(
            {
                "name": "controls",
                "models": ["reference/exact"],
                "grid": {"context_lengths": [6000], "depth_percents": [30], "trials": 2},
                "task": task,
                "haystack": haystack,
                "prompt": {**prompt, **({} if control is None else {"control": control})},
            },
            strict=False,
        )
    )


def made(kind: str, control: str | None, **prompt: Any) -> list[tuple[Challenge, Prompt]]:
    one = prepared(kind, control, **prompt)
    return [compose_prompt(one, trial) for trial in one.trials]


@pytest.mark.parametrize(("kind", "control"), CASES)
def test_context_length_of_a_control_is_that_of_its_prompt(kind: str, control: str) -> None:
    """Whatever is left out, the context length of the trial is what an encoder counts."""
    one, tokenizer = prepared(kind, control), load(TOKENIZER)
    for trial in one.trials:
        _, prompt = compose_prompt(one, trial)
        assert recount(prompt, tokenizer) == prompt.tokens == trial.context_length
        assert trial.task.endswith(f"/{control}")


@pytest.mark.parametrize("kind", [kind for kind, control in CASES if control == "no-context"])
def test_no_context_asks_the_same_without_the_text(kind: str) -> None:
    """Question, answers and scorer are the usual ones; no planted sentence is there."""
    usual = [prepared(kind, None).task.draw(t.seed) for t in prepared(kind, "no-context").trials]
    for was, (challenge, prompt) in zip(usual, made(kind, "no-context"), strict=True):
        content = prompt.messages[-1].content
        assert (challenge.question, challenge.answers) == (was.question, was.answers)
        assert content.endswith(was.question)
        assert not any(needle.text in content for needle in was.needles)


@pytest.mark.parametrize("kind", ["single", "multi-query", "distractors", "sequence"])
def test_needle_only_has_the_needles_in_their_order_and_nothing_else(kind: str) -> None:
    """Between the tags stand the planted sentences as in a haystack, parted by spaces."""
    for challenge, prompt in made(kind, "needle-only"):
        content = prompt.messages[-1].content
        text = content[content.index("<text>\n") + 7 : content.index("\n</text>")]
        needles = sorted(challenge.needles, key=lambda needle: needle.depth_in(0))
        assert text == " ".join(needle.text for needle in needles)


def test_absent_differs_from_the_usual_prompt_by_the_needle_alone() -> None:
    """The haystack begins where it usually does; a few more words of it make up for the needle."""
    usual = prepared("distractors", None)
    for trial, (challenge, prompt) in zip(usual.trials, made("distractors", "absent"), strict=True):
        was, before = compose_prompt(usual, trial)
        content = prompt.messages[-1].content
        (needle,) = (needle.text for needle in was.needles if needle.role == "needle")
        assert needle in before.messages[-1].content
        assert needle not in content
        assert not any(answer in content for answer in was.answers)
        assert challenge.question == was.question
        assert all(other.text in content for other in was.needles if other.role != "needle")


@pytest.mark.parametrize("kind", ["key-value", "multi-key"])
def test_absent_leaves_the_asked_line_out(kind: str) -> None:
    """The key that is asked for stands in the question alone, and its value nowhere."""
    for challenge, prompt in made(kind, "absent"):
        content = prompt.messages[-1].content
        key = content.rpartition("</text>")[2].split()[-1].strip('"?')
        assert content.count(key) == 1
        assert challenge.answers[0] not in content
        assert challenge.withheld


@pytest.mark.parametrize("kind", [kind for kind, control in CASES if control == "from-end"])
def test_from_end_keeps_the_needles_in_the_last_tokens(kind: str) -> None:
    """However the set is placed, no needle has more of the haystack behind it than asked."""
    for _, prompt in made(kind, "from-end"):
        behind = [
            prompt.haystack_tokens - placement.token_offset
            for placement in prompt.placements
            if placement.role == "needle"
        ]
        assert 0 <= min(behind) <= max(behind) <= DISTANCE_TOKENS


def test_from_end_counts_depth_within_the_distance() -> None:
    """At depth 30, a needle stands 70% of the distance from the end, to the nearest gap."""
    for _, prompt in made("single", "from-end", control_distance_tokens=2_000):
        (placement,) = prompt.placements
        assert abs(prompt.haystack_tokens - placement.token_offset - 1_400) < 40


def test_from_end_of_a_short_haystack_is_the_usual_prompt() -> None:
    """A haystack within the distance is as it ever was."""
    found = made("single", "from-end", control_distance_tokens=50_000)
    assert [p.sha256 for _, p in found] == [p.sha256 for _, p in made("single", None)]


def test_controls_of_several_turns_are_exact() -> None:
    """A haystack without its needle is split over turns like any other."""
    for _, prompt in made("single", "absent", turns=3):
        assert recount(prompt, load(TOKENIZER)) == 6_000
        assert len([m for m in prompt.messages if m.role == "user"]) == 3


@pytest.mark.parametrize(
    ("kind", "control", "reason"),
    [
        ("conflict", "absent", "an older one holds"),
        ("counting", "from-end", "depth means nothing here"),
        ("absent", "no-context", "it is right to say"),
    ],
)
def test_a_control_without_meaning_is_refused(kind: str, control: str, reason: str) -> None:
    """One sentence names the control, the family and why."""
    with pytest.raises(ConfigurationError, match=f"{control}.*{kind}.*{reason}"):
        prepared(kind, control)


def test_what_was_sent_before_there_were_controls_is_the_same() -> None:
    """Without a control, nothing of it is in the experiment and its trials' ids."""
    assert (
        '"control'
        not in prepared("single", None).experiment.model_copy(update={"name": "x"}).canonical_json()
    )


@pytest.mark.parametrize(
    ("response", "absent"),
    [
        ("The text does not mention the special number of Bern.", True),
        ("Der Text sagt es nicht.", True),
        ("The special number of Bern is 1234567.", False),
        ("It is 7654321.", False),
        ("I could not find it, but my guess is 7654321.", False),
        ("", False),
    ],
)
def test_saying_that_it_is_not_there_is_no_false_answer(response: str, absent: bool) -> None:
    """A value is a false answer, the withheld one too; a refusal without one is none."""
    challenge = withheld(
        Challenge(
            needles=(),
            instruction="",
            question="What is the special number of Bern?",
            answers=("1234567",),
            answer_kind="number",
        )
    )
    assert states_absence(response, challenge) is absent
