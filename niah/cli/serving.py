"""niah serve: the reference readers as an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import httpx


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("serve")(serve)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 = any free port.")] = 8642,
) -> None:
    """Serve the reference readers over the OpenAI wire format, for rehearsals; simulated."""
    from niah.reference.endpoint import serve as serve_readers

    serve_readers(host, port)


def reference_transports() -> dict[str, httpx.AsyncBaseTransport]:
    """The reference readers in this process, for ``runner.run.run_experiment``."""
    import httpx

    from niah.reference.endpoint import build_app

    return {"reference": httpx.ASGITransport(app=build_app())}
