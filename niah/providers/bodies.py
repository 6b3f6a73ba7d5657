"""Bodies: requests that carry one, and JSON from the outside, read without trust."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson

from niah.errors import ModelError
from niah.models import Model
from niah.providers import Failure, WireRequest

JsonObject: TypeAlias = dict[str, Any]

MESSAGE_CHARS = 300


def post(
    path: str,
    body: JsonObject,
    model: Model,
    *,
    headers: Mapping[str, str] | None = None,
    key_header: str = "",
    beside_version: bool = False,
) -> WireRequest:
    """The request that posts a body to the model's host; the user's headers win over all others.

    Args:
        path: Below the base URL.
        body: Becomes JSON.
        model: Whose host is asked.
        headers: Of the wire format.
        key_header: See ``WireRequest``.
        beside_version: See ``WireRequest``.
    """
    own = model.provider.headers or {}
    return WireRequest(
        method="POST",
        path=path,
        headers={"content-type": "application/json", **(headers or {}), **own},
        body=orjson.dumps(body),
        key_header=key_header,
        beside_version=beside_version,
    )


def read_json(body: bytes) -> Any:
    """The JSON value of a body, after the blank lines and comments that keep connections alive.

    DeepSeek sends empty lines, or lines that start with a colon, while a slow answer is made.

    Raises:
        ValueError: if the body is not JSON in UTF-8.
    """
    rest = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    while rest.startswith(b":"):
        _, _, rest = rest.partition(b"\n")
        rest = rest.lstrip()
    return orjson.loads(rest)


def read_object(body: bytes, status: int) -> JsonObject | Failure:
    """The JSON object of a body that should be an answer."""
    try:
        document = read_json(body)
    except ValueError:
        return malformed(f"the answer is not JSON in UTF-8: {_beginning(body)}", status)
    if not isinstance(document, dict):
        return malformed(f"the answer is not a JSON object: {_beginning(body)}", status)
    return document


def malformed(message: str, status: int | None) -> Failure:
    """The failure of an answer that is not the wire format."""
    return Failure(kind="malformed", message=message, status=status)


def _beginning(body: bytes) -> str:
    if not body.strip():
        return "it is empty"
    return f"it has {len(body):,} bytes and starts with {body.lstrip()[:40]!r}"


def object_at(value: Any, *path: str | int) -> JsonObject:
    """The object at a path of keys and indexes; empty when anything on the way is missing."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and len(value) > step else None
    return value if isinstance(value, dict) else {}


def text_at(value: Any, key: str) -> str:
    """The string under a key; empty when there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def count_at(value: Any, key: str) -> int | None:
    """The token count under a key; None when it is missing or no count."""
    found = value.get(key) if isinstance(value, dict) else None
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        return None
    return found


def amount_at(value: Any, key: str) -> float | None:
    """The sum of money under a key; None when it is missing or no such sum."""
    found = value.get(key) if isinstance(value, dict) else None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < math.inf:
        return None
    return float(found)


def sum_at(value: JsonObject, *keys: str) -> int | None:
    """The sum of the token counts under some keys; a missing one adds nothing.

    None when all are missing, or when one of them is there and is no count: then nobody knows.
    """
    stated = [key for key in keys if value.get(key) is not None]
    counts = [count_at(value, key) for key in stated]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def part_of(part: int | None, whole: int | None) -> int | None:
    """A count that says how much of another one; None when it claims more than the whole."""
    return None if part is not None and whole is not None and part > whole else part


def one_line(text: str) -> str:
    """Foreign text as one printable line, cut to a length that fits into a message."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:4000]).split())
    return line if len(line) <= MESSAGE_CHARS else line[: MESSAGE_CHARS - 1] + "…"


def merge_extra(body: JsonObject, extra: Mapping[str, Any], *, fixed: frozenset[str]) -> JsonObject:
    """The body with the user's own keys laid over it, nested objects key by key.

    Raises:
        ModelError: if a key would change what is measured or how the answer is read.
    """
    for key in extra:
        if key in fixed:
            raise ModelError(
                f"extra_body must not set {key!r}: niah sends its own; remove it from [request]"
            )
    return _laid_over(body, extra)


def _laid_over(below: JsonObject, above: Mapping[str, Any]) -> JsonObject:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, Mapping):
            merged[key] = _laid_over(old, value)
        else:
            merged[key] = value
    return merged
