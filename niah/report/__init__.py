"""Reports of stored runs: one HTML page, Markdown or LaTeX, for people who were not there.

Records become a `Report` (``gather``), every number and word of which is final; the three writers
(``page``, ``markdown``, ``latex``) only lay it out. Text that a model or an importer wrote passes
``niah.escape`` on its way into any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from niah.figures.text import Facts, Language

if TYPE_CHECKING:
    from niah.figures.heatmap import HeatmapData
    from niah.statistics import Grid
    from niah.statistics.compare import Comparison
    from niah.statistics.controls import ControlResult
    from niah.statistics.effective import BaseScore, EffectiveLength
    from niah.statistics.grids import Summary
    from niah.statistics.positions import PositionStatistics
    from niah.store import Run, TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What a model was shown around one needle.

    Attributes:
        role: The needle's role.
        asked_depth_percent, placed_depth_percent: Where it was to stand, and stood.
        before, after: The end of the text before it and the beginning of the text behind it.
        needle: The planted sentence.
    """

    role: str
    asked_depth_percent: float
    placed_depth_percent: float
    before: str
    needle: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """The passages of one run's trials.

    Attributes:
        by_trial: By trial id; a trial is absent when its prompt could not be rebuilt.
        missing: Why some are absent, in one sentence; empty when none is.
    """

    by_trial: Mapping[str, tuple[Passage, ...]]
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One run as a report gets it.

    Attributes:
        run: The run.
        experiment: Its experiment as a file that ``niah run`` takes; of an imported run, what was
            imported, as JSON.
        calibrations: How the tokens of its models were counted, a sentence by model.
    """

    run: Run
    experiment: str
    calibrations: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One model's sweep of one task with everything that a report says of it.

    Attributes:
        label: Its name in this report, unlike any other's.
        run: Id of its run.
        source: Where it was imported from; empty when niah measured it.
        complete: Whether its run is; an adaptive one is long before all planned trials are done.
        grid, summary, positions: Its numbers; where the map is pooled, so are the summary's
            accuracies.
        effective: Its effective context lengths, that of the report's rule first; none when no
            trial was scored.
        claimed_tokens: The context window that the model's maker states; None = unknown.
        map: Its heatmap as values; its alternative text is made of it.
        records: Its trials in the order of the grid.
        has_depth: Whether depth means anything in its task.
        controls: What was measured beside it.
        base: NoLiMa's base score, where the task is an associative one.
    """

    label: str
    run: str
    source: str
    complete: bool
    grid: Grid
    summary: Summary
    positions: PositionStatistics
    effective: tuple[EffectiveLength, ...]
    claimed_tokens: int | None
    map: HeatmapData
    records: tuple[TrialRecord, ...]
    has_depth: bool = True
    controls: tuple[ControlResult, ...] = ()
    base: BaseScore | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two sweeps of one task compared; ``first`` and ``second`` count the report's sweeps.

    Attributes:
        numbers: Second against first.
        differing: What differs besides the models, as keys of `Conditions`.
        map: The difference of each cell.
    """

    first: int
    second: int
    numbers: Comparison
    differing: tuple[str, ...]
    map: HeatmapData


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Two sweeps that are not compared, because their difference would not be the models'.

    Attributes:
        first, second: As in `Pair`.
        differing: What differs, as keys of `Conditions`; ``cells`` when none was measured by both.
    """

    first: int
    second: int
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a report states.

    Attributes:
        title: Of the page.
        warning: That models are simulated, and which; empty when none is.
        sources: The runs, in the order asked for.
        sweeps: Of all runs.
        pairs, refusals: Comparisons among them, and those that would mislead.
        passages: By run id.
        facts: Small print of figures that show all sweeps.
        language: Of all words.
        niah_version: The niah that made the report.
    """

    title: str
    warning: str
    sources: tuple[Source, ...]
    sweeps: tuple[Sweep, ...]
    pairs: tuple[Pair, ...]
    refusals: tuple[Refusal, ...]
    passages: Mapping[str, Passages]
    facts: Facts
    language: Language
    niah_version: str
