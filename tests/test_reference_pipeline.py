"""The instrument against its standard: what niah measures of a reader is its true recall."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path

import httpx
import pytest

from niah.experiment import load_experiment
from niah.reference.endpoint import build_app
from niah.reference.readers import recall_map
from niah.runner.keys import Keys
from niah.runner.prepare import prepare
from niah.runner.run import run_experiment
from niah.statistics.intervals import jeffreys
from niah.statistics.scores import score_of
from niah.store import TrialRecord
from niah.store.database import open_store
from niah.store.trials import iter_trials

QUICKSTART = Path(__file__).parents[1] / "configs" / "quickstart.toml"
TRIALS = 8


def measure(reader: str, language: str, directory: Path) -> list[TrialRecord]:
    """The quickstart's grid with more trials, planned, composed, asked, scored and stored."""
    experiment = load_experiment(
        QUICKSTART,
        overrides=[
            f'haystack.language="{language}"',
            f'task.language="{language}"',
            f"grid.trials={TRIALS}",
        ],
        model_ids=[f"reference/{reader}"],
    )
    prepared = prepare(experiment, cache_dir=directory)
    with open_store(directory / "niah.db") as store:
        result = run_experiment(
            prepared,
            store,
            keys=Keys({}),
            transports={"reference": httpx.ASGITransport(build_app())},
        )
        assert result.status == "complete"
        return list(iter_trials(store, result.run.run))


def covers(recall: float, hits: float, n: int) -> bool:
    low, high = jeffreys(hits, n)
    return low <= recall <= high


def coverage(recall: float, n: int) -> float:
    """How often the interval of a cell of n trials covers a recall, by the binomial law."""
    return sum(
        math.comb(n, hits) * recall**hits * (1 - recall) ** (n - hits)
        for hits in range(n + 1)
        if covers(recall, hits, n)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reader", "language"),
    [
        ("lost-in-the-middle", "en"),
        ("lost-in-the-middle", "de"),
        ("decay", "de"),
        ("flat-90@drop=0.2", "en"),
    ],
)
def test_the_measured_map_is_the_true_one(reader: str, language: str, tmp_path: Path) -> None:
    """Within four standard errors overall and at each length; cell intervals cover as they must."""
    true = recall_map(reader)
    cells: dict[tuple[int, float], list[tuple[float, float]]] = defaultdict(list)
    lengths: dict[int, list[tuple[float, float]]] = defaultdict(list)
    records = measure(reader, language, tmp_path)
    assert len(records) == 72 * TRIALS
    for record in records:
        assert record.outcome == "answered"
        assert record.input_tokens == record.prompt_tokens == record.context_length
        score, depth = score_of(record), record.placed_depth_percent
        assert score is not None
        assert depth is not None
        pair = (score, true(depth, record.context_length))
        cells[record.context_length, record.depth_percent].append(pair)
        lengths[record.context_length].append(pair)
    for pairs in [*lengths.values(), [pair for cell in cells.values() for pair in cell]]:
        error = sum(score - recall for score, recall in pairs)
        spread = math.sqrt(sum(recall * (1 - recall) for _, recall in pairs))
        assert abs(error) <= 4 * spread
    covered = expected = variance = 0.0
    for pairs in cells.values():
        recall = sum(recall for _, recall in pairs) / len(pairs)
        share = coverage(recall, len(pairs))
        covered += covers(recall, sum(score for score, _ in pairs), len(pairs))
        expected += share
        variance += share * (1 - share)
    assert abs(covered - expected) <= 4 * math.sqrt(variance)


@pytest.mark.slow
def test_readers_without_chance_are_measured_without_error(tmp_path: Path) -> None:
    """The exact reader finds every needle; one with a cliff all of them up to it, none beyond."""
    for reader in ("exact", "cliff-8k"):
        directory = tmp_path / reader
        directory.mkdir()
        for record in measure(reader, "en", directory):
            assert record.placed_depth_percent is not None
            recall = recall_map(reader)(record.placed_depth_percent, record.context_length)
            assert score_of(record) == recall
