"""A small call as the two topics tell it: for the tests of what reads them."""

from datetime import UTC, datetime, timedelta

from redaction.events import RedactedWord, Transcript, TranscriptEnded
from sip_gateway.events import (
    CallEnded,
    CallEvent,
    CallStarted,
    Gap,
    GapFilled,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
    MediaStarted,
    SegmentSpeaker,
    SpeakersCorrected,
)

STARTED_AT = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)
CALL_ID = "019aa09969c07a1bb9c0ffee00000001"
"""Of 2025-11-20."""


def at(ms: int) -> datetime:
    """The wall-clock time of a moment on the call clock."""
    return STARTED_AT + timedelta(milliseconds=ms)


def words(text: str, *, start_ms: int, each_ms: int = 300) -> tuple[RedactedWord, ...]:
    """The words of `text`, one after the other; `[card]` becomes a token."""
    return tuple(
        RedactedWord(
            text=word,
            start_ms=start_ms + i * each_ms,
            end_ms=start_ms + (i + 1) * each_ms,
            confidence=0.0 if word.startswith("[") else 0.9,
            kind=word.strip("[]") if word.startswith("[") else None,
        )
        for i, word in enumerate(text.split())
    )


class ToldCall:
    """Makes the events of one call of two legs: agent on channel 0, customer on 1."""

    def __init__(self, call_id: str = CALL_ID, *, tenant_id: str = "default") -> None:
        self.call_id = call_id
        self.tenant_id = tenant_id

    def leg_id(self, channel: int) -> str:
        """The leg on a channel."""
        return f"{self.call_id}-{channel}"

    def started(self) -> CallStarted:
        """The call was answered."""
        return CallStarted(
            tenant_id=self.tenant_id,
            call_id=self.call_id,
            started_at=STARTED_AT,
            ingress="siprec",
            external_id="session-7",
        )

    def joined(self, channel: int, *, role: str = "", name: str = "") -> LegJoined:
        """A leg, described."""
        return LegJoined(
            tenant_id=self.tenant_id,
            call_id=self.call_id,
            leg_id=self.leg_id(channel),
            channel=channel,
            role=role or ("agent", "customer")[channel],
            codec="PCMU",
            label=str(channel + 1),
            participant_name=name,
        )

    def media_started(self) -> MediaStarted:
        """The first packet came."""
        return MediaStarted(
            tenant_id=self.tenant_id, call_id=self.call_id, clock_started_at=STARTED_AT
        )

    def said(
        self, channel: int, text: str, *, start_ms: int, revision: int = 1, final: bool = True
    ) -> Transcript:
        """A redacted revision of what was said from `start_ms` on."""
        said = words(text, start_ms=start_ms)
        end_ms = said[-1].end_ms if said else start_ms
        return Transcript(
            tenant_id=self.tenant_id,
            call_id=self.call_id,
            leg_id=self.leg_id(channel),
            segment_id=f"{self.leg_id(channel)}/{start_ms:09d}",
            revision=revision,
            is_final=final,
            start_ms=start_ms,
            end_ms=end_ms,
            words=said,
            written=text.upper(),
            speaker=("agent", "customer")[channel],
            channel=channel,
            language="en",
            model="scripted",
            model_sha256="0" * 64,
            decoder="d1",
            policy_version="p1",
            audio_end_at=at(end_ms),
            recognised_at=at(end_ms + 80),
            redacted_at=at(end_ms + 90),
        )

    def gap(self, channel: int, start_ms: int, end_ms: int) -> Gap:
        """Something was not heard."""
        return Gap(
            tenant_id=self.tenant_id,
            call_id=self.call_id,
            leg_id=self.leg_id(channel),
            start_ms=start_ms,
            end_ms=end_ms,
            why="lost_packets",
        )

    def held(self, channel: int, at_ms: int, *, why: str = "api", by: str = "k1") -> LegHeld:
        """The leg is not listened to."""
        return LegHeld(
            tenant_id=self.tenant_id, call_id=self.call_id, leg_id=self.leg_id(channel),
            at_ms=at_ms, why=why, by=by,
        )  # fmt: skip

    def resumed(self, channel: int, at_ms: int, *, why: str = "api", by: str = "k1") -> LegResumed:
        """It is again."""
        return LegResumed(
            tenant_id=self.tenant_id, call_id=self.call_id, leg_id=self.leg_id(channel),
            at_ms=at_ms, why=why, by=by,
        )  # fmt: skip

    def filled(self, channel: int, start_ms: int, until_ms: int) -> GapFilled:
        """Of the gap that begins there, so much was recognised since."""
        return GapFilled(
            tenant_id=self.tenant_id,
            call_id=self.call_id,
            leg_id=self.leg_id(channel),
            start_ms=start_ms,
            why="lost_packets",
            until_ms=until_ms,
        )

    def corrected(self, channel: int, start_ms: int, speaker: str) -> SpeakersCorrected:
        """The segment that starts there is somebody else's."""
        segment_id = f"{self.leg_id(channel)}/{start_ms:09d}"
        return SpeakersCorrected(
            tenant_id=self.tenant_id,
            call_id=self.call_id,
            leg_id=self.leg_id(channel),
            segments=(SegmentSpeaker(segment_id, speaker),),
        )

    def left(self, channel: int, *, at_ms: int) -> LegLeft:
        """A leg is over."""
        return LegLeft(
            tenant_id=self.tenant_id,
            call_id=self.call_id,
            leg_id=self.leg_id(channel),
            at_ms=at_ms,
            reason="bye",
            packets_received=500,
            packets_lost=channel,
        )

    def ended(self, *, at_ms: int) -> CallEnded:
        """The gateway says that the call is over."""
        return CallEnded(
            tenant_id=self.tenant_id,
            call_id=self.call_id,
            ended_at=at(at_ms),
            ended_ms=at_ms,
            reason="bye",
        )

    def transcript_ended(self, *, at_ms: int) -> TranscriptEnded:
        """Redaction says that every final is out."""
        return TranscriptEnded(tenant_id=self.tenant_id, call_id=self.call_id, ended_at=at(at_ms))

    def lifecycle(self) -> list[CallEvent]:
        """What `trunkline.calls` tells of a ten-second call."""
        return [
            self.started(),
            self.joined(0),
            self.joined(1),
            self.media_started(),
            self.joined(0, name="Alice"),
            self.gap(1, 7000, 7200),
            self.gap(1, 7000, 7400),
            self.left(0, at_ms=10_000),
            self.left(1, at_ms=10_000),
            self.ended(at_ms=10_000),
        ]

    def speech(self) -> list[Transcript | TranscriptEnded]:
        """What `trunkline.transcripts` tells of it."""
        return [
            self.said(0, "good morning", start_ms=500, final=False),
            self.said(0, "good morning how can I help", start_ms=500, revision=2),
            self.said(1, "my card is", start_ms=2900, final=False),
            self.said(1, "my card is [card] thanks", start_ms=2900, revision=2),
            self.said(1, "my card is [card] [name]", start_ms=2900, revision=3),
            self.said(0, "thank you", start_ms=6000),
            self.transcript_ended(at_ms=10_100),
        ]
