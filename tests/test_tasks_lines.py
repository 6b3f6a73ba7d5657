"""Lines of a family's own: what is asked for is never among them, and looks like them."""

from __future__ import annotations

import json

import pytest

from niah.tasks import Task
from niah.tasks.lines import HAYSTACKS, is_kept
from niah.tasks.registry import prepare_task
from niah.tokenizers import load

CASES: tuple[tuple[str, dict[str, str]], ...] = (
    ("key-value", {}),
    ("multi-key", {"variant": "lines"}),
    ("multi-key", {"variant": "uuid-lines"}),
)
LONGEST = 128_000
every_case = pytest.mark.parametrize(("kind", "parameters"), CASES)
every_language = pytest.mark.parametrize("language", ["en", "de"])


def task_of(kind: str, parameters: dict[str, str], language: str) -> Task:
    return prepare_task(kind, parameters, language=language, haystack="")


def lines_of(task: Task, longest_context: int = LONGEST) -> list[str]:
    assert task.lines is not None
    return list(task.lines.write(longest_context))


@every_case
@every_language
def test_no_line_answers_any_trial(kind: str, parameters: dict[str, str], language: str) -> None:
    """Keys and answers of a thousand trials stand in no line."""
    task = task_of(kind, parameters, language)
    text = "\n".join(lines_of(task))
    for seed in range(1_000):
        challenge = task.draw(seed)
        (needle,) = challenge.needles
        assert needle.text not in text
        assert challenge.answers[0] not in text


@every_language
def test_a_key_that_is_asked_for_is_kept_out_by_rule(language: str) -> None:
    """Words and numbers are few enough to meet by chance: the lines have none that are kept."""
    task = task_of("multi-key", {"variant": "lines"}, language)
    words = [line.rstrip(".").split() for line in lines_of(task)]
    assert not any(is_kept(key) or is_kept(value) for *_, key, _, value in words)
    for seed in range(200):
        (needle,) = task.draw(seed).needles
        *_, key, _, value = needle.text.rstrip(".").split()
        assert is_kept(key)
        assert is_kept(value)


@every_case
@every_language
def test_the_lines_hold_several_haystacks(
    kind: str, parameters: dict[str, str], language: str
) -> None:
    """Three of the longest context stand in them side by side, under every vocabulary."""
    task = task_of(kind, parameters, language)
    assert task.lines is not None
    text = task.lines.parted_by.join(lines_of(task, 16_000))
    assert len(load("o200k_base").encode(text)) >= HAYSTACKS * 16_000


@every_language
def test_no_key_comes_twice_in_one_haystack(language: str) -> None:
    """Wherever a haystack of the longest context begins, its keys differ."""
    task = task_of("multi-key", {"variant": "lines"}, language)
    keys = [line.split()[-3] for line in lines_of(task)]
    of_longest = LONGEST // 14
    last_seen: dict[str, int] = {}
    for row, key in enumerate(keys):
        assert row - last_seen.get(key, -of_longest) >= of_longest
        last_seen[key] = row
    if language == "en":
        assert {key.count("-") for key in keys} == {1}  # two words suffice


def test_a_longer_context_has_keys_of_three_words_as_well() -> None:
    """A million tokens have more lines than there are pairs of words."""
    task = task_of("multi-key", {"variant": "lines"}, "en")
    keys = [line.split()[-3] for line in lines_of(task, 1_000_000)]
    within = 1_000_000 // 14
    assert len(set(keys[:within])) == within
    assert {key.count("-") for key in keys} == {1, 2}


def test_pairs_are_one_json_object() -> None:
    """All lines between their braces are read by a parser, each key once."""
    task = task_of("key-value", {}, "en")
    lines = lines_of(task, 4_000)
    assert task.lines is not None
    assert task.lines.fence is not None
    first, last = task.lines.fence
    text = first + task.lines.parted_by.join(lines) + last
    pairs = json.loads(text)
    assert len(pairs) == len(set(pairs.values())) == len(lines)
