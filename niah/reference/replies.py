"""What is said in reply to a request: the prompt counted, cut, read, cached, the answer cut."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from niah.errors import ModelError
from niah.reference.behaviour import Behaviour, FaultName
from niah.reference.limits import Limits
from niah.reference.prefixes import Prefix, PrefixCache, marked, steps
from niah.reference.readers import answer, check_reader, keep_last
from niah.reference.wire import Ask, Dialect, Finish, Refusal, Reply, read_json
from niah.tokenizers import Tokenizer

_THOUGHTS = "I look for the words of the question, in one sentence of the text after the other."


@dataclass(slots=True, kw_only=True)
class Seen:
    """What an endpoint has seen so far.

    Attributes:
        requests: For an answer, refused ones included; lists and counts are left out.
        answered: Of these, the ones that got an answer, whole or not.
        in_flight: Under way now.
        most_in_flight: The most there ever were.
        accepted: Of those in flight, the ones within the concurrency limit.
        prompt_tokens: Of the answered ones, as reported.
        cached_tokens: Of the answered ones, as reported.
        faults: How often each was played.
    """

    requests: int = 0
    answered: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    accepted: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    faults: dict[FaultName, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What the requests to one endpoint share; see ``build_app`` for the clocks."""

    behaviour: Behaviour
    tokenizer: Tokenizer
    limits: Limits
    prefixes: PrefixCache
    seen: Seen
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    wall: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A request with its prompt encoded.

    Attributes:
        ids: Token ids of each of the request's texts.
    """

    ask: Ask
    ids: tuple[list[int], ...]

    @property
    def tokens(self) -> int:
        """Of the whole prompt."""
        return sum(map(len, self.ids))


def reader_for(endpoint: Endpoint, model: str) -> str:
    """The reader that answers under a model's name.

    Raises:
        Refusal: if there is none.
    """
    try:
        check_reader(model, endpoint.behaviour.tonight)
    except ModelError as error:
        if endpoint.behaviour.other_models is None:
            raise Refusal("not-found", f"The model does not exist: {error}.") from None
        return endpoint.behaviour.other_models
    return model


def count_prompt(endpoint: Endpoint, dialect: Dialect, body: bytes, reader: str) -> Counted:
    """The request with its tokens; runs in a thread.

    Raises:
        Refusal: if it is malformed or asks for an unknown reader.
    """
    ask = dialect.read(read_json(body), reader)
    reader_for(endpoint, ask.reader)
    encode = endpoint.tokenizer.encode
    return Counted(ask=ask, ids=tuple(encode(text) for text in ask.texts))


def fit_prompt(endpoint: Endpoint, dialect: Dialect, body: bytes, reader: str) -> Counted:
    """The request, cut to the window if that is the behaviour; runs in a thread.

    Raises:
        Refusal: if it is malformed, asks for an unknown reader, or is too long.
    """
    counted = count_prompt(endpoint, dialect, body, reader)
    window = endpoint.behaviour.window_tokens
    if window is None or counted.tokens <= window:
        return counted
    if endpoint.behaviour.overflow == "error":
        raise Refusal(
            "too-long",
            dialect.too_long.format(tokens=counted.tokens, window=window),
        )
    encode = endpoint.tokenizer.encode
    if endpoint.behaviour.overflow == "truncate":
        kept = tuple(keep_last(counted.ask.messages, window, lambda text: len(encode(text))))
    else:
        kept = _without_middle(counted.ask.messages, window, endpoint.tokenizer)
    ask = counted.ask.with_messages(kept)
    return Counted(ask=ask, ids=tuple(encode(text) for text in ask.texts))


def _without_middle(
    messages: Sequence[Mapping[str, str]], window: int, tokenizer: Tokenizer
) -> tuple[Mapping[str, str], ...]:
    """The prompt without the middle of its longest message."""
    ids = [tokenizer.encode(message["content"]) for message in messages]
    longest = max(range(len(ids)), key=lambda index: len(ids[index]))
    room = max(0, window - sum(map(len, ids)) + len(ids[longest]))
    kept_ids = ids[longest][: room // 2], ids[longest][len(ids[longest]) - (room - room // 2) :]
    kept = dict(messages[longest])
    kept["content"] = "".join(map(tokenizer.decode, kept_ids))
    return (*messages[:longest], kept, *messages[longest + 1 :])


def say(endpoint: Endpoint, dialect: Dialect, counted: Counted) -> tuple[str, list[Prefix]]:
    """The reader's answer, and the prompt's prefixes if there is a cache; runs in a thread."""
    encode, behaviour, ask = endpoint.tokenizer.encode, endpoint.behaviour, counted.ask
    known = {text: len(ids) for text, ids in zip(ask.texts, counted.ids, strict=True)}
    said = answer(
        reader_for(endpoint, ask.reader),
        ask.messages,
        count_tokens=lambda text: known[text] if text in known else len(encode(text)),
        tonight=behaviour.tonight,
    )
    if not behaviour.cache:
        return said, []
    least_tokens = behaviour.cache_least_tokens
    if dialect.marks_cache:
        owner = f"marked/{ask.reader}"
        return said, marked(owner, counted.ids, marks=ask.marks, least_tokens=least_tokens)
    step_tokens = behaviour.cache_step_tokens
    return said, steps(ask.reader, counted.ids, step_tokens=step_tokens, least_tokens=least_tokens)


def compose_reply(
    endpoint: Endpoint,
    dialect: Dialect,
    counted: Counted,
    said: str,
    prefixes: list[Prefix],
    fault: FaultName | None,
    number: int,
) -> Reply:
    """The reply with what the output limit, the fault and the cache make of it.

    Args:
        said: From ``say``.
        prefixes: From ``say``.
        number: Of the request.
    """
    ask, tokenizer = counted.ask, endpoint.tokenizer
    thinks = endpoint.behaviour.reasoning if ask.thinking is None else ask.thinking
    thoughts = _THOUGHTS if thinks else ""
    thought_ids = tokenizer.encode(thoughts)
    finish: Finish = "stop"
    text = "" if fault in ("empty", "content_filter") else said
    ids = tokenizer.encode(text)
    room = len(thought_ids) + len(ids) if ask.max_output_tokens is None else ask.max_output_tokens
    if fault == "length":
        room = min(room, len(thought_ids) + 1)
    if len(thought_ids) + len(ids) > room:
        finish = "length"
        if len(thought_ids) > room:
            thought_ids = thought_ids[:room]
            thoughts = tokenizer.decode(thought_ids)
        ids = ids[: room - len(thought_ids)]
        text = tokenizer.decode(ids)
    if fault == "content_filter":
        finish = "content-filter"
    cached_tokens = endpoint.prefixes.shared_tokens(prefixes)
    endpoint.prefixes.keep(prefixes)
    written_tokens = 0
    if dialect.marks_cache:
        stored_tokens = max((prefix.tokens for prefix in prefixes if prefix.stored), default=0)
        written_tokens = max(0, stored_tokens - cached_tokens)
    return Reply(
        ask=ask,
        id=f"reference-{number}",
        created=int(endpoint.wall()),
        text=text,
        thoughts=thoughts,
        finish=finish,
        prompt_tokens=counted.tokens,
        cached_tokens=cached_tokens,
        cache_written_tokens=written_tokens,
        text_tokens=len(ids),
        thought_tokens=len(thought_ids),
    )
