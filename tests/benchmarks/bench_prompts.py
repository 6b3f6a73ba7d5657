"""Composing prompts: exactness over random cases, and speed as ratios within one run.

Run with ``python tests/benchmarks/bench_prompts.py [CASES]`` (10,000 by default).
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import subprocess
import sys
import tempfile
import time
import types
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from niah.draws import choice, integer
from niah.errors import PromptRefused
from niah.haystacks import load as load_haystack
from niah.prompts import Layout
from niah.prompts.compose import compose, recount
from niah.prompts.index import CorpusIndex, build_index
from niah.tasks.registry import prepare_task
from niah.tokenizers import NAMES, load
from tests.corpora import TEXTS, text_corpus

COMPETITOR = "needlehaystack==0.1.0"
NEEDLES = ("magic-number", "passkey", "uuid")
# Texts without a space or a line end between words are encoded whole for each count.
SLOW_TEXTS = ("thai", "one-line", "digits", "spaces")


def exactness(cases: int) -> None:
    """Random lengths, depths, needles, texts, languages and vocabularies, encoded whole."""
    print(f"exactness: {cases:,} random cases, each encoded whole again")
    began = time.perf_counter()
    indexes: dict[tuple[str, str], CorpusIndex] = {}
    wrong = refused = tokens = longest = 0
    for case in range(cases):
        tokenizer = choice(case, "tokenizer", NAMES)
        text = choice(case, "text", ("en", "de", "en", "de", *TEXTS))
        context_length = _length(case, text)
        key = (f"{text}-long" if context_length > 60_000 else text), tokenizer
        if key not in indexes:
            indexes[key] = _index(text, tokenizer, long=context_length > 60_000)
        language = text if text in ("en", "de") else "en"
        task = prepare_task(
            "single", {"needle": choice(case, "needle", NEEDLES)}, language=language, haystack=""
        )
        try:
            prompt = compose(
                indexes[key],
                context_length=context_length,
                depth_percent=integer(case, "depth", 10_001) / 100,
                challenge=task.draw(case),
                layout=Layout(
                    system=choice(case, "system", (None, "You are careful.")),
                    question_position=choice(case, "position", ("after", "before", "both")),
                ),
                seed=case,
            )
        except PromptRefused as error:
            refused += 1
            print(f"  refused: {text}, {tokenizer}, {context_length} tokens: {error}")
            continue
        counted = recount(prompt, indexes[key].tokenizer)
        if counted != context_length:
            wrong += 1
            print(f"  wrong: case {case}, {text}, {tokenizer}: {counted} for {context_length}")
        tokens += context_length
        longest = max(longest, context_length)
    elapsed = time.perf_counter() - began
    print(f"  {tokens / 1e6:.1f} million tokens, longest {longest:,}, {elapsed:.0f} s")
    print(f"  wrong {wrong}, refused {refused} of {cases:,}\n")


def _length(case: int, text: str) -> int:
    kind = integer(case, "kind", 200)
    if text in ("en", "de"):
        if kind == 0:
            return 900_000 + integer(case, "length", 100_001)
        if kind < 6:
            return 64_000 + integer(case, "length", 64_001)
    top = 3_000 if text in SLOW_TEXTS else 15_000
    return 1_001 + integer(case, "length", top)


def _index(text: str, tokenizer: str, *, long: bool) -> CorpusIndex:
    if text in ("en", "de"):
        source = load_haystack(
            "gazetteer", language=text, longest_context=1_000_000 if long else 16_000
        )
    else:
        source = text_corpus(text, 200_000)
    return build_index(source, load(tokenizer))


def speed(context_length: int = 128_000, rounds: int = 60) -> dict[str, float]:
    """Steady state: composing against joining three slices of the same text; seconds by name."""
    print(f"speed at {context_length:,} tokens, medians of {rounds}")
    source = load_haystack("gazetteer", language="en", longest_context=context_length)
    task = prepare_task("single", {}, language="en", haystack=source.text)
    challenges = [task.draw(seed) for seed in range(rounds)]
    seconds: dict[str, float] = {}
    print("  vocabulary    compose    3-slice join   ratio   one whole encode")
    for name in NAMES:
        index = build_index(source, load(name))

        def one(seed: int, index: CorpusIndex = index) -> str:
            return (
                compose(
                    index,
                    context_length=context_length,
                    depth_percent=(7 * seed) % 100,
                    challenge=challenges[seed],
                    layout=Layout(system=None),
                    seed=seed,
                )
                .messages[-1]
                .content
            )

        contents = [one(seed) for seed in range(rounds)]
        composing = [_time(partial(one, seed)) for seed in range(rounds)]
        joining = [
            _time(partial(_join, source.text, 1_000 * seed, len(contents[seed]) // 3))
            for seed in range(rounds)
        ]
        encoding = median(_time(partial(index.tokenizer.encode, contents[0])) for _ in range(3))
        seconds[name] = median(composing)
        print(
            f"  {name:12} {median(composing) * 1e6:7.0f} us {median(joining) * 1e6:11.0f} us"
            f" {median(composing) / median(joining):9.1f} {encoding * 1e3:12.0f} ms"
        )
    print()
    return seconds


def _join(text: str, begin: int, third: int) -> str:
    """A message of three slices, its length known."""
    middle, last = begin + third, begin + 2 * third
    return "".join([text[begin:middle], text[middle:last], text[last : last + third]])


def _time(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def competitor(ours_s: float, context_length: int = 128_000) -> None:
    """The same prompt length by needlehaystack 0.1.0's own code, and how far off it ends."""
    print(f"{COMPETITOR}, its own algorithm, same machine, same run")
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", COMPETITOR]
        fetched = subprocess.run([*command, "-d", directory], capture_output=True, check=False)
        if fetched.returncode:
            print(f"  skipped: pip download --no-deps {COMPETITOR} did not succeed")
            return
        (wheel,) = Path(directory).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(directory)
        tester = _competitors_tester(Path(directory))
        encoding = load("cl100k_base")
        times, lengths = [], []
        for depth in (10, 50, 90):
            began = time.perf_counter()
            text = asyncio.run(tester.generate_context(context_length, depth))
            times.append(time.perf_counter() - began)
            lengths.append(len(encoding.encode(text)))
    theirs_s = median(times)
    off = [length - context_length for length in lengths]
    print(f"  {theirs_s * 1e3:.0f} ms a prompt, {theirs_s / ours_s:,.0f} times ours")
    print(f"  tokens off the asked length: {off} (ours 0)\n")


