"""Keeps the extension registered and serves its calls."""

import asyncio
import contextlib
import logging
import threading
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge

from sip_gateway.caller.plan import CallFailed
from sip_gateway.extension import leg
from sip_gateway.extension.phone import LICENCE, Message, Phone, PhoneCall, read
from sip_gateway.extension.settings import Extension as Settings
from sip_gateway.sip.message import Request
from trunkline.bus.waiting import pause

logger = logging.getLogger(__name__)

FIRST_BACK_OFF_S = 2.0
LONGEST_BACK_OFF_S = 60.0
LOOK_S = 0.5
END_S = 12.0
"""How long calls may take to end at our own gateway."""

WAITING_CHANGES = 8
"""Further INVITEs of one call that wait; beyond it they are dropped, and the PBX repeats them."""


class Ends(NamedTuple):
    """Where we are told to be."""

    host: str
    """What the PBX reaches us at."""

    sip: tuple[str, int]
    """Our own SIP port."""


class Extension:
    """The part of the role `extension`."""

    def __init__(
        self, settings: Settings, ends: Ends, *, password: str, registry: CollectorRegistry
    ) -> None:
        self._settings = settings
        self._ends = ends
        self._password = password
        self._phone: Phone | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._active = 0
        self._free = threading.BoundedSemaphore(settings.max_calls)
        self._calls = Gauge(
            "trunkline_sip_gateway_extension_calls", "Calls of the extension", registry=registry
        )
        self._refused = Counter(
            "trunkline_sip_gateway_extension_refused_total",
            "Calls of the extension that were told busy, by why",
            ["why"],
            registry=registry,
        )

    def ready(self) -> str:
        """Empty while the PBX knows us."""
        return "" if self._phone and self._phone.registered else "not registered with the PBX"

    async def run(self, stop: asyncio.Event) -> None:
        """Be registered until `stop` is set; then end all calls and say goodbye to the PBX."""
        logger.warning(LICENCE)
        self._loop = asyncio.get_running_loop()
        back_off_s = FIRST_BACK_OFF_S
        while not stop.is_set():
            phone = Phone(
                self._settings, host=self._ends.host, password=self._password, serve=self._serve
            )
            self._phone = phone
            was_registered = await self._live(phone, stop)
            self._phone = None
            back_off_s = FIRST_BACK_OFF_S if was_registered else back_off_s
            if not stop.is_set():
                logger.warning("not registered with the PBX")
                await pause(stop, back_off_s)
                back_off_s = min(2 * back_off_s, LONGEST_BACK_OFF_S)

    async def _live(self, phone: Phone, stop: asyncio.Event) -> bool:
        """One registration, from its first REGISTER to the end; whether the PBX took it."""
        was_registered = False
        try:
            await asyncio.to_thread(phone.start)
            while not (stop.is_set() or phone.failed):
                if phone.registered and not was_registered:
                    logger.info("registered with the PBX")
                    was_registered = True
                await pause(stop, LOOK_S)
        except OSError as error:
            logger.error("extension not started", extra={"reason": type(error).__name__})
        await asyncio.to_thread(phone.stop)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                while self._active:
                    await asyncio.sleep(LOOK_S / 10)
        return was_registered

    # On a thread of pyVoIP's, one a call.

    def _serve(self, call: PhoneCall) -> None:
        assert self._loop is not None
        invite = read(call.request.raw)
        if invite is None or not self._free.acquire(blocking=False):
            self._refuse(call, "malformed" if invite is None else "busy")
            return
        try:
            # This thread owns the task: it waits for it, and the loop runs until phone.stop.
            asyncio.run_coroutine_threadsafe(self._pass_on(call, invite), self._loop).result()
        finally:
            self._free.release()

    def _refuse(self, call: PhoneCall, why: str) -> None:
        self._refused.labels(why).inc()
        call.refuse()

    # On the loop.

    async def _pass_on(self, call: PhoneCall, invite: Request) -> None:
        """One call, from its INVITE to its end."""
        try:
            ours = await leg.dial(invite, self._ends.sip)
        except CallFailed:
            self._refuse(call, "unreachable")
            return
        self._active += 1
        self._calls.set(self._active)
        driving = asyncio.ensure_future(ours.signalling.run())
        try:
            await self._talk(call, ours, invite)
        except CallFailed as error:
            self._refuse(call, str(error.status or "failed"))
        finally:
            await ours.hang_up()
            driving.cancel()
            await asyncio.gather(driving, return_exceptions=True)
            call.hang_up()
            self._active -= 1
            self._calls.set(self._active)

    async def _talk(self, call: PhoneCall, ours: leg.PassedCall, invite: Request) -> None:
        changes: asyncio.Queue[Message | None] = asyncio.Queue(WAITING_CHANGES)
        loop = asyncio.get_running_loop()
        # From pyVoIP's threads to the loop.
        call.changed = lambda request: loop.call_soon_threadsafe(_put, changes, request)
        call.ended = lambda: loop.call_soon_threadsafe(_put, changes, None)
        answered = invite.cseq.number
        answer = await ours.answer_to(invite.body, host=self._ends.host)
        if call.is_over.is_set():
            return
        call.answer_with(answer)
        ending = asyncio.ensure_future(_told_of_the_end(ours, changes))
        try:
            while (change := await changes.get()) is not None:
                request = read(change.raw)
                if request is None:
                    continue
                if request.cseq.number > answered:
                    answer = await ours.answer_to(request.body, host=self._ends.host)
                    answered = request.cseq.number
                call.answer_with(answer, change)
        finally:
            ending.cancel()


async def _told_of_the_end(ours: leg.PassedCall, changes: "asyncio.Queue[Message | None]") -> None:
    await ours.signalling.until(lambda: ours.over)
    _put(changes, None)


def _put(changes: "asyncio.Queue[Message | None]", change: Message | None) -> None:
    """Behind the others; the end comes before them all."""
    while change is None and not changes.empty():
        changes.get_nowait()
    with contextlib.suppress(asyncio.QueueFull):
        changes.put_nowait(change)
