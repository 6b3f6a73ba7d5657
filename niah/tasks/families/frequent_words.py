"""Coded words drawn from a zeta law; name the three most frequent after the dots.

Source: RULER frequent words extraction (Hsieh et al. 2024, arXiv:2404.06654): word k of the ranks
has a share of k**-alpha / zeta(alpha), the first rank is written as dots and not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from niah.draws import Stream
from niah.errors import TaskError
from niah.tasks import Challenge, Family, Parameter, Task, Writer, Written
from niah.tasks.made_words import coded_word
from niah.tasks.parameters import in_language, whole_number
from niah.tasks.wording import PADDING

VERSION = "frequent-words-1"
DOTS = "..."
VOCABULARY = 2_000

TEXTS = {
    "en": {
        "question": "Which {count} coded words are the most frequent in the text? Ignore the dots.",
        "instruction": (
            "You are given a coded text. Find out how often its words stand in it; dots between "
            "them mean nothing. Answer with the words that are asked for, separated by commas, and "
            "nothing else."
        ),
    },
    "de": {
        "question": (
            "Welche {count} verschlüsselten Wörter sind im Text am häufigsten? Die Punkte zählen "
            "nicht."
        ),
        "instruction": (
            "Sie erhalten einen verschlüsselten Text. Stellen Sie fest, wie oft seine Wörter darin "
            "stehen; Punkte dazwischen bedeuten nichts. Antworten Sie mit den gefragten Wörtern, "
            "durch Kommas getrennt, und mit nichts sonst."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:  # noqa: ARG001
    """A text of coded words as long as it is asked to be; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "frequent-words")
    count = whole_number(parameters, "words", 3, least=1, most=10)
    alpha = parameters.get("alpha", 2.0)
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 1.1 <= alpha <= 5:
        raise TaskError(f"task.alpha = {alpha!r} is not a number from 1.1 to 5")

    @lru_cache(maxsize=4)
    def write(seed: int, units: int, depth_percent: float) -> Written:  # noqa: ARG001
        counts = zeta_counts(units, float(alpha))
        words = [DOTS, *(coded_word(seed, "word", n) for n in range(1, len(counts)))]
        listed = [word for word, n in zip(words, counts, strict=True) for _ in range(n)]
        Stream(seed, f"{VERSION}/{units}").shuffle(listed)
        return Written(
            text=" ".join(listed),
            begins=(),
            challenge=Challenge(
                needles=(),
                instruction=texts["instruction"],
                question=texts["question"].format(count=count),
                answers=tuple(words[1 : count + 1]),
                match="all",
            ),
        )

    least = next(n for n in range(20, 100_000, 20) if _told_apart(zeta_counts(n, alpha), count))
    return Task(
        kind="frequent-words",
        version=VERSION,
        draw=lambda seed: write(seed, least, 0).challenge,
        writer=Writer(write=write, least=least, padding=PADDING[language]),
    )


def zeta_counts(words: int, alpha: float) -> list[int]:
    """How often each rank stands in a text of about so many words, ranks that do not left out."""
    zeta = sum(k**-alpha for k in range(1, 100_001)) if alpha != 2.0 else 1.6449340668482264
    counts = [round(words * k**-alpha / zeta) for k in range(1, VOCABULARY + 1)]
    return [n for n in counts if n]


def _told_apart(counts: list[int], asked: int) -> bool:
    """Whether the last rank that is asked for is more frequent than the one after it."""
    return len(counts) > asked + 1 and counts[asked] > counts[asked + 1]


FAMILY = Family(
    kind="frequent-words",
    summary="coded words whose frequencies follow a zeta law; name the three most frequent",
    source="RULER fwe (Hsieh et al. 2024), own wording",
    parameters=(
        Parameter(name="words", description="how many are asked for; 3 by default"),
        Parameter(name="alpha", description="of the zeta law; 2.0 by default"),
    ),
    prepare=prepare,
    has_depth=False,
    example='kind = "frequent-words"',
    no_control={"absent": "the answer is the haystack as a whole"},
)
