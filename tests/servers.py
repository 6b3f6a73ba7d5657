"""The reference endpoint on a real socket, in a thread of the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from niah.reference.behaviour import Behaviour
from niah.reference.serving import Listening, listen


@contextmanager
def listening(behaviour: Behaviour | None = None) -> Iterator[Listening]:
    """Serves on a free port while open; ``app.state.seen`` of what it yields counts requests."""
    endpoint = listen(behaviour=behaviour)
    thread = threading.Thread(target=endpoint.run, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.stop()
        thread.join(timeout=10)
        assert not thread.is_alive(), "the endpoint did not stop"


@contextmanager
def reference_endpoint(behaviour: Behaviour | None = None) -> Iterator[str]:
    """The same, but yields the base URL: ``/v1`` below it is OpenAI's."""
    with listening(behaviour) as endpoint:
        yield endpoint.url
