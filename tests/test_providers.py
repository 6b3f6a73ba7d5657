"""What every wire format shares: untrusted bodies, refusals, limits, thinking, truncation."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.errors import ModelError
from niah.models import resolve_model
from niah.providers import Failure, FailureKind, Response, Usage
from niah.providers.bodies import merge_extra, one_line, read_json
from niah.providers.failures import STATUSES, Complaint, classify, complaint_in
from niah.providers.limits import Allowance, read_limits, read_retry_after
from niah.providers.thinking import split_thinking
from niah.providers.truncation import detect_truncation, mark_truncated, truncation_floor
from niah.providers.wire import WIRE_FORMATS

NOW = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
APIS = ("openai", "anthropic", "google")

# --- bodies -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prefix", [b"", b"\n\n\n", b": keep-alive\n\n: keep-alive\n\n", b"\xef\xbb\xbf", b"\r\n \n:\n"]
)
def test_blank_lines_and_comments_before_a_body_are_skipped(prefix: bytes) -> None:
    """What DeepSeek sends to keep a slow connection alive does not hide the answer."""
    assert read_json(prefix + b'{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   \n",
        b": only comments\n",
        b"<html>502</html>",
        b'{"half": ',
        b"[]",
        b"null",
        b'"text"',
        '{"text": "\u00e4"}'.encode("latin-1"),
        '{"text": "x"}'.encode("utf-16"),
        b'{"text": "\\ud800"}',
        b"[" * 100_000,
        b"{}",
        b'{"choices": {}, "content": 3, "candidates": "x"}',
        b'{"choices": [null], "content": null, "candidates": [7]}',
        b'{"choices": [{"message": null}]}',
    ],
)
@pytest.mark.parametrize("api", APIS)
def test_a_success_that_is_no_answer_is_malformed(api: str, body: bytes) -> None:
    """Whatever a 200 carries that is not the wire format ends as a malformed failure."""
    result = WIRE_FORMATS[api].parse_response(200, {}, body)  # type: ignore[index]
    assert isinstance(result, Failure)
    assert result.kind == "malformed"
    assert result.message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 600) | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("choices", "message", "content", "error", "usage", "code", "type", "details"),
                    *("candidates", "parts", "text", "finish_reason", "finishReason", "status"),
                    *("promptFeedback", "blockReason", "prompt_tokens", "stop_reason", "metadata"),
                    *("reason", "violations", "retryDelay", "usageMetadata", "raw", "thinking"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(json_values, st.sampled_from([200, 204, 301, 400, 401, 403, 404, 413, 429, 500, 529]))
def test_no_body_breaks_a_parser(document: object, status: int) -> None:
    """Every JSON value at every status becomes a response or a failure, never an exception."""
    body = json.dumps(document).encode("utf-8", "surrogatepass")
    for api in APIS:
        result = WIRE_FORMATS[api].parse_response(status, {}, body)  # type: ignore[index]
        if isinstance(result, Failure):
            assert result.kind in get_args(FailureKind)
            assert "\n" not in result.message
        else:
            assert result.outcome != "failed"


def test_foreign_text_in_a_message_is_one_short_printable_line() -> None:
    """Control characters, line feeds and sheer length of a server's text stay out of messages."""
    line = one_line("a\x1b[31m\n\u202e" + "b" * 9_000)
    assert line.isprintable()
    assert len(line) == 300


def test_extra_body_is_laid_over_nested_objects_and_cannot_change_the_prompt() -> None:
    """A nested key joins its object; the keys that carry the prompt are refused by name."""
    merged = merge_extra(
        {"a": {"x": 1, "y": 2}, "b": 3}, {"a": {"y": 5}, "c": 6}, fixed=frozenset({"messages"})
    )
    assert merged == {"a": {"x": 1, "y": 5}, "b": 3, "c": 6}
    with pytest.raises(ModelError, match="'messages'"):
        merge_extra({}, {"messages": []}, fixed=frozenset({"messages"}))


# --- refusals ---------------------------------------------------------------------------------

CONTEXT_MESSAGES = [
    "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens",
    "This endpoint's maximum context length is 32768 tokens. However, you requested about 42832",
    "The decoder prompt (length 40000) is longer than the maximum model length of 32768.",
    "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
    "Requested token count exceeds the model's maximum context length of 131072 tokens.",
    "the request exceeds the available context size. try increasing the context size",
    "Requested tokens (516) exceed context window of 512",
    "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "Trying to keep the first 111490 tokens when context the overflows. However, the model is "
    "loaded with context length of only 32768 tokens, which is not enough.",
    "input length exceeds the context length",
    "Input length 1581 exceeds context length 1500",
    "prompt too long; exceeded max context length by 2000 tokens",
    "Prompt contains 41010 tokens and 0 draft tokens, too large for model with 32768 maximum "
    "context length",
    "Input token count + max_tokens parameter must be less than the context length of the model",
    "prompt is too long: 208310 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens",
]


