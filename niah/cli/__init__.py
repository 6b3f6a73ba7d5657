"""The command line: parse, call, render. Nothing here measures anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import NoReturn

import typer

from niah.cli import (
    baselines,
    calibrating,
    catalogues,
    checking,
    comparing,
    export,
    gating,
    history,
    importing,
    inspect,
    models,
    planning,
    plotting,
    pruning,
    reporting,
    running,
    scoring,
    serving,
)
from niah.cli.logs import log, set_format
from niah.console import inert, shorten
from niah.errors import NiahError

INTERRUPTED = 130
LONGEST_SENTENCE = 1_000

app = typer.Typer(
    name="niah",
    help="Measure how far a language model's context can be trusted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    running,
    planning,
    checking,
    comparing,
    calibrating,
    inspect,
    plotting,
    pruning,
    reporting,
    scoring,
    gating,
    baselines,
    history,
    pruning,
    export,
    importing,
    pruning,
    models,
    catalogues,
    serving,
):
    module.register(app)


@cache
def _command() -> Callable[[], object]:
    """All commands with their options, put together once in a process."""
    return typer.main.get_command(app)


def main() -> NoReturn:
    """Run the command line and exit as the contract says: 0, 1, 2, 3 or 130."""
    set_format("text")
    try:
        _command()()
    except NiahError as error:
        sentence = inert(shorten(str(error), LONGEST_SENTENCE))  # it may quote anything
        log(f"niah: {sentence}", event="error", level="error", exit_code=error.exit_code)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has closed it; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(0)
