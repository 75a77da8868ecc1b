"""Reads the commands topic for one listening node."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from prometheus_client import CollectorRegistry, Counter, Histogram

from sip_gateway.commands import COMMANDS_TOPIC, OLDEST_S, CallCommand
from trunkline.bus import Bus, Subscription, Unavailable

logger = logging.getLogger(__name__)

WAIT_S = 1.0
RETRY_FIRST_S = 0.1
RETRY_LONGEST_S = 5.0

_DECODER: msgspec.json.Decoder[CallCommand] = msgspec.json.Decoder(CallCommand)
_UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class CommandReader:
    """Hands every command on the topic to `obey`: which of them are for it, that knows."""

    def __init__(
        self, bus: Bus, obey: Callable[[CallCommand], None], *, registry: CollectorRegistry
    ) -> None:
        self._bus = bus
        self._obey = obey
        self._missing = "commands: the bus has not been reached"
        self._read = Counter(
            "trunkline_sip_gateway_commands_total",
            "Commands read, by what became of them; most are for calls of other nodes",
            ["result"],
            registry=registry,
        )
        self._age = Histogram(
            "trunkline_sip_gateway_command_age_seconds",
            "From being asked for to being read here",
            registry=registry,
            buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
        )

    def ready(self) -> str:
        """Empty once commands are read."""
        return self._missing

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set."""
        subscription = await self._tail(stop)
        if subscription is None:
            return
        self._missing = ""
        try:
            while not stop.is_set():
                for record in await subscription.fetch(wait_s=WAIT_S):
                    self._take(record.value, now=datetime.now(UTC))
        finally:
            await subscription.close()

    async def _tail(self, stop: asyncio.Event) -> Subscription | None:
        """The commands of the last moments too: this node may have been away."""
        pause_s = RETRY_FIRST_S
        while not stop.is_set():
            try:
                return await self._bus.tail([COMMANDS_TOPIC], since_s=OLDEST_S)
            except Unavailable:
                try:
                    async with asyncio.timeout(pause_s):
                        await stop.wait()
                except TimeoutError:
                    pause_s = min(2 * pause_s, RETRY_LONGEST_S)
        return None

    def _take(self, value: bytes, *, now: datetime) -> None:
        try:
            command = _DECODER.decode(value)
        except _UNDECODABLE:
            self._read.labels("undecodable").inc()
            logger.error("a command cannot be read", extra={"reason": "undecodable"})
            return
        age_s = (now - command.at).total_seconds()
        self._age.observe(max(0.0, age_s))
        if age_s > OLDEST_S:
            self._read.labels("too_old").inc()
            return
        self._read.labels("read").inc()
        self._obey(command)
