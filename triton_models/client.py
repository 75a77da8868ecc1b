"""Speech recognised by Triton: one gRPC stream for all legs of the worker."""

import asyncio

from prometheus_client import CollectorRegistry, Gauge

from sip_gateway.events import AudioFrame, Gap
from triton_models import tensors
from triton_models.events import RawTranscript
from triton_models.hypothesis import Answer
from triton_models.legs import Legs
from triton_models.options import LegOptions
from triton_models.speech import LegStream
from triton_models.stream import TritonStream


class TritonSpeech:
    """`Speech` over Triton at `url` (`host:port`). Made within a running event loop."""

    def __init__(
        self, *, url: str, registry: CollectorRegistry, default: LegOptions | None = None
    ) -> None:
        self._legs = Legs(registry, default=default)
        connected = Gauge(
            "trunkline_triton_models_connected", "1 while Triton answers", registry=registry
        )
        self._stream = TritonStream(
            self._legs, Answer, url=url, model=tensors.MODEL, connected=connected
        )
        self._running = asyncio.create_task(self._stream.run(), name="triton-stream")
        self._running.add_done_callback(self._legs.stopped)

    @property
    def ready(self) -> bool:
        """True while there is a stream to a Triton that has the default model."""
        return self._stream.is_up

    @property
    def load(self) -> float:
        """0 idle, 1 full: more legs would make finals late."""
        return self._legs.load

    def start_leg(self, leg: LegStream) -> None:
        """Audio of this leg follows."""
        self._legs.start(leg)

    def feed(self, frame: AudioFrame) -> None:
        """Take the leg's next audio."""
        self._legs.feed(frame)

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """What the leg said is finished; its next audio starts a new sequence."""
        self._legs.hold(leg_id)

    async def end_leg(self, leg_id: str) -> None:
        """Return once the leg's last result is in `receive`'s queue."""
        await self._legs.end(leg_id)

    async def receive(self) -> RawTranscript | Gap:
        """The next result of any leg."""
        return await self._legs.take()

    async def close(self) -> None:
        """Disconnect; legs not ended get no more results."""
        self._running.cancel()
        await asyncio.wait([self._running])
