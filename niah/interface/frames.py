"""Trials and cells as pandas data frames, where pandas is installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from niah.errors import ConfigurationError
from niah.interface.sweeps import Sweep
from niah.runner.analyses import run_cells
from niah.store.export import CELL_COLUMNS, FIELDS, exported_cell, exported_fields

if TYPE_CHECKING:
    import pandas


def trials_frame(sweeps: Iterable[Sweep]) -> pandas.DataFrame:
    """One row a trial, columns as in ``niah export --format jsonl``.

    Raises:
        ConfigurationError: if pandas is not installed.
    """
    return frame_of(FIELDS, [exported_fields(t) for sweep in sweeps for t in sweep.records])


def cells_frame(sweeps: Sequence[Sweep]) -> pandas.DataFrame:
    """One row a cell, its raw and its pooled accuracy under names of their own, with bounds and n.

    Raises:
        ConfigurationError: if pandas is not installed.
    """
    return frame_of(
        CELL_COLUMNS,
        [
            exported_cell(sweep.run.run, sweep.grid.simulated, cell)
            for sweep in sweeps
            for cell in run_cells(sweep.run, sweep.records)
            if (cell.model, cell.task) == (sweep.grid.model, sweep.grid.task)
        ],
    )


def frame_of(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> pandas.DataFrame:
    """The rows under these columns.

    Raises:
        ConfigurationError: if pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise ConfigurationError(
            "data frames need pandas, which is not installed; pip install 'niah[pandas]'"
        ) from None
    return pandas.DataFrame(rows, columns=list(columns))