@pytest.mark.parametrize("text", CONTEXT_MESSAGES)
def test_each_server_that_only_says_so_in_words_is_understood(text: str) -> None:
    """An overflow is known by its message, whatever the server calls the status."""
    assert classify(400, Complaint(codes=(), text=text), {}) == "context-exceeded"
    assert classify(429, Complaint(codes=(), text=text), {}) == "rate-limit"


@pytest.mark.parametrize(
    "text",
    [
        "Unsupported parameter: 'max_tokens' is not supported with this model.",
        "temperature is deprecated for this model.",
        "max_tokens is too large: 200000. This model supports at most 16384 completion tokens",
        "messages: at least one message is required",
        "Invalid value for 'seed'",
        "maximum batch size is 32",
    ],
)
def test_other_bad_requests_are_not_taken_for_overflows(text: str) -> None:
    """A refused parameter is a bad request, so that nobody believes the window was too small."""
    assert classify(400, Complaint(codes=(), text=text), {}) == "bad-request"


@pytest.mark.parametrize(
    "text",
    [
        "/chat/completions: Invalid model name passed in model=gpt-9. Call `/v1/models`.",
        "Model Not Exist",
        "acme/none is not a valid model ID",
        "The model `llama-3.1:8b` does not exist.",
        'model "qwen3:8b" not found, try pulling it first',
    ],
)
def test_an_unknown_model_is_told_from_a_bad_request(text: str) -> None:
    """Whatever the status that a server or proxy chooses for it: nothing cures it."""
    for status in (400, 404, 422):
        assert classify(status, Complaint(codes=(), text=text), {}) == "not-found"


@pytest.mark.parametrize("status", range(300, 600))
def test_every_status_has_a_kind(status: int) -> None:
    """No refusal is without a kind, and only statuses that say so are retried as busy."""
    kind = classify(status, Complaint(codes=(), text=""), {})
    assert kind in get_args(FailureKind)
    assert kind == STATUSES.get(
        status,
        "not-found" if status < 400 else "bad-request" if status < 500 else "server-error",
    )


def test_a_request_above_a_whole_minutes_allowance_is_not_retried() -> None:
    """OpenAI's 429 for a request that can never fit names a bad request, not a rate limit."""
    body = {
        "error": {
            "message": "Request too large for gpt-4o in organization org-x on tokens per min "
            "(TPM): Limit 30000, Requested 127503.",
            "type": "tokens",
            "code": "rate_limit_exceeded",
        }
    }
    result = WIRE_FORMATS["openai"].parse_response(429, {}, json.dumps(body).encode())
    assert isinstance(result, Failure)
    assert result.kind == "bad-request"
    assert "Limit 30000" in result.message


@pytest.mark.parametrize("api", APIS)
def test_a_redirect_is_a_failure_that_names_its_target(api: str) -> None:
    """Nobody follows it; the sentence says where it pointed, without its query."""
    result = WIRE_FORMATS[api].parse_response(  # type: ignore[index]
        307, {"location": "https://elsewhere.example/v1?token=abc"}, b""
    )
    assert isinstance(result, Failure)
    assert result.kind == "not-found"
    assert "https://elsewhere.example/v1" in result.message
    assert "abc" not in result.message


def test_a_validation_report_does_not_repeat_the_prompt() -> None:
    """FastAPI servers send the input back; the message keeps what went wrong and drops it."""
    report = {"detail": [{"loc": ["body", "seed"], "msg": "bad int", "input": "the prompt"}]}
    complaint = complaint_in(report)
    assert complaint.text == "bad int"


@pytest.mark.parametrize("api", APIS)
def test_a_page_of_html_becomes_its_title(api: str) -> None:
    """A proxy's error page is told by its title, not by its markup."""
    page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
    result = WIRE_FORMATS[api].parse_response(502, {}, page)  # type: ignore[index]
    assert isinstance(result, Failure)
    assert result.kind == "server-error"
    assert result.message.endswith("502 Bad Gateway")


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250.5", "retry-after": "20"}, 0.2505),
        ({"retry-after-ms": "soon", "retry-after": "20"}, 20.0),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=30), usegmt=True)}, 30.0),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=30), usegmt=True)}, 0.0),
        (
            {
                "retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True),
                "date": format_datetime(NOW + timedelta(seconds=60), usegmt=True),
            },
            30.0,
        ),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "tomorrow"}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], expected: float | None) -> None:
    """Milliseconds, seconds and dates are read; nonsense is as good as nothing."""
    assert read_retry_after(headers, now=NOW) == pytest.approx(expected)


@given(st.text(string.printable))
def test_no_header_breaks_the_parsers(text: str) -> None:
    """Whatever a server writes into these headers, reading them never raises."""
    waiting = read_retry_after({"retry-after": text, "retry-after-ms": text, "date": text})
    assert waiting is None or 0 <= waiting < float("inf")
    names = ["x-ratelimit-limit-tokens", "x-ratelimit-reset-tokens"]
    names += ["anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-limit"]
    read_limits(dict.fromkeys(names, text))


