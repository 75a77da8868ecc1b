"""What was missed of a leg, what of it the journal has, and its words as the leg's (pure)."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from sip_gateway.audio.resample import Upsampler
from sip_gateway.events import Gap
from sip_gateway.journal.gather import laid_out, rate_of
from sip_gateway.journal.record import Samples, Stretch
from triton_models.events import RawTranscript, Word
from triton_models.speech import LegStream

RESTARTED = "worker_restarted"
RECOVERABLE = frozenset({"recogniser_unavailable", "overload", RESTARTED})
"""Reasons of gaps whose audio was heard. Lost packets were not."""

LEAD_MS = 300
TAIL_MS = 700
"""So much before and after is recognised along, so that words at the edges are heard whole."""

MOST_MS = 60_000
"""Recognised in one piece: a longer gap is filled piece by piece."""

RATE_HZ = 16_000

LAST_REVISION = 100_000
"""Of the first segment after a restart: more than any revision of the partial it completes."""


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A gap that may be filled."""

    leg_id: str
    start_ms: int
    end_ms: int
    why: str
    from_ms: int
    """What lies before this is filled."""

    attempts: int = 0


class Heard(NamedTuple):
    """What the journal has of a gap."""

    start_ms: int
    samples: Samples
    """int16 [samples] at 16 kHz, with a little before and after the gap."""

    until_ms: int
    """How far this fills the gap."""


def missed_in(gap: Gap) -> Missed | None:
    """The gap, if its audio may be in the journal."""
    if gap.why not in RECOVERABLE or gap.end_ms <= gap.start_ms:
        return None
    return Missed(
        leg_id=gap.leg_id,
        start_ms=gap.start_ms,
        end_ms=gap.end_ms,
        why=gap.why,
        from_ms=gap.start_ms,
    )


def heard_of(missed: Missed, stretches: Sequence[Stretch], *, lost_from_ms: int) -> Heard | None:
    """What to recognise; None if the journal has nothing of it.

    Nothing was written from `lost_from_ms` on, and after a restart until the leg was heard again.
    """
    until_ms = min(missed.end_ms, lost_from_ms)
    ends = [min(s.end_ms, until_ms) for s in stretches if s.start_ms < until_ms]
    if missed.why == RESTARTED:
        until_ms = max(ends, default=0)
    if not ends or max(ends) <= missed.from_ms or until_ms <= missed.from_ms:
        return None
    until_ms = min(until_ms, missed.from_ms + MOST_MS)
    start_ms = max(0, missed.from_ms - LEAD_MS)
    samples = laid_out(list(stretches), start_ms=start_ms, end_ms=until_ms + TAIL_MS)
    if rate_of(stretches) != RATE_HZ:
        samples = np.frombuffer(Upsampler().process(samples.tobytes()), "<i2")
    return Heard(start_ms, samples, until_ms)


def of_the_leg(
    found: RawTranscript, missed: Missed, *, leg: LegStream, until_ms: int, completes: bool
) -> RawTranscript | None:
    """A final of the recovery as the leg's own; None if nothing of it lies in the gap.

    `completes`: it takes the place of the segment that a worker had begun when it died.
    """
    span = missed.from_ms, until_ms
    words = tuple(_cut(word, *span) for word in found.words if _inside(word, *span))
    if not words:
        return None
    name = f"{missed.start_ms:09d}" if completes else f"{words[0].start_ms:09d}r"
    return msgspec.structs.replace(
        found,
        leg_id=leg.leg_id,
        segment_id=f"{leg.leg_id}/{name}",
        revision=LAST_REVISION if completes else 1,
        start_ms=words[0].start_ms,
        end_ms=words[-1].end_ms,
        words=words,
        frozen_words=len(words),
        recovered=True,
    )


def _inside(word: Word, start_ms: int, end_ms: int) -> bool:
    """A word belongs to the gap that it begins in, or lies in for the most part at its start."""
    return word.start_ms + word.end_ms >= 2 * start_ms and word.start_ms < end_ms


def _cut(word: Word, start_ms: int, end_ms: int) -> Word:
    """The word within the gap: what lies outside is another segment's."""
    start_ms = max(word.start_ms, start_ms)
    cut_ms = max(start_ms, min(word.end_ms, end_ms))
    return msgspec.structs.replace(word, start_ms=start_ms, end_ms=cut_ms)
