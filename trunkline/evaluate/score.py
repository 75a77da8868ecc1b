"""What came out of the appliance for one call, against the truth (pure)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from analytics.events import SegmentDocument, TranscriptDocument
from trunkline.evaluate.align import WordErrors, count_steps, total_errors
from trunkline.evaluate.delays import Shown, final_delays_ms, word_delays_ms
from trunkline.evaluate.differences import TurnDifference, differences
from trunkline.evaluate.leaks import Secret, ShownWord
from trunkline.evaluate.leg_alignment import LegAlignment, align_leg
from trunkline.evaluate.measures import Measures, measure
from trunkline.evaluate.reference import Reference, Span, Turn
from trunkline.live_captions import CaptionSegment

CONTEXT_MS = 8000
"""How far around a new caption the leg's earlier ones are read together with it."""

NEAR_TURN_MS = 300


class StoredText(NamedTuple):
    """One text found in the database for the call; `words` if it says when it was spoken."""

    place: str
    """Table and column."""

    row: str
    """Texts of one place and row are read together."""

    text: str
    words: tuple[ShownWord, ...] = ()


class Heard(NamedTuple):
    """Everything that came out for one call."""

    call_id: str
    started_at: float
    """When the sender put the call's first packet on the wire, Unix time."""

    document: TranscriptDocument
    shown: Sequence[Shown]
    """Every caption of the call, in order of arrival."""

    stored: Sequence[StoredText]


class LeakedSpan(msgspec.Struct, frozen=True, order=True):
    """A personal span that could be read, by kind and place: never its value."""

    channel: int
    start_ms: int
    kind: str
    place: str = ""


class LegScore(msgspec.Struct, frozen=True, kw_only=True):
    """How well one leg was recognised."""

    channel: int
    errors: WordErrors
    wer: float
    over_redaction: float
    right: bool
    """Its text fits its own channel better than the other."""


class CallScore(msgspec.Struct, frozen=True, kw_only=True):
    """One call's result."""

    name: str
    call_id: str = ""
    problem: str = ""
    """Why it could not be scored; empty if it was."""

    legs: tuple[LegScore, ...] = ()
    spans: int = 0
    leaked_finals: tuple[LeakedSpan, ...] = ()
    leaked_shown: tuple[LeakedSpan, ...] = ()
    """Readable in any caption at any moment, partial or final."""

    leaked_stored: tuple[LeakedSpan, ...] = ()
    final_delays_ms: tuple[float, ...] = ()
    over_endpoint_ms: tuple[float, ...] = ()
    """The same, over the endpoint's configured silence."""

    word_delays_ms: tuple[float, ...] = ()
    turns: int = 0
    lost_turns: int = 0
    """Turns of which nothing was recognised, back-channels left out."""

    gap_ms: int = 0
    measures: Measures = Measures()
    differences: tuple[TurnDifference, ...] = ()
    """What was said against what was heard; empty unless its text may stand in a report."""

    @property
    def errors(self) -> WordErrors:
        """Of both legs."""
        return total_errors(leg.errors for leg in self.legs)


def score_call(
    reference: Reference,
    heard: Heard,
    *,
    audible: Reference,
    endpoint_ms: int,
    with_text: bool = False,
) -> CallScore:
    """Score one call; `audible` is the truth with its turns cut to what can be heard."""
    channels = sorted({turn.channel for turn in reference.turns})
    segments = heard.document.segments
    # A recording whose words nobody wrote down still tells who spoke when.
    worded = channels if any(turn.text for turn in reference.turns) else []
    aligned = [align_leg(reference, segments, channel=c, against=c) for c in worded]
    finals = final_delays_ms(audible, heard.shown, started_at=heard.started_at)
    turns = [turn for turn in reference.turns if not turn.backchannel]
    return CallScore(
        name=reference.name,
        call_id=heard.call_id,
        legs=tuple(score_leg(reference, segments, leg) for leg in aligned),
        spans=len(reference.pii),
        leaked_finals=leaked_finals(reference.pii, segments),
        leaked_shown=leaked_shown(reference.pii, heard.shown),
        leaked_stored=leaked_stored(reference.pii, heard.stored),
        final_delays_ms=tuple(finals),
        over_endpoint_ms=tuple(delay - endpoint_ms for delay in finals),
        word_delays_ms=tuple(
            delay
            for channel in worded
            for delay in word_delays_ms(
                audible, heard.shown, channel=channel, started_at=heard.started_at
            )
        ),
        turns=len(turns),
        lost_turns=sum(not _recognised(turn, segments) for turn in turns),
        gap_ms=sum(gap.end_ms - gap.start_ms for gap in heard.document.gaps),
        measures=measure(reference, aligned, segments=segments, shown=heard.shown, audible=audible),
        differences=tuple(differences(reference, aligned)) if with_text else (),
    )


