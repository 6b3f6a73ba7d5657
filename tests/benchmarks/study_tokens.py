"""How well an unknown vocabulary's count of a 1,000-token text is told by counts of public ones.

The unknown one is DeepSeek's with its first 60,000 merges. Prints, for English and German windows
of the gazetteer, which share is told within 1%, and the worst.

Run: python tests/benchmarks/study_tokens.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from niah import haystacks, tokenizers
from tests.small_vocabularies import half_of_deepseek

PUBLIC = ("o200k_base", "cl100k_base")
Counts = NDArray[np.float64]


def study(language: str, unknown: tokenizers.Tokenizer) -> None:
    """One language's table."""
    rng = np.random.default_rng(1)
    text = haystacks.load("gazetteer", language=language, longest_context=128_000).text
    public = [tokenizers.load(name) for name in PUBLIC]
    characters_per_token = 400_000 / len(public[0].encode(text[:400_000]))

    def sample(count: int, tokens: int) -> tuple[Counts, Counts]:
        """Public counts and characters of some windows, shape (windows, 3), and true counts."""
        size = int(tokens * characters_per_token)
        starts = rng.integers(0, len(text) - size, count)
        windows = [text[start : start + size] for start in starts]
        told = [[*(len(v.encode(w)) for v in public), len(w)] for w in windows]
        return np.array(told, float), np.array([len(unknown.encode(w)) for w in windows], float)

    def report(name: str, guessed: Counts, true: Counts) -> None:
        off = np.abs(guessed / true - 1)
        print(f"  {name:44}{np.mean(off <= 0.01):6.0%}{off.max():8.2%}  n {off.size}")

    print(f"{language:46}{'within 1%':>6}{'worst':>8}")
    probes = [sample(2, 1_000), sample(2, 3_000), sample(1, 12_000), sample(1, 48_000)]
    told = np.concatenate([probe[0] for probe in probes])
    reported = np.concatenate([probe[1] for probe in probes])
    counts, true = sample(400, 1_000)
    for column, name in enumerate((*PUBLIC, "characters")):
        ratio = reported.sum() / told[:, column].sum()
        report(f"one ratio of {name}, six probes", ratio * counts[:, column], true)
    mean = reported.sum() / told[:, :2].mean(axis=1).sum()
    report("one ratio of the vocabularies' mean", mean * counts[:, :2].mean(axis=1), true)
    for answers in (40, 400):
        seen, known = sample(answers, 1_000)
        weights, *_ = np.linalg.lstsq(seen, known, rcond=None)
        report(f"least squares over {answers} first responses", counts @ weights, true)
    ratio = reported.sum() / told[:, 0].sum()
    typical = told[:, 0].sum() / told[:, 1].sum()
    agreeing = np.abs(counts[:, 0] / counts[:, 1] / typical - 1) < 0.005
    report("windows in which they agree, one ratio", ratio * counts[agreeing, 0], true[agreeing])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "tokenizer.json"
        path.write_text(half_of_deepseek())
        for language in ("en", "de"):
            study(language, tokenizers.load(str(path)))
