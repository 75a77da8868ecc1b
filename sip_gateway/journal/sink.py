"""The journal in front of the recogniser: what it is to hear is written down first."""

from sip_gateway.events import AudioFrame
from sip_gateway.journal.writer import JournalWriter
from sip_gateway.media.sinks import AudioSink, JoinedLeg


class JournaledAudio:
    """An `AudioSink` before another one: what comes here goes to the journal, then on."""

    def __init__(self, inner: AudioSink, journal: JournalWriter) -> None:
        self._inner = inner
        self._journal = journal

    def start_leg(self, leg: JoinedLeg) -> None:
        """Audio of this leg follows."""
        self._journal.start_leg(leg.leg_id, call_id=leg.call_id, channel=leg.channel)
        self._inner.start_leg(leg)

    def feed(self, frame: AudioFrame) -> None:
        """The leg's next audio."""
        self._journal.append(frame)
        self._inner.feed(frame)

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """No audio follows for a while: the journal has it to the last sample."""
        self._journal.flush_leg(leg_id)
        self._inner.hold_leg(leg_id, at_ms=at_ms)

    def pause_leg(self, leg_id: str, *, from_ms: int) -> None:
        """What came from `from_ms` on is not kept."""
        self._journal.forget(leg_id, from_ms=from_ms)
        self._inner.pause_leg(leg_id, from_ms=from_ms)

    def resume_leg(self, leg_id: str, *, at_ms: int) -> None:
        """Audio follows again."""
        self._inner.resume_leg(leg_id, at_ms=at_ms)

    async def end_leg(self, leg_id: str) -> None:
        """All of the leg's audio is written, and dealt with behind this."""
        self._journal.end_leg(leg_id)
        await self._inner.end_leg(leg_id)
