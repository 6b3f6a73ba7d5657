"""A signed message to an address of the user's when an unattended command did not succeed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import typer

from niah.cli.logs import log
from niah.errors import ConfigurationError, NiahError

SECRET_VARIABLE = "NIAH_WEBHOOK_SECRET"
SIGNATURE_HEADER = "niah-signature"
ATTEMPTS = 3
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where to, and signed with what; neither is ever shown.

    Attributes:
        url: May hold a token in its path or query: only its host appears in a log.
        secret: Shared with the receiver.
    """

    url: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Webhook(host={urlsplit(self.url).hostname!r})"


def open_webhook(url: str | None, environment: Mapping[str, str]) -> Webhook | None:
    """The address with its secret from the environment.

    Raises:
        ConfigurationError: if the address is no http(s) URL, or there is no secret.
    """
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError("--webhook: not an address that begins with https://")
    secret = environment.get(SECRET_VARIABLE, "")
    if not secret:
        raise ConfigurationError(
            f"--webhook signs what it sends: set {SECRET_VARIABLE} to a secret that the receiver "
            "knows"
        )
    return Webhook(url=url, secret=secret.encode())


def signature(body: bytes, *, secret: bytes, at: int) -> str:
    """What the header says of a body: when it was signed, and HMAC-SHA256 of ``<time>.<body>``.

    The receiver computes the same, compares in constant time, and refuses old times.

    Source: RFC 2104.
    """
    digest = hmac.new(secret, b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def send(webhook: Webhook, message: Mapping[str, object]) -> bool:
    """Post the message, tried a few times; whether it was taken. A failure is only logged.

    A redirect is not followed: nobody else gets the message.
    """
    import httpx

    host = urlsplit(webhook.url).hostname
    body = json.dumps(message, ensure_ascii=True, allow_nan=False).encode()
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(2.0 ** (attempt - 1))
        headers = {
            "content-type": "application/json",
            SIGNATURE_HEADER: signature(body, secret=webhook.secret, at=int(time.time())),
        }
        try:
            answer = httpx.post(
                webhook.url,
                content=body,
                headers=headers,
                timeout=TIMEOUT_S,
                follow_redirects=False,
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            problem = type(error).__name__
        else:
            if answer.is_success:
                return True
            problem = f"status {answer.status_code}"
    log(
        f"niah: the webhook at {host} was not reached: {problem}",
        event="webhook-failed",
        level="warning",
    )
    return False


@contextmanager
def told_of_failure(
    webhook: Webhook | None, command: str, known: Mapping[str, object]
) -> Iterator[None]:
    """Tell the webhook when the block ends in an error or with another exit code than 0.

    Args:
        webhook: Whom to tell; None = nobody.
        command: Such as ``run``.
        known: What the message says besides, plain JSON; read when the block has ended.
    """
    if webhook is None:
        yield
        return
    try:
        yield
    except NiahError as error:
        _tell(webhook, command, error.exit_code, str(error), known)
        raise
    except typer.Exit as end:
        if end.exit_code:
            _tell(webhook, command, end.exit_code, None, known)
        raise


def _tell(
    webhook: Webhook,
    command: str,
    exit_code: int,
    error: str | None,
    known: Mapping[str, object],
) -> None:
    send(
        webhook,
        {
            "event": f"niah.{command}.failed",
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "exit_code": exit_code,
            "error": error,
            **known,
        },
    )
