"""Scorers by name: pure functions from a response and a challenge to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from niah.scoring.ordered import score_order, score_order_exact, score_sequence, score_set
from niah.scoring.rejection import score_rejection
from niah.scoring.similar import score_similarity, score_substring, score_token_f1
from niah.scoring.verdict import SCORER_VERSION, Score
from niah.scoring.verdict import score as score_values
from niah.tasks import Challenge

Scorer = Callable[[str, Challenge], Score]

SCORERS: Mapping[str, Scorer] = {
    "values": score_values,
    "order": score_order,
    "order-exact": score_order_exact,
    "sequence": score_sequence,
    "set-f1": score_set,
    "rejection": score_rejection,
    "similarity": score_similarity,
    "token-f1": score_token_f1,
    "substring": score_substring,
}


def score(response: str, challenge: Challenge) -> Score:
    """The verdict of the challenge's own scorer; never raises for any response.

    Raises:
        KeyError: if the challenge names a scorer that there is not.
    """
    return SCORERS[challenge.scorer](response, challenge)


__all__ = ["SCORERS", "SCORER_VERSION", "Scorer", "score"]
