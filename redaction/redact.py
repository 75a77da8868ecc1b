"""The redactor of one call: raw transcripts in, redacted ones out; no socket, no clock."""

import traceback
from collections.abc import Iterable
from typing import NamedTuple

from redaction.analysis import Allowed, Analysis, analyse
from redaction.canonical import groups
from redaction.identifiers import of_countries
from redaction.memory import Memory
from redaction.newest import ANSWERS_IN_WORDS, awaited_by, held_words
from redaction.number_marks import mark_numbers
from redaction.placed import held_word, spans_by_segment, wholes
from redaction.policy import policy_version
from redaction.presidio import Engine
from redaction.recognizers.found import Expectations, Heard
from redaction.recognizers.kept import Kept
from redaction.recognizers.tagged import may_be_name
from redaction.render import Rendered, render, unavailable
from redaction.rules import Rules
from redaction.runs import MAX_PAUSE_MS
from redaction.segments import Segment, Span, meet
from redaction.settings import Settings
from redaction.slots import DIRECT_ANSWER, Limits, Stream, Strength
from redaction.suspects import hold_names
from redaction.timeline import KEPT_MS, Context, Timeline
from redaction.words import atoms_of
from triton_models.events import RawTranscript

MAX_WORDS = 3000
"""A segment with more words is refused: work stays linear and short."""

_RESOLVING_WORDS = 3


class Redacted(NamedTuple):
    """One redacted revision of one segment."""

    raw: RawTranscript
    """The revision it was made of. Its words are not to leave the caller."""
    rendered: Rendered
    is_correction: bool
    """Not an answer to the event received: an earlier final that must now show something else."""
    fault: str = ""
    """Where it failed (module and line), if it is `[unavailable]`."""


class Policy(NamedTuple):
    """What every call of a process shares."""

    settings: Settings
    engine: Engine
    key: bytes
    version: str
    allowed: Allowed
    rules: Rules


