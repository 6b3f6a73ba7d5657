"""How boldly a host is addressed that has not answered yet, or has not stated its limits.

Whatever is on its way when a first refusal comes is refused too; whatever is not sent while there
is no answer is time lost. A long queue bears more of the first than a short one.
"""

from __future__ import annotations

# Until a host has answered, only the smallest is sent, which answers soon, and the longest, so
# that its limits are not left unused in the meantime. Then one of two hundred of a long queue
# goes in each time that a refusal takes to come, which would be an answer too.
PROBES = 2
REFUSAL_S, QUEUE_PER_PROBE = 0.35, 200
# No more than so many, or of a queue, are on their way where the first refusal is still to come.
UNHEARD, UNHEARD_SHARE = 3.0, 0.04
# A host that states no limits gets one request in this time until it turns one away, and each
# a little sooner after the last: what is on its way when it does is turned away too.
UNKNOWN_GAP_S, GAP_SHRINKS = 0.06, 0.98


def most_unanswered(since_s: float, queue: int) -> int:
    """How many may be in flight so long after the start, while the host has not answered at all."""
    return PROBES + int(since_s / REFUSAL_S) * (queue // QUEUE_PER_PROBE)


def gap_s(number: int, queue: int) -> float:
    """Seconds from one request to the next while nothing is known of the limits."""
    shrinking_s = UNKNOWN_GAP_S * GAP_SHRINKS**number
    return max(shrinking_s, REFUSAL_S / max(UNHEARD, UNHEARD_SHARE * queue))
