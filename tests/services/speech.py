"""Fixtures: the models' weights, a real Triton that serves them, and speech to recognise."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from sip_gateway.audio.resample import Upsampler
from sip_gateway.events import AudioFrame
from triton_models.settings import Settings
from triton_models.speech import LegStream, Speech
from trunkline import models
from trunkline.embedded.triton import EmbeddedTriton, unsupported
from trunkline.processes import Watched

ROOT = Path(__file__).parents[2]
CALL = ROOT / "tests" / "data" / "calls" / "dev" / "d01_bank_card"
STEP = 1600


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The weights; fetched at first use."""
    folder = Path(os.environ.get("TRUNKLINE_TEST_MODELS", ROOT / ".cache" / "models"))
    try:
        models.fetch(folder, report=print)
    except models.NotFetched as error:
        if "CI" in os.environ:
            raise
        pytest.skip(f"no weights: {error}")
    return folder


class TritonServer:
    """An embedded Triton under its supervisor, which runs in a thread of its own."""

    def __init__(self, models_dir: Path, run_dir: Path, settings: Settings | None = None) -> None:
        asked = settings or Settings()
        self.embedded = EmbeddedTriton(asked, models_dir=models_dir, run_dir=run_dir)
        self.log = run_dir / "triton.log"
        self._watched = Watched(self.embedded.prepare(), log=self.log)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._supervise, daemon=True)

    @property
    def url(self) -> str:
        return self.embedded.url

    @property
    def pid(self) -> int:
        assert self._watched.process is not None
        return self._watched.process.pid

    def start(self) -> None:
        """Return once it recognises."""
        self._thread.start()
        ready = asyncio.run_coroutine_threadsafe(self.embedded.wait_ready(), self._loop)
        ready.result()

    def stop(self) -> None:
        """Return once it is gone."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _supervise(self) -> None:
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._run())

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watched.run(self._stop))
            tasks.create_task(self.embedded.stub_watch().run(self._stop))


@pytest.fixture(scope="session")
def triton(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TritonServer]:
    """One server for all tests of the run; who kills it finds it restarted."""
    if why := unsupported():
        if "CI" in os.environ:
            pytest.fail(why)
        pytest.skip(why)
    server = TritonServer(models_dir, tmp_path_factory.mktemp("triton"))
    server.start()
    yield server
    server.stop()


def leg_audio(name: str, *, start_s: float = 0.0, end_s: float = 61.0) -> NDArray[np.int16]:
    """`agent` or `customer` of a synthetic telephone call, int16 [samples], 16 kHz."""
    narrow, rate_hz = soundfile.read(CALL / f"{name}.wav", dtype="int16")
    part = narrow[int(start_s * rate_hz) : int(end_s * rate_hz)]
    wide = np.frombuffer(Upsampler().process(part.tobytes()), np.int16)
    return wide[: len(wide) // STEP * STEP]


def stream(leg_id: str, channel: int = 0) -> LegStream:
    """A leg of a call of its own."""
    return LegStream("t", f"call-{leg_id}", leg_id, channel, "agent", "en")


def frame(leg_id: str, start_ms: int, samples: NDArray[np.int16]) -> AudioFrame:
    """Audio as the media worker hands it on."""
    return AudioFrame(
        tenant_id="t",
        call_id=f"call-{leg_id}",
        leg_id=leg_id,
        start_ms=start_ms,
        rate_hz=16000,
        pcm=samples.tobytes(),
        captured_at=datetime.now(UTC),
    )


def feed(speech: Speech, leg_id: str, samples: NDArray[np.int16], *, start_ms: int = 0) -> int:
    """All of `samples` at once, in frames of 100 ms; where it ends."""
    for at in range(0, len(samples), STEP):
        speech.feed(frame(leg_id, start_ms + at // 16, samples[at : at + STEP]))
    return start_ms + len(samples) // 16
