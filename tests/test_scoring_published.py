"""The scorer against real responses and the judge that scored them when they were published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from niah.scoring import score
from niah.tasks import Challenge, Needle

PUBLISHED = Path(__file__).parents[2] / "shared/data/needlehaystack-results/claude-2.1"
RETRIEVED = 7

CHALLENGE = Challenge(
    needles=(
        Needle(
            text="The best thing to do in San Francisco is eat a sandwich and sit in Dolores Park "
            "on a sunny day."
        ),
    ),
    instruction="",
    question="What is the most fun thing to do in San Francisco?",
    answers=("eat a sandwich and sit in Dolores Park on a sunny day",),
    answer_kind="phrase",
    keywords=(("sandwich",), ("Dolores Park",)),
)


@pytest.fixture(scope="module")
def rows() -> list[tuple[bool, bool, str]]:
    """For each published response: found by us, found by the judge, the response."""
    files = sorted(PUBLISHED.glob("*.json"))
    if not files:
        pytest.skip(f"the published results are not at {PUBLISHED}")
    loaded = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [
        (
            score(row["model_response"], CHALLENGE).value >= 0.5,
            row["score"] >= RETRIEVED,
            row["model_response"],
        )
        for row in loaded
    ]


def test_the_scorer_agrees_with_the_published_judge(rows: list[tuple[bool, bool, str]]) -> None:
    """At the judge's threshold, agreement is at least .98; precision and recall are as high."""
    both = sum(ours and judges for ours, judges, _ in rows)
    assert len(rows) > 700
    assert sum(ours == judges for ours, judges, _ in rows) >= 0.98 * len(rows)
    assert both >= 0.99 * sum(ours for ours, _, _ in rows)
    assert both >= 0.98 * sum(judges for _, judges, _ in rows)


def test_every_disagreement_is_a_refusal_that_the_judge_let_pass(
    rows: list[tuple[bool, bool, str]],
) -> None:
    """Where we differ, the response says that the text does not answer the question."""
    for ours, judges, response in rows:
        if ours != judges:
            assert judges
            assert "does not" in response[:200]
