"""What of a call must not be heard: worked out of its redacted transcript and its gaps (pure).

Time only: no text is kept. What any revision masked, partial or final, stays muted.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from redaction.events import Transcript
from redaction.recording.intervals import (
    Interval,
    Intervals,
    clipped,
    padded,
    total_ms,
    union,
    without,
)
from redaction.recording.settings import Settings
from sip_gateway.events import Gap, GapFilled

LOST_PACKETS = "lost_packets"
"""Of such a gap nobody has the audio, here or anywhere: there is nothing to mute elsewhere."""

MERGE_MS = 600
"""Between two masked stretches less than this far apart nothing is heard either."""

COMPACT = 64
"""Masked stretches gathered before they are put together: a partial repeats what the last said."""


class Mutes(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken out of one recording; sets are of ms on the call clock."""

    masked: tuple[Intervals, ...]
    """Of each leg in the order of the file: personal; covered as the settings say."""

    unheard: tuple[Intervals, ...]
    """Of each leg: nobody knows what is said there; silent always."""

    mix: Intervals
    """Of the mix of all legs: whatever is masked on any of them."""

    def of(self, leg: int) -> Intervals:
        """All that is muted on one leg."""
        return union([*self.masked[leg], *self.unheard[leg]])

    def joined(self, other: "Mutes") -> "Mutes":
        """What either of them mutes."""
        return Mutes(
            masked=tuple(union([*a, *b]) for a, b in zip(self.masked, other.masked, strict=True)),
            unheard=tuple(
                union([*a, *b]) for a, b in zip(self.unheard, other.unheard, strict=True)
            ),
            mix=union([*self.mix, *other.mix]),
        )

    @property
    def muted_ms(self) -> int:
        """How much of the call is masked on any leg."""
        return total_ms(self.mix)


class Leg(NamedTuple):
    """One leg of a recording."""

    channel: int
    end_ms: int


@dataclass(slots=True)
class _Said:
    """The newest revision of a segment."""

    revision: int
    is_final: bool
    span: Interval
    shown: list[Interval]
    """Of each word that was let through."""


@dataclass(slots=True)
class _LegState:
    masked: list[Interval] = field(default_factory=list)
    limit: int = COMPACT
    segments: dict[str, _Said] = field(default_factory=dict)
    gaps: dict[tuple[int, str], int] = field(default_factory=dict)
    """End of each, by start and reason."""

    filled: dict[tuple[int, str], int] = field(default_factory=dict)
    """Up to where it was recognised later."""

    def missing(self, *, besides: str = "") -> Intervals:
        """What of its gaps is still one."""
        return union(
            Interval(max(gap[0], self.filled.get(gap, 0)), end_ms)
            for gap, end_ms in self.gaps.items()
            if gap[1] != besides
        )


