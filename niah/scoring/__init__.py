"""Scores: what share of the accepted answers a response states; deterministic, no model."""

from __future__ import annotations

from niah.scoring.reading import AnswerKind
from niah.scoring.scorers import SCORERS, Scorer, score
from niah.scoring.verdict import SCORER_VERSION, Reason, Score, score_answers

__all__ = [
    "SCORERS",
    "SCORER_VERSION",
    "AnswerKind",
    "Reason",
    "Score",
    "Scorer",
    "score",
    "score_answers",
]
