"""What a baseline leads one to expect of the next trial of each cell, and how surely.

A baseline knows cells and, where the next trial is asked with a prompt that it has asked too, that
prompt's own answer. How much such an answer says about the next one to the same prompt, the
*stability*, is measured: 0 = nothing beyond the cell's accuracy, 1 = the same prompt is always
answered alike.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from niah.statistics import FloatGrid
from niah.statistics.scores import score_of
from niah.store import TrialRecord

Floats = NDArray[np.float64]
Cell = tuple[int, float]
"""Context length in tokens, asked depth percent."""

_MASSES = np.asarray(np.sin((np.arange(60) + 0.5) * (np.pi / 120)) ** 2, np.float64)
"""Accuracies on which the distribution over cells has its masses: denser near 0 and 1."""
_STEPS = 200
_PRIOR_PAIRS = 2.0
"""Pairs without stability that stand before any pair that was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Earlier trials of one sweep, put together.

    Attributes:
        context_lengths, depth_percents: Ascending axes of the cells that were measured.
        mean: Mean score of each cell, shape (depths, lengths); NaN = not measured.
        worth: Independent trials that the cell's mean is worth: answers to one prompt count less.
        likely: Each cell's accuracy as the distribution over all cells suggests.
        prompts: Mean score and number of answers by the prompt's hash.
        stability: See the module; a lower bound, for predicting an answer from its twin.
    """

    context_lengths: tuple[int, ...]
    depth_percents: tuple[float, ...]
    mean: FloatGrid
    worth: FloatGrid
    likely: FloatGrid
    prompts: dict[str, tuple[float, int]] = field(repr=False)
    stability: float = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """Of its grid."""
        return len(self.depth_percents), len(self.context_lengths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scored trials in cells that a baseline knows; every array has one entry per trial.

    Attributes:
        rows, columns: Cell.
        score: In [0, 1].
        twin: The baseline's mean score for the same prompt; NaN = it did not ask that one.
        twin_n: Its answers to that prompt.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    score: Floats
    twin: Floats
    twin_n: Floats

    @property
    def n(self) -> int:
        """How many."""
        return int(self.score.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the baseline says of some trials.

    Attributes:
        accuracy: Probability of a full score of each trial.
        error: Standard error of their mean, because the baseline itself was measured.
    """

    accuracy: Floats
    error: float


def build_baseline(
    pool: Iterable[TrialRecord], tonight: Iterable[TrialRecord] = ()
) -> Baseline | None:
    """Puts the trials of one sweep of a baseline together; None when none is scored.

    Args:
        pool: Of one or more runs.
        tonight: Trials whose twins in the pool tell of the stability; they enter nothing else.
    """
    scored = [(r, s) for r in pool if (s := score_of(r)) is not None]
    if not scored:
        return None
    answers: defaultdict[Cell, defaultdict[str, list[float]]]
    answers = defaultdict(lambda: defaultdict(list))
    for record, score in scored:
        answers[record.context_length, record.depth_percent][_prompt(record)].append(score)
    lengths = tuple(sorted({length for length, _ in answers}))
    depths = tuple(sorted({depth for _, depth in answers}))
    prompts = {
        prompt: (math.fsum(values) / len(values), len(values))
        for of_cell in answers.values()
        for prompt, values in of_cell.items()
    }
    shape = (len(depths), len(lengths))
    again = [
        (r.context_length, r.depth_percent, prompts[p], s)
        for r in tonight
        if (p := _prompt(r)) in prompts and (s := score_of(r)) is not None
    ]
    stability, error = _stability(answers, again)
    clustering = min(1.0, stability + error)
    mean, worth = np.full(shape, np.nan), np.zeros(shape)
    for (length, depth), of_cell in answers.items():
        weights = [len(v) / (1 + (len(v) - 1) * clustering) for v in of_cell.values()]
        means = [math.fsum(v) / len(v) for v in of_cell.values()]
        cell = depths.index(depth), lengths.index(length)
        worth[cell] = math.fsum(weights)
        mean[cell] = math.fsum(w * m for w, m in zip(weights, means, strict=True)) / worth[cell]
    return Baseline(
        context_lengths=lengths,
        depth_percents=depths,
        mean=mean,
        worth=worth,
        likely=_likely(mean, worth),
        prompts=prompts,
        stability=max(0.0, stability - error / 2),
    )


def scores_of(records: Iterable[TrialRecord], baseline: Baseline) -> Scores:
    """The scored ones among the trials, in the cells that the baseline has measured."""
    row = {depth: i for i, depth in enumerate(baseline.depth_percents)}
    column = {length: j for j, length in enumerate(baseline.context_lengths)}
    found: list[tuple[int, int, float, float, int]] = []
    for record in records:
        i, j = row.get(record.depth_percent), column.get(record.context_length)
        score = score_of(record)
        if i is None or j is None or score is None or baseline.worth[i, j] == 0:
            continue
        twin, twin_n = baseline.prompts.get(_prompt(record), (math.nan, 0))
        found.append((i, j, score, twin, twin_n))
    columns = list(zip(*found, strict=True)) or [()] * 5
    return Scores(
        rows=np.array(columns[0], np.int64),
        columns=np.array(columns[1], np.int64),
        score=np.array(columns[2], np.float64),
        twin=np.array(columns[3], np.float64),
        twin_n=np.array(columns[4], np.float64),
    )