def make_policy(
    settings: Settings, engine: Engine, *, key: bytes, rules: Rules | None = None, facts: str = ""
) -> Policy:
    """Prepare a policy; `key` makes the hashes of remembered values.

    `facts` is whatever else decides what is masked and how it is shown: it goes into the version.
    """
    phrases = [atoms_of(phrase.split()) for phrase in settings.allow]
    values = []
    for atoms in phrases:
        numbers = [i for i, is_number in enumerate(mark_numbers(atoms)) if is_number]
        values.append("".join(groups(atoms, numbers, literal=True)))
    version = policy_version(settings, recognizers=engine.names, facts=facts + engine.tags_by)
    allowed = Allowed(phrases, [v for v in values if v])
    rules = rules or Rules(of_countries(settings.countries))
    return Policy(settings, engine, key, version, allowed, rules)


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
        self._memory = Memory(policy.key, call_id=call_id)
        self._limits = Limits(policy.settings.slot_turns, policy.settings.slot_seconds)
        self._blind: list[tuple[int, int]] = []
        self._changed: dict[int, Segment] = {}
        self._learned: list[str] = []
        """Both are kept until what they call for is done, should a fault come in between."""
        self._kept: dict[Stream, Kept] = {}
        """Decisions about each speaker's last words, for the next partial."""

    def receive(self, raw: RawTranscript) -> list[Redacted]:
        """The redacted revision, and corrections of earlier finals that it brings about."""
        segment: Segment | None = None
        try:
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
        self._doubt_ends(start_ms, end_ms)
        until_ms = end_ms + int(self._limits.seconds * 1000)
        self._blind = [*self._blind[-50:], (start_ms, until_ms)]
        try:
            for segment in list(self._timeline.segments):
                concerned = segment.raw.end_ms > start_ms and segment.raw.start_ms < until_ms
                if concerned and not segment.failed:
                    self._judge(segment)
            return self._corrections(besides=None)
        except Exception:  # noqa: BLE001 - what is not shown yet stays so
            return []

    def explain(self, raw: RawTranscript) -> list[tuple[Span, str]]:
        """The spans that this segment's newest revision is masked in, and the rule behind each."""
        segment = self._by_id.get(_key(raw))
        if segment is None:
            return []
        best: list[Span] = []
        spans = sorted(set(segment.spans + segment.written), key=_weight, reverse=True)
        for span in spans:
            if not any(meet(b, span) for b in best):
                best.append(span)
        by = self._policy.engine.found_by([word.text for word in raw.words])
        unnamed = "a Presidio recogniser"
        return [(s, segment.why.get(s) or by.get(s, unnamed)) for s in sorted(best)]

    def words_in_slots(self, raw: RawTranscript) -> frozenset[int]:
        """Words of this segment's newest revision in an open slot: what this party was asked for,
        or what is said in words and was announced, and not given yet. For measuring."""
        segment = self._by_id.get(_key(raw))
        if segment is None or segment.failed:
            return frozenset()
        context = self._timeline.context(segment)
        expected = self._expectations(context)
        expected.filled.extend(f for s in context.segments for f in s.filled)
        heard = Heard(
            context.atoms,
            context.times,
            stream=segment.stream,
            is_open=not raw.is_final,
            expectations=expected,
            rules=self._policy.rules,
        )
        new = range(context.first_new, len(context.atoms))
        return frozenset(context.atoms[i].word for i in new if _is_awaited(heard, i))

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
        return [s.raw for s in self._timeline.segments if s.raw.is_final and _is_held(s)]

    def settle(self, finals: Iterable[RawTranscript]) -> list[Redacted]:
        """Nothing that decides on the ends of these came in time: corrections that show them, but
        for numbers that may be unfinished, which are masked."""
        try:
            for raw in finals:
                segment = self._by_id.get(_key(raw))
                if segment is not None and segment.raw.is_final and _is_held(segment):
                    segment.overdue = True
                    self._judge(self._timeline.newest_after(segment))
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
        reach_ms = int(self._limits.seconds * 1000)
        for later in self._timeline.later(segment, within_ms=reach_ms):
            if changed or later.stream == segment.stream:
                self._changed[id(later)] = later
        return segment

    def _note_late(self, raw: RawTranscript) -> None:
        """Where what was said before is forgotten, any number may be the answer to it."""
        forgotten_ms = self._timeline.forgotten_ms
        if forgotten_ms is None:
            return
        if raw.start_ms < forgotten_ms + int(self._limits.seconds * 1000):
            self._blind = [*self._blind[-50:], (raw.start_ms, raw.end_ms)]

    def _forget(self, now_ms: int, *, besides: Segment) -> None:
        for old in self._timeline.forget(now_ms - KEPT_MS, besides=besides):
            self._kept.clear()
            self._by_id.pop(_key(old.raw), None)
            self._changed.pop(id(old), None)

    def _work_through(self, segment: Segment) -> None:
        """Judge the segment and whatever later one it concerns, then what they reveal."""
        waiting = [s for s in self._changed.values() if s is not segment and not s.failed]
        for concerned in (segment, *sorted(waiting, key=lambda s: s.sort_key)):
            self._learned += self._judge(concerned)
        if self._learned:
            self._look_back(segment, self._learned)
            self._learned = []
        self._resolve_held()

    def _judge(self, segment: Segment) -> list[str]:
        """Analyse a segment behind its context; the plain words newly remembered."""
        context = self._timeline.context(segment)
        expected = self._expectations(context)
        followed = self._timeline.has_later_of_same_speaker(segment)
        is_open = not segment.raw.is_final and not followed
        heard = Heard(
            context.atoms,
            context.times,
            stream=segment.stream,
            is_open=is_open,
            may_go_on=not (followed or segment.closed),
            expectations=expected,
            rules=self._policy.rules,
        )
        self._tag(context)
        heard.tags, heard.starts = context.tags(), context.starts()
        heard.overdue = context.overdue()
        known = self._kept.get(segment.stream) if is_open else None
        heard.kept = (known or Kept()).renewed(heard, remembered=len(self._memory))
        if not followed:
            self._kept[segment.stream] = heard.kept
        analysis = analyse(heard, self._memory, allowed=self._policy.allowed)
        self._apply(context, analysis)
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
        return self._learn(analysis, context)

    def _find_written(self, segment: Segment) -> list[Span]:
        """What Presidio makes of a final, asked again only when our rules found more in it."""
        if segment.searched is None or segment.searched[0] != segment.spans:
            texts = [word.text for word in segment.raw.words]
            found = self._policy.engine.find(texts, segment.spans)
            segment.searched = (list(segment.spans), found)
        return segment.searched[1]

    def _tag(self, context: Context) -> None:
        """Ask the model about the newest segment, once it is final and if a word is unusual."""
        segment, tagger = context.segments[-1], self._policy.engine.tagger
        if tagger is None or not segment.raw.is_final or segment.tags is not None:
            return
        segment.tags = ()
        if any(may_be_name(atom) for atom in segment.atoms):
            words, before = context.words()
            segment.tags = tuple(tagger.tag(words)[before:])

    def _expectations(self, context: Context) -> Expectations:
        """Cues, turns and given values around a row of words, without those out of reach."""
        segment = context.segments[-1]
        inside = set(map(id, context.segments))
        reach_ms = int(self._limits.seconds * 1000 * DIRECT_ANSWER)
        from_ms = context.segments[0].raw.start_ms - reach_ms
        near = [
            s
            for s in self._timeline.segments
            if s.raw.end_ms >= from_ms and s.raw.start_ms <= segment.raw.end_ms and not s.failed
        ]
        return Expectations(
            [cue for s in near for cue in s.timed_cues],
            [s.turn() for s in near if s.substantive],
            filled=[f for s in near if id(s) not in inside for f in s.filled],
            blind=self._blind,
            limits=self._limits,
        )

    def _apply(self, context: Context, analysis: Analysis) -> None:
        """Write what was found into the segments it lies in."""
        spans, why = spans_by_segment(context, analysis.found)
        whole = wholes(context, analysis.found)
        hide = analysis.hide_from
        for n, segment in enumerate(context.segments):
            held_from = held_word(context, n, hide)
            if n not in spans and n not in whole and held_from == segment.held_from:
                continue
            before = (list(segment.spans), segment.held_from, dict(segment.whole))
            segment.spans = segment.spans + [
                span for span in spans.get(n, []) if span not in segment.spans
            ]
            segment.why |= why.get(n, {})
            # What a partial joined to the next segment may be whole by itself after all, or end
            # elsewhere: of spans that meet only what was found last says what their value is.
            now = spans.get(n, ())
            apart = {k: v for k, v in segment.whole.items() if not any(meet(k, s) for s in now)}
            segment.whole = apart | whole.get(n, {})
            segment.held_from = held_from
            if (segment.spans, segment.held_from, segment.whole) != before:
                self._changed[id(segment)] = segment

    def _learn(self, analysis: Analysis, context: Context) -> list[str]:
        """Remember what was masked in a final; its plain words and numbers, for one look back."""
        learned: list[str] = []
        for found in analysis.found:
            if found.last < context.first_new:
                continue
            if found.value:
                if self._memory.add_number(found.value, pieces=found.pieces, kind=found.kind):
                    learned.append(found.value)
                if found.value.isalpha() and len(found.value) > 2:
                    self._memory.add_word(found.value, kind=found.kind)
        for word, kind in analysis.words.items():
            if self._memory.add_word(word.removesuffix("'s"), kind=kind):
                learned.append(word)
        return learned

    def _look_back(self, segment: Segment, learned: Iterable[str]) -> None:
        """Judge earlier finals again that may hold what is now known to be personal."""
        words = {word for word in learned if not word.isdigit()}
        numbers = any(any(c.isdigit() for c in word) for word in learned)
        concerned: dict[int, Segment] = {}
        for earlier in self._timeline.segments:
            if earlier is segment or not earlier.raw.is_final or earlier.failed:
                continue
            texts = {atom.text.removesuffix("'s") for atom in earlier.atoms}
            digits = numbers and any(atom.value[:1].isdigit() for atom in earlier.atoms)
            if digits or texts & words:
                # Judged with what follows it: alone, its last words would lack their evidence.
                whole = self._timeline.following(earlier) or earlier
                concerned[id(whole)] = whole
        for whole in concerned.values():
            self._judge(whole)

    def _resolve_held(self) -> None:
        """Show a held number once the other speaker has said something of substance."""
        segments = self._timeline.segments
        newest_ms = max((s.raw.end_ms for s in segments), default=0)
        for n, segment in enumerate(segments):
            if segment.held_from is None or not segment.raw.is_final:
                continue
            if self._timeline.has_later_of_same_speaker(segment):
                continue
            answered = any(
                s.substantive
                and len(s.raw.words) >= _RESOLVING_WORDS
                and s.stream != segment.stream
                for s in segments[n + 1 :]
            )
            if answered or newest_ms - segment.raw.end_ms > MAX_PAUSE_MS:
                self._close(segment)

    def _close(self, segment: Segment) -> None:
        """Nothing will be added to what the segment's last words say: decide on them."""
        segment.closed = True
        self._judge(segment)
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

    def _doubt_ends(self, start_ms: int, end_ms: int) -> None:
        """What was held back until more came may have gone on in what was lost."""
        for earlier in self._timeline.segments:
            near = start_ms - MAX_PAUSE_MS <= earlier.raw.end_ms <= end_ms
            if near and earlier.raw.is_final and earlier.held_from is not None:
                earlier.overdue = True
                self._changed[id(earlier)] = earlier

    def _fail(
        self, segment: Segment | None, raw: RawTranscript, error: Exception | None
    ) -> Redacted:
        """`[unavailable]`; and for a while any number may be the answer to what was lost."""
        segment = segment or self._by_id.get(_key(raw))  # it may have broken on its way in
        if segment is not None:
            segment.failed = True
            segment.spans, segment.written = [], []
        self._doubt_ends(raw.start_ms, raw.end_ms)
        until_ms = raw.end_ms + int(self._limits.seconds * 1000)
        self._blind = [*self._blind[-50:], (raw.start_ms, until_ms)]
        return refuse(raw, why=_where(error))


