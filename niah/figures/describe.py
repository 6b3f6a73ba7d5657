"""What a map shows in sentences, for readers who cannot see it."""

from __future__ import annotations

from collections import Counter

from niah.figures.heatmap import HeatmapData
from niah.figures.states import DOUBTS
from niah.figures.text import WORDS, percent_label


def alt_text(data: HeatmapData) -> str:
    """One or two sentences that tell a reader who cannot see the figure what it shows."""
    if data.kind == "difference":
        return _difference_text(data)
    values = [
        (value, row, column)
        for row, cells in enumerate(data.accuracy)
        for column, value in enumerate(cells)
        if value is not None
    ]
    german = data.language == "de"
    size = f"{len(data.depth_ticks)} x {len(data.length_ticks)}"
    first, last = data.length_ticks[0], data.length_ticks[-1]
    raw = data.estimate == "raw"
    start = (
        f"Heatmap der {'' if raw else 'geglätteten '}Trefferquote von {data.title} auf {size} "
        f"Zellen (Tiefe mal Kontextlänge), {first} bis {last} Token."
        if german
        else f"Heatmap of the {'retrieval' if raw else 'pooled'} accuracy of {data.title} on "
        f"{size} cells (depth by context length), {first} to {last} tokens."
    )
    sentences = [f"{data.warning}." if data.warning else "", start, f"{data.subtitle[-1]}."]
    sentences += _scored_again(data)
    perfect = sum(value == 1 for value, _, _ in values)
    if values and perfect == len(values):
        sentences.append(
            "Jede gewertete Zelle erreicht 100 %." if german else "Every scored cell reaches 100%."
        )
    elif values:
        worst, row, column = min(values)
        tokens, depth = data.length_ticks[column], data.depth_ticks[row]
        deep = f" und {depth} % Tiefe" if german else f" and {depth}% depth"
        if data.depth_percents[row] < 0 or not data.depth_axis:
            deep = ""
        low = percent_label(worst, data.language)
        if raw:
            sentences.append(
                f"{perfect} von {len(values)} gewerteten Zellen erreichen 100 %."
                if german
                else f"{perfect} of {len(values)} scored cells reach 100%."
            )
        sentences.append(
            f"Die niedrigste Zelle hat {low} bei {tokens} Token{deep}."
            if german
            else f"The lowest cell has {low} at {tokens} tokens{deep}."
        )
    sentences += [f"{words}: {count}." for words, count in _counts(data)]
    sentences += [f"{_capital(mark.words)}." for mark in data.marks]
    if data.controls:
        told = "; ".join(entry.words for entry in data.controls)
        sentences.append(f"{WORDS[data.language]['controls']} {told}.")
    return " ".join(s for s in sentences if s)


def _difference_text(data: HeatmapData) -> str:
    size = f"{len(data.depth_ticks)} x {len(data.length_ticks)}"
    kind = "Differenz-Heatmap" if data.language == "de" else "Difference heatmap"
    cells = "Zellen" if data.language == "de" else "cells"
    warning = f"{data.warning}. " if data.warning else ""
    said = [f"{warning}{kind}, {data.title}, {size} {cells}. {data.subtitle[-1]}."]
    return " ".join(said + _scored_again(data))


def _scored_again(data: HeatmapData) -> list[str]:
    """That other scores are shown than those of the measurement, where they are."""
    words = WORDS[data.language]["scored-by"].partition("{")[0]
    return [f"{_capital(said)}." for said in data.caption if said.startswith(words)]


def _counts(data: HeatmapData) -> list[tuple[str, int]]:
    """How many cells each entry of the legend stands for."""
    states = Counter(str(state) for row in data.state for state in row)
    doubts = [level for row in data.doubt for level in row]
    count: dict[str, int] = dict(states)
    count["partial"] = sum(flag for row in data.partial for flag in row)
    for level in range(1, len(DOUBTS) + 1):
        count[f"doubt-{level}"] = sum(doubt >= level for doubt in doubts)
    return [(_capital(words), count[key]) for key, words in data.legend if key in count]


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
