"""The seam between the media worker and whatever recognises speech.

`TritonSpeech` (client.py), `LocalSpeech` (local.py) and `ScriptedSpeech` (scripted.py) are it.
"""

from typing import NamedTuple, Protocol

from sip_gateway.events import AudioFrame, Gap
from triton_models.events import RawTranscript
from triton_models.options import LegOptions


class LegStream(NamedTuple):
    """What is put on every transcript of a leg, and how it is to be recognised."""

    tenant_id: str
    call_id: str
    leg_id: str
    channel: int
    speaker: str
    language: str
    options: LegOptions = LegOptions()


class Speech(Protocol):
    """Recognises any number of legs at once.

    `feed` never blocks and never fails: what cannot be recognised comes back as a `Gap`.
    """

    @property
    def load(self) -> float:
        """0 idle, 1 full: more legs would make finals late. 0 where that cannot be told."""
        ...

    def start_leg(self, leg: LegStream) -> None:
        """Audio of this leg follows."""
        ...

    def feed(self, frame: AudioFrame) -> None:
        """Take the leg's next audio (16 kHz); start_ms never goes back within a leg."""
        ...

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """The leg pauses on purpose: what was said before is finished, its state is kept alive."""
        ...

    async def end_leg(self, leg_id: str) -> None:
        """Return once the leg's last final, or the gap in its place, is in `receive`'s queue."""
        ...

    async def receive(self) -> RawTranscript | Gap:
        """The next result of any leg, in order within each leg."""
        ...

    @property
    def ready(self) -> bool:
        """True while audio fed now would be recognised."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...
