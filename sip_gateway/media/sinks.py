"""Where a media worker puts what it hears; `trunkline.roles.media` plugs in recogniser and bus."""

from typing import NamedTuple, Protocol

from sip_gateway.events import AudioFrame, CallEnded, CallEvent
from sip_gateway.worker_protocol import CallHints


class JoinedLeg(NamedTuple):
    """A leg whose audio follows."""

    tenant_id: str
    call_id: str
    leg_id: str
    channel: int
    role: str
    ingress: str = ""
    hints: CallHints = CallHints()


class AudioSink(Protocol):
    """Takes the audio of any number of legs. Nothing but `end_leg` waits, nothing fails."""

    def start_leg(self, leg: JoinedLeg) -> None:
        """Audio of this leg follows."""
        ...

    def feed(self, frame: AudioFrame) -> None:
        """The leg's next 100 ms at 16 kHz; `start_ms` jumps ahead over silence, never back."""
        ...

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """No audio follows for a while."""
        ...

    def pause_leg(self, leg_id: str, *, from_ms: int) -> None:
        """No audio follows until `resume_leg`; what was fed from `from_ms` on is to be forgotten:
        nothing that was said there may be written or told."""
        ...

    def resume_leg(self, leg_id: str, *, at_ms: int) -> None:
        """Audio follows again, none of it before `at_ms`."""
        ...

    async def end_leg(self, leg_id: str) -> None:
        """Return once all of the leg's audio was dealt with."""
        ...


class CallSink(Protocol):
    """Takes the events of any number of calls, and keeps each call's in order."""

    def publish(self, event: CallEvent) -> None:
        """Never waits and never fails."""
        ...

    async def finish(self, ended: CallEnded) -> None:
        """Say the end of a call behind everything else of it; return once all of it is durable."""
        ...
