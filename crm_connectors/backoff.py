"""When a failed delivery is tried again: doubling waits with jitter, no clock, no randomness."""

from crm_connectors.settings import Settings

LONGEST_ASKED_S = 3600.0
"""A receiver's Retry-After is honoured up to this: a wrong header must not park a call for days."""


def wait_s(
    failures: int, settings: Settings, *, jitter: float, retry_after_s: float = 0.0
) -> float:
    """Seconds until the next attempt after `failures` (1 or more) failed ones.

    `jitter` (0 to 1) spreads the wait over its upper half, so that what failed together does not
    come back together. The receiver's own wish is a lower bound.
    """
    # Beyond 2**32 the wait is at its longest anyway; the float would overflow at 2**1024.
    doubled = settings.retry_first_s * 2.0 ** min(failures - 1, 32)
    wait = min(doubled, settings.retry_longest_s)
    return max(wait * (0.5 + 0.5 * jitter), min(retry_after_s, LONGEST_ASKED_S))


def exhausted(failures: int, settings: Settings) -> bool:
    """True when no attempt is left."""
    return failures >= settings.attempts
