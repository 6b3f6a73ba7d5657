"""The official clients, pointed at the served endpoint, understand every answer and error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors as google_errors
from google.genai import types as google_types

from niah.reference.behaviour import Behaviour, Faults
from niah.reference.serving import Listening
from niah.tokenizers import load
from tests.servers import listening

FACT = "The password of the old lighthouse is heron-4471."
TEXT = f"Grain was sold by the sack. {FACT} The ferry left at noon.\n\n"
QUESTION = "What is the password of the old lighthouse?"
PROMPT = TEXT + QUESTION
KEY = "reference-key"


def always(fault: str) -> Faults:
    return Faults(**{fault: 1.0})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def plain() -> Iterator[Listening]:
    with listening() as endpoint:
        yield endpoint


def openai_client(endpoint: Listening, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{endpoint.url}/v1", api_key=key, max_retries=0, timeout=10)


def anthropic_client(endpoint: Listening, key: str = KEY) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=endpoint.url, api_key=key, max_retries=0, timeout=10)


def google_client(endpoint: Listening, key: str = KEY) -> genai.Client:
    options = google_types.HttpOptions(base_url=endpoint.url, timeout=10_000)
    return genai.Client(api_key=key, http_options=options)


def ask_openai(endpoint: Listening, **extra: Any) -> Any:
    with openai_client(endpoint, extra.pop("key", KEY)) as client:
        return client.chat.completions.create(
            model=extra.pop("model", "exact"),
            messages=[
                {"role": "system", "content": "Read closely."},
                {"role": "user", "content": PROMPT},
            ],
            **extra,
        )


def ask_anthropic(endpoint: Listening, **extra: Any) -> Any:
    with anthropic_client(endpoint, extra.pop("key", KEY)) as client:
        return client.messages.create(
            **{
                "model": "exact",
                "max_tokens": 200,
                "system": "Read closely.",
                "messages": [{"role": "user", "content": PROMPT}],
                **extra,
            }
        )


def ask_google(endpoint: Listening, **extra: Any) -> Any:
    with google_client(endpoint, extra.pop("key", KEY)) as client:
        return client.models.generate_content(
            model=extra.pop("model", "exact"),
            contents=PROMPT,
            config=google_types.GenerateContentConfig(
                system_instruction="Read closely.", temperature=0, **extra
            ),
        )


def counted(*texts: str) -> int:
    return sum(len(load("o200k_base").encode(text)) for text in texts)


def test_openai_client_reads_an_answer(plain: Listening) -> None:
    """Text, finish reason, true token counts, and the mark of a simulation."""
    completion = ask_openai(plain, temperature=0, max_tokens=100, seed=7)
    assert completion.choices[0].message.content == FACT
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "exact"
    assert completion.system_fingerprint == "reference-reader"
    assert completion.usage.prompt_tokens == counted("Read closely.", PROMPT)
    assert completion.usage.completion_tokens == counted(FACT)
    assert completion.usage.total_tokens == counted("Read closely.", PROMPT, FACT)


def test_anthropic_client_reads_an_answer(plain: Listening) -> None:
    """Text, stop reason and true token counts; a system prompt may be a list of blocks."""
    for system in ("Read closely.", [{"type": "text", "text": "Read closely."}]):
        message = ask_anthropic(plain, system=system)
        assert [block.text for block in message.content] == [FACT]
        assert message.stop_reason == "end_turn"
        assert message.usage.input_tokens == counted("Read closely.", PROMPT)
        assert message.usage.output_tokens == counted(FACT)


def test_google_client_reads_an_answer(plain: Listening) -> None:
    """Text, finish reason, true token counts."""
    response = ask_google(plain, max_output_tokens=100)
    assert response.text == FACT
    assert response.candidates[0].finish_reason == google_types.FinishReason.STOP
    assert response.usage_metadata.prompt_token_count == counted("Read closely.", PROMPT)
    assert response.usage_metadata.candidates_token_count == counted(FACT)


def test_every_response_is_marked_as_simulated(plain: Listening) -> None:
    """Lists, answers and errors carry the header."""
    with openai_client(plain) as client:
        raw = client.chat.completions.with_raw_response
        answered = raw.create(model="exact", messages=[{"role": "user", "content": PROMPT}])
        assert answered.headers["x-niah-simulated"] == "reference reader"
        assert client.models.with_raw_response.list().headers["x-niah-simulated"]
        with pytest.raises(openai.NotFoundError) as refused:
            client.models.retrieve("gpt-4o")
        assert refused.value.response.headers["x-niah-simulated"] == "reference reader"


def test_clients_list_the_readers(plain: Listening) -> None:
    """All three lists of models name the same readers."""
    with openai_client(plain) as client:
        names = {model.id for model in client.models.list()}
        assert client.models.retrieve("exact").owned_by == "reference reader"
    assert {"exact", "lost-in-the-middle"} <= names
    with anthropic_client(plain) as other:
        assert {model.id for model in other.models.list()} == names
        assert other.models.retrieve("exact").id == "exact"
    with google_client(plain) as third:
        assert {str(model.name) for model in third.models.list()} == {f"models/{n}" for n in names}
        assert third.models.get(model="exact").name == "models/exact"


def test_count_endpoints_agree_with_the_answers(plain: Listening) -> None:
    """What the count endpoints say is what the answers report."""
    with anthropic_client(plain) as client:
        count = client.messages.count_tokens(
            model="exact", system="Read closely.", messages=[{"role": "user", "content": PROMPT}]
        )
    assert count.input_tokens == ask_anthropic(plain).usage.input_tokens
    with google_client(plain) as other:
        assert other.models.count_tokens(model="exact", contents=PROMPT).total_tokens == counted(
            PROMPT
        )


def test_output_limits_cut_and_say_so(plain: Listening) -> None:
    """An answer of two tokens ends for length, in every format."""
    short = ask_openai(plain, max_completion_tokens=2)
    assert short.choices[0].finish_reason == "length"
    assert short.usage.completion_tokens == 2
    assert FACT.startswith(short.choices[0].message.content)
    assert ask_anthropic(plain, max_tokens=2).stop_reason == "max_tokens"
    limited = ask_google(plain, max_output_tokens=2)
    assert limited.candidates[0].finish_reason == google_types.FinishReason.MAX_TOKENS
    assert limited.usage_metadata.candidates_token_count == 2


def test_thoughts_arrive_apart_from_the_answer() -> None:
    """reasoning_content, thinking blocks, thought parts; their tokens are counted."""
    with listening(Behaviour(reasoning=True)) as endpoint:
        completion = ask_openai(endpoint)
        assert completion.choices[0].message.content == FACT
        assert completion.choices[0].message.model_extra["reasoning_content"]
        details = completion.usage.completion_tokens_details
        assert 0 < details.reasoning_tokens < completion.usage.completion_tokens
        message = ask_anthropic(endpoint)
        assert [block.type for block in message.content] == ["thinking", "text"]
        assert message.content[1].text == FACT
        thinking = google_types.ThinkingConfig(include_thoughts=True, thinking_budget=100)
        response = ask_google(endpoint, thinking_config=thinking)
        assert response.text == FACT
        assert [bool(part.thought) for part in response.parts] == [True, False]
        assert response.usage_metadata.thoughts_token_count > 0


def test_thoughts_on_request(plain: Listening) -> None:
    """A request that turns thinking on gets thoughts, in each of the words that formats have."""
    for thinking in ({"type": "enabled", "budget_tokens": 1024}, {"type": "adaptive"}):
        message = ask_anthropic(plain, max_tokens=2000, thinking=thinking)
        assert [block.type for block in message.content] == ["thinking", "text"]
    for how_much in ({"thinking_budget": 100}, {"thinking_level": "LOW"}):
        thinking_config = google_types.ThinkingConfig(include_thoughts=True, **how_much)
        response = ask_google(plain, thinking_config=thinking_config)
        assert [bool(part.thought) for part in response.parts] == [True, False]
    for fields in (
        {"reasoning_effort": "low"},
        {"extra_body": {"reasoning": {"max_tokens": 100}}},
        {"extra_body": {"thinking": {"type": "enabled"}}},
    ):
        message = ask_openai(plain, **fields).choices[0].message
        assert message.model_extra["reasoning_content"]


def test_no_thoughts_on_request() -> None:
    """A request that turns thinking off gets none of an endpoint that thinks by itself."""
    with listening(Behaviour(reasoning=True)) as endpoint:
        message = ask_anthropic(endpoint, thinking={"type": "disabled"})
        assert [block.type for block in message.content] == ["text"]
        off = google_types.ThinkingConfig(include_thoughts=True, thinking_budget=0)
        assert len(ask_google(endpoint, thinking_config=off).parts) == 1
        for fields in (
            {"reasoning_effort": "none"},
            {"extra_body": {"reasoning": {"enabled": False}}},
            {"extra_body": {"thinking": {"type": "disabled"}}},
        ):
            extra = ask_openai(endpoint, **fields).choices[0].message.model_extra
            assert "reasoning_content" not in extra


REFUSALS = [
    ("rate_limit", openai.RateLimitError, anthropic.RateLimitError, 429),
    ("quota", openai.RateLimitError, anthropic.BadRequestError, 429),
    ("server_error", openai.InternalServerError, anthropic.InternalServerError, 500),
    ("unavailable", openai.InternalServerError, anthropic.InternalServerError, 503),
    ("overloaded", openai.InternalServerError, anthropic.InternalServerError, 503),
]


@pytest.mark.parametrize(("fault", "from_openai", "from_anthropic", "status"), REFUSALS)
def test_clients_name_every_refusal(
    fault: str, from_openai: type[Exception], from_anthropic: type[Exception], status: int
) -> None:
    """Each client raises the error that it has for the provider's own refusal."""
    with listening(Behaviour(faults=always(fault))) as endpoint:
        with pytest.raises(from_openai) as first:
            ask_openai(endpoint)
        with pytest.raises(from_anthropic) as second:
            ask_anthropic(endpoint)
        with pytest.raises(google_errors.APIError) as third:
            ask_google(endpoint)
    assert first.value.status_code == third.value.code == status  # type: ignore[attr-defined]
    assert first.value.body["message"]  # type: ignore[attr-defined]
    assert second.value.body["type"] == "error"  # type: ignore[attr-defined]
    assert third.value.status
    if fault == "rate_limit":
        assert first.value.response.headers["retry-after"] == "1"  # type: ignore[attr-defined]
        assert float(second.value.response.headers["retry-after"]) >= 1  # type: ignore[attr-defined]
        details = third.value.details["error"]["details"]
        assert details[0]["retryDelay"] == "1s"
    if fault == "quota":
        assert first.value.code == "insufficient_quota"  # type: ignore[attr-defined]
    if fault == "overloaded":
        assert second.value.status_code == 529  # type: ignore[attr-defined]


