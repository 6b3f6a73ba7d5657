"""Calibration: what probes say of a provider's token counts, and what they do not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.models import resolve_model
from niah.prompts import Message
from niah.providers import Failure, tokenizing
from niah.providers.calibration import Calibration, Probe, describe, surplus, tokens_to_compose
from niah.providers.fitting import PAID_PROBES, fit, probe_lengths
from niah.providers.noted import as_json, from_json
from niah.providers.wire import parse_count


def probe(counted: int, reported: int, **others: int) -> Probe:
    return Probe(counted_tokens={"o200k_base": counted, **others}, reported_tokens=reported)


RATIOS = st.floats(0.61, 7.9)
OVERHEADS = st.integers(0, 400)
EXCESSES = st.floats(-200, 200)


@given(ratio=RATIOS, overhead=OVERHEADS)
def test_ratio_and_template_are_told_apart(ratio: float, overhead: int) -> None:
    """What one token costs besides itself is the template; the rest is the ratio."""
    probes = [probe(1, 1 + overhead)]
    probes += [probe(n, round(n * ratio) + overhead) for n in (1_000, 3_000)]
    fitted = fit("count-endpoint", probes, tokenizer="o200k_base")
    assert fitted.overhead_tokens == overhead
    assert fitted.ratio == pytest.approx(ratio, rel=1e-3)
    assert fitted.method == "count-endpoint"


@given(asked=st.integers(1_000, 2_000_000), ratio=RATIOS, overhead=OVERHEADS, excess=EXCESSES)
def test_contents_and_report_land_on_the_asked_length(
    asked: int, ratio: float, overhead: int, excess: float
) -> None:
    """Contents are within half a small template and a token's worth of what was asked.

    So is the report, which has the template too; a large template is left to the report alone.
    """
    calibration = Calibration(
        method="given",
        tokenizer="o200k_base",
        ratio=ratio,
        overhead_tokens=overhead,
        excess_tokens=excess,
    )
    contents = tokens_to_compose(asked, calibration) * ratio + excess
    small = overhead <= 0.01 * asked
    assert abs(contents - asked) <= (overhead / 2 if small else 0) + max(1.0, ratio)
    if small:
        assert abs(contents + overhead - asked) <= overhead / 2 + max(1.0, ratio)
    off = surplus(round(contents) + overhead, asked_tokens=asked, calibration=calibration)
    assert abs(off) <= 1 + ratio


def test_instructions_of_another_ratio_do_not_shift_short_prompts() -> None:
    """The ratio is the haystack's; what all else has more is the same at every length."""
    probes = [
        probe(1, 1),
        Probe(counted_tokens={"o200k_base": 100}, reported_tokens=150, bare=True),
        *(probe(100 + n, 150 + round(1.2 * n)) for n in (900, 2_900)),
    ]
    fitted = fit("count-endpoint", probes, tokenizer="o200k_base")
    assert fitted.ratio == pytest.approx(1.2)
    assert fitted.excess_tokens == pytest.approx(150 - 120)
    assert tokens_to_compose(1_000, fitted) == 100 + round((1_000 - 150) / 1.2)


def test_a_vocabulary_that_is_much_closer_stands_in() -> None:
    """Where one differs from the reports by a constant factor and the other by chance, the first.

    With few probes nothing is chosen.
    """
    counts = ((1_000, 1_010), (1_000, 990), (3_000, 3_060), (12_000, 11_900))
    probes = [probe(n, round(1.3 * m), cl100k_base=m) for n, m in counts]
    fitted = fit("responses", probes, tokenizer="o200k_base")
    assert (fitted.tokenizer, fitted.exact) == ("cl100k_base", False)
    assert fitted.ratio == pytest.approx(1.3, rel=1e-3)
    assert fit("responses", probes[:3], tokenizer="o200k_base").tokenizer == "o200k_base"


def test_a_cut_probe_is_left_out() -> None:
    """A server that read 2,048 of 3,000 tokens says nothing of its vocabulary with that report."""
    probes = [probe(1, 11), probe(1_000, 1_210), probe(3_000, 2_048)]
    fitted = fit("responses", probes, tokenizer="o200k_base")
    assert (fitted.ratio, fitted.overhead_tokens) == (1.2, 10)
    cut = [probe(1, 11), probe(1_000, 512), probe(3_000, 512)]
    assert fit("responses", cut, tokenizer="o200k_base").method == "none"


