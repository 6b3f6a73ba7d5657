"""niah serve: the reference readers as an endpoint, and in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from niah.errors import ConfigurationError

if TYPE_CHECKING:
    import httpx

    from niah.reference.behaviour import Faults


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("serve")(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 = any free port.")] = 8642,
    latency_s: Annotated[float, typer.Option(help="Least seconds to an answer.")] = 0.0,
    window: Annotated[
        str | None, typer.Option(metavar="TOKENS", help="Context window, such as 32K.")
    ] = None,
    overflow: Annotated[
        str, typer.Option(help="What a longer prompt meets: error or truncate.")
    ] = "error",
    requests_per_minute: Annotated[float | None, typer.Option(help="Rate limit.")] = None,
    tokens_per_minute: Annotated[float | None, typer.Option(help="Rate limit.")] = None,
    max_concurrency: Annotated[int | None, typer.Option(help="429 above so many.")] = None,
    reasoning: Annotated[bool, typer.Option(help="Think before each answer.")] = False,
    cache: Annotated[bool, typer.Option(help="Keep a prompt cache and report hits.")] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=SHARE", help="A fault and how often, such as server_error=0.1."),
    ] = None,
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
    behaviour = Behaviour(
        latency_s=latency_s,
        window_tokens=window_tokens,
        overflow=overflow,  # type: ignore[arg-type]
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        max_concurrency=max_concurrency,
        reasoning=reasoning,
        cache=cache,
        faults=_faults(fault or [], fault_seed),
    )
    serve_readers(host, port, behaviour, allow_remote=allow_remote)


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


def reference_transports() -> dict[str, httpx.AsyncBaseTransport]:
    """The reference readers in this process, for ``runner.run.run_experiment``."""
    import httpx

    from niah.reference.endpoint import build_app

    return {"reference": httpx.ASGITransport(app=build_app())}
