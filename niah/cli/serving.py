"""niah serve: the reference readers as an endpoint, and in this process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from niah.errors import ConfigurationError

if TYPE_CHECKING:
    import httpx

    from niah.experiment import Experiment
    from niah.reference.behaviour import Faults
    from niah.reference.readers import Tonight


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("serve")(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 = any free port.")] = 8642,
    other_models: Annotated[
        str | None,
        typer.Option(
            metavar="READER",
            help="The reader that answers under every other name, such as gpt-4o; "
            "otherwise there is no such model.",
        ),
    ] = None,
    tokenizer: Annotated[
        str, typer.Option(help="What it counts with: a known vocabulary or a tokenizer.json.")
    ] = "o200k_base",
    tokenize: Annotated[
        bool, typer.Option("--tokenize", help="Have a tokenizer at /tokenize, as vLLM does.")
    ] = False,
    latency_s: Annotated[float, typer.Option(help="Least seconds to an answer.")] = 0.0,
    latency_s_per_1k: Annotated[
        float, typer.Option(help="And for each 1,000 tokens of the prompt.")
    ] = 0.0,
    keep_alive_s: Annotated[
        float | None, typer.Option(help="Send an empty line so often while it waits.")
    ] = None,
    window: Annotated[
        str | None, typer.Option(metavar="TOKENS", help="Context window, such as 32K.")
    ] = None,
    overflow: Annotated[
        str,
        typer.Option(
            help="What a prompt above the window meets: error; truncate, which silently drops its "
            "beginning; or truncate-middle, which keeps as much of both ends."
        ),
    ] = "error",
    requests_per_minute: Annotated[float | None, typer.Option(help="Rate limit.")] = None,
    tokens_per_minute: Annotated[float | None, typer.Option(help="Rate limit.")] = None,
    announce_limits: Annotated[
        bool, typer.Option(help="Say in headers what is left of the rate limits.")
    ] = True,
    max_concurrency: Annotated[int | None, typer.Option(help="429 above so many.")] = None,
    require_key_env: Annotated[
        str | None,
        typer.Option(metavar="VARIABLE", help="Take only the key in this environment variable."),
    ] = None,
    reasoning: Annotated[bool, typer.Option(help="Think before each answer.")] = False,
    cache: Annotated[bool, typer.Option(help="Keep a prompt cache and report hits.")] = False,
    cache_step_tokens: Annotated[
        int | None,
        typer.Option(help="Hits are multiples of it: DeepSeek 64 (default), OpenAI 128."),
    ] = None,
    cache_least_tokens: Annotated[
        int | None,
        typer.Option(help="Shorter prefixes are not kept: DeepSeek 64 (default), others 1024."),
    ] = None,
    cache_lifetime_s: Annotated[
        float | None, typer.Option(help="Forget what nobody asked for in so long: default 300.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=SHARE",
            help="A fault and how often, such as server_error=0.1; an unknown name lists them all.",
        ),
    ] = None,
    known_map: Annotated[
        Path | None,
        typer.Option("--map", dir_okay=False, help="Recall of reference/map, a CSV file."),
    ] = None,
    draw: Annotated[int, typer.Option(min=0, help="Have every reader notice other sentences.")] = 0,
    fault_seed: Annotated[int, typer.Option(help="Which requests meet a fault.")] = 0,
    allow_remote: Annotated[bool, typer.Option(help="Let other machines reach it.")] = False,
) -> None:
    """Serve the reference readers over the three wire formats, for rehearsals; simulated."""
    from niah.axes import parse_tokens
    from niah.reference.behaviour import Behaviour
    from niah.reference.serving import serve as serve_readers

    try:
        window_tokens = None if window is None else parse_tokens(window)
    except ValueError as error:
        raise ConfigurationError(f"--window: {error}") from None
    cache_settings = {
        name: value
        for name, value in (
            ("cache_step_tokens", cache_step_tokens),
            ("cache_least_tokens", cache_least_tokens),
            ("cache_lifetime_s", cache_lifetime_s),
        )
        if value is not None
    }
    behaviour = Behaviour(
        tokenizer=tokenizer,
        tokenizes=tokenize,
        other_models=other_models and other_models.removeprefix("reference/"),
        latency_s=latency_s,
        latency_s_per_1k_tokens=latency_s_per_1k,
        keep_alive_s=keep_alive_s,
        window_tokens=window_tokens,
        overflow=overflow,  # type: ignore[arg-type]
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        announce_limits=announce_limits,
        max_concurrency=max_concurrency,
        require_key=_required_key(require_key_env),
        reasoning=reasoning,
        cache=cache or bool(cache_settings),
        faults=_faults(fault or [], fault_seed),
        tonight=_tonight(known_map, draw),
        **cache_settings,  # type: ignore[arg-type]
    )
    serve_readers(host, port, behaviour, allow_remote=allow_remote)


def _required_key(variable: str | None) -> str | None:
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ConfigurationError(
            f"--require-key-env {variable}: the environment has no such variable; set it to the "
            "key that clients must send"
        )
    return key


def _faults(given: list[str], seed: int) -> Faults:
    from niah.reference.behaviour import Faults

    known = Faults().probabilities()
    shares: dict[str, float] = {}
    for entry in given:
        name, _, share = entry.partition("=")
        if name not in known:
            raise ConfigurationError(f"--fault {entry}: use one of {', '.join(known)}")
        try:
            shares[name] = float(share)
        except ValueError:
            raise ConfigurationError(f"--fault {entry}: give its share, such as 0.1") from None
    return Faults(seed=seed, **shares)


def _tonight(known_map: Path | None, draw: int) -> Tonight:
    from niah.reference.maps import read_map
    from niah.reference.readers import Tonight

    return Tonight(known_map=None if known_map is None else read_map(known_map), draw=draw)


def reference_transports() -> dict[str, httpx.AsyncBaseTransport]:
    """The reference readers in this process, for ``runner.run.run_experiment``.

    What a reader's name does not say comes from ``NIAH_REFERENCE_MAP``, a file, and
    ``NIAH_REFERENCE_DRAW``, a number.

    Raises:
        ConfigurationError: if one of them cannot be used.
    """
    import httpx

    from niah.reference.behaviour import Behaviour
    from niah.reference.endpoint import build_app

    app = build_app(Behaviour(tonight=_tonight_here()))
    return {"reference": httpx.ASGITransport(app=app)}


def check_readers(experiment: Experiment) -> None:
    """Refuse a reference reader that does not exist, before anything is planned or sent.

    Raises:
        ModelError: naming those that do.
    """
    readers = [model.wire_name for model in experiment.resolved_models() if model.simulated]
    if not readers:
        return
    from niah.experiment.origin import concerning
    from niah.reference.readers import check_reader

    tonight = _tonight_here()
    with concerning(experiment.origin, "models"):
        for reader in readers:
            check_reader(reader, tonight)


def _tonight_here() -> Tonight:
    known_map = os.environ.get("NIAH_REFERENCE_MAP")
    draw = os.environ.get("NIAH_REFERENCE_DRAW", "0")
    if not draw.isdecimal() or len(draw) > 9:
        raise ConfigurationError(f"NIAH_REFERENCE_DRAW={draw[:20]!r}: give a whole number")
    return _tonight(Path(known_map) if known_map else None, int(draw))