def _competitors_tester(directory: Path) -> object:
    """Its tester with a tokenizer in place of a model; its other imports are stubbed."""
    sys.path.insert(0, str(directory))
    for name in ("needlehaystack.evaluators", "needlehaystack.providers"):
        module = types.ModuleType(name)
        module.Evaluator = module.ModelProvider = object  # type: ignore[attr-defined]
        sys.modules[name] = module
    package = types.ModuleType("needlehaystack")
    package.__path__ = [str(directory / "needlehaystack")]
    sys.modules["needlehaystack"] = package
    from needlehaystack.llm_needle_haystack_tester import (  # type: ignore[import-not-found]
        LLMNeedleHaystackTester,
    )

    tokenizer = load("cl100k_base")
    model = types.SimpleNamespace(
        model_name="none",
        encode_text_to_tokens=tokenizer.encode,
        decode_tokens=lambda ids, length=None: tokenizer.decode(list(ids)[:length]),
    )
    with contextlib.redirect_stdout(io.StringIO()):
        return LLMNeedleHaystackTester(
            model_to_test=model,
            evaluator=object(),
            needle="The magic number of Oslo is 7654321.",
            retrieval_question="What is the magic number of Oslo?",
            haystack_dir="PaulGrahamEssays",
            context_lengths=[128_000],
            document_depth_percents=[50],
            print_ongoing_status=False,
        )


if __name__ == "__main__":
    exactness(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    measured = speed()
    competitor(measured["cl100k_base"])
