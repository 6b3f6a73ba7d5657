"""A signed message to an address of the user's when an unattended command did not succeed.

It is delivered at least once: written down before it is sent, in one transaction with a gate's
verdict, and sent again by the next command that has the same webhook, until it was taken.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

import typer

from niah.cli.logs import log
from niah.errors import ConfigurationError, NiahError

if TYPE_CHECKING:
    from niah.store.database import Store
    from niah.store.outbox import Letter

T = TypeVar("T")
Delivery: TypeAlias = Literal["taken", "refused", "unreached"]

SECRET_VARIABLE = "NIAH_WEBHOOK_SECRET"
SIGNATURE_HEADER = "niah-signature"
ATTEMPTS = 3
TIMEOUT_S = 10.0
# So many commands try to deliver a letter, and for so long; then it is given up.
MOST_TRIES = 10
KEPT_DAYS = 30
# How long a letter waits for a store that another process is writing to.
LOCKED_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where to, and signed with what; neither is ever shown or stored.

    Attributes:
        url: May hold a token in its path or query: only its host appears in a log.
        secret: Shared with the receiver.
    """

    url: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Webhook(host={urlsplit(self.url).hostname!r})"


@dataclass(slots=True, kw_only=True)
class Telling:
    """Whom a command tells of its failure, and of what.

    Attributes:
        webhook: None = nobody.
        command: Such as ``run``.
        known: What the message says besides, plain JSON; read when it is written.
        db: The store that keeps letters, where there is one.
        kept: The letter that the command itself has put there.
    """

    webhook: Webhook | None
    command: str
    known: Mapping[str, object]
    db: Path
    kept: Letter | None = None

    def write(self, exit_code: int, error: str | None = None) -> Letter | None:
        """The letter of an exit code; None where nobody is told, or nothing failed."""
        from niah.store.outbox import Letter

        if self.webhook is None or not exit_code:
            return None
        number, now = secrets.token_hex(16), datetime.now(UTC).isoformat(timespec="seconds")
        message = {
            "event": f"niah.{self.command}.failed",
            "time": now,
            "exit_code": exit_code,
            "error": error,
            **self.known,
            "id": number,
        }
        body = json.dumps(message, ensure_ascii=True, allow_nan=False)
        return Letter(letter=number, written_at=now, body=body, seal=_seal(self.webhook, body))


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


@contextmanager
def told_of_failure(
    webhook: Webhook | None, command: str, known: Mapping[str, object], db: Path
) -> Iterator[Telling]:
    """Tell the webhook when the block ends in an error or with another exit code than 0.

    Letters that earlier commands could not deliver are sent first. Arguments are those of
    ``Telling``.
    """
    telling = Telling(webhook=webhook, command=command, known=known, db=db)
    if webhook is None:
        yield telling
        return
    _deliver_waiting(webhook, db)
    try:
        yield telling
    except NiahError as error:
        _tell(webhook, telling, error.exit_code, str(error))
        raise
    except typer.Exit as end:
        if end.exit_code:
            _tell(webhook, telling, end.exit_code)
        raise


def _tell(webhook: Webhook, telling: Telling, exit_code: int, error: str | None = None) -> None:
    """Deliver what the command has written down, or write it down now."""
    from niah.store.outbox import add_letter

    letter = telling.kept or telling.write(exit_code, error)
    assert letter is not None
    if telling.kept is None:
        _in_store(telling.db, lambda store: add_letter(store, letter))
    _deliver(webhook, letter, telling.db, attempts=ATTEMPTS)


def _deliver_waiting(webhook: Webhook, db: Path) -> None:
    """Send what waits for this webhook, once each; a receiver that is not there is asked once."""
    from niah.store.outbox import drop_letter, waiting_letters

    oldest = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
    for letter in _in_store(db, waiting_letters) or ():
        own = hmac.compare_digest(letter.seal.encode(), _seal(webhook, letter.body).encode())
        if letter.tries >= MOST_TRIES or letter.written_at < oldest:
            _in_store(db, partial(drop_letter, letter=letter))
            if own:
                _warn(f"a message of {letter.written_at} never reached its receiver; given up")
        elif own and _deliver(webhook, letter, db, attempts=1) == "unreached":
            return


def _deliver(webhook: Webhook, letter: Letter, db: Path, *, attempts: int) -> Delivery:
    """Send a letter; it is kept until it was taken."""
    from niah.store.outbox import count_try, drop_letter

    _in_store(db, partial(count_try, letter=letter))
    delivery = _send(webhook, letter, attempts=attempts)
    if delivery == "taken":
        _in_store(db, partial(drop_letter, letter=letter))
    return delivery


def _in_store(db: Path, work: Callable[[Store], T]) -> T | None:
    """What comes of work on the letters in a store; None where there is none that can be used."""
    from niah.store.database import open_store

    try:
        if db.exists():
            with open_store(db, access="write", timeout_s=LOCKED_S) as store:
                return work(store)
    except (NiahError, OSError) as error:
        _warn(f"its messages are not kept: {error}")
    return None


def _warn(problem: str) -> None:
    log(f"niah: the webhook: {problem}", event="webhook-failed", level="warning")


def _seal(webhook: Webhook, body: str) -> str:
    """By what this webhook's letters are known: a store from elsewhere has none of them."""
    sealed = b"niah letter\n" + webhook.url.encode() + b"\n" + body.encode()
    return hmac.new(webhook.secret, sealed, hashlib.sha256).hexdigest()


def _send(webhook: Webhook, letter: Letter, *, attempts: int) -> Delivery:
    """Post a letter, tried a few times. A failure is only logged.

    A redirect is not followed: nobody else gets the message.
    """
    import httpx

    host, body = urlsplit(webhook.url).hostname, letter.body.encode()
    delivery: Delivery = "unreached"
    problem = ""
    for attempt in range(attempts):
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
            delivery, problem = "unreached", type(error).__name__
        else:
            if answer.is_success:
                return "taken"
            delivery, problem = "refused", f"status {answer.status_code}"
    log(
        f"niah: the webhook at {host} was not reached: {problem}",
        event="webhook-failed",
        level="warning",
    )
    return delivery
