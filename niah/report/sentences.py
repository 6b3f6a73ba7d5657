"""What a sweep showed, in sentences that a manager reads and a statistician accepts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from niah.figures.lengths import rule_words
from niah.figures.text import Language, depth_label, length_label
from niah.report import Report, Sweep
from niah.report.words import (
    DASH,
    method_words,
    money,
    outcome_word,
    points,
    share,
    whole,
    word,
)
from niah.runner.results import scorers_of
from niah.statistics.differences import Difference
from niah.statistics.effective import EffectiveLength
from niah.statistics.grids import Marginal, Total
from niah.statistics.scores import SCORED, score_of


def verdicts(report: Report) -> list[str]:
    """The verdict on each sweep in a few words, by its effective context length."""
    return [_verdict(sweep, report.language) for sweep in report.sweeps]


def _verdict(sweep: Sweep, language: Language) -> str:
    if not sweep.effective:
        return word(language, "lede-nothing", model=sweep.label)
    found = sweep.effective[0]
    if found.value is None:
        key, tokens = "lede-fails", found.shortest_tested
    else:
        key = "lede-all" if found.value == found.longest_tested else "lede-holds"
        tokens = found.value
    return word(
        language,
        key,
        model=sweep.label,
        value=length_label(tokens or 0, language),
        how=word(language, "lede-pooled" if sweep.map.estimate == "pooled" else "lede-raw"),
        span=span(found, language),
    )


def bound(found: EffectiveLength, tokens: int | None, language: Language) -> str:
    """A value or an end of an effective length: beyond the tested lengths it says so."""
    if found.rule.void:
        return DASH
    if tokens is None:
        return word(language, "below", value=length_label(found.shortest_tested or 0, language))
    label = length_label(tokens, language)
    return word(language, "at-least", value=label) if tokens == found.longest_tested else label


def span(found: EffectiveLength, language: Language) -> str:
    """Both ends of an effective length's interval; once where they are the same."""
    lower = bound(found, found.lower, language)
    if found.lower == found.upper:
        return lower
    return word(language, "from-to", start=lower, end=bound(found, found.upper, language))


def findings(sweep: Sweep, language: Language, *, main_rule: bool = True) -> list[str]:
    """What the sweep showed, a sentence each; every number with its n and its interval.

    Args:
        sweep: The sweep.
        language: Of the sentences.
        main_rule: Whether to tell the effective length by the report's own rule too.
    """
    return list(_findings(sweep, language, main_rule))


def _findings(sweep: Sweep, language: Language, main_rule: bool) -> Iterator[str]:
    summary = sweep.summary
    accuracy = summary.accuracy
    if accuracy.n:
        tested = sweep.summary.by_length.axis[sweep.summary.by_length.n > 0]
        pooled = sweep.map.estimate == "pooled"
        partial = any(0 < (score_of(record) or 0) < 1 for record in sweep.records)
        yield word(
            language,
            "said-pooled" if pooled else "said-mean" if partial else "said-accuracy",
            model=sweep.label,
            value=share(language, accuracy.value),
            n=whole(language, accuracy.n),
            lower=share(language, accuracy.lower),
            upper=share(language, accuracy.upper),
            method=method_words(language, accuracy.method),
            shortest=length_label(int(tested.min()), language),
            longest=length_label(int(tested.max()), language),
        )
    first_key = "said-effective" + ("-pooled" if sweep.map.estimate == "pooled" else "")
    for number, found in enumerate(sweep.effective):
        if number or main_rule:
            other = "said-other-none" if found.rule.void else "said-other-rule"
            yield word(
                language,
                other if number else first_key,
                value=bound(found, found.value, language),
                span=span(found, language),
                rule=rule_words(found.rule, language),
            )
    if sweep.claimed_tokens is not None:
        claimed = length_label(sweep.claimed_tokens, language)
        yield word(language, "said-claimed", value=claimed)
        by_length = sweep.summary.by_length
        beyond = int(by_length.n[by_length.axis > sweep.claimed_tokens].sum())
        if beyond:
            yield word(language, "said-beyond", n=whole(language, beyond))
    yield from _lowest(sweep, language)
    yield from _contrast(sweep.positions.middle_dip, ("dip", "bulge", "no-dip"), language)
    yield from _trend(sweep.positions.length_trend, language)
    yield from _bookkeeping(sweep, language)


def _lowest(sweep: Sweep, language: Language) -> Iterator[str]:
    by_length, by_depth = sweep.summary.by_length, sweep.summary.by_depth
    measured = by_length.accuracy[by_length.n > 0]
    if measured.size > 1 and measured.min() == measured.max():
        yield word(language, "said-even", value=share(language, float(measured[0])))
        return
    if (at := _lowest_of(by_length)) is not None:
        yield word(
            language,
            "said-lowest-length",
            tokens=length_label(int(by_length.axis[at]), language),
            **_numbers(by_length, at, language),
        )
    if (at := _lowest_of(by_depth)) is not None:
        yield word(
            language,
            "said-lowest-depth",
            depth=depth_label(float(by_depth.axis[at]), language),
            **_numbers(by_depth, at, language),
        )


