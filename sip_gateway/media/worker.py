"""The media worker: one process that listens to many calls, told which by the signalling process.

It lives as long as its connection from the signalling process. When that goes, it finishes what it
has heard, frees its ports and returns; it never ends a call by itself, because another worker will
take the call up again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from prometheus_client import CollectorRegistry

from sip_gateway.audio.key import Key
from sip_gateway.media.ahead import look_ahead
from sip_gateway.media.call import MediaCall
from sip_gateway.media.connection import Disconnected, read_message, write_message
from sip_gateway.media.contained import Contained
from sip_gateway.media.kept_ports import KeptPorts, Passed
from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.metrics import MediaMetrics
from sip_gateway.media.parts import Parts
from sip_gateway.media.pause_rule import Cause
from sip_gateway.media.port_pool import NoPort, PortPool
from sip_gateway.media.progress import Progress
from sip_gateway.media.relaying import Relaying, Which
from sip_gateway.media.running_leg import RunningLeg
from sip_gateway.media.sinks import AudioSink, CallSink
from sip_gateway.media.sockets import Sockets
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CallRefused,
    CloseCall,
    CloseRelays,
    FromWorker,
    KeepPorts,
    LegSpec,
    LoadTold,
    MediaTimedOut,
    OpenCall,
    OpenRelays,
    PauseLegs,
    PressKey,
    ResumeLegs,
    ToCall,
    ToWorker,
    UpdateLegs,
)

logger = logging.getLogger(__name__)

SWEEP_S = 0.02
"""How often ports are emptied: two packets at most wait, and wake-ups do not grow with packets."""

REMEMBER_S = 1.0
STOPPING_S = 10.0
"""After being told to stop, the signalling process gets so long to close its calls."""


OfCall = tuple[MediaCall, RunningLeg]


class Sinks(NamedTuple):
    """Where the worker puts what it hears."""

    audio: AudioSink
    events: CallSink
    lag_ms: int = 0
    """So long after its audio may the first word of what is said come back; 0: nothing does."""

    load: Callable[[], float] = lambda: 0.0
    """How busy the recogniser is: 0 idle, 1 full."""


class Place(NamedTuple):
    """Which of the workers this is, and where it keeps and offers things."""

    socket_path: Path
    progress_dir: Path
    worker: int = 0


class MediaWorker:
    """Listens on a unix socket for the signalling process, and on UDP ports for its calls."""

    def __init__(
        self, settings: Settings, sinks: Sinks, *, place: Place, registry: CollectorRegistry
    ) -> None:
        self._socket_path = place.socket_path
        self._metrics = MediaMetrics(registry)
        self._progress = Progress(place.progress_dir)
        ports = PortPool(
            settings.rtp_port_first,
            settings.rtp_port_last,
            index=place.worker,
            workers=max(settings.media_workers, place.worker + 1),
        )
        self._relays = Relaying(
            settings,
            Which(place.worker, place.progress_dir.with_name("relayed")),
            say=self._say,
            registry=registry,
        )
        self._parts = Parts(
            settings,
            sinks.audio,
            sinks.events,
            ports,
            Sockets(settings.listen_host),
            self._progress,
            self._metrics,
            self._say,
            sinks.lag_ms,
            self._relays.ear,
            KeptPorts(ports),
            self._pass_on,
        )
        self._load = sinks.load
        self._told_load = 0.0
        self._calls: dict[str, MediaCall] = {}
        self._inboxes: dict[str, asyncio.Queue[ToCall | None]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._over = asyncio.Event()
        self._stopping = False
        self._listening = False

    def ready(self) -> str:
        """Empty when the worker takes calls."""
        return "" if self._listening and not self._stopping else "media worker is not listening"

    def note_open_segment(
        self, leg_id: str, start_ms: int | None, finished_ms: int | None = None
    ) -> None:
        """The recogniser began a segment of the leg, or (None) finished the one it had begun.

        `finished_ms` is where the last one that is safe with who reads it ends.
        """
        call = self._calls.get(leg_id.rpartition("-")[0])
        if call and (running := call.legs.get(leg_id)):
            running.open_since_ms = start_ms
            if finished_ms is not None:
                running.finished_ms = finished_ms
            call.remember()

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until the signalling process has gone, or `stop` is set and its calls closed."""
        self._progress.remove_stale()
        self._socket_path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._connected, self._socket_path)
        self._socket_path.chmod(0o600)
        self._listening = True
        self._relays.start()
        async with asyncio.TaskGroup() as self._tasks:
            sweep = self._tasks.create_task(self._sweep())
            stopping = self._tasks.create_task(self._stop(stop))
            await self._over.wait()
            self._stopping = True
            self._relays.close()
            server.close()
            await self._hand_over()
            sweep.cancel()
            stopping.cancel()
        if self._writer:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        # The socket's path stays: a successor may have put its own there by now.

    async def _stop(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stopping = True
        until = monotonic() + STOPPING_S
        while self._calls and monotonic() < until and not self._over.is_set():
            await asyncio.sleep(SWEEP_S)
        self._over.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._writer is not None:
            writer.close()
            return
        self._writer = writer
        try:
            while True:
                self._dispatch(await read_message(reader))
        except Disconnected:
            if self._calls and not self._stopping:
                logger.warning("signalling is gone, calls left", extra={"count": len(self._calls)})
            self._over.set()

    def _dispatch(self, message: ToWorker) -> None:
        """Each call has a task and an inbox, so that no call waits for another."""
        assert self._tasks is not None
        if isinstance(message, OpenRelays | CloseRelays):
            self._relays.obey(message)
            return
        if isinstance(message, KeepPorts):
            used = {running.rtp.port for _, running in self._legs()}
            self._parts.kept.keep(message.call_id, message.ports, used=used)
            return
        inbox = self._inboxes.get(message.call_id)
        if inbox is not None:
            inbox.put_nowait(message)
        elif isinstance(message, OpenCall) and not self._stopping:
            inbox = self._inboxes[message.call_id] = asyncio.Queue()
            self._tasks.create_task(self._run_call(message, inbox))
        elif isinstance(message, CloseCall):
            self._say(CallClosed(call_id=message.call_id))
        elif not isinstance(message, PauseLegs | ResumeLegs | PressKey):
            self._say(CallRefused(call_id=message.call_id, why="call is not open here"))

    def _legs(self) -> Iterator[OfCall]:
        for call in self._calls.values():
            for running in call.legs.values():
                yield call, running

    def _pass_on(self, port: int) -> LegSocket | None:
        """A port that is kept, from where it waits or from the leg that has it, which leaves."""
        kept = self._parts.kept
        if not kept.has(port):
            return None
        if (rtp := kept.claim(port)) is not None:
            return rtp
        for call, running in self._legs():
            if running.rtp.port == port and not isinstance(running.rtp, Passed):
                # What came until now is its own.
                call.receive_control(running)
                call.receive(running)
                running.leave("removed")
                return kept.part(running)
        return None

    def _say(self, message: FromWorker) -> None:
        if self._writer and not self._writer.is_closing():
            write_message(self._writer, message)

    async def _run_call(self, opened: OpenCall, inbox: asyncio.Queue[ToCall | None]) -> None:
        """Do what the call's messages say, until it is closed or handed over (None)."""
        call = MediaCall(opened, self._parts)
        open_ = await self._contain(self._open(call, opened), call_id=call.call_id)
        if not open_:
            self._say(CallRefused(call_id=call.call_id, why="fault"))
            inbox.put_nowait(CloseCall(call_id=call.call_id, reason="fault"))
        while call.call_id in self._calls and (message := await inbox.get()):
            if isinstance(message, CloseCall):
                closing = self._close(call, reason=message.reason)
                await self._contain(closing, call_id=call.call_id)
                self._say(CallClosed(call_id=call.call_id))
                break
            if isinstance(message, PauseLegs | ResumeLegs | PressKey):
                await self._contain(self._obey(call, message), call_id=call.call_id)
            elif isinstance(message, UpdateLegs):
                updating = self._update(call, message.legs)
                if not await self._contain(updating, call_id=call.call_id):
                    self._say(CallRefused(call_id=call.call_id, why="fault"))
            else:
                self._say_opened(call)
        self._calls.pop(call.call_id, None)
        self._inboxes.pop(call.call_id, None)
        self._metrics.calls.set(len(self._calls))

    async def _open(self, call: MediaCall, opened: OpenCall) -> None:
        try:
            sockets = await call.open_sockets(opened.legs)
        except (OSError, NoPort) as error:
            self._refuse(call, error)
            return
        self._calls[call.call_id] = call
        self._metrics.calls.set(len(self._calls))
        call.announce()
        for spec in opened.legs:
            self._start(call, call.add(spec, sockets[spec.leg_id], again=opened.resumed))
        self._say_opened(call)

    async def _update(self, call: MediaCall, specs: tuple[LegSpec, ...]) -> None:
        try:
            sockets = await call.open_sockets(specs)
        except (OSError, NoPort) as error:
            self._refuse(call, error)
            return
        named = {spec.leg_id for spec in specs}
        leaving = [running for leg_id, running in call.legs.items() if leg_id not in named]
        for spec in specs:
            if spec.leg_id in call.legs:
                call.change(call.legs[spec.leg_id], spec)
            else:
                self._start(call, call.add(spec, sockets[spec.leg_id]))
        self._say_opened(call)
        await self._end_legs(leaving, reason="removed")

    async def _obey(self, call: MediaCall, message: PauseLegs | ResumeLegs | PressKey) -> None:
        if isinstance(message, PauseLegs):
            call.pausing.pause_at(message.at, Cause(message.why, message.by))
        elif isinstance(message, PressKey):
            if running := call.legs.get(message.leg_id):
                key = Key(message.symbol) if message.symbol else None
                call.pausing.press(running, message.duration_ms, key)
        else:
            call.pausing.resume(Cause("api", message.by))

    async def _close(self, call: MediaCall, *, reason: str) -> None:
        ended = call.said_ended(reason=reason)
        await self._end_legs(list(call.legs.values()), reason=reason)
        await call.finish(ended)

    async def _end_legs(self, legs: list[RunningLeg], *, reason: str) -> None:
        for running in legs:
            running.leave(reason)
        await asyncio.gather(*(running.task for running in legs if running.task))

    def _refuse(self, call: MediaCall, error: OSError | NoPort) -> None:
        self._metrics.refused.inc()
        why = str(error) if isinstance(error, NoPort) else error.strerror or "port not free"
        logger.warning("no RTP port", extra={"call_id": call.call_id, "reason": why})
        self._say(CallRefused(call_id=call.call_id, why=why))

    def _say_opened(self, call: MediaCall) -> None:
        ports = {leg_id: running.rtp.port for leg_id, running in call.legs.items()}
        self._say(CallOpened(call_id=call.call_id, rtp_ports=ports))

    def _start(self, call: MediaCall, running: RunningLeg) -> None:
        assert self._tasks is not None
        running.task = self._tasks.create_task(self._run_leg(call, running))
        self._metrics.legs.inc()

    async def _run_leg(self, call: MediaCall, running: RunningLeg) -> None:
        """The leg's end; until then it is heard with all others (`_hear`)."""
        leg_id = running.leg.joined.leg_id
        await running.over.wait()
        if not running.faulted:
            self._each([(call, running)], MediaCall.play_out)
        await self._contain(call.end_leg(running), call_id=call.call_id, leg_id=leg_id)
        self._metrics.legs.dec()

    async def _contain(
        self, work: Coroutine[None, None, None], *, call_id: str, leg_id: str = ""
    ) -> bool:
        """False after a fault of ours."""
        with Contained(self._metrics.faults, call_id=call_id, leg_id=leg_id) as contained:
            await work
        return not contained.faulted

    def _each(self, legs: list[OfCall], step: Callable[[MediaCall, RunningLeg], None]) -> None:
        """The same with each leg; one that faults ends."""
        rest = iter(legs)
        running = None
        while True:
            with Contained(self._metrics.faults) as contained:
                for call, running in rest:
                    contained.call_id, contained.leg_id = call.call_id, running.leg.joined.leg_id
                    step(call, running)
            if not contained.faulted or running is None:
                return
            running.fail()

    def _hear(self, now: float) -> None:
        """All legs that are due: what came is taken first, so that the costly part of it can be
        done for all of them at once."""
        due = [
            (call, running)
            for call in self._calls.values()
            for running in call.legs.values()
            if running.due_at <= now and running.leaves is None
        ]
        self._each(due, MediaCall.receive)
        due = [(call, running) for call, running in due if not running.faulted]
        with Contained(self._metrics.faults):
            look_ahead(running.leg for _, running in due)
        self._each(due, MediaCall.hear)

    async def _sweep(self) -> None:
        """Hear the legs that have something to say; look after all calls once a second."""
        second = monotonic()
        while True:
            await asyncio.sleep(SWEEP_S)
            now = monotonic()
            self._hear(now)
            if now - second >= REMEMBER_S:
                second = now
                self._look_after_calls(now)

    def _look_after_calls(self, now: float) -> None:
        if (load := round(self._load(), 1)) != self._told_load:
            self._told_load = load
            self._say(LoadTold(load=load))
        self._metrics.paused.set(sum(call.pausing.on for call in self._calls.values()))
        for call in self._calls.values():
            for running in call.legs.values():
                call.receive_control(running)
                running.report(now=now)
                self._metrics.add(running.leg.counts, running.reported)
            call.remember()
            call.pausing.look_after()
            if call.times_out(now=now):
                logger.info("media timed out", extra={"call_id": call.call_id})
                self._say(MediaTimedOut(call_id=call.call_id))

    async def _hand_over(self) -> None:
        """Finish what was heard, free the ports, and leave each call to who takes it up."""
        self._parts.kept.let_go()
        calls = list(self._calls.values())
        legs = [running for call in calls for running in call.legs.values()]
        await self._end_legs(legs, reason="")
        for call in calls:
            call.remember()
            self._inboxes[call.call_id].put_nowait(None)