def test_clients_name_a_wrong_key_and_an_unknown_model(plain: Listening) -> None:
    """Authentication and not-found errors, of the clients' own classes."""
    with listening(Behaviour(require_key=KEY)) as endpoint:
        assert ask_openai(endpoint).choices
        with pytest.raises(openai.AuthenticationError) as refused:
            ask_openai(endpoint, key="wrong")
        assert refused.value.code == "invalid_api_key"
        with pytest.raises(anthropic.AuthenticationError):
            ask_anthropic(endpoint, key="wrong")
        with pytest.raises(google_errors.ClientError):
            ask_google(endpoint, key="wrong")
        with google_client(endpoint) as client:
            assert client.models.generate_content(model="exact", contents=PROMPT).text == FACT
    with pytest.raises(openai.NotFoundError) as missing:
        ask_openai(plain, model="gpt-4o")
    assert missing.value.code == "model_not_found"
    with pytest.raises(anthropic.NotFoundError):
        ask_anthropic(plain, model="claude-3-5-sonnet-20241022")
    with pytest.raises(google_errors.ClientError) as unknown:
        ask_google(plain, model="gemini-1.5-pro")
    assert unknown.value.code == 404


def test_clients_name_a_prompt_that_is_too_long() -> None:
    """Each provider's own words for a prompt above the window."""
    with listening(Behaviour(window_tokens=10)) as endpoint:
        with pytest.raises(openai.BadRequestError) as first:
            ask_openai(endpoint)
        assert first.value.code == "context_length_exceeded"
        assert "maximum context length is 10 tokens" in first.value.message
        with pytest.raises(anthropic.BadRequestError, match="prompt is too long: \\d+ tokens > 10"):
            ask_anthropic(endpoint)
        with pytest.raises(google_errors.ClientError, match="exceeds the maximum number of tokens"):
            ask_google(endpoint)


