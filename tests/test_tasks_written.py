"""Oracles that read the prompt alone find the answers of the haystacks that families write."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from niah.prompts import Prompt
from niah.scoring import score
from niah.tasks import Challenge
from niah.tasks.families.frequent_words import zeta_counts
from tests.test_tasks_families import CASES, made


def case(kind: str, **parameters: object) -> int:
    return CASES.index((kind, parameters))


def body(prompt: Prompt) -> str:
    content = prompt.messages[-1].content
    return content[content.index("<text>\n") + 7 : content.rindex("\n</text>")]


def question(prompt: Prompt) -> str:
    return prompt.messages[-1].content.rpartition("</text>\n\n")[2]


def everyone(kind: str, **parameters: object) -> list[tuple[Challenge, Prompt]]:
    number = case(kind, **parameters)
    return [made(number, seed=seed, depth_percent=10.0 * seed) for seed in range(8)]


def test_key_value_is_json_with_the_asked_pair_at_its_depth() -> None:
    """A JSON parser reads the haystack, and finds the answer under the asked key."""
    for challenge, prompt in everyone("key-value"):
        pairs = json.loads(body(prompt))
        key = re.findall(r'"([0-9a-f-]{36})"', question(prompt))[0]
        assert challenge.answers == (pairs[key],)
        assert len(set(pairs.values())) == len(pairs)
        row = list(pairs).index(key) / (len(pairs) - 1) * 100
        assert abs(row - prompt.placements[0].placed_depth_percent) < 3


@pytest.mark.parametrize("variant", ["lines", "uuid-lines"])
def test_lines_are_all_keys_with_values_of_their_own(variant: str) -> None:
    """Every line is a key with a value, no key comes twice, the asked one is among them."""
    for challenge, prompt in everyone("multi-key", variant=variant):
        lines = body(prompt).split("\n")
        found = [re.fullmatch(r"The special \w+ of (\S+) is (\S+)\.", line) for line in lines]
        pairs = {match[1]: match[2] for match in found if match}
        assert len(pairs) == len(lines) > 50
        asked = question(prompt).split(" of ")[1].rstrip("?")
        assert challenge.answers == (pairs[asked],)


def test_common_words_stand_thirty_times_and_others_three() -> None:
    """RULER's counts; the answer is what a count of the list gives."""
    for challenge, prompt in everyone("common-words"):
        counts = Counter(re.findall(r"\d+\. (\w+)", body(prompt)))
        assert {word for word, n in counts.items() if n == 30} == set(challenge.answers)
        assert len(challenge.answers) == 10
        assert set(counts.values()) == {30, 3}


def test_frequent_words_follow_the_zeta_law() -> None:
    """Ranks 2 to 4 are asked for; the shares are those of alpha = 2."""
    for challenge, prompt in everyone("frequent-words"):
        words = body(prompt).split(" ")
        counts = Counter(words)
        (dots, first), *others = counts.most_common(4)
        assert dots == "..."
        assert {word for word, _ in others} == set(challenge.answers)
        assert abs(first / len(words) - 6 / 3.14159265**2) < 0.02
        assert all(re.fullmatch("[a-z]{6}", word) for word in counts if word != "...")
    counts_by_rank = zeta_counts(10_000, 2.0)
    assert counts_by_rank[:3] == [6079, 1520, 675]


@pytest.mark.parametrize("variant", ["distance", "parents"])
def test_graph_walks_ask_for_what_the_edges_say(variant: str) -> None:
    """A breadth-first search of the printed edges gives the answer, and nothing else."""
    parameters = {} if variant == "distance" else {"variant": variant}
    for challenge, prompt in everyone("graph-walks", **parameters):
        edges = [line.split(" -> ") for line in body(prompt).split("\n")]
        assert len({tuple(edge) for edge in edges}) == len(edges) > 100
        node = re.findall(r"node (\w{6})", question(prompt))[0]
        if variant == "parents":
            found = {source for source, target in edges if target == node}
        else:
            seen, found = {node}, {node}
            for _ in range(2):
                found = {target for source, target in edges if source in found} - seen
                seen |= found
        assert found == set(challenge.answers)
        assert score(f"Final answer: [{', '.join(sorted(found))}]", challenge).value == 1
        names = sorted({name for edge in edges for name in edge})
        assert score(f"Final answer: [{', '.join(names)}]", challenge).value < 0.2
        assert score("I walked the graph.", challenge).reason == "no list"


