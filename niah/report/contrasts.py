"""What the comparison of two sweeps showed, or why there is none, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from niah.figures.text import Language
from niah.report import Pair, Refusal, Report
from niah.report.words import points, whole, word


def pair_sentences(report: Report, pair: Pair) -> list[str]:
    """What the comparison of two sweeps showed."""
    language, numbers = report.language, pair.numbers
    names = {
        "first": report.sweeps[pair.first].label,
        "second": report.sweeps[pair.second].label,
    }
    found = numbers.difference
    if found.lower > 0:
        key, value, lower, upper = "pair-better", found.value, found.lower, found.upper
    elif found.upper < 0:
        key, value, lower, upper = "pair-worse", -found.value, -found.upper, -found.lower
    else:
        key, value, lower, upper = "pair-same", found.value, found.lower, found.upper
    sentences = [
        word(
            language,
            key,
            points=points(language, value, signed=key == "pair-same"),
            lower=points(language, lower, signed=key == "pair-same"),
            upper=points(language, upper, signed=key == "pair-same"),
            n=whole(language, found.n),
            **names,
        )
    ]
    if numbers.paired and numbers.mcnemar_p is not None:
        sentences.append(
            word(
                language,
                "pair-paired",
                won=whole(language, numbers.only_second),
                lost=whole(language, numbers.only_first),
                p=p_value(numbers.mcnemar_p, language),
                **names,
            )
        )
    else:
        shared = int((numbers.cell_n > 0).sum())
        sentences.append(word(language, "pair-unpaired", cells=whole(language, shared)))
    if pair.differing:
        sentences.append(
            word(language, "pair-differing", what=_differing(pair.differing, language))
        )
    cells = int(numbers.significant.sum())
    key = "pair-local" if numbers.local else "pair-regions" if cells else "pair-no-regions"
    sentences.append(word(language, key, n=whole(language, cells)))
    if numbers.shares_haystacks:
        sentences.append(word(language, "pair-shared"))
    return sentences


def refusal_sentence(report: Report, refusal: Refusal) -> str:
    """Why two sweeps are not compared."""
    return word(
        report.language,
        "pair-refused",
        first=report.sweeps[refusal.first].label,
        second=report.sweeps[refusal.second].label,
        what=_differing(refusal.differing, report.language),
    )


def _differing(differing: Sequence[str], language: Language) -> str:
    return ", ".join(word(language, f"differs-{what}") for what in differing)


def p_value(p: float, language: Language) -> str:
    """A p value as papers print it."""
    if p < 0.001:
        return "< 0,001" if language == "de" else "< 0.001"
    shown = f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"
    return shown.replace(".", ",") if language == "de" else shown
