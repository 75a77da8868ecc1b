"""Asks the nodes that listen to pause a call, and waits for their word that they did."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum

import msgspec

from analytics.feed import CaptionFeed
from sip_gateway.commands import COMMANDS_TOPIC, CallCommand, PauseCall, ResumeCall
from trunkline.bus import Bus

CONFIRMED_S = 3.0
"""So long is waited for a listening node; it takes some milliseconds."""


class Outcome(Enum):
    """What became of a command."""

    DONE = "done"
    NOT_CONFIRMED = "not confirmed"  # it stands for a while, and may still be done
    OVER = "over"  # the call ended meanwhile


class Pausing:
    """The commands of one serve process. `trunkline.bus.Unavailable` passes through."""

    def __init__(self, bus: Bus, feed: CaptionFeed) -> None:
        self._bus = bus
        self._feed = feed

    def is_live(self, tenant_id: str, call_id: str) -> bool:
        """Whether the call is known to go on; False also of one that is not known here yet."""
        call = self._feed.find(tenant_id, call_id)
        return call is not None and not call.ended

    async def pause(self, tenant_id: str, call_id: str, *, by: str) -> Outcome:
        """Pause, or say again that it is paused; from this moment on nothing is kept."""
        command = PauseCall(tenant_id=tenant_id, call_id=call_id, at=datetime.now(UTC), by=by)
        said = self._said(command)
        await self._publish(command)

        def confirmed() -> bool:
            call = self._feed.find(tenant_id, call_id)
            return call is not None and call.paused == "api" and call.pauses_said > said

        return await self._confirmation(command, confirmed=confirmed)

    async def resume(self, tenant_id: str, call_id: str, *, by: str) -> Outcome:
        """Listen again; a call that is not paused stays as it is."""
        command = ResumeCall(tenant_id=tenant_id, call_id=call_id, at=datetime.now(UTC), by=by)
        await self._publish(command)

        def confirmed() -> bool:
            call = self._feed.find(tenant_id, call_id)
            return call is not None and not call.paused

        return await self._confirmation(command, confirmed=confirmed)

    def _said(self, command: CallCommand) -> int:
        call = self._feed.find(command.tenant_id, command.call_id)
        return call.pauses_said if call is not None else 0

    async def _publish(self, command: CallCommand) -> None:
        await self._bus.publish(COMMANDS_TOPIC, command.call_id, msgspec.json.encode(command))

    async def _confirmation(
        self, command: CallCommand, *, confirmed: Callable[[], bool]
    ) -> Outcome:
        def over() -> bool:
            call = self._feed.find(command.tenant_id, command.call_id)
            return call is not None and call.ended

        await self._feed.until(lambda: confirmed() or over(), wait_s=CONFIRMED_S)
        if over():
            return Outcome.OVER
        return Outcome.DONE if confirmed() else Outcome.NOT_CONFIRMED
