"""How the endpoint behaves: its limits, and the faults that it plays."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal, get_args

from niah.draws import integer
from niah.errors import ConfigurationError
from niah.reference.readers import Tonight, check_reader

Overflow = Literal["error", "truncate", "truncate-middle"]

FaultName = Literal[
    "rate_limit",
    "quota",
    "server_error",
    "unavailable",
    "overloaded",
    "hang",
    "cut",
    "half_body",
    "wrong_json",
    "empty",
    "content_filter",
    "length",
    "error_in_body",
    "reset",
    "redirect",
    "wrong_encoding",
    "not_utf8",
    "huge",
    "drip",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """With what probability a request meets each fault; at most one, so their sum is at most 1.

    Attributes:
        rate_limit: 429 that goes away, with a time to wait.
        quota: The provider's answer when the money is gone: no retry cures it.
        server_error: 500.
        unavailable: 503.
        overloaded: 529, Anthropic's; 503 in the other formats.
        hang: Never answers.
        cut: The connection ends in the middle of the body.
        half_body: A proper response whose JSON stops half way.
        wrong_json: A proper response that holds JSON of another shape.
        empty: An answer without text.
        content_filter: A blocked answer.
        length: An answer cut after its first token, for length.
        error_in_body: Status 200, and an error as its body.
        reset: The connection is reset before the first byte.
        redirect: 307 to the address that was asked, for ever.
        wrong_encoding: A body that is said to be compressed and is not.
        not_utf8: JSON with bytes that are no text.
        huge: A body of 100 MiB.
        drip: One byte of the body a second.
        seed: Which requests meet one, in the order of their arrival.
    """

    rate_limit: float = 0.0
    quota: float = 0.0
    server_error: float = 0.0
    unavailable: float = 0.0
    overloaded: float = 0.0
    hang: float = 0.0
    cut: float = 0.0
    half_body: float = 0.0
    wrong_json: float = 0.0
    empty: float = 0.0
    content_filter: float = 0.0
    length: float = 0.0
    error_in_body: float = 0.0
    reset: float = 0.0
    redirect: float = 0.0
    wrong_encoding: float = 0.0
    not_utf8: float = 0.0
    huge: float = 0.0
    drip: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        total = 0.0
        for name, probability in self.probabilities().items():
            if not 0 <= probability <= 1:
                raise ConfigurationError(
                    f"the fault {name} has the probability {probability}; give one in 0..1"
                )
            total += probability
        if total > 1 + 1e-9:
            raise ConfigurationError(
                f"the probabilities of the faults add up to {total:g}; keep their sum at most 1"
            )

    def probabilities(self) -> dict[FaultName, float]:
        """Each fault's probability, in a fixed order."""
        return {
            entry.name: getattr(self, entry.name)  # type: ignore[misc]
            for entry in fields(self)
            if entry.name != "seed"
        }

    def draw(self, number: int) -> FaultName | None:
        """The fault that the request of that number meets, if any."""
        drawn = integer(self.seed, f"fault/{number}", 1 << 53) / (1 << 53)
        for name, probability in self.probabilities().items():
            if drawn < probability:
                return name
            drawn -= probability
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the endpoint can be made to do; as it stands, it answers at once and never fails.

    Attributes:
        tokenizer: Vocabulary in which it counts.
        tokenizes: Have a tokenizer beside OpenAI's format, as vLLM, SGLang and llama.cpp do.
        other_models: The reader that answers under every name that is no reader's, such as gpt-4o;
            None = there is no such model.
        latency_s: Least time from a request to its answer.
        latency_s_per_1k_tokens: More of it for each 1,000 prompt tokens.
        keep_alive_s: While it waits, send an empty line this often, as DeepSeek does; None = never.
        window_tokens: Its context window; None = without end.
        overflow: What happens to a prompt that does not fit: an error, or a silent cut that keeps
            the end (``truncate``) or as much of beginning and end (``truncate-middle``).
        requests_per_minute: Size of a token bucket that refills steadily; None = no limit.
        tokens_per_minute: The same for prompt tokens and the output limit together.
        announce_limits: Say in headers what is left of both.
        max_concurrency: Requests in flight above which it answers 429; None = no limit.
        require_key: The only API key that it accepts; None = any or none.
        reasoning: Think before each answer, in the format's own way.
        cache: Keep a prompt cache, and report what was read from it. Anthropic's format reads and
            writes what a request marks; the others read the longest prefix of an earlier prompt.
        cache_step_tokens: Such a prefix is a multiple of this (DeepSeek 64, OpenAI 128).
        cache_least_tokens: Shorter ones are not cached (DeepSeek 64, OpenAI and Anthropic 1024).
        cache_lifetime_s: A prefix that nobody has asked for in so long is forgotten.
        faults: What goes wrong, and how often.
        tonight: What a reader's name does not say: its map, tonight's draw.
    """

    tokenizer: str = "o200k_base"
    tokenizes: bool = False
    other_models: str | None = None
    latency_s: float = 0.0
    latency_s_per_1k_tokens: float = 0.0
    keep_alive_s: float | None = None
    window_tokens: int | None = None
    overflow: Overflow = "error"
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    announce_limits: bool = True
    max_concurrency: int | None = None
    require_key: str | None = field(default=None, repr=False)
    reasoning: bool = False
    cache: bool = False
    cache_step_tokens: int = 64
    cache_least_tokens: int = 64
    cache_lifetime_s: float = 300.0
    faults: Faults = field(default_factory=Faults)
    tonight: Tonight = field(default_factory=Tonight)

    def __post_init__(self) -> None:
        for name in ("latency_s", "latency_s_per_1k_tokens"):
            if not getattr(self, name) >= 0:
                raise ConfigurationError(
                    f"{name} = {getattr(self, name)} is negative; give 0 or more"
                )
        if self.overflow not in get_args(Overflow):
            raise ConfigurationError(
                f"overflow = {self.overflow!r} is not known; use one of "
                f"{', '.join(get_args(Overflow))}"
            )
        if self.other_models is not None:
            check_reader(self.other_models, self.tonight)
        for name in (
            "keep_alive_s",
            "window_tokens",
            "requests_per_minute",
            "tokens_per_minute",
            "max_concurrency",
            "cache_step_tokens",
            "cache_least_tokens",
            "cache_lifetime_s",
        ):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ConfigurationError(f"{name} = {value} is not above 0; leave it out for none")