class CallMutes:
    """Gathers what one call's events say. Contract: `receive` and `miss` in any order, replays
    included, then `mutes`; a later event never makes what is masked less."""

    def __init__(self) -> None:
        self._legs: dict[int, _LegState] = {}
        self.blind = False
        """Something of the call was not seen: nothing of it may be heard."""

        self.policy_version = ""

    def receive(self, said: Transcript) -> None:
        """Take one redacted revision."""
        leg = self._leg(said.channel)
        leg.masked += [Interval(w.start_ms, w.end_ms) for w in said.words if w.kind is not None]
        if len(leg.masked) > leg.limit:
            leg.masked = list(union(leg.masked))
            leg.limit = 2 * len(leg.masked) + COMPACT
        known = leg.segments.get(said.segment_id)
        if known and (known.is_final, known.revision) > (said.is_final, said.revision):
            return
        self.policy_version = said.policy_version
        leg.segments[said.segment_id] = _Said(
            said.revision,
            said.is_final,
            Interval(said.start_ms, said.end_ms),
            [Interval(w.start_ms, w.end_ms) for w in said.words if w.kind is None],
        )

    def miss(self, gap: Gap | GapFilled) -> None:
        """Take what was not heard, or what was recognised later; the furthest word of each."""
        leg, key = self._leg(channel_of(gap.leg_id)), (gap.start_ms, gap.why)
        if isinstance(gap, GapFilled):
            leg.filled[key] = max(gap.until_ms, leg.filled.get(key, 0))
        else:
            leg.gaps[key] = max(gap.end_ms, leg.gaps.get(key, 0))

    def mutes(self, legs: Sequence[Leg], settings: Settings) -> Mutes:
        """What a recording of these legs must not let be heard."""
        end_ms = max((leg.end_ms for leg in legs), default=0)
        whole = Interval(0, end_ms)
        if self.blind:
            everything = union([whole])
            return Mutes(
                masked=tuple(() for _ in legs), unheard=(everything,) * len(legs), mix=everything
            )
        own = {c: self._near(c, settings) for c in {*self._legs, *(leg.channel for leg in legs)}}
        anywhere = union((i for one in own.values() for i in one), merge_ms=MERGE_MS)
        masked = [anywhere if settings.mute == "call" else own[leg.channel] for leg in legs]
        unheard = [self._unheard(leg, end_ms=end_ms, settings=settings) for leg in legs]
        return Mutes(
            masked=tuple(clipped(one, whole) for one in masked),
            unheard=tuple(clipped(one, whole) for one in unheard),
            mix=clipped(anywhere, whole),
        )

    def _leg(self, channel: int) -> _LegState:
        return self._legs.setdefault(channel, _LegState())

    def _near(self, channel: int, settings: Settings) -> Intervals:
        """What is masked on a leg, with pads."""
        near = padded(
            self._leg(channel).masked,
            before_ms=settings.pad_before_ms,
            after_ms=settings.pad_after_ms,
        )
        return union(near, merge_ms=MERGE_MS)

    def _reached(self, channel: int, settings: Settings) -> Intervals:
        """Around what is masked on a leg, on to the words that are shown.

        Word times are worst where a word stands beside a pause.
        """
        leg = self._leg(channel)
        shown = union(i for said in leg.segments.values() if said.is_final for i in said.shown)
        ends = [i.end_ms for i in shown]
        out: list[Interval] = []
        for one in union(leg.masked):
            far = Interval(max(0, one.start_ms - settings.reach_ms), one.end_ms + settings.reach_ms)
            near = shown[
                bisect_left(ends, far.start_ms) : bisect_right(shown, (far.end_ms, far.end_ms))
            ]
            free = without(union([far]), without(near, union([one])))
            out += [i for i in free if i.start_ms <= one.start_ms and i.end_ms >= one.end_ms]
        return union(out)

    def _unheard(self, leg: Leg, *, end_ms: int, settings: Settings) -> Intervals:
        """What else must be silent on this leg."""
        reached = self._reached(leg.channel, settings)
        if settings.unrecognised == "keep":
            return reached
        doubtful = self._doubtful(leg.channel, end_ms=end_ms, settings=settings)
        finals = [said for said in self._leg(leg.channel).segments.values() if said.is_final]
        spoken = padded(
            (i for said in finals for i in said.shown),
            before_ms=settings.pad_before_ms,
            after_ms=settings.pad_after_ms,
        )
        own = without(doubtful, union(spoken))
        elsewhere = self._elsewhere(leg.channel) if settings.mute == "call" else ()
        return union([*reached, *own, *elsewhere])

    def _doubtful(self, channel: int, *, end_ms: int, settings: Settings) -> Intervals:
        """Where nothing may be heard on a leg but words that are shown."""
        if settings.unrecognised == "strict":
            return union([Interval(0, end_ms)])
        leg = self._leg(channel)
        finals = [said for said in leg.segments.values() if said.is_final]
        last_ms = max((said.span.end_ms for said in finals), default=0)
        # What never became final was never read to its end.
        open_ones = [said.span for said in leg.segments.values() if not said.is_final]
        return union([Interval(last_ms, end_ms), *leg.missing(), *open_ones])

    def _elsewhere(self, channel: int) -> Intervals:
        """Gaps of the other legs, whose speech may be heard on this one as echo."""
        others = (leg for other, leg in self._legs.items() if other != channel)
        return union(gap for leg in others for gap in leg.missing(besides=LOST_PACKETS))


def channel_of(leg_id: str) -> int:
    """The channel that ends a leg_id."""
    tail = leg_id.rpartition("-")[2]
    return int(tail) if tail.isdecimal() and len(tail) < 5 else 0


def mutes_of(transcripts: Iterable[Transcript], legs: Sequence[Leg], settings: Settings) -> Mutes:
    """What these revisions alone ask for."""
    call = CallMutes()
    for said in transcripts:
        call.receive(said)
    return call.mutes(legs, settings)
