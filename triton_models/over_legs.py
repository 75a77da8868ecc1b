"""What `TritonSpeech`, `LocalSpeech` and the local diariser share: all go by `legs.Legs`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from sip_gateway.events import AudioFrame, Gap
from triton_models.events import RawTranscript
from triton_models.legs import Legs, Sending
from triton_models.speech import LegStream

TICK_S = 0.5


class OverLegs:
    """The part of `Speech` that is the same wherever the recogniser runs."""

    def __init__(self, legs: Legs) -> None:
        self._legs = legs

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


class HasSteps(Protocol):
    """Legs with steps to be taken."""

    wake: asyncio.Event

    def steps(self) -> Iterator[Sending]:
        """Everything that can be sent now."""
        ...

    def look_again(self) -> None:
        """Time passed."""
        ...


async def due(legs: HasSteps) -> AsyncIterator[Iterator[Sending]]:
    """The legs' steps, for ever: whenever there is news, and every `TICK_S`."""
    while True:
        try:
            async with asyncio.timeout(TICK_S):
                await legs.wake.wait()
        except TimeoutError:
            legs.look_again()
        legs.wake.clear()
        yield legs.steps()
