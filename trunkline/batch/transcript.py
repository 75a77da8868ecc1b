"""What was heard of a file -> its redacted transcript. Raw words go no further than this module."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from analytics.events import (
    CallDocument,
    CallSummary,
    GapDocument,
    LegDocument,
    SegmentDocument,
    TranscriptDocument,
)
from analytics.seen_by import segment_for
from analytics.store import segment_document
from analytics.summary import StoredCall, summarise
from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.policy.prepared_policy import Policy
from redaction.process.passed_on import passed_on
from triton_models.events import RawTranscript
from triton_models.hypothesis import Hypothesis
from triton_models.loading import Lineage
from trunkline.batch.audio import AudioFacts
from trunkline.batch.flags import flags
from trunkline.batch.hear import HeardGroup, HeardPiece
from trunkline.batch.quality import Heard, LegQuality, added, judge
from trunkline.batch.rates import RATE_HZ
from trunkline.batch.voices import told_apart


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a transcript is of."""

    name: str
    """Its path within what was given to transcribe."""

    sha256: str
    container: str
    coding: str
    rate_hz: int
    channels: int


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How good the recording is."""

    legs: tuple[LegQuality, ...]
    flags: tuple[str, ...]
    """What an operator should look at; the words are in `flags.py`."""


class FileTranscript(msgspec.Struct, frozen=True, kw_only=True):
    """A file's transcript, personal data taken out: the API's document and two things more."""

    file: FileFacts
    call: CallDocument
    segments: tuple[SegmentDocument, ...]
    gaps: tuple[GapDocument, ...]
    summary: CallSummary
    quality: Quality

    @property
    def document(self) -> TranscriptDocument:
        """As the API gives it."""
        return TranscriptDocument(
            call=self.call, segments=self.segments, gaps=self.gaps, summary=self.summary
        )


class Recording(NamedTuple):
    """What is known of a file besides what was heard in it."""

    name: str
    sha256: str
    facts: AudioFacts
    modified_at: datetime
    """Taken for the end of the call: nothing better is known."""


class Recipe(NamedTuple):
    """What every file of a job shares."""

    tenant_id: str
    roles: tuple[str, ...]
    language: str
    lineage: Lineage
    most_speakers: int = 1
    """On a lone channel."""


def transcribed(
    recording: Recording, groups: Sequence[HeardGroup], recipe: Recipe, *, policy: Policy
) -> FileTranscript:
    """Redact and put together; the same for the same audio, however often it was interrupted."""
    call = _call(recording, groups, recipe)
    raws = [
        _raw(hypothesis, piece.channel, call, recipe=recipe)
        for group in groups
        for piece in group.pieces
        for hypothesis in piece.hypotheses
        if hypothesis.words
    ]
    pieces = [piece for group in groups for piece in group.pieces]
    if recipe.most_speakers > 1 and len(call.legs) == 1:
        raws = told_apart(raws, [piece.voices for piece in pieces], most=recipe.most_speakers)
    segments = _redacted(raws, call, policy=policy)
    stored = StoredCall(
        tenant_id=recipe.tenant_id,
        call=call,
        segments=segments,
        gaps=(),
        packets={},
        policy_version=policy.version,
        transcript_complete=True,
    )
    return FileTranscript(
        file=FileFacts(name=recording.name, sha256=recording.sha256, **recording.facts._asdict()),
        call=call,
        segments=tuple(segments),
        gaps=(),
        summary=summarise(stored),
        quality=_quality(call, pieces, raws, segments),
    )


def _call(recording: Recording, groups: Sequence[HeardGroup], recipe: Recipe) -> CallDocument:
    """The file as a call: named by its content and its name, so that it is the same again."""
    named = f"{recording.name}\0{recording.sha256}"
    call_id = hashlib.sha256(named.encode()).hexdigest()[:32]
    samples: Counter[int] = Counter()
    for group in groups:
        for piece in group.pieces:
            samples[piece.channel] += piece.sound.samples
    duration_ms = max(samples.values(), default=0) * 1000 // RATE_HZ
    return CallDocument(
        call_id=call_id,
        external_id=recording.name,
        ingress="batch",
        state="ended",
        started_at=recording.modified_at - timedelta(milliseconds=duration_ms),
        ended_at=recording.modified_at,
        duration_ms=duration_ms,
        reason="file",
        legs=tuple(
            LegDocument(leg_id=f"{call_id}-{channel}", channel=channel, role=role)
            for channel, role in enumerate(roles_of(recording.facts.channels, recipe.roles))
        ),
    )


def roles_of(channels: int, named: Sequence[str]) -> list[str]:
    """Who is on which channel: a lone channel holds everybody, and is nobody's."""
    if channels == 1:
        return ["speaker_1"]
    return [*named[:channels], *(f"speaker_{n + 1}" for n in range(len(named), channels))]


