"""The voices of shared legs, heard by Triton or in this process, while their calls last.

Sequences, backlog and loss are `legs.Legs`', as for speech; what differs is what an answer holds.
A diariser that is away loses its legs' time, and nothing else: whoever waits for labels waits for
a bounded time (`speech.py`).
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import msgspec
from prometheus_client import CollectorRegistry, Gauge

from sip_gateway.events import AudioFrame
from triton_models.legs import Legs, Sending
from triton_models.options import LegOptions
from triton_models.over_legs import due
from triton_models.speakers.serving import MODEL, VoicesHeard, load
from triton_models.speech import LegStream
from triton_models.stream import TritonStream

log = logging.getLogger(__name__)

PREFIX = "trunkline_triton_models_speakers_"

Heard = Callable[[str, VoicesHeard], None]
"""Called with a leg's id and what was heard on it, in order."""


class Diariser(Protocol):
    """Hears the legs that are given to `legs`; nothing fails."""

    legs: "VoiceLegs"

    @property
    def ready(self) -> bool:
        """True while audio fed now would be heard."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...


class VoiceLegs:
    """`stream.Traffic` of legs whose answers are voices."""

    def __init__(self, heard: Heard, *, registry: CollectorRegistry) -> None:
        default = LegOptions(model=MODEL)
        self._legs = Legs(registry, default=default, prefix=PREFIX)
        self._heard = heard
        self.wake = self._legs.wake

    def start(self, leg: LegStream) -> None:
        """Audio of this leg follows."""
        self._legs.start(leg._replace(options=LegOptions(model=MODEL)))

    def feed(self, frame: AudioFrame) -> None:
        """Take the leg's next audio."""
        self._legs.feed(frame)

    def hold(self, leg_id: str) -> None:
        """No audio follows for a while."""
        self._legs.hold(leg_id)

    async def end(self, leg_id: str) -> None:
        """Return once all of the leg was heard, or given up."""
        await self._legs.end(leg_id)

    async def forget_gaps(self) -> None:
        """What was not heard is labelled by what was: nothing is published about it."""
        while True:
            await self._legs.take()

    def steps(self) -> Iterator[Sending]:
        """Everything that can be sent now."""
        return self._legs.steps()

    def answered(self, token: str, answer: VoicesHeard) -> None:
        """Pass the voices on."""
        leg_id = self._legs.leg_of(token)
        if leg_id is not None:
            self._heard(leg_id, answer)
        self._legs.answered(token, answer)

    def refused(self, token: str, *, why: str) -> None:
        """The leg starts anew."""
        self._legs.refused(token, why=why)

    def online(self) -> None:
        """There is a model."""
        self._legs.online()

    def offline(self) -> None:
        """There is none."""
        self._legs.offline()

    def look_again(self) -> None:
        """Time passed."""
        self._legs.look_again()

    def oldest_unanswered_s(self) -> float:
        """How long the longest unanswered step has waited."""
        return self._legs.oldest_unanswered_s()


class TritonDiariser:
    """`Diariser` over Triton at `url`, on a stream of its own: it must not hold up speech."""

    def __init__(self, heard: Heard, *, url: str, registry: CollectorRegistry) -> None:
        self.legs = VoiceLegs(heard, registry=registry)
        connected = Gauge(PREFIX + "connected", "1 while Triton tells voices", registry=registry)
        self._stream = TritonStream(
            self.legs, VoicesHeard, url=url, model=MODEL, connected=connected
        )
        running = (self._stream.run(), self.legs.forget_gaps())
        self._running = [asyncio.create_task(part, name="diariser") for part in running]

    @property
    def ready(self) -> bool:
        """True while there is a stream to a Triton that has the model."""
        return self._stream.is_up

    async def close(self) -> None:
        """Disconnect."""
        await _cancelled(self._running)


class LocalDiariser:
    """`Diariser` on a thread of this process, where there is no Triton."""

    def __init__(self, heard: Heard, *, models_dir: Path, registry: CollectorRegistry) -> None:
        self.legs = VoiceLegs(heard, registry=registry)
        self._models_dir = models_dir
        self._is_up = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="diariser")
        running = (self._run(), self.legs.forget_gaps())
        self._running = [asyncio.create_task(part, name="diariser") for part in running]

    @property
    def ready(self) -> bool:
        """True once the weights are loaded."""
        return self._is_up

    async def close(self) -> None:
        """End the thread."""
        await _cancelled(self._running)
        self._thread.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        model = await loop.run_in_executor(self._thread, load, self._models_dir)
        self._is_up = True
        self.legs.online()
        async for steps in due(self.legs):
            for sending in steps:
                (answer,) = await loop.run_in_executor(self._thread, model.answer, [sending.step])
                self._take(sending.token, answer)

    def _take(self, token: str, answer: bytes | str) -> None:
        if isinstance(answer, str):
            self.legs.refused(token, why=answer)
        else:
            self.legs.answered(token, msgspec.json.decode(answer, type=VoicesHeard))


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for fault in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(fault, Exception):
            log.error("the diariser had ended: %s", type(fault).__name__)
