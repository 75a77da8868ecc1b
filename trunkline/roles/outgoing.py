"""Events on their way to the bus: in order per call, kept while the bus is away.

Each call has its own queue, so that no call waits for another's record to become durable. While
the bus is away the oldest partials are dropped; finals and the life of a call never are, and they
are small: about a kilobyte for each few seconds of speech.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge

from trunkline.bus import Bus, Unavailable

logger = logging.getLogger(__name__)

MAX_PARTIALS = 32
"""Waiting, per call."""

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 2.0


class Letter(NamedTuple):
    """One event to publish."""

    topic: str
    value: bytes
    partial: bool
    """It may be dropped: a later one says more."""

    sent: Callable[[], None] | None = None
    """Called once it is durable."""


class _Queue:
    """One call's letters; the first may be under way."""

    def __init__(self) -> None:
        self.letters: deque[Letter] = deque()
        self.partials = 0
        self.sender: asyncio.Task[None] | None = None

    def put(self, letter: Letter) -> bool:
        """False if a partial was dropped for it."""
        self.letters.append(letter)
        self.partials += letter.partial
        if self.partials <= MAX_PARTIALS:
            return True
        # Not the first: it may be on its way.
        oldest = next(n for n, waiting in enumerate(self.letters) if waiting.partial and n)
        del self.letters[oldest]
        self.partials -= 1
        return False

    def sent(self) -> None:
        self.partials -= self.letters.popleft().partial


class Outgoing:
    """Contract: `start`, then `put` what happened; `sent` waits until all of a call is durable."""

    def __init__(self, bus: Bus, *, registry: CollectorRegistry) -> None:
        self._bus = bus
        self._queues: dict[str, _Queue] = {}
        self._away = False
        self._tasks: asyncio.TaskGroup | None = None
        self._waiting = Gauge(
            "trunkline_listen_outgoing_events", "Events waiting for the bus", registry=registry
        )
        self._waiting.set_function(
            lambda: sum(len(queue.letters) for queue in self._queues.values())
        )
        self._dropped = Counter(
            "trunkline_listen_partials_dropped_total",
            "Partials given up while the bus was away or slow",
            registry=registry,
        )
        self._retries = Counter(
            "trunkline_listen_bus_retries_total",
            "Attempts to publish that found the bus away",
            registry=registry,
        )

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Own the senders from now on."""
        self._tasks = tasks

    def ready(self) -> str:
        """Empty while the bus takes what is published."""
        return "bus is away" if self._away else ""

    def put(self, call_id: str, letter: Letter) -> None:
        """Publish behind everything else of the call."""
        queue = self._queues.setdefault(call_id, _Queue())
        if not queue.put(letter):
            self._dropped.inc()
        if queue.sender is None:
            assert self._tasks is not None, "put before start"
            queue.sender = self._tasks.create_task(self._send_all(call_id, queue))

    async def sent(self, call_id: str) -> None:
        """Return once everything of the call is durable, however long the bus is away."""
        while queue := self._queues.get(call_id):
            assert queue.sender is not None
            await asyncio.shield(queue.sender)

    async def close(self, *, wait_s: float) -> None:
        """Publish what waits; what the bus does not take in time is lost with this process."""
        senders = [queue.sender for queue in self._queues.values() if queue.sender]
        if not senders:
            return
        _, late = await asyncio.wait(senders, timeout=wait_s)
        if late:
            lost = sum(len(queue.letters) for queue in self._queues.values())
            logger.error("bus is away at the end, events lost", extra={"count": lost})
        for sender in late:
            sender.cancel()

    async def _send_all(self, call_id: str, queue: _Queue) -> None:
        """Lives while the queue holds letters."""
        wait_s = FIRST_WAIT_S
        while queue.letters:
            letter = queue.letters[0]
            try:
                await self._bus.publish(letter.topic, call_id, letter.value)
            except Unavailable:
                self._away = True
                self._retries.inc()
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            else:
                self._away = False
                wait_s = FIRST_WAIT_S
                queue.sent()
                if letter.sent is not None:
                    letter.sent()
        del self._queues[call_id]
