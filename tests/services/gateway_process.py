"""The gateway alone in processes of its own: real signalling, real media workers, no recogniser.

`listen STATE` prints its SIP ports (the second is for TLS, or 0) and takes calls. The media workers
append the events of calls, and how much audio each leg had, to STATE/events.jsonl.
"""

import asyncio
import signal
import sys
from pathlib import Path

import msgspec
import numpy as np
import uvloop
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from sip_gateway.caller.digest import Login
from sip_gateway.dialog_store import DialogStore
from sip_gateway.events import AudioFrame, CallEnded, CallEvent
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.media.worker import MediaWorker, Place, Sinks
from sip_gateway.settings import Settings
from sip_gateway.signalling import Signalling
from sip_gateway.worker_pool import WorkerPool
from trunkline.observe import log_to_stderr
from trunkline.sip_users import read_users

KEY = bytes(32)


class Heard(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How much audio a leg had, when it ended."""

    leg_id: str
    frames: int
    line_hz: int = 0
    """The rate of its line."""

    above_4_khz: float = 0.0
    """Share of its sound's power."""


class Recorder:
    """Both sinks of a worker, into one file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._frames: dict[str, int] = {}
        self._rates: dict[str, int] = {}
        self._powers: dict[str, NDArray[np.float64]] = {}

    def start_leg(self, leg: JoinedLeg) -> None:
        self._frames.setdefault(leg.leg_id, 0)

    def feed(self, frame: AudioFrame) -> None:
        self._frames[frame.leg_id] += 1
        self._rates[frame.leg_id] = frame.line_hz
        power = np.abs(np.fft.rfft(np.frombuffer(frame.pcm, "<i2").astype(float))) ** 2
        high = len(power) * 4000 * 2 // frame.rate_hz
        before = self._powers.get(frame.leg_id, np.zeros(2))
        self._powers[frame.leg_id] = before + [power.sum(), power[high:].sum()]

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        pass

    def pause_leg(self, leg_id: str, *, from_ms: int) -> None:
        pass

    def resume_leg(self, leg_id: str, *, at_ms: int) -> None:
        pass

    async def end_leg(self, leg_id: str) -> None:
        whole, high = self._powers.pop(leg_id, np.zeros(2))
        self._write(
            Heard(
                leg_id=leg_id,
                frames=self._frames.pop(leg_id),
                line_hz=self._rates.pop(leg_id, 0),
                above_4_khz=float(high / whole) if whole else 0.0,
            )
        )

    def publish(self, event: CallEvent) -> None:
        self._write(event)

    async def finish(self, ended: CallEnded) -> None:
        self._write(ended)

    def _write(self, event: CallEvent | Heard) -> None:
        self._file.write(msgspec.json.encode(event) + b"\n")


async def listen(state: Path, settings: Settings, stop: asyncio.Event) -> None:
    """The signalling process."""

    async def spawn(index: int, socket_path: Path) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __spec__.name if __spec__ else "", "media", str(state),
            str(index), str(socket_path), start_new_session=True, stdout=sys.stderr,
        )  # fmt: skip
        (state / f"media-{index}.pid").write_text(str(process.pid))
        return process

    registry = CollectorRegistry()
    pool = WorkerPool(spawn, sockets=state / "run", count=settings.media_workers, registry=registry)
    signalling = Signalling(
        settings,
        tenant_id="default",
        workers=pool,
        state=DialogStore(state / "dialogs", KEY),
        registry=registry,
    )
    if settings.peers.digest:
        signalling.ask_for(read_users(state / "sip_users.toml"))
    signalling.log_in(
        {
            of.name: Login(of.login or of.user, (state / f"{of.name}.password").read_text())
            for of in settings.inline.registrations
        }
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(signalling.run(stop))
        await signalling.started.wait()
        while signalling.ready():
            await asyncio.sleep(0.02)
        print(signalling.port, signalling.tls_port, flush=True)


async def media(state: Path, settings: Settings, stop: asyncio.Event) -> None:
    """One media worker."""
    recorder = Recorder(state / "events.jsonl")
    place = Place(Path(sys.argv[4]), state / "heard", worker=int(sys.argv[3]))
    worker = MediaWorker(
        settings, Sinks(recorder, recorder), place=place, registry=CollectorRegistry()
    )
    await worker.run(stop)


async def main() -> None:
    """`listen STATE`, or `media STATE INDEX SOCKET`."""
    state = Path(sys.argv[2])
    settings = msgspec.json.decode((state / "settings.json").read_bytes(), type=Settings)
    log_to_stderr("INFO")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await {"listen": listen, "media": media}[sys.argv[1]](state, settings, stop)


if __name__ == "__main__":
    uvloop.run(main())