def test_a_silent_cut_shows_in_the_reported_tokens_alone() -> None:
    """A window of 20 tokens: the answer comes, and reports at most 20 prompt tokens."""
    with listening(Behaviour(window_tokens=20, overflow="truncate")) as endpoint:
        assert counted(PROMPT) > 20
        completion = ask_openai(endpoint)
        assert completion.choices[0].finish_reason == "stop"
        assert completion.choices[0].message.content != FACT
        assert 15 <= completion.usage.prompt_tokens <= 20
        assert 15 <= ask_anthropic(endpoint).usage.input_tokens <= 20
        assert 15 <= ask_google(endpoint).usage_metadata.prompt_token_count <= 20


def test_clients_see_what_was_withheld_or_empty() -> None:
    """A filtered and an empty answer parse, and say which they are."""
    with listening(Behaviour(faults=Faults(content_filter=1.0))) as endpoint:
        completion = ask_openai(endpoint)
        assert completion.choices[0].finish_reason == "content_filter"
        assert not completion.choices[0].message.content
        assert ask_anthropic(endpoint).stop_reason == "refusal"
        blocked = ask_google(endpoint)
        assert not blocked.text
        assert blocked.candidates[0].finish_reason == google_types.FinishReason.SAFETY
    with listening(Behaviour(faults=Faults(empty=1.0))) as endpoint:
        completion = ask_openai(endpoint)
        assert completion.choices[0].finish_reason == "stop"
        assert not completion.choices[0].message.content
        assert ask_anthropic(endpoint).content == []
        assert not ask_google(endpoint).text


