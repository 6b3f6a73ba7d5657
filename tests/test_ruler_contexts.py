"""RULER's ten synthetic kinds of context: what stands in the prompts against what was published.

The prompts of ``configs/ruler.toml`` are composed and then only read: each count below is taken
from the text that a model is sent, by parsers of this file. The published parameters are those of
RULER (Hsieh et al. 2024, arXiv:2404.06654), section 3 and appendix B.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from niah.experiment import Experiment, load_suite
from niah.runner.prepare import prepare
from niah.runner.prepared import compose_prompt
from niah.tokenizers import load

LENGTHS = (4_000, 32_000, 128_000)
CONFIG = Path(__file__).parents[1] / "configs" / "ruler.toml"

NUMBER = re.compile(r"\d{7}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PAIR = re.compile(r"The special (?:number|code) of (\S+) is (\S+)\.")
ONE_OF = re.compile(r"One of the special numbers of (\S+) is (\S+)\.")
SINGLE = re.compile(r"The magic number of ([A-Z][\w '-]*?) is (\d+)\.")
FIRST = re.compile(r"The variable (\S+) is set to (\d+)\.")
NEXT = re.compile(r"The variable (\S+) takes over the value of (\S+)\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A prompt as a model gets it: the text that it is given, and what stands around it."""

    tokens: int
    text: str
    question: str


@cache
def experiments() -> dict[str, Experiment]:
    """The synthetic tasks of RULER mode, on a corpus that needs no network."""
    suite = load_suite(
        CONFIG,
        overrides=(
            'haystack.source="gazetteer"',
            f"grid.context_lengths={list(LENGTHS)}",
            "grid.depth_percents=[50]",
        ),
    )
    assert suite is not None
    return {str(one.task.name): one for one in suite.experiments}


@cache
def sent(task: str) -> dict[int, Sent]:
    """The prompts of a task by context length."""
    prepared = prepare(experiments()[task])
    vocabulary = load("o200k_base")
    prompts = {}
    for trial in prepared.trials:
        _, prompt = compose_prompt(prepared, trial)
        whole = "\n\n".join(message.content for message in prompt.messages)
        _, _, rest = whole.partition("<text>\n")
        text, _, question = rest.partition("\n</text>")
        tokens = sum(len(vocabulary.encode(message.content)) for message in prompt.messages)
        prompts[trial.context_length] = Sent(tokens=tokens, text=text, question=question.strip())
    return prompts


def every(task: str) -> Iterator[Sent]:
    """A task's prompt at each length, proven to be of that length."""
    for length in LENGTHS:
        prompt = sent(task)[length]
        assert prompt.tokens == length
        yield prompt


def test_ruler_mode_has_all_synthetic_tasks() -> None:
    """Eight of retrieval, one of tracing, two of aggregation."""
    assert len(experiments()) == 11


def test_single_1_and_2_hold_one_number_of_seven_digits_under_the_asked_key() -> None:
    """A word as key, a number of seven digits as value, once; noise repeats, prose does not."""
    for task in ("single-1", "single-2"):
        for prompt in every(task):
            ((key, value),) = SINGLE.findall(prompt.text)
            assert NUMBER.fullmatch(value)
            assert key in prompt.question
            assert prompt.text.count(value) == 1
    for prompt in every("single-1"):
        lines = Counter(prompt.text.split("\n"))
        ((_, most),) = lines.most_common(1)
        assert most / sum(lines.values()) > 0.9
        assert len(re.findall(r"[.!?]", lines.most_common(1)[0][0])) == 5
    for prompt in every("single-2"):
        sentences = re.split(r"(?<=[.!?])\s", prompt.text)
        assert len(set(sentences)) > 0.8 * len(sentences)


def test_single_3_holds_one_uuid_of_32_hexadecimal_digits() -> None:
    """Under the asked word."""
    for prompt in every("single-3"):
        (value,) = UUID.findall(prompt.text)
        assert len(value.replace("-", "")) == 32
        (sentence,) = (s for s in re.split(r"(?<=\.)\s", prompt.text) if value in s)
        asked = {*re.findall(r"\w+", prompt.question)} & {*re.findall(r"\w+", sentence)}
        assert asked - {"identifier", "record", "named", "the", "which"}


def test_multi_key_1_holds_four_keys_of_which_one_is_asked() -> None:
    """Four different keys, each with a number of its own."""
    for prompt in every("multi-key-1"):
        pairs = dict(PAIR.findall(prompt.text))
        assert len(PAIR.findall(prompt.text)) == len(pairs) == len(set(pairs.values())) == 4
        assert all(NUMBER.fullmatch(value) for value in pairs.values())
        assert sum(key in prompt.question for key in pairs) == 1


