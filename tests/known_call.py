"""A test call as a perfect recogniser and redaction would give it, for tests that plant faults."""

from collections.abc import Callable, Iterable
from pathlib import Path

from analytics.events import CallDocument, GapDocument, SegmentDocument, TranscriptDocument
from redaction.events import RedactedWord
from tests.finished_call import STARTED_AT
from trunkline.evaluate.delays import Shown
from trunkline.evaluate.known_times import read_known_times, with_times
from trunkline.evaluate.reference import (
    Reference,
    ReferenceWord,
    Span,
    read_reference,
    words,
)
from trunkline.evaluate.score import CallScore, Heard, StoredText, score_call
from trunkline.live_captions import CaptionSegment

CALLS = Path(__file__).parent / "data" / "calls" / "dev"
REFERENCE = read_reference(CALLS / "d01_bank_card.json")
TIMED = with_times(REFERENCE, read_known_times(CALLS / "words" / "d01_bank_card.json"))
"""The same, with the words' true times."""

CALL_ID = "0190" + "a" * 28
STARTED = 1_000_000.0
ENDPOINT_MS = 500
CARD = next(span for span in REFERENCE.pii if span.kind == "CARD")
CVV = next(span for span in REFERENCE.pii if span.kind == "CVV")

Text = Callable[[ReferenceWord], str]


def masked(word: ReferenceWord) -> str:
    return f"[{word.span.kind.lower()}]" if word.span else word.text


def but(span: Span) -> Text:
    """As `masked`, with one span left as it was said."""
    return lambda word: word.text if word.span is span else masked(word)


def segments(
    text: Text = masked, *, swapped: bool = False, reference: Reference = REFERENCE
) -> list[CaptionSegment]:
    """One final a turn, as a perfect recogniser would give them."""
    out = []
    for channel in (0, 1):
        for turn in reference.turns:
            said = [
                w
                for w in words(reference, channel)
                if turn.channel == channel and turn.start_ms <= w.start_ms < turn.end_ms
            ]
            if said:
                out.append(segment(said, text, channel=1 - channel if swapped else channel))
    return sorted(out, key=lambda one: one.start_ms)


def segment(
    said: list[ReferenceWord], text: Text, *, channel: int, final: bool = True
) -> CaptionSegment:
    return CaptionSegment(
        segment_id=f"{CALL_ID}-{channel}/{said[0].start_ms:09}",
        leg_id=f"{CALL_ID}-{channel}",
        channel=channel,
        speaker=("agent", "customer")[channel],
        revision=9 if final else 1,
        is_final=final,
        start_ms=said[0].start_ms,
        end_ms=said[-1].end_ms,
        words=tuple(
            RedactedWord(
                text=text(w),
                start_ms=w.start_ms,
                end_ms=w.end_ms,
                confidence=1.0,
                kind=text(w).strip("[]") if text(w).startswith("[") else None,
            )
            for w in said
        ),
    )


def partial(one: CaptionSegment, *, until_ms: int) -> CaptionSegment:
    """What of a final could be shown at `until_ms`."""
    return CaptionSegment(
        segment_id=one.segment_id,
        leg_id=one.leg_id,
        channel=one.channel,
        speaker=one.speaker,
        revision=1,
        is_final=False,
        start_ms=one.start_ms,
        end_ms=until_ms,
        words=tuple(word for word in one.words if word.end_ms <= until_ms),
    )


def document(finals: Iterable[CaptionSegment]) -> TranscriptDocument:
    return TranscriptDocument(
        call=CallDocument(
            call_id=CALL_ID,
            external_id="",
            ingress="siprec",
            state="ended",
            started_at=STARTED_AT,
        ),
        segments=tuple(
            SegmentDocument(
                segment_id=one.segment_id,
                leg_id=one.leg_id,
                channel=one.channel,
                speaker=one.speaker,
                start_ms=one.start_ms,
                end_ms=one.end_ms,
                text=one.text,
                words=one.words,
                language="en",
                policy_version="p1",
            )
            for one in finals
        ),
        gaps=(GapDocument(leg_id=f"{CALL_ID}-1", start_ms=0, end_ms=60, why="lost_packets"),),
        summary=None,
    )


def score(
    finals: list[CaptionSegment],
    *,
    shown: list[Shown] | None = None,
    stored: list[StoredText] | None = None,
    reference: Reference = REFERENCE,
    with_text: bool = False,
) -> CallScore:
    """Its score; unless told otherwise each final comes 600 ms after its speech."""
    arrived = [Shown(STARTED + (one.end_ms + 600) / 1000, one) for one in finals]
    heard = Heard(
        call_id=CALL_ID,
        started_at=STARTED,
        document=document(finals),
        shown=arrived if shown is None else shown,
        stored=stored or [],
    )
    return score_call(
        reference, heard, audible=reference, endpoint_ms=ENDPOINT_MS, with_text=with_text
    )