# A body that is no JSON reaches the callers of either client as the decoder's own ValueError.
BROKEN = (openai.APIError, anthropic.APIError, ValueError)


@pytest.mark.parametrize("fault", ["half_body", "cut", "hang"])
def test_clients_raise_for_broken_answers(fault: str) -> None:
    """Half a body, a cut connection and silence reach the client as errors, not as answers."""
    with listening(Behaviour(faults=always(fault))) as endpoint:
        with openai_client(endpoint) as client, pytest.raises(BROKEN):
            client.with_options(timeout=0.5).chat.completions.create(
                model="exact", messages=[{"role": "user", "content": PROMPT}]
            )
        with anthropic_client(endpoint) as other, pytest.raises(BROKEN):
            other.with_options(timeout=0.5).messages.create(
                model="exact", max_tokens=9, messages=[{"role": "user", "content": PROMPT}]
            )


def test_empty_lines_before_the_body_do_not_disturb_clients() -> None:
    """DeepSeek's keep-alive: blank lines, then the answer."""
    with listening(Behaviour(keep_alive_s=0.05, latency_s=0.2)) as endpoint:
        assert ask_openai(endpoint).choices[0].message.content == FACT


def test_cached_tokens_are_reported_each_providers_way() -> None:
    """A prompt sent twice is read from the cache; Anthropic's only as far as it is marked."""
    long = "Grain was sold by the sack. " * 400 + PROMPT
    document = long.removesuffix(QUESTION)
    system = [{"type": "text", "text": document, "cache_control": {"type": "ephemeral"}}]
    with listening(Behaviour(cache=True)) as endpoint, openai_client(endpoint) as client:
        reported = [
            client.chat.completions.create(
                model="exact", messages=[{"role": "user", "content": long}]
            ).usage
            for _ in range(2)
        ]
        assert reported[0] is not None
        assert reported[1] is not None
        assert reported[0].prompt_tokens_details is not None
        assert reported[0].prompt_tokens_details.cached_tokens == 0
        assert reported[1].prompt_tokens_details is not None
        cached = reported[1].prompt_tokens_details.cached_tokens
        assert cached is not None
        assert 0.9 * counted(long) < cached <= counted(long)
        with google_client(endpoint) as third:
            again = third.models.generate_content(model="exact", contents=long).usage_metadata
            assert again is not None
            assert again.cached_content_token_count == cached
        unmarked = ask_anthropic(endpoint, messages=[{"role": "user", "content": long}]).usage
        assert unmarked.cache_read_input_tokens == 0
        first = ask_anthropic(
            endpoint, system=system, messages=[{"role": "user", "content": QUESTION}]
        ).usage
        second = ask_anthropic(
            endpoint, system=system, messages=[{"role": "user", "content": QUESTION}]
        ).usage
        assert first.cache_creation_input_tokens > 2000
        assert second.cache_read_input_tokens > 2000
        for usage in (first, second):
            total = (
                usage.input_tokens
                + usage.cache_creation_input_tokens
                + usage.cache_read_input_tokens
            )
            assert total == counted(document, QUESTION)