@pytest.mark.parametrize(
    ("task", "key_form", "value_form"),
    [("multi-key-2", re.compile(r"[a-z]+-[a-z]+"), NUMBER), ("multi-key-3", UUID, UUID)],
)
def test_multi_key_2_and_3_are_needles_throughout(
    task: str, key_form: re.Pattern[str], value_form: re.Pattern[str]
) -> None:
    """Every line is a needle, no key stands twice, one is asked; more room holds more of them."""
    counts = []
    for prompt in every(task):
        pairs = [PAIR.fullmatch(line) for line in prompt.text.split("\n")]
        assert all(pairs)
        keys = [pair[1] for pair in pairs if pair]
        assert len(set(keys)) == len(keys)
        assert all(key_form.fullmatch(key) for key in keys)
        assert all(value_form.fullmatch(pair[2]) for pair in pairs if pair)
        assert sum(key in prompt.question for key in keys) == 1
        counts.append(len(keys))
    assert counts[1] / counts[0] == pytest.approx(8, rel=0.05)
    assert counts[2] / counts[1] == pytest.approx(4, rel=0.05)


def test_multi_value_holds_four_numbers_under_one_key() -> None:
    """All four are asked for by their key, and stand at four places."""
    for prompt in every("multi-value"):
        found = [*ONE_OF.finditer(prompt.text)]
        assert len(found) == len({pair[2] for pair in found}) == 4
        assert len({pair[1] for pair in found}) == 1
        assert all(NUMBER.fullmatch(pair[2]) for pair in found)
        assert found[0][1] in prompt.question
        assert min(b.start() - a.start() for a, b in pairwise(found)) > 100


def test_multi_query_asks_for_four_keys_at_once() -> None:
    """Four keys stand in the text and all four in the question."""
    for prompt in every("multi-query"):
        pairs = PAIR.findall(prompt.text)
        assert len(pairs) == len({key for key, _ in pairs}) == 4
        assert all(key in prompt.question for key, _ in pairs)
        assert all(NUMBER.fullmatch(value) for _, value in pairs)


def test_variable_tracking_is_one_chain_of_four_hops() -> None:
    """X1 = v, X2 = X1, ... X5 = X4, in this order, in noise; a name has five capitals, v as many
    digits.
    """
    for prompt in every("variable-tracking"):
        ((start, value),) = FIRST.findall(prompt.text)
        hops = NEXT.findall(prompt.text)
        names = [start, *(name for name, _ in hops)]
        assert len(hops) == 4
        assert [before for _, before in hops] == names[:-1]
        assert all(re.fullmatch(r"[A-Z]{5}", name) for name in names)
        assert len(set(names)) == 5
        assert re.fullmatch(r"\d{5}", value)
        assert value in prompt.question


def test_common_words_has_ten_words_30_times_and_all_others_3_times() -> None:
    """In one numbered list; more room holds more of the others."""
    others = []
    for prompt in every("common-words"):
        items = re.findall(r"(\d+)\. (\S+)", prompt.text)
        assert [int(number) for number, _ in items] == list(range(1, len(items) + 1))
        counts = Counter(word for _, word in items)
        assert Counter(counts.values()) == {30: 10, 3: len(counts) - 10}
        assert " 10 words " in prompt.question
        others.append(len(counts) - 10)
    assert others == sorted(others)
    assert others[0] > 100


def test_frequent_words_follow_a_zeta_law_of_exponent_2() -> None:
    """Rank k has the share k^-2 / zeta(2); the first rank are dots; words have six letters."""
    zeta = math.pi**2 / 6
    for prompt in every("frequent-words"):
        words = prompt.text.split()
        ranked = Counter(words).most_common()
        assert ranked[0][0] == "..."
        assert all(re.fullmatch(r"[a-z]{6}", word) for word, _ in ranked[1:])
        assert " 3 coded words " in prompt.question
        for rank, (_, count) in enumerate(ranked[:10], start=1):
            expected = len(words) * rank**-2 / zeta
            assert count == pytest.approx(expected, abs=1 + 0.03 * expected)
        logs = [(math.log(k), math.log(n)) for k, (_, n) in enumerate(ranked[:8], start=1)]
        x, y = (sum(column) / len(logs) for column in zip(*logs, strict=True))
        slope = sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs)
        assert -slope == pytest.approx(2.0, abs=0.1)
        assert ranked[3][1] > ranked[4][1]


@pytest.mark.parametrize("task", ["common-words", "frequent-words"])
def test_words_of_a_list_are_shuffled(task: str) -> None:
    """No word of a list clusters: its places are spread as evenly as chance spreads them."""
    for prompt in every(task):
        words = [word for word in prompt.text.split() if not re.fullmatch(r"\d+\.", word)]
        word, n = next(p for p in Counter(words).most_common() if p[0] != "...")
        places = [index / len(words) for index, other in enumerate(words) if other == word]
        mean = sum(places) / n
        assert abs(mean - 0.5) < 4 / math.sqrt(12 * n)
