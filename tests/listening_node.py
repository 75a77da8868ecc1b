"""A listening node that obeys the commands for one call, as a media worker does: for tests."""

import asyncio

import msgspec
from prometheus_client import CollectorRegistry

from sip_gateway.command_reader import CommandReader
from sip_gateway.commands import CallCommand, PauseCall
from sip_gateway.events import CALLS_TOPIC, CallEvent, LegHeld, LegResumed
from tests.told_call import ToldCall
from trunkline.bus import Bus


class Node:
    """A listening node that has one call, obeys, and says so as the media worker does."""

    def __init__(self, bus: Bus, call: ToldCall) -> None:
        self.deaf = False
        self.obeyed: list[CallCommand] = []
        self._bus = bus
        self._call = call
        self._to_say: asyncio.Queue[CallEvent] = asyncio.Queue()
        self.reader = CommandReader(bus, self.obey, registry=CollectorRegistry())

    def obey(self, command: CallCommand) -> None:
        if self.deaf or command.call_id != self._call.call_id:
            return
        self.obeyed.append(command)
        for channel in (0, 1):
            leg_id = self._call.leg_id(channel)
            of = {"tenant_id": command.tenant_id, "call_id": command.call_id, "leg_id": leg_id}
            if isinstance(command, PauseCall):
                self._to_say.put_nowait(LegHeld(**of, at_ms=1000, why="api"))
            else:
                self._to_say.put_nowait(LegResumed(**of, at_ms=2000))

    async def run(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(self._tell())
            await self.reader.run(stop)
            telling.cancel()

    async def _tell(self) -> None:
        while True:
            event = await self._to_say.get()
            await self._bus.publish(CALLS_TOPIC, event.call_id, msgspec.json.encode(event))
