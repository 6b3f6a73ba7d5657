"""The models that a server of OpenAI's format says it has: ``GET /models`` below its base URL.

llama.cpp's server answers under any name with the one model that it has loaded; its list names that
one, and its ``aliases``. Sources: llama.cpp's ``tools/server/server-context.cpp``; vLLM's
``ModelCard``, whose ``root`` is what was loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from niah.models import AZURE_HOSTS, PROVIDERS, Model, served_by
from niah.providers import WireRequest
from niah.providers.bodies import JsonObject

# A longer list is the catalogue of a gateway, which takes other names too.
MOST_OWN = 100
_NAMES = ("id", "name", "model", "root")


def lists_its_own(model: Model) -> bool:
    """Whether the model's server is taken to list what it has: one of the user's own."""
    provider = model.provider
    hosted = (name for name, preset in PROVIDERS.items() if preset.key_required)
    return (
        provider.api == "openai"
        and not any(served_by(provider, name) for name in hosted)
        and not any(host in provider.base_url for host in AZURE_HOSTS)
    )


def build_list_request(model: Model) -> WireRequest:
    """The request for the server's list."""
    headers = dict(model.provider.headers or {})
    return WireRequest(method="GET", path="/models", headers=headers, body=b"")


def others_listed(document: JsonObject, model: Model) -> tuple[str, ...]:
    """The listed models, where the one that is asked is not among them; none where it may be.

    Names are compared without folder, ending and tag, in small letters: ``/models/tiny.gguf`` is
    listed for ``tiny``, and ``qwen3:latest`` for ``Qwen/Qwen3``.
    """
    given = document.get("data")
    entries = [e for e in given if isinstance(e, dict)] if isinstance(given, list) else []
    listed = tuple(name for entry in entries if isinstance(name := entry.get("id"), str) and name)
    names = {_plain(name) for entry in entries for name in _names(entry)}
    if len(entries) > MOST_OWN or any("*" in name for name in names):
        return ()
    return () if _plain(model.wire_name) in names else listed


def _names(entry: JsonObject) -> Iterator[str]:
    aliases = entry.get("aliases")
    given: Sequence[object] = [entry.get(key) for key in _NAMES]
    for name in (*given, *(aliases if isinstance(aliases, list) else ())):
        if isinstance(name, str):
            yield name


def _plain(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/")).name.casefold()
    return last.removesuffix(":latest").removesuffix(".gguf")