def _lowest_of(marginal: Marginal) -> int | None:
    measured = np.flatnonzero(marginal.n)
    if measured.size < 2:
        return None
    return int(measured[int(np.argmin(marginal.accuracy[measured]))])


def _numbers(marginal: Marginal, at: int, language: Language) -> dict[str, str]:
    return {
        "value": share(language, float(marginal.accuracy[at])),
        "lower": share(language, float(marginal.lower[at])),
        "upper": share(language, float(marginal.upper[at])),
        "n": whole(language, int(marginal.n[at])),
    }


def _contrast(found: Difference, keys: Sequence[str], language: Language) -> Iterator[str]:
    """A dip is above 0: the ends' mean minus the middle."""
    if math.isnan(found.value):
        return
    dip, bulge, neither = keys
    found = replace(found, lower=max(-1.0, found.lower), upper=min(1.0, found.upper))
    if found.lower > 0:
        yield _difference(f"said-{dip}", found, language)
    elif found.upper < 0:
        yield _difference(f"said-{bulge}", found, language, flip=True)
    else:
        yield _difference(f"said-{neither}", found, language, signed=True)


def _trend(found: Difference, language: Language) -> Iterator[str]:
    if math.isnan(found.value):
        return
    if found.upper < 0:
        yield _difference("said-falls", found, language, flip=True)
    elif found.lower > 0:
        yield _difference("said-rises", found, language)
    else:
        yield _difference("said-steady", found, language, signed=True)


def _difference(
    key: str, found: Difference, language: Language, *, flip: bool = False, signed: bool = False
) -> str:
    value, lower, upper = found.value, found.lower, found.upper
    if flip:
        value, lower, upper = -value, -upper, -lower
    return word(
        language,
        key,
        points=points(language, value, signed=signed),
        lower=points(language, lower, signed=signed),
        upper=points(language, upper, signed=signed),
    )


def _bookkeeping(sweep: Sweep, language: Language) -> Iterator[str]:
    summary = sweep.summary
    counted = ("said-cut", summary.cut_before_text), ("said-repeated", summary.repeated_prompts)
    for key, n in counted:
        if n:
            trials = whole(language, summary.trials)
            yield word(language, key, n=whole(language, n), trials=trials)
    unscored = {o: n for o, n in summary.outcomes.items() if n and o not in SCORED}
    if unscored:
        kinds = [f"{whole(language, n)} {outcome_word(language, o)}" for o, n in unscored.items()]
        failures = ", ".join(f"{whole(language, n)} {k}" for k, n in summary.failures.items())
        yield word(
            language,
            "said-unscored",
            n=whole(language, sum(unscored.values())),
            trials=whole(language, summary.trials),
            kinds="; ".join((", ".join(kinds), failures)) if failures else ", ".join(kinds),
        )
    if not sweep.complete and summary.trials < summary.planned:
        yield word(
            language,
            "said-unfinished",
            trials=whole(language, summary.trials),
            planned=whole(language, summary.planned),
        )
    if sweep.source:
        return  # what others sent and paid is not known
    tokens = whole(language, summary.tokens_read)
    if summary.cost_usd.value is None:
        yield word(language, "said-cost-unknown", tokens=tokens)
    else:
        yield word(language, "said-cost", cost=cost(summary.cost_usd, language), tokens=tokens)


def cost(total: Total, language: Language) -> str:
    """What a sweep cost: a sum that not every trial reported is a least one."""
    amount = money(language, total.value)
    if total.value is not None and total.unreported:
        return word(language, "at-least-cost", value=amount)
    return amount


def imported_mark(sweep: Sweep, language: Language) -> str:
    """That others measured a sweep; empty when niah did."""
    return word(language, "source-imported", value=sweep.source) if sweep.source else ""


def scored_marks(report: Report, language: Language) -> list[str]:
    """Of each run that is shown by another scorer's scores: which, and what they replace."""
    marks = []
    for source in report.sources:
        if told := scorers_of(source.run):
            said = word(language, "scored-by", value=told)
            marks.append(f"{source.run.run}: {said}")
    return marks


def method_sentences(report: Report) -> list[str]:
    """How to read the numbers; of imported ones, what is different."""
    language = report.language
    extra = ["import"] if any(sweep.source for sweep in report.sweeps) else []
    if any(sweep.map.estimate == "pooled" for sweep in report.sweeps):
        extra.append("pooled")
    return [word(language, f"method-{name}") for name in ["1", "2", *extra, "3", "4", "5", "6"]]
