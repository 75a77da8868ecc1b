"""The media worker: one process that listens to many calls, told which by the signalling process.

It lives as long as its connection from the signalling process. When that goes, it finishes what it
has heard, frees its ports and returns; it never ends a call by itself, because another worker will
take the call up again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from prometheus_client import CollectorRegistry

from sip_gateway.media.call import MediaCall
from sip_gateway.media.call_tasks import CallTasks
from sip_gateway.media.connection import Disconnected, read_message, write_message
from sip_gateway.media.hearing import Hearing
from sip_gateway.media.kept_ports import KeptPorts, Passed
from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.metrics import MediaMetrics
from sip_gateway.media.parts import Parts
from sip_gateway.media.port_pool import PortPool
from sip_gateway.media.progress import Progress
from sip_gateway.media.relaying import Relaying, Which
from sip_gateway.media.sinks import AudioSink, CallSink
from sip_gateway.media.sockets import Sockets
from sip_gateway.media.upkeep import Upkeep
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import (
    CallClosed,
    CallRefused,
    CloseCall,
    CloseRelays,
    FromWorker,
    KeepPorts,
    OpenCall,
    OpenRelays,
    PauseLegs,
    PressKey,
    ResumeLegs,
    ToCall,
    ToWorker,
)

logger = logging.getLogger(__name__)

STOPPING_S = 10.0
"""After being told to stop, the signalling process gets so long to close its calls."""

_LOOK_S = 0.02


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
        self._calls: dict[str, MediaCall] = {}
        self._hearing = Hearing(self._calls, self._metrics.faults)
        self._upkeep = Upkeep(self._calls, self._metrics, say=self._say, load=sinks.load)
        self._call_tasks: CallTasks | None = None
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
        async with asyncio.TaskGroup() as tasks:
            self._call_tasks = CallTasks(
                self._calls, self._parts, tasks, hearing=self._hearing, upkeep=self._upkeep
            )
            beside = [
                tasks.create_task(work)
                for work in (self._hearing.run(), self._upkeep.run(), self._stop(stop))
            ]
            await self._over.wait()
            self._stopping = True
            self._relays.close()
            server.close()
            self._parts.kept.let_go()
            await self._call_tasks.hand_over()
            for task in beside:
                task.cancel()
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
            await asyncio.sleep(_LOOK_S)
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
        if isinstance(message, OpenRelays | CloseRelays):
            self._relays.obey(message)
        elif isinstance(message, KeepPorts):
            used = {running.rtp.port for _, running in self._hearing.legs()}
            self._parts.kept.keep(message.call_id, message.ports, used=used)
        else:
            self._dispatch_to_call(message)

    def _dispatch_to_call(self, message: ToCall) -> None:
        assert self._call_tasks is not None
        if self._call_tasks.post(message):
            return
        if isinstance(message, OpenCall) and not self._stopping:
            self._call_tasks.open(message)
        elif isinstance(message, CloseCall):
            self._say(CallClosed(call_id=message.call_id))
        elif not isinstance(message, PauseLegs | ResumeLegs | PressKey):
            self._say(CallRefused(call_id=message.call_id, why="call is not open here"))

    def _pass_on(self, port: int) -> LegSocket | None:
        """A port that is kept, from where it waits or from the leg that has it, which leaves."""
        kept = self._parts.kept
        if not kept.has(port):
            return None
        if (rtp := kept.claim(port)) is not None:
            return rtp
        for call, running in self._hearing.legs():
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