def test_openai_limits_are_read_with_their_durations() -> None:
    """Resets such as 6m0s and 20ms become seconds."""
    seen = read_limits(
        {
            "x-ratelimit-limit-requests": "5000",
            "x-ratelimit-remaining-requests": "4999",
            "x-ratelimit-reset-requests": "20ms",
            "x-ratelimit-limit-tokens": "160000",
            "x-ratelimit-remaining-tokens": "0",
            "x-ratelimit-reset-tokens": "6m0s",
        }
    )
    assert seen.requests == Allowance(limit=5000, remaining=4999, reset_s=0.02)
    assert seen.tokens == Allowance(limit=160000, remaining=0, reset_s=360)


def test_anthropic_limits_are_read_with_their_times() -> None:
    """Input tokens go before all tokens, and resets count from the answer's own date."""
    seen = read_limits(
        {
            "date": format_datetime(NOW, usegmt=True),
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "49",
            "anthropic-ratelimit-requests-reset": "2025-06-01T12:00:01Z",
            "anthropic-ratelimit-tokens-limit": "48000",
            "anthropic-ratelimit-input-tokens-limit": "40000",
            "anthropic-ratelimit-input-tokens-remaining": "30000",
            "anthropic-ratelimit-input-tokens-reset": "2025-06-01T14:00:15+02:00",
        }
    )
    assert seen.requests == Allowance(limit=50, remaining=49, reset_s=1)
    assert seen.tokens == Allowance(limit=40000, remaining=30000, reset_s=15)


# --- thinking ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "thinking", "answer"),
    [
        ("plain", "", "plain"),
        ("<think>why</think>\n\nanswer", "why", "answer"),
        ("\n <think>\nwhy\n</think>answer </think>", "why", "answer </think>"),
        ("<think>never closed 42", "never closed 42", ""),
        ("why\n</think>\nanswer", "why", "answer"),
        ("the tag <think> in the middle", "", "the tag <think> in the middle"),
        ("say <think>x</think> aloud", "", "say <think>x</think> aloud"),
        ("[THINK]why[/THINK]answer", "why", "answer"),
        (
            "<|channel|>analysis<|message|>why<|end|><|start|>assistant"
            "<|channel|>final<|message|>answer",
            "why<|end|><|start|>assistant",
            "answer",
        ),
    ],
)
def test_thinking_in_the_text_is_split_off(text: str, thinking: str, answer: str) -> None:
    """Only thinking that starts the text counts; without its end there is no answer."""
    assert split_thinking(text) == (thinking, answer)


# --- truncation -------------------------------------------------------------------------------


def test_a_known_tokenizer_is_strict_and_a_stand_in_is_not() -> None:
    """4,096 reported of 8,000 counted is a cut for both, 7,000 only where the count is exact."""
    known = truncation_floor(tokenizer_known=True)
    stand_in = truncation_floor(tokenizer_known=False)
    measured = truncation_floor(tokenizer_known=False, measured_ratio=1.1)
    for reported, cut in (
        (8100, (0, 0, 0)),
        (7700, (1, 0, 1)),
        (7000, (1, 0, 1)),
        (4096, (1, 1, 1)),
    ):
        usage = Usage(input_tokens=reported)
        found = [detect_truncation(8000, usage, floor=f) for f in (known, stand_in, measured)]
        assert found == [bool(c) for c in cut], reported


def test_a_server_that_reports_nothing_is_not_accused() -> None:
    """No usage, or zero prompt tokens, is no evidence of a cut."""
    assert not detect_truncation(8000, Usage(), floor=0.97)
    usage = WIRE_FORMATS["openai"].parse_response(
        200,
        {},
        b'{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}],'
        b' "usage": {"prompt_tokens": 0}}',
    )
    assert isinstance(usage, Response)
    assert usage.usage.input_tokens is None


@pytest.mark.parametrize(
    ("provider", "setting"), [("ollama", "num_ctx"), ("llama-cpp", "--ctx-size")]
)
def test_a_cut_prompt_names_the_likely_setting(provider: str, setting: str) -> None:
    """The outcome becomes truncated and the sentence says what to raise on that server."""
    model = replace(resolve_model(f"{provider}/m"), tokenizer_known=True)
    answer = Response(outcome="answered", text="42", usage=Usage(input_tokens=2048))
    marked = mark_truncated(answer, prompt_tokens=8000, model=model)
    assert marked.outcome == "truncated"
    assert marked.text == "42"
    assert setting in marked.message
    assert "2,048 of 8,000" in marked.message


def test_a_response_without_an_answer_keeps_its_reason() -> None:
    """Blocked stays blocked, however few tokens were reported."""
    model = resolve_model("ollama/m")
    blocked = Response(outcome="blocked", text="", usage=Usage(input_tokens=1))
    assert mark_truncated(blocked, prompt_tokens=8000, model=model) is blocked