def score_leg(
    reference: Reference, segments: Sequence[SegmentDocument], aligned: LegAlignment
) -> LegScore:
    """Word errors of one leg, and whether it is the right one."""
    channel = aligned.channel
    own = count_steps(aligned.reference, aligned.steps)
    others = {turn.channel for turn in reference.turns} - {channel}
    elsewhere = []
    for other in others:
        crossed = align_leg(reference, segments, channel=channel, against=other)
        elsewhere.append(count_steps(crossed.reference, crossed.steps))
    return LegScore(
        channel=channel,
        errors=own,
        wer=own.wer,
        over_redaction=own.over_redaction,
        right=all(own.wer < other.wer for other in elsewhere),
    )


def leaked_finals(
    spans: Iterable[Span], segments: Iterable[SegmentDocument]
) -> tuple[LeakedSpan, ...]:
    """Spans readable in the stored transcript as the API gives it."""
    shown = [word for segment in _in_order(segments) for word in _words(segment)]
    return tuple(_name(span) for span in spans if Secret(span).readable_in(shown))


def leaked_shown(spans: Iterable[Span], shown: Iterable[Shown]) -> tuple[LeakedSpan, ...]:
    """Spans readable on the page at any moment of the call."""
    open_secrets = [Secret(span) for span in spans]
    found: list[Span] = []
    page: dict[str, CaptionSegment] = {}
    for one in shown:
        before = page.get(one.segment.segment_id)
        if before is None or one.segment.is_final or not before.is_final:
            page[one.segment.segment_id] = one.segment
        around = _in_order(_around(one.segment, page.values()))
        near = [word for segment in around for word in _words(segment)]
        found += [secret.span for secret in open_secrets if secret.readable_in(near)]
        open_secrets = [secret for secret in open_secrets if secret.span not in found]
    return tuple(sorted(_name(span) for span in found))


def leaked_stored(spans: Iterable[Span], stored: Sequence[StoredText]) -> tuple[LeakedSpan, ...]:
    """Spans readable in any text of the database that belongs to the call."""
    timed: dict[tuple[str, str], list[ShownWord]] = {}
    for one in sorted(stored, key=lambda one: one.words[0].start_ms if one.words else 0):
        timed.setdefault((one.place, one.row), []).extend(one.words)
    found: list[LeakedSpan] = []
    for secret in map(Secret, spans):
        places = {place for (place, _), words in timed.items() if secret.readable_in(words)}
        places |= {one.place for one in stored if secret.readable_untimed(one.text)}
        found += [_name(secret.span, place) for place in sorted(places)]
    return tuple(found)


Segment = TypeVar("Segment", CaptionSegment, SegmentDocument)


def _in_order(segments: Iterable[Segment]) -> list[Segment]:
    return sorted(segments, key=lambda segment: (segment.channel, segment.start_ms))


def _around(segment: CaptionSegment, page: Iterable[CaptionSegment]) -> Iterable[CaptionSegment]:
    return (
        other
        for other in page
        if other.leg_id == segment.leg_id
        and other.end_ms >= segment.start_ms - CONTEXT_MS
        and other.start_ms <= segment.end_ms + CONTEXT_MS
    )


def _words(segment: CaptionSegment | SegmentDocument) -> Iterable[ShownWord]:
    return (
        ShownWord(word.text, word.start_ms, word.end_ms, segment.channel, word.kind)
        for word in segment.words
    )


def _name(span: Span, place: str = "") -> LeakedSpan:
    return LeakedSpan(span.channel, span.start_ms, span.kind, place)


def _recognised(turn: Turn, segments: Iterable[SegmentDocument]) -> bool:
    return any(
        word.start_ms < turn.end_ms + NEAR_TURN_MS and word.end_ms > turn.start_ms - NEAR_TURN_MS
        for segment in segments
        if segment.channel == turn.channel
        for word in segment.words
    )
