"""Several maps on one scale: what they share is said once, the rest beside each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from niah.errors import ConfigurationError
from niah.figures.controls import ControlEntry, controls_subtitle
from niah.figures.heatmap import HeatmapData
from niah.figures.text import WORDS, Language, plain, simulated_words

MOST_PANELS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One map among others.

    Attributes:
        heading: Its name.
        statements: What is true of this map only.
        brief: The same as it stands above the map, apart from controls.
        controls: What was measured beside the map; stands above it too.
        map: The cells; its own title and small print are not drawn.
    """

    heading: str
    statements: tuple[str, ...]
    brief: tuple[str, ...]
    controls: tuple[ControlEntry, ...]
    map: HeatmapData


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelsData:
    """Everything that a figure of several maps shows.

    Attributes:
        title, warning, subtitle, caption, legend: As in `HeatmapData`, for all maps.
        panels: In the order asked for, read line by line.
        language: Of all words.
    """

    title: str
    warning: str
    subtitle: tuple[str, ...]
    caption: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]
    panels: tuple[Panel, ...]
    language: Language


def panels_data(
    maps: Sequence[HeatmapData], *, title: str | None = None, labels: Sequence[str] | None = None
) -> PanelsData:
    """Several maps in one figure, on one colour scale.

    Args:
        maps: At most `MOST_PANELS`, alike in language and in what their colours mean.
        title: Of the figure; by default it counts the maps.
        labels: Names of the maps; their titles by default.

    Raises:
        ConfigurationError: if there is no map, or too many, or they cannot share a scale.
    """
    if not 1 <= len(maps) <= MOST_PANELS:
        raise ConfigurationError(f"{len(maps)} maps in one figure; give 1 to {MOST_PANELS}")
    if len({(m.language, m.kind, m.estimate) for m in maps}) > 1:
        raise ConfigurationError(
            "maps in one figure must all be raw, all pooled or all differences, in one language"
        )
    language = maps[0].language
    names = [plain(name) for name in labels or [m.title for m in maps]]
    if len(names) != len(maps):
        raise ConfigurationError(f"{len(names)} labels for {len(maps)} maps; give one for each")
    shared = _shared([m.subtitle[:-1] if m.brief else m.subtitle for m in maps])
    said = _shared([m.caption for m in maps])
    return PanelsData(
        title=plain(title) if title else WORDS[language]["panels"].format(count=len(maps)),
        warning=simulated_words(names, [bool(m.warning) for m in maps], language),
        subtitle=(
            *shared,
            *(
                (WORDS[language][f"brief-{maps[0].estimate}"],)
                if any(m.brief for m in maps)
                else ()
            ),
            *((controls_subtitle(language),) if any(m.controls for m in maps) else ()),
        ),
        caption=(
            *said,
            *(
                f"{name}: {'; '.join(own)}"
                for name, m in zip(names, maps, strict=True)
                if (own := [s for s in m.caption if s not in said])
            ),
        ),
        legend=_legend(maps, names),
        panels=tuple(
            Panel(
                heading=name,
                statements=(
                    *(s for s in m.subtitle if s not in shared),
                    *(mark.statement for mark in m.marks),
                    *(entry.words for entry in m.controls),
                ),
                brief=(
                    *(s for s in (m.subtitle[:-1] if m.brief else m.subtitle) if s not in shared),
                    *((m.brief,) if m.brief else ()),
                    *(mark.brief for mark in m.marks),
                ),
                controls=m.controls,
                map=m,
            )
            for name, m in zip(names, maps, strict=True)
        ),
        language=language,
    )


def panels_text(data: PanelsData) -> str:
    """A sentence for each map, for readers who cannot see the figure."""
    said = [s for s in data.subtitle if s not in _BRIEF[data.language]]
    sentences = [f"{statement}." for statement in (data.warning, data.title, *said)]
    sentences += [f"{panel.heading}: {'; '.join(panel.statements)}." for panel in data.panels]
    return " ".join(sentence for sentence in sentences if sentence != ".")


def _shared(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(s for s in lists[0] if all(s in other for other in lists))


def _legend(maps: Sequence[HeatmapData], names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Whatever occurs in any map, then the lines of lengths; each map states its own number."""
    lengths = {mark.kind for m in maps for mark in m.marks}
    drawn = {mark.kind for m in maps for mark in m.marks if mark.tokens is not None}
    beside = {"", *lengths}
    whole = dict.fromkeys(entry for m in maps for entry in m.legend if entry[0] not in beside)
    rules: dict[tuple[str, str], list[str]] = {}
    for name, m in zip(names, maps, strict=True):
        for mark in m.marks:
            rules.setdefault((mark.kind, mark.rule), []).append(name)
    several = {kind for kind in lengths if sum(key[0] == kind for key in rules) > 1}
    marks = [
        (
            kind if kind in drawn else "",
            f"{', '.join(of)}: {rule}" if kind in several else rule,
        )
        for (kind, rule), of in rules.items()
    ]
    order = {key: place for place, key in enumerate(_ORDER)}
    return (*sorted(whole, key=lambda entry: order[entry[0]]), *marks)


_BRIEF = {
    language: (w["brief-raw"], w["brief-pooled"], w["brief-controls"])
    for language, w in WORDS.items()
}
_ORDER = (
    "estimated",
    "not-measured",
    "failed",
    "blocked",
    "context-exceeded",
    "truncated",
    "partial",
    "doubt-1",
    "doubt-2",
    "fade",
    "outlined",
)
