"""How an answer ended, brought to one outcome or failure, the same way for every provider."""

from __future__ import annotations

from typing import Literal, TypeAlias

from niah.providers import Failure, Response, Usage
from niah.providers.bodies import malformed, one_line

Ending: TypeAlias = Literal[
    "answered",
    "output-limit",
    "blocked",
    "context-exceeded",
    "overloaded",
    "server-error",
    "malformed",
    "auth",
]


def finish(
    ending: Ending | None,
    *,
    reason: str | None,
    text: str,
    reasoning: str,
    usage: Usage,
    status: int,
    served_model: str | None = None,
    system_fingerprint: str | None = None,
    refusal: str = "",
) -> Response | Failure:
    """The answer as a value.

    Args:
        ending: From the provider's table; None = the table does not know the reason. Such a
            text may be cut off or filtered, and a wrong score is worse than none: malformed.
        reason: The provider's own word.
        refusal: What the provider says about why it, not the model, withheld the answer.
    """
    if ending is None or ending == "malformed":
        known = "an unknown reason" if ending is None else "a reason that is no answer"
        return malformed(f"the answer ended for {known}: {one_line(str(reason))}", status)
    if ending == "overloaded" or ending == "server-error" or ending == "auth":
        return Failure(
            kind=ending,
            message=f"the server ended the answer early (finish reason {one_line(str(reason))})",
            status=status,
        )
    note = ""
    if ending == "context-exceeded":
        note = f"prompt and answer filled the context window (finish reason {reason})"
    elif ending == "blocked" or (refusal and not text.strip()):
        ending = "blocked"
        note = f"the provider withheld the answer: {one_line(refusal or str(reason))}"
    return Response(
        outcome="empty" if ending == "answered" and not text.strip() else ending,
        text="" if note else text,
        reasoning=reasoning,
        finish_reason=reason,
        usage=usage,
        served_model=served_model,
        system_fingerprint=system_fingerprint,
        message=note,
    )
