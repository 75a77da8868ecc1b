"""What is decided about each segment of a call: found, held, remembered (no clock, no socket)."""

from redaction.call.analysis import analyse
from redaction.call.learned import learn
from redaction.call.memory import Memory
from redaction.call.newest import awaited_by, held_words
from redaction.call.placed import place
from redaction.call.segments import Segment, Span
from redaction.call.suspects import hold_names
from redaction.call.timeline import CONTEXT_ATOMS, NEAR_ATOMS, Context, Timeline
from redaction.cues.card_cues import OF_CARDS
from redaction.cues.expected import Expectations, meant
from redaction.cues.slots import DIRECT_ANSWER, Filled, Limits, Stream
from redaction.policy.prepared_policy import Policy
from redaction.recognizers.found import Heard
from redaction.recognizers.kept import Kept
from redaction.recognizers.tagged import is_worth_tagging


class Judge:
    """Decides on the segments of one call, each behind its context."""

    def __init__(self, policy: Policy, timeline: Timeline, *, call_id: str) -> None:
        self._policy = policy
        self._timeline = timeline
        self._memory = Memory(policy.key, call_id=call_id)
        self._limits = Limits(policy.settings.slot_turns, policy.settings.slot_seconds)
        self._blind: list[tuple[int, int]] = []
        self._kept: dict[Stream, Kept] = {}
        """Decisions about each speaker's last words, for the next partial."""
        self.changed: dict[int, Segment] = {}
        """Segments that may show something else now; whoever publishes them clears this."""

    def doubt(self, start_ms: int, end_ms: int) -> None:
        """Any number said in this time may be the answer to what nobody knows."""
        self._blind = [*self._blind[-50:], (start_ms, end_ms)]

    def forget(self, old: Segment) -> None:
        """Its words are no longer behind any others."""
        self._kept.clear()
        self.changed.pop(id(old), None)

    def judge(self, segment: Segment) -> list[str]:
        """Analyse a segment behind its context; the plain words newly remembered."""
        followed = self._timeline.has_later_of_same_speaker(segment)
        is_open = not segment.raw.is_final and not followed
        context = self._timeline.context(segment, most=NEAR_ATOMS if is_open else CONTEXT_ATOMS)
        expected = self.expectations(context)
        heard = Heard(
            context.atoms,
            context.times,
            stream=segment.stream,
            is_open=is_open,
            may_go_on=not (followed or segment.closed),
            expectations=expected,
            rules=self._policy.rules,
        )
        self._tag(context, asks_address="address" in expected.kinds)
        heard.tags, heard.starts = context.tags(), context.starts
        heard.overdue = context.overdue()
        # The row of a final that is closed is the one it was judged in before.
        known = self._kept.get(segment.stream) if is_open or segment.closed else None
        heard.take_over((known or Kept()).renewed(heard, remembered=len(self._memory)))
        if not followed:
            self._kept[segment.stream] = heard.kept
        analysis = analyse(
            heard,
            self._memory,
            allowed=self._policy.allowed,
            classifier=self._policy.engine.classifier,
        )
        for changed in place(context, analysis):
            self.changed[id(changed)] = changed
        segment.awaited = awaited_by(heard)
        if not segment.raw.is_final and self._policy.engine.tagger is not None:
            hold = held_words(self._policy.settings.hold_last_words, awaited=segment.awaited)
            hold_names(segment, self._policy.engine.tagger, hold=hold)
        segment.filled = [
            f
            for f in expected.filled
            if f.end_ms > segment.raw.start_ms and f.stream == segment.stream
        ]
        if not segment.raw.is_final:
            return []
        segment.written = [
            span
            for span in self._find_written(segment)
            if span not in segment.spans
            and self._policy.rules.takes_out(span.kind)
            and not self._policy.allowed.covers_words(segment.atoms, span.first, last=span.last)
        ]
        return learn(self._memory, analysis, context)

    def _find_written(self, segment: Segment) -> list[Span]:
        """What Presidio makes of a final, asked again only when our rules found more in it."""
        if segment.searched is None or segment.searched[0] != segment.spans:
            texts = [word.text for word in segment.raw.words]
            found = self._policy.engine.find(texts, segment.spans)
            segment.searched = (list(segment.spans), found)
        return segment.searched[1]

    def _tag(self, context: Context, *, asks_address: bool) -> None:
        """Ask the model about the newest segment, once it is final and if its answer can matter."""
        segment, tagger = context.segments[-1], self._policy.engine.tagger
        if tagger is None or not segment.raw.is_final or segment.tags is not None:
            return
        if is_worth_tagging(segment.atoms, asks_address=asks_address):
            words, before = context.words()
            segment.tags = tuple(tagger.tag(words)[before:])

    def expectations(self, context: Context) -> Expectations:
        """Cues, turns and given values around a row of words, without those out of reach."""
        segment = context.segments[-1]
        inside = set(map(id, context.segments))
        before = _given_before(context)
        reach_ms = int(self._limits.seconds * 1000 * DIRECT_ANSWER)
        from_ms = context.segments[0].raw.start_ms - reach_ms
        near = [
            s
            for s in self._timeline.segments
            if s.raw.end_ms >= from_ms and s.raw.start_ms <= segment.raw.end_ms and not s.failed
        ]
        told = any(f.kind in OF_CARDS for s in near if s is not segment for f in s.filled)
        return Expectations(
            meant([cue for s in near for cue in s.timed_cues], card_told=told),
            [s.turn() for s in near if s.substantive],
            filled=[f for s in near if id(s) not in inside for f in s.filled] + before,
            blind=self._blind,
            limits=self._limits,
        )


def _given_before(context: Context) -> list[Filled]:
    """What was given in that part of its first segment that a row leaves out."""
    if not context.left_out:
        return []
    return [f for f in context.segments[0].filled if f.end_ms <= context.times.start_ms[0]]
