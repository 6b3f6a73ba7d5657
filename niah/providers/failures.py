"""Refusals of every provider, brought to one outcome or failure kind each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from niah.providers import Failure, FailureKind, Response, Usage
from niah.providers.bodies import one_line, read_json
from niah.providers.limits import read_retry_after

Refusal: TypeAlias = FailureKind | Literal["context-exceeded", "blocked"]

# Every status that is not a success, where neither a code nor the message says more. Statuses
# that are not listed follow their class: 3xx not-found, 4xx bad-request, 5xx server-error.
STATUSES: Mapping[int, FailureKind] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "not-found",
    405: "not-found",
    407: "auth",
    408: "timeout",
    409: "server-error",  # a conflict of two requests: the official clients send it again
    410: "not-found",
    425: "overloaded",
    429: "rate-limit",
    498: "overloaded",  # Groq: capacity exceeded
    499: "server-error",
    501: "bad-request",
    503: "overloaded",
    504: "timeout",
    522: "connection",
    523: "connection",
    524: "timeout",
    525: "tls",
    526: "tls",
    529: "overloaded",
}

# What servers write when prompt, or prompt and output limit, do not fit into the window.
_CONTEXT_EXCEEDED = re.compile(
    r"maximum context length"  # OpenAI, vLLM, OpenRouter, Mistral
    r"|maximum model length"  # vLLM
    r"|(exceed|longer than|larger than|less than|limit|beyond|fit)\w*\b[^.]{0,60}"
    r"\bcontext[ _-]?(length|window|size|limit)"  # OpenAI, SGLang, llama.cpp, Together, Ollama
    r"|context[ _-]?(length|window|size|limit)\b[^.]{0,40}\b(exceed|overflow|too small)"
    r"|context (the )?overflow|loaded with context length"  # LM Studio
    r"|prompt (is )?too long|input is too long"  # Anthropic, Ollama, Bedrock
    r"|token count[^.]{0,40}exceeds the maximum number of tokens"  # Gemini
    r"|inputs` tokens \+ `max_new_tokens",  # text-generation-inference
    re.IGNORECASE,
)

# What servers write under a status that does not say it when they have no such model.
_UNKNOWN_MODEL = re.compile(
    r"invalid model name passed in"  # LiteLLM
    r"|model not exist"  # DeepSeek
    r"|is not a valid model id"  # OpenRouter
    r"|\bmodel \S{1,100} (does not exist|(was )?not found)\b",  # vLLM, SGLang, Ollama
    re.IGNORECASE,
)

# A 429 that no waiting cures: this one request is larger than a whole minute's allowance.
_TOO_LARGE_FOR_LIMIT = re.compile(
    r"request too large for|request_too_large|larger than the (rate )?limit", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What an error body says.

    Attributes:
        codes: Its machine-readable words, the most specific first.
        text: Its human-readable words, for patterns and messages.
        status: A status inside the body, None when there is none.
    """

    codes: tuple[str, ...]
    text: str
    status: int | None = None


def read_complaint(body: bytes) -> Complaint:
    """What an error body says, in any of the shapes that servers use; never raises."""
    try:
        document = read_json(body)
    except ValueError:
        return Complaint(codes=(), text=_plain_text(body))
    return complaint_in(document)


def complaint_in(document: object) -> Complaint:
    """What an error says that is already JSON."""
    if isinstance(document, list) and document:  # Gemini wraps some errors in a list
        document = document[0]
    error = document.get("error", document) if isinstance(document, dict) else document
    if isinstance(error, str):
        return Complaint(codes=(error,), text=error)
    if not isinstance(error, dict):
        return Complaint(codes=(), text="")
    details, metadata = error.get("details"), error.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}  # OpenRouter's, and of the upstream
    named = [
        metadata.get("error_type"),
        error.get("code"),
        details.get("error_code") if isinstance(details, dict) else None,
        error.get("status"),
        error.get("type"),
    ]
    texts = [error.get("message"), error.get("detail"), metadata.get("raw")]
    numeric = [value for value in named if isinstance(value, int) and 400 <= value <= 599]
    return Complaint(
        codes=tuple(value for value in named if isinstance(value, str) and value),
        text=" ".join(filter(None, map(_words, texts))),
        status=numeric[0] if numeric else None,
    )


def _words(value: object) -> str:
    """The readable part of a message that may be text or a validation report.

    A report's ``input`` is left out: it repeats the prompt.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _words(value.get("detail") or value.get("message") or value.get("msg"))
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value[:3])))
    return ""


def _plain_text(body: bytes) -> str:
    text = body[:4000].decode("utf-8", "replace")
    title = re.search(r"<title>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return title[1] if title else re.sub(r"<[^>]*>", " ", text)


def classify(status: int, complaint: Complaint, codes: Mapping[str, Refusal]) -> Refusal:
    """The one outcome or failure kind of a refusal.

    The provider's code table decides first, then what the message says about the context
    window or the model's name, then the status. A code that only says that something broke says
    less than a status of 503.

    Args:
        status: HTTP status; that inside the body counts when HTTP said success.
        complaint: What the body says.
        codes: The provider's table.
    """
    for code in complaint.codes:
        if code in codes:
            found = codes[code]
            if found == "rate-limit" and _TOO_LARGE_FOR_LIMIT.search(complaint.text):
                return "bad-request"
            if found == "server-error" and STATUSES.get(status) in ("overloaded", "timeout"):
                break
            return found
    if status < 300:
        status = complaint.status or 500
    if status == 429:
        return "bad-request" if _TOO_LARGE_FOR_LIMIT.search(complaint.text) else "rate-limit"
    if status not in (401, 402, 404) and _CONTEXT_EXCEEDED.search(complaint.text):
        return "context-exceeded"
    if status in (400, 422) and _UNKNOWN_MODEL.search(complaint.text):
        return "not-found"
    if status in STATUSES:
        return STATUSES[status]
    if status < 400:
        return "not-found"
    return "bad-request" if status < 500 else "server-error"


def refuse(
    refusal: Refusal,
    *,
    status: int,
    headers: Mapping[str, str],
    complaint: Complaint,
    retry_after_s: float | None = None,
    usage: Usage | None = None,
) -> Response | Failure:
    """The refusal as a value: an outcome of the trial, or a failure of the attempt."""
    message = _sentence(refusal, status, headers, complaint)
    if refusal == "context-exceeded" or refusal == "blocked":
        return Response(outcome=refusal, text="", message=message, usage=usage or Usage())
    waiting_s = read_retry_after(headers)
    return Failure(
        kind=refusal,
        message=message,
        status=status,
        retry_after_s=retry_after_s if waiting_s is None else waiting_s,
    )


def _sentence(
    refusal: Refusal, status: int, headers: Mapping[str, str], complaint: Complaint
) -> str:
    if 300 <= status < 400:
        target = one_line(headers.get("location", "").partition("?")[0])
        return (
            f"the server redirects ({status}) to {target or 'nowhere'}, and niah follows no "
            "redirect because it would carry the key there; set base_url to the final address"
        )
    code = complaint.codes[0] if complaint.codes else ""
    named = f" ({one_line(code)})" if code and code != complaint.text else ""
    said = one_line(complaint.text)
    told = "the server answered" if status >= 300 else "the server reported an error in a success"
    return f"{told} {status}{named}" + (f": {said}" if said else f", {refusal}")
