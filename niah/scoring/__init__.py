"""Scores: what share of the accepted answers a response states; deterministic, no model."""

from __future__ import annotations

from niah.scoring.reading import AnswerKind
from niah.scoring.verdict import (
    SCORER_VERSION,
    Reason,
    Score,
    score,
    score_answers,
)

__all__ = ["SCORER_VERSION", "AnswerKind", "Reason", "Score", "score", "score_answers"]
