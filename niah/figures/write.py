"""Figures to files: whole or not at all, the same bytes for the same data, fonts embedded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from niah.figures.provenance import keywords
from niah.figures.styles import Format
from niah.figures.text import Provenance
from niah.files import whole_file

_RC_KEPT = frozenset(
    {"backend", "backend_fallback", "interactive", "toolbar", "timezone", "datapath"}
)
_LAYOUT_TABLES = ("GSUB", "GPOS", "GDEF", "kern", "MATH")
_RC = {
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "svg.fonttype": "path",
    "svg.hashsalt": "niah",
    "text.usetex": False,
}


@contextmanager
def own_settings() -> Iterator[None]:
    """Matplotlib with its own defaults and ours, whatever the user's matplotlibrc says."""
    defaults = {
        key: value
        for key, value in dict.items(matplotlib.rcParamsDefault)
        if key not in _RC_KEPT and not key.startswith("_")
    }
    settings: Any = {**defaults, **_RC}
    with matplotlib.rc_context(settings):
        yield


@contextmanager
def _plain_fonts() -> Iterator[None]:
    """Fonts embedded without the tables of text layout, which no reader of a PDF uses.

    Matplotlib lets fontTools take them apart, at a fifth of the time of a whole figure, and has no
    setting for it. Where fontTools no longer has this list, figures only take that longer.
    """
    from fontTools.subset import Options  # type: ignore[import-untyped]

    options: Any = Options
    kept = getattr(options, "_drop_tables_default", None)
    if kept is None:
        yield
        return
    options._drop_tables_default = [*kept, *_LAYOUT_TABLES]
    try:
        yield
    finally:
        options._drop_tables_default = kept


def write_figure(
    figure: Figure,
    stem: Path,
    *,
    formats: Sequence[Format],
    dpi: int,
    title: str,
    description: str,
    provenance: Provenance,
) -> list[Path]:
    """Write a figure beside its alternative text (``<stem>.alt.txt``); returns the figures' paths.

    Must be called within `own_settings`, like the drawing.

    Raises:
        ConfigurationError: if the directory cannot be written or the disk is full.
    """
    origin = keywords(provenance)
    metadata: dict[Format, dict[str, object]] = {
        "png": {"Software": None, "Title": title, "Description": description, "Keywords": origin},
        "svg": {
            "Date": None,
            "Creator": "niah",
            "Title": title,
            "Description": description,
            "Keywords": [origin],
        },
        "pdf": {
            "CreationDate": None,
            "Producer": None,
            "Creator": "niah",
            "Title": title,
            "Subject": description,
            "Keywords": origin,
        },
    }
    paths = []
    for name in formats:
        path = stem.with_name(f"{stem.name}.{name}")
        with whole_file(path) as draft, _plain_fonts() if name == "pdf" else nullcontext():
            figure.savefig(draft, format=name, dpi=dpi, metadata=metadata[name])
        paths.append(path)
    with whole_file(stem.with_name(f"{stem.name}.alt.txt")) as draft:
        draft.write_text(description + "\n", encoding="utf-8", newline="\n")
    return paths
