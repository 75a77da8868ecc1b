"""What of the finds in a recording that was heard again proves that something was left (pure).

Cut at its mutes, a recording is heard a little differently, and redaction, without the words that
asked, takes harmless words for a name now and then. What was said in the call is compared with what
was muted in it, so that these are told apart from what is left of a value.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from redaction.recording.intervals import Interval, Intervals
from redaction.recording.manifest import Manifest
from trunkline.evaluate.normalise import plain
from trunkline.evaluate.readable import runs

NEAR_MS = 600
"""What lies nearer to a mute may be the rest of what it covers."""

DIGITS = 4
"""So many in a row tell something of any number."""

SHORT = frozenset({"cvv", "pin", "otp", "expiry"})
"""Of these any digit does."""

LEAST_WORD = 4
"""Letters of a word that is known again."""

Shown = Mapping[int, Intervals]
"""When words were said that the call's stored transcript shows, by channel."""


class Heard(NamedTuple):
    """Something that redaction would take out, and that can still be heard."""

    channel: str
    start_ms: int
    end_ms: int
    kind: str
    words: tuple[str, ...] = ()
    """In memory only: never printed."""


class Judged(NamedTuple):
    """All that was found."""

    left: list[Heard]
    """Personal: the recording does not hold what it says."""

    doubtful: list[Heard]
    """Most likely harmless words: for somebody to listen to."""


def judged(found: Iterable[Heard], told: Manifest, shown: Shown | None) -> Judged:
    """Numbers, what borders on a mute, and what sounds like either are left; `shown`: if known."""
    every = list(found)
    sure = [one for one in every if _is_number(one) or _is_rest(one, told, shown)]
    values = {word for one in sure for word in _telling(one)}
    left = [one for one in every if one in sure or values & _telling(one)]
    return Judged(left, [one for one in every if one not in left])


def _is_number(one: Heard) -> bool:
    digits = [re.sub(r"\D", "", run) for run in runs(one.words, homophones=False)]
    return any(len(run) >= (1 if one.kind in SHORT else DIGITS) for run in digits)


def _is_rest(one: Heard, told: Manifest, shown: Shown | None) -> bool:
    """Whether it may be the rest of a muted value.

    A single word beside a mute that the transcript shows there is a word cut in two.
    """
    if not any(_apart(one, mute) < NEAR_MS for mute in _mutes(one, told)):
        return False
    return len(one.words) != 1 or shown is None or not _is_shown(one, shown)


def _is_shown(one: Heard, shown: Shown) -> bool:
    words = shown.values() if one.channel == "mix" else [shown.get(int(one.channel), ())]
    middle = (one.start_ms + one.end_ms) // 2
    return any(_apart(Heard("", middle, middle, ""), word) == 0 for said in words for word in said)


def _mutes(one: Heard, told: Manifest) -> Sequence[Interval]:
    if one.channel == "mix":
        return told.mutes.mix
    legs = {str(leg.channel): at for at, leg in enumerate(told.legs)}
    # What is silent because nobody read it covers no value.
    return told.mutes.masked[legs[one.channel]]


def _apart(one: Heard, other: Interval) -> int:
    return max(0, other.start_ms - one.end_ms, one.start_ms - other.end_ms)


def _telling(one: Heard) -> frozenset[str]:
    words = (plain(word) for word in one.words)
    return frozenset(word for word in words if len(word) >= LEAST_WORD and not word.isdigit())