@pytest.mark.parametrize("generations", [4, 0])
def test_ancestors_are_traced_by_the_statements(generations: int) -> None:
    """Following the statements upwards ends at the answer after the asked number of steps."""
    parameters = {} if generations else {"generations": 0}
    for challenge, prompt in everyone("ancestral-trace", **parameters):
        parent = {}
        for line in body(prompt).split("\n"):
            down = re.fullmatch(r"(\w+) is the \w+ of (\w+)\.", line)
            up = re.fullmatch(r"(\w+) is a \w+ of (\w+)\.", line)
            elder, younger = (down[1], down[2]) if down else (up[2], up[1]) if up else ("", "")
            assert younger
            assert younger not in parent
            parent[younger] = elder
        person = re.findall(r"ancestor of (\w+)", question(prompt))[0]
        steps = 0
        while person in parent:
            person, steps = parent[person], steps + 1
        assert challenge.answers == (person,)
        assert steps == (generations or len(parent))


def test_multi_round_asks_for_the_right_one_of_the_answers() -> None:
    """Counting the equal requests of the transcript gives the asked answer."""
    ordinals = ["first", "second", "third", "fourth"]
    for challenge, prompt in everyone("multi-round"):
        asked = re.search(
            r"Write (\w+) and .* the (\w+) answer to the request for a (\w+) about (.*)\. Write",
            question(prompt),
        )
        assert asked is not None
        prefix, ordinal, form, subject = asked.groups()
        rounds = body(prompt).split("\n\n")
        same = [
            text.partition("Assistant: ")[2]
            for text in rounds
            if text.startswith(f"User: Write a {form} about {subject}.")
        ]
        assert len(same) == 4
        wanted = same[ordinals.index(ordinal)]
        assert challenge.answers == (wanted,)
        assert score(prefix + wanted, challenge).value == 1
        assert score(wanted, challenge).reason == "prefix missing"
        other = score(prefix + same[ordinals.index(ordinal) - 1], challenge)
        assert other.reason == "distractor taken"
        assert other.value < 0.9


def test_dates_and_corrections_lead_to_the_latest_value() -> None:
    """The latest year, or the end of the chain of corrections, has the answer."""
    for challenge, prompt in everyone("conflict"):
        changes = re.findall(
            r"On \d+ \w+ (\d{4}), the gate code of \w+ was set to (\d+)", body(prompt)
        )
        assert len(changes) == 3
        assert challenge.answers == (max(changes)[1],)
    for challenge, prompt in everyone("conflict", variant="correction", values=4):
        replaced = dict(re.findall(r"is no longer (\d+); it is now (\d+)", body(prompt)))
        assert len(replaced) == 3
        (last,) = set(replaced.values()) - set(replaced)
        assert challenge.answers == (last,)


def test_sequence_scores_the_share_of_pairs_in_order() -> None:
    """All in order 1, reversed 0, one missing its pairs, a list of nothing 0."""
    for challenge, prompt in everyone("sequence"):
        dated = re.findall(
            r"In the year (\d+), .* seal called (\w+)\.", body(prompt).replace(". ", ".\n")
        )
        assert [word for _, word in sorted(dated)] == list(challenge.answers)
        answers = list(challenge.answers)
        assert score(", ".join(answers), challenge).value == 1
        assert score(", ".join(reversed(answers)), challenge).value == 0
        assert score(", ".join(answers[:4]), challenge).value == pytest.approx(6 / 10)
        swapped = [answers[1], answers[0], *answers[2:]]
        assert score(", ".join(swapped), challenge).value == pytest.approx(9 / 10)
