"""A media worker with a real unix socket and real UDP ports, and sinks that remember: for tests."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry

from sip_gateway.events import AudioFrame, CallEnded, CallEvent
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.media.worker import MediaWorker, Place, Sinks
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import CallOpened, FromWorker, LegSpec, OpenCall, ToWorker

DEADLINE_S = 10.0
_LENGTH = struct.Struct("!I")
_DECODER: msgspec.json.Decoder[FromWorker] = msgspec.json.Decoder(FromWorker)


class Remembered:
    """Audio and event sink: keeps all of it."""

    def __init__(self) -> None:
        self.frames: list[AudioFrame] = []
        self.events: list[CallEvent] = []
        self.started: list[JoinedLeg] = []
        self.held: list[str] = []
        self.paused: list[tuple[str, int]] = []
        self.resumed: list[tuple[str, int]] = []
        self.ended: list[str] = []
        self.faulty_leg = ""

    def start_leg(self, leg: JoinedLeg) -> None:
        self.started.append(leg)

    def feed(self, frame: AudioFrame) -> None:
        if frame.leg_id == self.faulty_leg:
            raise RuntimeError("a fault of ours")
        self.frames.append(frame)

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        self.held.append(leg_id)

    def pause_leg(self, leg_id: str, *, from_ms: int) -> None:
        self.paused.append((leg_id, from_ms))

    def resume_leg(self, leg_id: str, *, at_ms: int) -> None:
        self.resumed.append((leg_id, at_ms))

    async def end_leg(self, leg_id: str) -> None:
        self.ended.append(leg_id)

    def publish(self, event: CallEvent) -> None:
        self.events.append(event)

    async def finish(self, ended: CallEnded) -> None:
        self.publish(ended)

    def names(self, call_id: str) -> list[str]:
        return [type(event).__name__ for event in self.events if event.call_id == call_id]

    def heard_ms(self, leg_id: str) -> list[int]:
        return [frame.start_ms for frame in self.frames if frame.leg_id == leg_id]


class Signalling:
    """The signalling process's end of the worker protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def say(self, message: ToWorker) -> None:
        body = msgspec.json.encode(message)
        self._writer.write(_LENGTH.pack(len(body)) + body)

    async def hear(self) -> FromWorker:
        async with asyncio.timeout(DEADLINE_S):
            (size,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            return _DECODER.decode(await self._reader.readexactly(size))

    async def open(self, call: OpenCall) -> dict[str, int]:
        self.say(call)
        answer = await self.hear()
        assert isinstance(answer, CallOpened), answer
        return answer.rtp_ports

    def hang_up_abruptly(self) -> None:
        self._writer.close()


class Worker:
    """A running worker."""

    def __init__(self, sink: Remembered, signalling: Signalling, stop: asyncio.Event) -> None:
        self.sink = sink
        self.signalling = signalling
        self.stop = stop
        self.registry = CollectorRegistry()
        self.task: asyncio.Task[None] | None = None
        self.core: MediaWorker | None = None

    def count(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0.0

    async def until(self, holds: Callable[[], bool]) -> None:
        await until(holds)


async def until(holds: Callable[[], bool]) -> None:
    """Return once the condition holds; TimeoutError if it does not in time."""
    async with asyncio.timeout(DEADLINE_S):
        while not holds():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running_worker(tmp_path: Path, settings: Settings | None = None) -> AsyncIterator[Worker]:
    """A worker that a signalling process has connected to."""
    sink, stop = Remembered(), asyncio.Event()
    place = Place(tmp_path / "worker.sock", tmp_path / "heard")
    registry = CollectorRegistry()
    core = MediaWorker(
        settings or Settings(listen_host="127.0.0.1", rtp_port_first=42_000, rtp_port_last=42_199),
        Sinks(sink, sink),
        place=place,
        registry=registry,
    )
    task = asyncio.create_task(core.run(stop))
    await until(lambda: core.ready() == "")
    connected = await asyncio.open_unix_connection(place.socket_path)
    worker = Worker(sink, Signalling(*connected), stop)
    worker.task, worker.core, worker.registry = task, core, registry
    try:
        yield worker
    finally:
        worker.signalling.hang_up_abruptly()
        async with asyncio.timeout(DEADLINE_S):
            await task


def two_legs(call_id: str, **changes: object) -> tuple[LegSpec, LegSpec]:
    """Agent and customer."""
    agent, customer = (
        LegSpec(
            leg_id=f"{call_id}-{n}",
            channel=n,
            role=role,
            codec="PCMU",
            payload_type=0,
            telephone_event_type=101,
            label=str(n + 1),
        )
        for n, role in enumerate(("agent", "customer"))
    )
    return (
        msgspec.structs.replace(agent, **changes),
        msgspec.structs.replace(customer, **changes),
    )


def open_call(call_id: str, legs: tuple[LegSpec, ...] = (), *, resumed: bool = False) -> OpenCall:
    """A SIPREC call of two legs."""
    return OpenCall(
        call_id=call_id,
        tenant_id="default",
        ingress="siprec",
        external_id="peer",
        started_at=datetime.now(UTC),
        legs=legs or two_legs(call_id),
        resumed=resumed,
    )


class Phone:
    """Sends datagrams to one port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self._udp.sendto(datagram, ("127.0.0.1", self._port))

    def close(self) -> None:
        self._udp.close()