@pytest.mark.parametrize("probes", [[], [probe(1, 9)], [probe(1, 1), probe(1_000, 9_000)]])
def test_nothing_usable_is_no_calibration(probes: list[Probe]) -> None:
    """Without a text that was reported plausibly, lengths stay approximate, and it is said."""
    fitted = fit("responses", probes, tokenizer="o200k_base")
    assert (fitted.method, fitted.ratio) == ("none", 1.0)
    assert "approximate" in describe(fitted)


def test_a_vocabulary_that_agrees_is_taken_for_the_model_s_own() -> None:
    """Two texts counted to the token by one vocabulary, and by no other."""
    probes = [
        probe(1, 8, cl100k_base=1),
        probe(1_000, 1_017, cl100k_base=1_010),
        probe(3_000, 3_047, cl100k_base=3_041),
    ]
    fitted = fit("responses", probes, tokenizer="o200k_base")
    assert (fitted.tokenizer, fitted.ratio, fitted.exact) == ("cl100k_base", 1.0, True)
    assert "agree with to the token" in describe(fitted)
    counted = fit("count-endpoint", probes, tokenizer="o200k_base")
    assert counted.tokenizer == "o200k_base"
    assert not counted.exact
    one = fit("responses", probes[:2], tokenizer="o200k_base")
    assert one.tokenizer == "o200k_base"


@given(ratio=RATIOS, counts=st.lists(st.integers(2, 10**6), max_size=3))
def test_a_calibration_survives_the_store_bit_for_bit(ratio: float, counts: list[int]) -> None:
    """JSON and back is identity, whatever the digits of the ratio."""
    calibration = Calibration(
        method="count-endpoint",
        tokenizer="o200k_base",
        ratio=ratio,
        overhead_tokens=7,
        probes=tuple(probe(count, count + 1) for count in counts),
    )
    assert from_json(as_json(calibration)) == calibration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"probes": [1]}',
        as_json(Calibration(method="given", tokenizer="x", ratio=9.9)),
    ],
)
def test_a_calibration_from_elsewhere_is_not_trusted(text: str) -> None:
    """Text that was not written by niah, or a ratio beyond all vocabularies, is an error."""
    with pytest.raises(ValueError, match=r".+"):
        from_json(text)


def test_probes_fit_the_grid_and_the_plan() -> None:
    """A short grid or a small plan is probed less; there are always two probes."""
    assert probe_lengths(PAID_PROBES, longest=128_000, planned_tokens=10**7) == PAID_PROBES
    assert probe_lengths(PAID_PROBES, longest=2_000, planned_tokens=9_000) == (1_000, 1_000)
    assert probe_lengths(PAID_PROBES, longest=800, planned_tokens=9_000) == (266, 800)
    for planned_tokens in (0, 10**4, 10**5, 10**6, 10**7):
        lengths = probe_lengths(PAID_PROBES, longest=128_000, planned_tokens=planned_tokens)
        assert sum(lengths) <= max(2_000, 0.05 * planned_tokens)


@pytest.mark.parametrize(
    ("answer", "tokens"),
    [
        ({"count": 7, "max_model_len": 8192, "tokens": [1, 2, 3, 4, 5, 6, 7]}, 7),  # vLLM
        ({"tokens": [198, 4711]}, 2),  # llama.cpp
        ({"tokens": [{"id": 198, "piece": "a"}]}, 1),  # llama.cpp, with_pieces
        ({"detail": "Not Found"}, None),
        ([], None),
    ],
)
def test_what_servers_answer_about_a_text(answer: Any, tokens: int | None) -> None:
    """A count, or a list of tokens; anything else is no count, and never an error."""
    counted = parse_count("openai", 200, {}, json.dumps(answer).encode())
    assert counted == tokens if tokens else isinstance(counted, Failure)


def test_a_tokenizer_is_asked_beside_the_version_and_about_the_contents_alone() -> None:
    """Each server finds the text where it looks, once, and without its own template."""
    model = replace(resolve_model("openai/gpt-4o"), wire_name="llama")
    messages = (Message(role="system", content="Be short."), Message(role="user", content="Hi"))
    request = tokenizing.build_count_request(messages, model=model)
    assert (request.path, request.beside_version) == ("/tokenize", True)
    asked = json.loads(request.body)
    assert asked["prompt"] == asked["content"] == "Be short.\nHi"
    assert asked["add_special_tokens"] is asked["add_special"] is False
