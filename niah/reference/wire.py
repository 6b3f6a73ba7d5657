"""What the endpoint's wire formats have in common: a question asked, a reply, a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson

Json = dict[str, Any]

RefusalKind = Literal[
    "bad-request",
    "auth",
    "not-found",
    "too-long",
    "rate-limit",
    "quota",
    "server-error",
    "unavailable",
    "overloaded",
]
Finish = Literal["stop", "length", "content-filter"]


class Refusal(Exception):
    """The request gets an error in its own format; never leaves the endpoint."""

    def __init__(self, kind: RefusalKind, message: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request, whatever format it came in.

    Attributes:
        reader: The reader's name.
        messages: The prompt: each with ``role`` and ``content``; the system prompt first.
        max_output_tokens: None = no limit was given.
        thinking: Whether the request asks for thoughts; None = it leaves that to the endpoint.
        show_thoughts: Whether it wants to see them.
        blocks: The same text in the parts that it came in, where these matter to the cache; they
            are encoded one by one. Empty = one a message.
        marks: Indexes of the blocks that are marked for the cache.
    """

    reader: str
    messages: tuple[Mapping[str, str], ...]
    max_output_tokens: int | None = None
    thinking: bool | None = None
    show_thoughts: bool = True
    blocks: tuple[str, ...] = ()
    marks: tuple[int, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """What is encoded, one by one."""
        return self.blocks or tuple(message["content"] for message in self.messages)

    def with_messages(self, messages: tuple[Mapping[str, str], ...]) -> Ask:
        """The same request with another prompt, in which nothing is marked."""
        return replace(self, messages=messages, blocks=(), marks=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, before it is put into a format.

    Attributes:
        id: Different for each request.
        prompt_tokens: All that was read, the cached ones among them.
        created: Seconds since 1970.
        text: May be empty.
        thoughts: Empty = none.
        cached_tokens: Read from the cache.
        cache_written_tokens: Written to a cache that is billed for it.
        text_tokens: Of the text alone.
        thought_tokens: Of the thoughts.
    """

    ask: Ask
    id: str
    prompt_tokens: int
    created: int = 0
    text: str = ""
    thoughts: str = ""
    finish: Finish = "stop"
    cached_tokens: int = 0
    cache_written_tokens: int = 0
    text_tokens: int = 0
    thought_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit as headers state it: a name, its size, what is left, and seconds until full."""

    name: Literal["requests", "tokens"]
    size: int
    remaining: int
    reset_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One wire format.

    Attributes:
        read: The request in a body, for the model named in the path (empty when none is).
        answer: The body of an answer.
        refuse: Status and body of a refusal.
        key: The API key among the headers; None = there is none.
        limits: Headers that state the limits, given the wall clock in seconds since 1970.
        waiting: Headers that state how many seconds to wait after a refusal.
        request_id: Name of the header that carries the request's id.
        too_long: Its message about a prompt of ``{tokens}`` in a window of ``{window}``.
        wrong: A body of JSON that no client expects.
        list_models: The body of that list, given each reader's name and description.
        describe_model: The body that describes one reader.
        marks_cache: Whether only what a request marks is cached, and writing is billed.
    """

    read: Callable[[Json, str], Ask]
    answer: Callable[[Reply], Json]
    refuse: Callable[[Refusal], tuple[int, Any]]
    key: Callable[[Mapping[str, str]], str | None]
    limits: Callable[[tuple[Limit, ...], float], dict[str, str]]
    waiting: Callable[[float], dict[str, str]]
    request_id: str
    too_long: str
    wrong: Any
    list_models: Callable[[Sequence[tuple[str, str]]], Json]
    describe_model: Callable[[str], Json]
    marks_cache: bool = False


def read_json(body: bytes) -> Json:
    """The object in a body.

    Raises:
        Refusal: if there is none.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal("bad-request", f"The body is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise Refusal("bad-request", "The body is not a JSON object.")
    return document


def text_of(content: Any, where: str) -> str:
    """The text of a content: itself, or its parts of type text joined.

    Raises:
        Refusal: if it is neither.
    """
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        pieces = []
        for part in content:
            if not isinstance(part, dict) or not isinstance(part.get("text"), str):
                raise Refusal("bad-request", f"{where} has a part without text.")
            pieces.append(part["text"])
        return "".join(pieces)
    raise Refusal("bad-request", f"{where} is neither a text nor a list of parts.")


def object_in(document: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The first of these fields that is an object; empty when none is."""
    return next((document[n] for n in names if isinstance(document.get(n), dict)), {})


def whole_number(document: Mapping[str, Any], *names: str) -> int | None:
    """The first of these fields that is given.

    Raises:
        Refusal: if it is not a whole number above 0.
    """
    for name in names:
        value = document.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise Refusal("bad-request", f"{name} = {value!r} is not a whole number above 0.")
        return value
    return None
