"""How near single prompts are reported to the asked length where the first responses calibrate.

Run: python tests/benchmarks/bench_tokens.py [--trials 20]

Each vocabulary is taken for unknown: nothing is counted with it but the reports. Prompts are
composed, reported, and composed anew as in a run. Prints, for each task, language and context
length, which share of the first prompts and of those that count in the end is within 1%, the worst
of both, and how many tokens were asked again for each one that was asked.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import tiktoken

sys.path.insert(0, str(Path(__file__).parents[2]))

from niah import tokenizers
from niah.errors import PromptRefused
from niah.experiment.files import load_experiment
from niah.plan import Trial
from niah.prompts import Message
from niah.providers.calibration import ASKED_AGAIN, Calibration, tokens_anew
from niah.providers.fitting import fit
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared, calibrated, compose_prompt
from niah.runner.probes import probe_texts
from tests.small_vocabularies import half_of_deepseek

EXPERIMENT = """
name = "tokens"
models = ["unknown/m"]
seed = 3
[grid]
context_lengths = {lengths}
depth_percents = [0, 25, 50, 75, 100]
trials = {trials}
[task]
kind = "{kind}"
[haystack]
language = "{language}"
[providers.unknown]
base_url = "http://127.0.0.1:9/v1"
"""
MODEL = "unknown/m"
TASKS = ("single", "multi-key", "key-value")
LENGTHS = {"single": '["1K", "2K", "4K", "8K", "16K", "32K"]'}
TEMPLATE_TOKENS = 7


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Counts a text; ``named`` is what niah calls it, and is not told."""

    name: str
    count: Callable[[str], int]
    named: str = ""

    def report(self, messages: tuple[Message, ...]) -> int:
        return sum(self.count(message.content) for message in messages) + TEMPLATE_TOKENS


@dataclass(kw_only=True)
class Column:
    """Deviations of one context length, as shares of it."""

    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    again: int = 0


def counted(tokenizer: tokenizers.Tokenizer, text: str) -> int:
    return len(tokenizer.encode(text))


def vocabularies(directory: Path) -> Iterator[Vocabulary]:
    path = directory / "tokenizer.json"
    path.write_text(half_of_deepseek())
    smaller = tokenizers.load(str(path))
    yield Vocabulary(name="deepseek, 60,000 merges", count=partial(counted, smaller))
    public = tokenizers.load("cl100k_base")
    assert isinstance(public, tokenizers.TiktokenTokenizer)
    ranks = sorted(public.encoding._mergeable_ranks.items(), key=lambda entry: entry[1])
    half = tiktoken.Encoding(
        "half",
        pat_str=public.encoding._pat_str,
        mergeable_ranks=dict(ranks[:50_000]),
        special_tokens={},
    )
    yield Vocabulary(
        name="cl100k, 50,000 tokens", count=lambda text: len(half.encode_ordinary(text))
    )
    for name in ("deepseek-v3", "cl100k_base"):
        yield Vocabulary(name=name, count=partial(counted, tokenizers.load(name)), named=name)


def calibrate(prepared: Prepared, vocabulary: Vocabulary) -> Calibration:
    """As a run does, from the reports of its probes."""
    probes = []
    for text in probe_texts(prepared, prepared.models[MODEL], counting=False):
        counted = {k: n for k, n in text.counted_tokens.items() if k != vocabulary.named}
        probes.append(
            replace(text, counted_tokens=counted).reported(vocabulary.report(text.messages))
        )
    return fit("responses", probes, tokenizer=prepared.models[MODEL].tokenizer)


def measure(prepared: Prepared, vocabulary: Vocabulary) -> dict[int, Column]:
    calibration = calibrate(prepared, vocabulary)
    prepared = calibrated(prepared, {MODEL: calibration})
    columns: dict[int, Column] = {}
    for trial in prepared.trials:
        with suppress(PromptRefused):
            ask(columns.setdefault(trial.context_length, Column()), prepared, trial, vocabulary)
    return columns


def ask(column: Column, prepared: Prepared, trial: Trial, vocabulary: Vocabulary) -> None:
    """One trial, composed anew as often as a run would."""
    asked = trial.context_length
    _, prompt = compose_prompt(prepared, trial)
    like = prompt.tokens
    reported = vocabulary.report(prompt.messages)
    column.first.append(reported / asked - 1)
    for _ in range(ASKED_AGAIN):
        tokens = tokens_anew(
            reported,
            composed_tokens=prompt.tokens,
            asked_tokens=asked,
            calibration=prepared.calibrations[MODEL],
        )
        if tokens is None:
            break
        try:
            _, prompt = compose_prompt(prepared, trial, tokens=tokens, like_tokens=like)
        except PromptRefused:
            break
        column.again += 1
        reported = vocabulary.report(prompt.messages)
    column.last.append(reported / asked - 1)


def line(deviations: list[float]) -> str:
    off = [abs(deviation) for deviation in deviations]
    return f"{sum(o < 0.01 + 1e-9 for o in off) / len(off):7.1%}{max(off):7.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    trials = parser.parse_args().trials
    print(f"{'':50}{'first':>14}{'in the end':>14}{'again':>8}")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        unknown = list(vocabularies(directory))
        for kind in TASKS:
            for language in ("en", "de"):
                path = directory / "tokens.toml"
                lengths = LENGTHS.get(kind, '["1K", "4K"]')
                path.write_text(
                    EXPERIMENT.format(kind=kind, language=language, lengths=lengths, trials=trials)
                )
                prepared = prepare(load_experiment(path))
                for vocabulary in unknown:
                    for length, column in sorted(measure(prepared, vocabulary).items()):
                        label = f"{kind} {language} {vocabulary.name} {length:,}"
                        n = len(column.first)
                        print(
                            f"{label:50}{line(column.first)}{line(column.last)}"
                            f"{column.again / n:8.0%}  n {n}",
                            flush=True,
                        )


if __name__ == "__main__":
    main()