def _raw(found: Hypothesis, channel: int, call: CallDocument, *, recipe: Recipe) -> RawTranscript:
    leg = call.legs[channel]
    said_at = call.started_at + timedelta(milliseconds=found.audio_end_ms)
    return RawTranscript(
        tenant_id=recipe.tenant_id,
        call_id=call.call_id,
        leg_id=leg.leg_id,
        segment_id=f"{leg.leg_id}/{found.segment_ms:09d}",
        revision=found.revision,
        is_final=True,
        start_ms=found.start_ms,
        end_ms=found.end_ms,
        words=found.words,
        speaker=leg.role,
        channel=channel,
        language=recipe.language,
        audio_end_at=said_at,
        recognised_at=said_at,
        **recipe.lineage._asdict(),
    )


def _redacted(
    raws: Iterable[RawTranscript], call: CallDocument, *, policy: Policy
) -> list[SegmentDocument]:
    """Every segment as redaction leaves it, in the order of speech."""
    redactor = CallRedactor(policy, call_id=call.call_id)
    shown: dict[str, Redacted] = {}
    # As a live call's finals come: when they end. A correction takes the place of what it corrects.
    for raw in sorted(raws, key=lambda raw: (raw.end_ms, raw.start_ms, raw.channel)):
        shown |= {found.raw.segment_id: found for found in redactor.receive(raw)}
    shown |= {found.raw.segment_id: found for found in redactor.end()}
    finals = [
        segment_document(
            passed_on(found, policy_version=policy.version, redacted_at=found.raw.recognised_at)
        )
        for found in shown.values()
    ]
    # Who will read a file nobody knows: it shows the strictest form.
    strict = (segment_for(final, ()) for final in finals)
    return sorted(strict, key=lambda final: (final.start_ms, final.end_ms, final.channel))


def _quality(
    call: CallDocument,
    pieces: Sequence[HeardPiece],
    raws: Sequence[RawTranscript],
    segments: Sequence[SegmentDocument],
) -> Quality:
    legs = [_leg_quality(leg, pieces, raws, segments) for leg in call.legs]
    prints = [[p.sound.crc32 for p in pieces if p.channel == leg.channel] for leg in call.legs]
    are_copies = len(prints) > 1 and all(one == prints[0] for one in prints)
    return Quality(legs=tuple(legs), flags=flags(legs, are_copies=are_copies))


def _leg_quality(
    leg: LegDocument,
    pieces: Sequence[HeardPiece],
    raws: Sequence[RawTranscript],
    segments: Sequence[SegmentDocument],
) -> LegQuality:
    own = [raw for raw in raws if raw.channel == leg.channel]
    words = [word for s in segments if s.channel == leg.channel for word in s.words]
    heard = Heard(
        channel=leg.channel,
        speaker=leg.role,
        speech_ms=sum(raw.end_ms - raw.start_ms for raw in own),
        confidences=[word.confidence for word in words if word.kind is None],
        masked=sum(word.kind is not None for word in words),
    )
    return judge(heard, added([piece.sound for piece in pieces if piece.channel == leg.channel]))
