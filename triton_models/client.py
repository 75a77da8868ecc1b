"""Speech recognised by Triton: one gRPC stream for all legs of the worker."""

import asyncio

from prometheus_client import CollectorRegistry, Gauge

from triton_models import tensors
from triton_models.hypothesis import Answer
from triton_models.legs import Legs
from triton_models.options import LegOptions
from triton_models.over_legs import OverLegs
from triton_models.stream import TritonStream


class TritonSpeech(OverLegs):
    """`Speech` over Triton at `url` (`host:port`). Made within a running event loop."""

    def __init__(
        self, *, url: str, registry: CollectorRegistry, default: LegOptions | None = None
    ) -> None:
        super().__init__(Legs(registry, default=default))
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

    async def close(self) -> None:
        """Disconnect; legs not ended get no more results."""
        self._running.cancel()
        await asyncio.wait([self._running])
