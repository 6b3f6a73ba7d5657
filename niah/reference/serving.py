"""Serving the endpoint on a socket."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from niah.errors import ConfigurationError
from niah.reference.behaviour import Behaviour
from niah.reference.endpoint import build_app


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """An endpoint whose port is open; requests are answered while ``run`` runs.

    Attributes:
        url: Scheme, host and port; ``/v1`` below it is OpenAI's base URL.
        app: With ``app.state.seen``.
    """

    url: str
    app: Starlette
    _server: uvicorn.Server = field(repr=False)
    _socket: socket.socket = field(repr=False)

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Answer requests until ``stop``, SIGINT or SIGTERM; then close the port and return.

        Args:
            ready: Called once a signal would be obeyed; the port is open already.
        """
        with _obeying_signals(self._server):
            ready()
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Have ``run`` return soon; may be called from another thread."""
        self._server.should_exit = True


def listen(
    host: str = "127.0.0.1",
    port: int = 0,
    behaviour: Behaviour | None = None,
    *,
    allow_remote: bool = False,
) -> Listening:
    """Open the port.

    Args:
        host: A name or address of this machine.
        port: 0 = any that is free.
        behaviour: See ``build_app``.
        allow_remote: Whether other machines may reach it.

    Raises:
        ConfigurationError: if the address is not this machine's own or cannot be used.
    """
    app = build_app(behaviour)
    if not 0 <= port <= 65_535:
        raise ConfigurationError(f"port {port} does not exist; use 0 to 65535, 0 for a free one")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise ConfigurationError(f"host {host!r} is not known; use 127.0.0.1") from None
    if not allow_remote and not ipaddress.ip_address(address[0]).is_loopback:
        raise ConfigurationError(
            f"host {host!r} can be reached from other machines and the reference readers ask for "
            "no key; use 127.0.0.1, or allow it with --allow-remote"
        )
    try:
        opened = socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        raise ConfigurationError(
            f"port {port} of {host} cannot be opened: {error.strerror or error}; use another one, "
            "or 0 for a free one"
        ) from None
    shown = f"[{address[0]}]" if family == socket.AF_INET6 else address[0]
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        http=_Connection,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
    )
    return Listening(
        url=f"http://{shown}:{opened.getsockname()[1]}",
        app=app,
        _server=uvicorn.Server(config),
        _socket=opened,
    )


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    behaviour: Behaviour | None = None,
    *,
    allow_remote: bool = False,
    tell: Callable[[str], None] = print,
) -> None:
    """Serve the endpoint until SIGINT or SIGTERM, and return.

    Args:
        host: See ``listen``.
        port: See ``listen``.
        behaviour: See ``build_app``.
        allow_remote: See ``listen``.
        tell: Called with one line once requests are answered.

    Raises:
        ConfigurationError: if the address is not this machine's own or cannot be used.
    """
    listening = listen(host, port, behaviour, allow_remote=allow_remote)
    line = (
        f"reference reader, simulated, at {listening.url}/v1 (OpenAI) and {listening.url} "
        "(Anthropic, Google)"
    )
    listening.run(ready=lambda: tell(line))


class _Connection(H11Protocol):
    """A connection whose socket the application can reach, to cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the socket where the application finds it: in its scope's state."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


@contextmanager
def _obeying_signals(server: uvicorn.Server) -> Iterator[None]:
    """While open, the first signal stops the server and nothing else.

    The server has handlers of its own while it runs, but raises the signal again when it has
    stopped, for whoever handled it before: that is here.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
