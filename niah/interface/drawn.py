"""Figures with one call: how they may look, and the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from niah.interface.pictures import Choices, figure_data
from niah.interface.sweeps import Sweep, provenance_of

if TYPE_CHECKING:
    from niah.figures.picture import Picture


class Options(TypedDict, total=False):
    """How a figure looks and what it shows; every key may be left out.

    Attributes:
        pooled: The pooled estimate, or raw accuracies; None = as suits the run.
        uncertainty: Width of the cells' intervals: ``none``, ``fade`` or ``hatch``.
        effective: Mark the effective length by ``ruler``, ``nolima`` or an accuracy like ``0.9``.
        claimed: Mark the context length that the model's maker states.
        scale: ``categorical``, or ``true`` for lengths and depths in proportion.
        values: Accuracies in the cells of ``small`` grids, ``always`` or ``never``.
        margins: Strips over length and depth beside a heatmap.
        title: In place of the usual one.
        language: ``en`` or ``de``.
        style: ``accessible`` or ``classic``.
        preset: ``readme`` (the default here), ``one-column``, ``two-columns`` or ``slide``.
        theme: ``light`` or ``dark``.
    """

    pooled: bool | None
    uncertainty: str
    effective: str | None
    claimed: bool
    scale: str
    values: str
    margins: bool
    title: str | None
    language: str
    style: str
    preset: str
    theme: str


_LOOK = ("style", "preset", "theme", "margins")


def picture_of(sweeps: Sequence[Sweep], kind: str | None, options: Options) -> Picture:
    """The figure of some sweeps, which knows where it comes from."""
    from niah.figures.drawing import draw

    given: dict[str, Any] = {"preset": "readme", **options}
    look = {key: given.pop(key) for key in _LOOK if key in given}
    picture = draw(figure_data(sweeps, Choices(kind=kind, **given)), **look)
    picture.provenance = provenance_of(sweeps)
    return picture
