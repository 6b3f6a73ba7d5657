"""What a lane is given to send, and what it hears of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from niah.providers import Failure
from niah.providers.limits import LimitsSeen

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Generic[T]):
    """One trial to send.

    Attributes:
        item: The caller's.
        tokens: What the provider counts against its limit: prompt and output limit.
        output_tokens: Of these, the output limit.
        rank: Place in a prescribed order, the lowest first.
        first: Before all others; trials wait for what it brings.
    """

    item: T
    tokens: int
    output_tokens: int = 0
    rank: int = 0
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What one attempt came to, as far as it matters here.

    Attributes:
        limits: What its headers stated.
        rejected: The failure, when a rate limit turned it away.
        busy: Whether the host said that it has too much to do, for everybody.
        again_after_s: Send it again after that many seconds; None = finished. A rejected one is
            sent again when the lane finds that it fits.
    """

    limits: LimitsSeen = field(default_factory=LimitsSeen)
    rejected: Failure | None = None
    busy: bool = False
    again_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSettings:
    """How a lane may use its host.

    Attributes:
        requests_per_minute: From the configuration; None = stated or searched for.
        tokens_per_minute: The same.
        cautious: Probe first, and ramp up: hosts with limits per minute. Servers on this machine
            have none, and get the whole cap at once.
        prescribed: Keep to the jobs' ranks; otherwise lengths are mixed where there may be limits
            per minute, and the longest go first where there are none.
    """

    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    cautious: bool = True
    prescribed: bool = False
