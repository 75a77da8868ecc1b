"""The redactor of one call: raw transcripts in, redacted ones out; no socket, no clock."""

from collections.abc import Iterable

from redaction.call.explained import explained, words_in_slots
from redaction.call.held_ends import answered, doubted, is_held
from redaction.call.judging import Judge
from redaction.call.learned import to_judge_again
from redaction.call.redacted import Redacted, place_of_fault, refuse
from redaction.call.render import Rendered, render
from redaction.call.segments import Segment, Span
from redaction.call.timeline import KEPT_MS, Timeline
from redaction.policy.prepared_policy import Policy
from triton_models.events import RawTranscript

MAX_WORDS = 3000
"""A segment with more words is refused: work stays linear and short."""


class CallRedactor:
    """One call, all its speakers, events in call order.

    Contract: publish everything that `receive` and `end` return, in order. A revision of a segment
    may be returned again as a correction, which shows or masks more words than before; `rank` in it
    grows each time, and depends on nothing but what is shown, so that a replay of the call's events
    can never fall behind what was published before.
    """

    def __init__(self, policy: Policy, *, call_id: str) -> None:
        self._policy = policy
        self._timeline = Timeline()
        self._by_id: dict[tuple[str, int, str], Segment] = {}
        self._judge = Judge(policy, self._timeline, call_id=call_id)
        self._changed = self._judge.changed
        self._learned: list[str] = []
        """Both are kept until what they call for is done, should a fault come in between."""
        self._reach_ms = int(policy.settings.slot_seconds * 1000)
        self._newest: Segment | None = None
        """What was worked through last, if nothing has changed since."""

    def receive(self, raw: RawTranscript) -> list[Redacted]:
        """The redacted revision, and corrections of earlier finals that it brings about."""
        segment: Segment | None = None
        try:
            known = self._by_id.get(_key(raw))
            if known is not None and _is_replay(raw, known):
                return self._publish(known)
            if known is not None and known is self._newest and _is_repeated(raw, known):
                known.raw = raw
                self._resolve_held()
                return self._publish(known)
            self._newest = None
            segment = self._enter(raw)
            if segment is None:
                return []
            self._work_through(segment)
            return self._publish(segment)
        except Exception as error:  # noqa: BLE001 - whatever happens, no raw text leaves
            return [self._fail(segment, raw, error)]

    def lose(self, raw: RawTranscript) -> Redacted:
        """Give up this revision, because its time is over: `[unavailable]`."""
        return self._fail(self._by_id.get(_key(raw)), raw, None)

    def miss(self, start_ms: int, end_ms: int) -> list[Redacted]:
        """Nobody knows what was said then: for a while any number may be the answer to it.

        Corrections of finals that show one."""
        until_ms = self._doubt(start_ms, end_ms)
        try:
            for segment in list(self._timeline.segments):
                concerned = segment.raw.end_ms > start_ms and segment.raw.start_ms < until_ms
                if concerned and not segment.failed:
                    self._judge.judge(segment)
            return self._corrections(besides=None)
        except Exception:  # noqa: BLE001 - what is not shown yet stays so
            return []

    def explain(self, raw: RawTranscript) -> list[tuple[Span, str]]:
        """The spans that this segment's newest revision is masked in, and the rule behind each."""
        segment = self._by_id.get(_key(raw))
        if segment is None:
            return []
        return explained(segment, self._policy.engine)

    def words_in_slots(self, raw: RawTranscript) -> frozenset[int]:
        """Words of this segment's newest revision in an open slot: what this party was asked for,
        or what is said in words and was announced, and not given yet. For measuring."""
        segment = self._by_id.get(_key(raw))
        if segment is None or segment.failed:
            return frozenset()
        context = self._timeline.context(segment)
        expected = self._judge.expectations(context)
        return words_in_slots(context, expected, rules=self._policy.rules)

    def end(self) -> list[Redacted]:
        """The call is over: what was held back for words to come."""
        try:
            for segment in self._timeline.segments:
                if segment.raw.is_final and segment.held_from is not None:
                    self._close(segment)
            return self._corrections(besides=None)
        except Exception:  # noqa: BLE001 - what was held back then stays so
            return []

    def held(self) -> list[RawTranscript]:
        """The finals of which the end is held back, and may be longer."""
        return [s.raw for s in self._timeline.segments if s.raw.is_final and is_held(s)]

    def settle(self, finals: Iterable[RawTranscript]) -> list[Redacted]:
        """Nothing that decides on the ends of these came in time: corrections that show them, but
        for numbers that may be unfinished, which are masked."""
        self._newest = None
        try:
            for raw in finals:
                segment = self._by_id.get(_key(raw))
                if segment is not None and segment.raw.is_final and is_held(segment):
                    segment.overdue = True
                    self._judge.judge(self._timeline.newest_after(segment))
                    self._changed[id(segment)] = segment
            return self._corrections(besides=None)
        except Exception:  # noqa: BLE001 - what was held back then stays so
            return []

    def _enter(self, raw: RawTranscript) -> Segment | None:
        """The segment, with its new words; None for a revision that is out of date."""
        if len(raw.words) > MAX_WORDS:
            raise ValueError
        segment = self._by_id.get(_key(raw))
        if segment is None:
            segment = self._by_id[_key(raw)] = self._timeline.add(raw)
            self._note_late(raw)
        elif _is_stale(raw, segment.raw):
            return None
        moved = segment.raw.start_ms != raw.start_ms
        before = self._timeline.last_words(segment)
        changed = segment.hear(raw, before=before, cues=self._policy.rules.cues)
        if moved:
            self._timeline.moved(segment)
        self._forget(raw.end_ms, besides=segment)
        for later in self._timeline.later(segment, within_ms=self._reach_ms):
            if changed or later.stream == segment.stream:
                self._changed[id(later)] = later
        return segment

    def _note_late(self, raw: RawTranscript) -> None:
        """Where what was said before is forgotten, any number may be the answer to it."""
        forgotten_ms = self._timeline.forgotten_ms
        if forgotten_ms is None:
            return
        if raw.start_ms < forgotten_ms + self._reach_ms:
            self._judge.doubt(raw.start_ms, raw.end_ms)

    def _forget(self, now_ms: int, *, besides: Segment) -> None:
        for old in self._timeline.forget(now_ms - KEPT_MS, besides=besides):
            self._by_id.pop(_key(old.raw), None)
            self._judge.forget(old)

    def _work_through(self, segment: Segment) -> None:
        """Judge the segment and whatever later one it concerns, then what they reveal."""
        waiting = [s for s in self._changed.values() if s is not segment and not s.failed]
        for concerned in (segment, *sorted(waiting, key=lambda s: s.sort_key)):
            self._learned += self._judge.judge(concerned)
        if self._learned:
            self._look_back(segment, self._learned)
            self._learned = []
        self._newest = segment
        self._resolve_held()

    def _look_back(self, segment: Segment, learned: Iterable[str]) -> None:
        """Judge earlier finals again that may hold what is now known to be personal."""
        for earlier in to_judge_again(self._timeline, learned, besides=segment):
            self._judge.judge(earlier)

    def _resolve_held(self) -> None:
        """Show a held number once the other speaker has said something of substance."""
        for held in answered(self._timeline):
            self._close(held)

    def _close(self, segment: Segment) -> None:
        """Nothing will be added to what the segment's last words say: decide on them."""
        self._newest = None
        segment.closed = True
        self._judge.judge(segment)
        self._changed[id(segment)] = segment

    def _publish(self, segment: Segment) -> list[Redacted]:
        """The segment's own revision, then corrections."""
        rendered = self._render(segment)
        segment.shown_rank = rendered.rank
        return [Redacted(segment.raw, rendered, False), *self._corrections(besides=segment)]

    def _corrections(self, *, besides: Segment | None) -> list[Redacted]:
        """Finals published before that show something else now."""
        out: list[tuple[Segment, Rendered]] = []
        for segment in sorted(self._changed.values(), key=lambda s: s.sort_key):
            if segment is besides or segment.shown_rank < 0 or not segment.raw.is_final:
                continue
            rendered = self._render(segment)
            if rendered.rank > segment.shown_rank and not segment.failed:
                out.append((segment, rendered))
        self._changed.clear()
        for segment, rendered in out:
            segment.shown_rank = rendered.rank
        return [Redacted(segment.raw, rendered, True) for segment, rendered in out]

    def _render(self, segment: Segment) -> Rendered:
        return render(
            segment,
            hold_last_words=self._policy.settings.hold_last_words,
            forms=self._policy.engine,
        )

    def _fail(
        self, segment: Segment | None, raw: RawTranscript, error: Exception | None
    ) -> Redacted:
        """`[unavailable]`; and for a while any number may be the answer to what was lost."""
        segment = segment or self._by_id.get(_key(raw))  # it may have broken on its way in
        if segment is not None:
            segment.failed = True
            segment.spans, segment.written = [], []
        self._doubt(raw.start_ms, raw.end_ms)
        return refuse(raw, why=place_of_fault(error))

    def _doubt(self, start_ms: int, end_ms: int) -> int:
        """What was said then is lost; until when a number may be the answer to it."""
        self._newest = None
        self._changed |= {id(s): s for s in doubted(self._timeline, start_ms, end_ms)}
        until_ms = end_ms + self._reach_ms
        self._judge.doubt(start_ms, until_ms)
        return until_ms


def _key(raw: RawTranscript) -> tuple[str, int, str]:
    return (raw.leg_id, raw.channel, raw.segment_id)


def _is_replay(raw: RawTranscript, known: Segment) -> bool:
    """The same final again: judged anew, it would be what the call was known to hold before."""
    return raw.is_final and raw == known.raw and not known.failed


def _is_repeated(raw: RawTranscript, known: Segment) -> bool:
    """A partial with the words of the one before: nearly half of them have nothing new."""
    before = known.raw
    return (
        raw.revision >= before.revision
        and not raw.is_final
        and not before.is_final
        and raw.words == before.words
        and (raw.start_ms, raw.speaker) == (before.start_ms, before.speaker)
    )


def _is_stale(raw: RawTranscript, known: RawTranscript) -> bool:
    """Older than what is known, or a partial after its final."""
    return raw.revision < known.revision or (known.is_final and not raw.is_final)
