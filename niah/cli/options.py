"""Options and arguments that several commands share, and what they resolve to."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.logs import log
from niah.console import inert
from niah.errors import ConfigurationError, ExperimentError

if TYPE_CHECKING:
    from niah.experiment import Experiment, Suite

Config = Annotated[
    str, typer.Argument(metavar="CONFIG", help="An experiment file, or the name of a shipped one.")
]
Models = Annotated[
    list[str] | None,
    typer.Option("-m", "--model", metavar="PROVIDER/MODEL", help="In place of the file's models."),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key, such as grid.trials=3."),
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")]
Database = Annotated[
    Path, typer.Option("--db", envvar="NIAH_DB", help="The store.", dir_okay=False)
]
Plots = Annotated[Path, typer.Option("--plots", help="Directory for figures.", file_okay=False)]
EnvFile = Annotated[
    Path | None,
    typer.Option("--env-file", help="A file of NAME=value lines with API keys.", dir_okay=False),
]

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
MaxTime = Annotated[
    str | None, typer.Option(metavar="TIME", help="Send nothing after so long, such as 2h.")
]
LogFormat = Annotated[
    str, typer.Option(metavar="FORMAT", help="stderr as text, or json: an object a line.")
]
MetricsFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE.prom", help="Gauges for Prometheus' node exporter.", dir_okay=False),
]
WebhookUrl = Annotated[
    str | None,
    typer.Option(
        envvar="NIAH_WEBHOOK",
        metavar="URL",
        help="Told, signed with NIAH_WEBHOOK_SECRET, when the exit code is not 0.",
    ),
]

Thresholds = Annotated[
    list[float] | None,
    typer.Option(
        "--threshold",
        min=0,
        max=1,
        help="Your own rule of effective length: the least accuracy, such as 0.9.",
    ),
]

Controls = Annotated[
    bool | None,
    typer.Option(
        "--controls/--no-controls",
        show_default=False,
        help="A few control trials beside the map: no context, needle only, absent needle, fixed "
        "distance from the end; by default as the file says.",
    ),
]

DEFAULT_DATABASE = Path("niah.db")
DEFAULT_PLOTS = Path("plots")


def load_config(
    config: str, models: list[str] | None = None, overrides: list[str] | None = None
) -> Experiment:
    """The experiment of a path, or of the name of a shipped file."""
    from niah.experiment import load_experiment

    return load_experiment(config_path(config), overrides=overrides or (), model_ids=models or ())


def load_suite_config(
    config: str, models: list[str] | None = None, overrides: list[str] | None = None
) -> Suite | None:
    """The several tasks of a path or of a shipped file; None if it has a single one."""
    from niah.experiment import load_suite

    return load_suite(config_path(config), overrides=overrides or (), model_ids=models or ())


def command_again(config: str, models: Sequence[str], overrides: Sequence[str], db: Path) -> str:
    """The command that goes on with a run: what decides which run and which store that is."""
    words = ["niah", "run", config]
    for option, values in (("-m", models), ("--set", overrides)):
        words += [word for value in values for word in (option, value)]
    if db != DEFAULT_DATABASE:
        words += ["--db", str(db)]
    return inert(shlex.join(words))


def config_path(config: str) -> Path:
    """Where an experiment file is: the path as given, or a shipped file of that name."""
    path = Path(config)
    if path.exists() or path.suffix or len(path.parts) > 1:
        return path
    shipped = shipped_configs()
    if config in shipped:
        return shipped[config]
    raise ExperimentError(
        f"{config}: neither a file nor a shipped experiment; the shipped ones are "
        f"{', '.join(sorted(shipped))}"
    )


def shipped_configs() -> dict[str, Path]:
    """Shipped experiment files by name: in an installed package, or in a checkout."""
    package = Path(__file__).parents[1]
    directories = (package / "configs", package.parent / "configs")
    found = next((directory for directory in directories if directory.is_dir()), None)
    return {path.stem: path for path in sorted(found.glob("*.toml"))} if found else {}


def environment(env_file: Path | None) -> Mapping[str, str]:
    """The process environment, over the lines of a file that the user named.

    A variable that is there and empty says nothing: the file's counts.

    Raises:
        ConfigurationError: if the file cannot be read.
    """
    from niah.cli.env_files import read_env_file

    if env_file is None:
        return os.environ
    return {**read_env_file(env_file), **{name: v for name, v in os.environ.items() if v.strip()}}


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on stdout, ASCII only, no NaN."""
    print(json.dumps(value, ensure_ascii=True, allow_nan=False))


def note(message: str) -> None:
    """One line for the user beside the result, on stderr."""
    log(message)


def duration_s(value: str | None, option: str) -> float | None:
    """Seconds of an option such as ``--max-time 2h``.

    Raises:
        ConfigurationError: if it is no length of time.
    """
    from niah.durations import parse_duration_s

    try:
        return None if value is None else parse_duration_s(value)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}") from None