def expect(baseline: Baseline, scores: Scores, *, paired: bool) -> Expected:
    """What the baseline says of the trials, taken as one group.

    The cells keep the differences that the distribution over all cells suggests, and are moved
    together, on the scale of log odds, until the baseline's own trials in just these cells would
    have scored what they did: the group as a whole is not drawn towards other cells, and a cell
    counts by its trials. An adaptive baseline asked a cell again where it had failed, and not
    where it had not: means in which its cells weighed alike would lie too high.

    Args:
        baseline: Of the whole grid.
        scores: At least one trial.
        paired: Whether what the baseline answered to the same prompts counts too.
    """
    cell = scores.rows, scores.columns
    likely, mean, worth = (a[cell] for a in (baseline.likely, baseline.mean, baseline.worth))
    visits = _visits(baseline, scores)
    share = visits / scores.n  # of the trials in the trial's own cell
    weight = worth / visits
    group_worth = float(weight.sum())
    target = (float(weight @ mean) + 0.5) / (group_worth + 1)
    accuracy = _moved(likely, target, weight / group_worth)
    error = math.sqrt(float((share / scores.n * accuracy * (1 - accuracy) / worth).sum()))
    if not paired:
        return Expected(accuracy=accuracy, error=error)
    weight = twin_weight(baseline.stability, scores.twin_n)
    known = np.where(np.isnan(scores.twin), accuracy, scores.twin)
    return Expected(
        accuracy=accuracy + weight * (known - accuracy),
        error=error * float(1 - weight.mean()),
    )


def twin_weight(stability: float, answers: Floats) -> Floats:
    """How far earlier answers to a prompt count beside the cell's accuracy.

    Source: the reliability of a mean of several measurements (Spearman 1910; Brown 1910).
    """
    weight: Floats = answers * stability / (1 + (answers - 1) * stability)
    return weight


def _prompt(record: TrialRecord) -> str:
    """What tells one prompt from another: its hash, or else the trial itself."""
    return record.prompt_sha256 or f"{record.run}/{record.trial_id}"


def _visits(baseline: Baseline, scores: Scores) -> Floats:
    cell = scores.rows * baseline.shape[1] + scores.columns
    visits: Floats = np.bincount(cell)[cell].astype(np.float64)
    return visits


def _stability(
    answers: dict[Cell, defaultdict[str, list[float]]],
    again: Sequence[tuple[int, float, tuple[float, int], float]],
) -> tuple[float, float]:
    """Correlation of two answers to one prompt within a cell, and its standard error."""
    products: list[float] = []
    chance: list[float] = []
    means = {
        cell: math.fsum(map(math.fsum, of_cell.values())) / sum(map(len, of_cell.values()))
        for cell, of_cell in answers.items()
    }
    for cell, of_cell in answers.items():
        for values in of_cell.values():
            if len(values) > 1:
                total = math.fsum(v - means[cell] for v in values)
                squares = math.fsum((v - means[cell]) ** 2 for v in values)
                products.append((total**2 - squares) / len(values))
                chance.append(means[cell] * (1 - means[cell]) * (len(values) - 1))
    for length, depth, (twin, _), score in again:
        mean = means[length, depth]
        products.append((twin - mean) * (score - mean))
        chance.append(mean * (1 - mean))
    if not products:
        return 0.0, 0.0
    at = np.asarray(products)
    scale = math.fsum(chance) + _PRIOR_PAIRS * 0.25
    value = min(1.0, max(0.0, float(at.sum()) / scale))
    error = math.sqrt(float(((at - value * np.asarray(chance)) ** 2).sum()) + 0.0625) / scale
    return value, error


def _likely(mean: FloatGrid, worth: FloatGrid) -> FloatGrid:
    """Each cell's accuracy given its own trials and the distribution over all cells.

    Source: nonparametric maximum likelihood of a mixing distribution (Kiefer and Wolfowitz 1956),
    by expectation and maximisation on fixed masses (Laird 1978).
    """
    measured = worth > 0
    n, total = worth[measured], (mean * worth)[measured]
    log_density = total[:, None] * np.log(_MASSES) + (n - total)[:, None] * np.log1p(-_MASSES)
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    masses = np.full(_MASSES.size, 1 / _MASSES.size)
    for _ in range(_STEPS):
        parts = density * masses
        masses = (parts / parts.sum(axis=1, keepdims=True)).mean(axis=0)
    parts = density * masses
    result = np.full(mean.shape, np.nan)
    result[measured] = (parts @ _MASSES) / parts.sum(axis=1)
    return result


def _moved(accuracy: Floats, target: float, weight: Floats) -> Floats:
    """The accuracies with their log odds moved together so that their weighted mean is the target.

    The weights add up to 1.
    """
    odds = np.log(accuracy / (1 - accuracy))
    step = 0.0
    for _ in range(30):
        moved = 1 / (1 + np.exp(-(odds + step)))
        slope = max(float(weight @ (moved * (1 - moved))), 1e-9)
        change = (target - float(weight @ moved)) / slope
        step += min(max(change, -1.0), 1.0)
        if abs(change) < 1e-7:
            break
    result: Floats = 1 / (1 + np.exp(-(odds + step)))
    return result
