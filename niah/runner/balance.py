"""Whether a trial can go next without leaving the tightest limit unused.

A sweep takes as long as the tightest of its limits needs for all of it, if nothing of that one is
lost. A full bucket loses what flows in, and a free place the time that it is free. A long trial
waits for tokens and then holds its place for long, and what is lost meanwhile of requests and
places does no harm as long as they are plentiful. Before it makes them the tightest, a short one
goes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf

from niah.runner import ratelimits
from niah.runner.ratelimits import LAG_S, Bucket

# While the last trials go, longest first, only requests count and tokens are left unused: so much
# of the time that a trial of mean length takes longer than a very short one.
_UNUSED_AT_THE_END = 0.3
# How long answers take is known for trials so many times as long as one that was answered; of
# places that are scarce, no more than this share is given to others.
_TELLS_OF = 2.0
_UNKNOWN_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is left to be sent, and what there is to send it with.

    Attributes:
        now: On the dispatcher's clock, in seconds.
        count: Requests that are queued.
        total: Tokens that are queued.
        requests: The limit on requests.
        tokens: The limit on tokens.
        places: Requests that may be in flight.
        first_s: How long an answer takes at least.
        per_token_s: How much longer for each token.
        landing_s: In how many seconds each request in flight is expected to be answered.
        short_tokens: Mean length of the short trials that are queued.
        longest_tokens: The longest trial that was answered.
    """

    now: float
    count: int
    total: float
    requests: Bucket
    tokens: Bucket
    places: int
    first_s: float
    per_token_s: float
    landing_s: Sequence[float]
    short_tokens: float
    longest_tokens: float

    def bears(self, tokens: float, wait_s: float) -> bool:
        """Whether the sweep ends no later for a trial of that length, sent after so long."""
        places_s = self.first_s * self.count + self.per_token_s * self.total + sum(self.landing_s)
        places_s /= self.places
        requests_s, tokens_s = (
            (units - ratelimits.level_at(bucket, self.now)) / bucket.rate
            for units, bucket in ((self.count, self.requests), (self.total, self.tokens))
        )
        mean_tokens = min(tokens, balanced_tokens(self.requests, self.tokens))
        allowed_s = tokens_s + _UNUSED_AT_THE_END * self.per_token_s * mean_tokens
        free = max(0, self.places - len(self.landing_s)) / self.places
        requests_idle_s = max(wait_s, self._crowded_s(tokens)) - self._spare_s(self.requests)
        return max(
            requests_s + max(0.0, requests_idle_s),
            tokens_s + max(0.0, wait_s - self._spare_s(self.tokens)),
            places_s + wait_s * free,
        ) <= max(requests_s, allowed_s, places_s)

    def _spare_s(self, bucket: Bucket) -> float:
        """Seconds until the bucket is full."""
        missing = bucket.capacity - ratelimits.level_at(bucket, self.now)
        return max(0.0, missing / bucket.rate - LAG_S)

    def _crowded_s(self, tokens: float) -> float:
        """Seconds that short trials come late for want of places, if this one takes a place.

        They are sent as fast as requests flow in, until the first of them is answered.
        """
        short_s = self.first_s + self.per_token_s * self.short_tokens
        following = ceil(min(self.requests.rate * short_s, self.places - 1))
        if len(self.landing_s) + 1 + following <= self.places:
            return 0.0
        if tokens > _TELLS_OF * self.longest_tokens:
            return inf if len(self.landing_s) >= _UNKNOWN_SHARE * self.places else 0.0
        answered_s = self.first_s + self.per_token_s * tokens
        landing_s = sorted([*self.landing_s, answered_s])
        late_s = 0.0
        for number in range(1, following + 1):
            landed = len(landing_s) + number - self.places
            if landed > 0:
                late_s = max(late_s, landing_s[landed - 1] - number / self.requests.rate)
        return late_s


def balanced_tokens(requests: Bucket, tokens: Bucket) -> float:
    """The length of trials that use up both limits at the same time."""
    return tokens.rate / requests.rate