def _is_held(segment: Segment) -> bool:
    return segment.held_from is not None and not segment.overdue and not segment.failed


def _is_awaited(heard: Heard, i: int) -> bool:
    return any(
        slot.strength is Strength.STRONG
        and not slot.is_echo
        and (slot.is_answer or slot.kind in ANSWERS_IN_WORDS)
        and slot.at_ms <= heard.times.start_ms[i]
        for slot in heard.slots_at(i)
    )


def refuse(raw: RawTranscript, *, why: str) -> Redacted:
    """`[unavailable]` for a revision that no redactor has seen."""
    return Redacted(raw, unavailable(raw), False, fault=why)


def _key(raw: RawTranscript) -> tuple[str, int, str]:
    return (raw.leg_id, raw.channel, raw.segment_id)


def _weight(span: Span) -> tuple[bool, int]:
    """Which of overlapping spans gives the token its name."""
    return (span.kind != "number", span.last - span.first)


def _is_stale(raw: RawTranscript, known: RawTranscript) -> bool:
    """Older than what is known, or a partial after its final."""
    return raw.revision < known.revision or (known.is_final and not raw.is_final)


def _where(error: Exception | None) -> str:
    """Module and line of a fault; never its message, which may hold what was said."""
    if error is None:
        return "timeout"
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__} {place}".strip()
