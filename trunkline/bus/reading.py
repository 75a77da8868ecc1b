"""A stage's share of some topics: how it comes to it, and what it lacks meanwhile."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Generic, TypeVar

import msgspec

from trunkline.bus import Bus, Record, Unavailable
from trunkline.bus.consume import Decoded, Handle, consume
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.waiting import opened

E = TypeVar("E")

RETRY_S = 1.0
"""Pause before joining the group again, while the bus is away."""


class Reading(Generic[E]):
    """Joins a group as soon as the bus is there, and feeds the stage by `consume`.

    `what` names what is read, where a process has several stages.
    """

    def __init__(
        self,
        bus: Bus,
        topics: Sequence[str],
        *,
        group: str,
        decoder: msgspec.json.Decoder[E],
        dead_letters: DeadLetters,
        what: str = "",
    ) -> None:
        self._subscribe = partial(bus.subscribe, topics, group=group)
        self._decoder = decoder
        self._dead_letters = dead_letters
        self._of = f"{what}: " if what else ""
        self.missing = "not started"
        """What the stage lacks; empty when the last batch could be done."""

    async def run(self, handle: Handle[E], stop: asyncio.Event) -> None:
        """Feed `handle` until `stop` is set; a batch for which it raises `again` comes again."""
        subscription = await opened(self._subscribe, stop=stop, retry_s=RETRY_S, away=self._away)
        if subscription is not None:
            self.missing = ""
            await consume(
                subscription,
                partial(self._each, handle),
                decoder=self._decoder,
                dead_letters=self._dead_letters,
                stop=stop,
            )
        self.missing = "stopped"

    def again(self, missing: str) -> Unavailable:
        """To be raised by a stage that cannot do a batch now, for want of what is `missing`."""
        self.missing = missing and self._of + missing
        return Unavailable(missing)

    def _away(self) -> None:
        self.again("the bus is away")

    async def _each(
        self, handle: Handle[E], batch: Sequence[Decoded[E]]
    ) -> Sequence[Record] | None:
        done = await handle(batch)
        self.missing = ""
        return done
