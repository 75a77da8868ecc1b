"""Batch speed, and what a batch job beside it costs a live leg: python -m tests.batch_bench DIR...

Prints hours of audio a core-hour (CPU seconds) for each folder; with
`--live`, how long a leg's finals take in `LocalSpeech` with and without a job beside it.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from prometheus_client import CollectorRegistry

from tests.services.speech import STEP, frame, leg_audio, stream
from triton_models.events import RawTranscript
from triton_models.local import LocalSpeech
from triton_models.settings import Settings
from trunkline.batch.audio import blocks
from trunkline.batch.hear import Hearing
from trunkline.batch.pieces import cut
from trunkline.batch.places import LocalFiles
from trunkline.batch.recogniser import load_for_batch

MODELS = Path(".cache/models")


KINDS = (("fast", "fast"), ("fast", "none"), ("full", "exact"))
"""Effort and word times: the default, the fastest, and what live legs get."""


def speed(folder: Path, effort: str, word_times: str) -> str:
    """One line of the table; decoding included, start and redaction not."""
    hearing = Hearing(load_for_batch(Settings(), MODELS, word_times=word_times, effort=effort))
    began_s, audio_ms, speech_ms = time.process_time(), 0, 0
    for found in LocalFiles(folder).recordings():
        for group in cut(blocks(Path(found.address))):
            heard = hearing.hear(group, clock=time.thread_time)
            audio_ms += group.audio_ms
            speech_ms += sum(
                one.end_ms - one.start_ms for piece in heard.pieces for one in piece.hypotheses
            )
    cpu_s = time.process_time() - began_s
    return (
        f"{folder}: effort {effort}, word times {word_times}: {audio_ms / 1000:.0f} s of audio "
        f"with {speech_ms / 1000:.0f} s of speech, {cpu_s:.1f} s of CPU: "
        f"{audio_ms / 1000 / cpu_s:.1f} h a core-hour"
    )


async def final_delays_ms(seconds: float) -> list[float]:
    """From the last audio that a final covers to the final, of one leg in real time: what is left
    of the endpoint's silence (0.3 s), and what recognition takes."""
    speech = LocalSpeech(Settings(), models_dir=MODELS, registry=CollectorRegistry())
    while not speech.ready:
        await asyncio.sleep(0.05)
    speech.start_leg(stream("bench"))
    samples = leg_audio("agent", end_s=seconds)
    delays: list[float] = []

    async def receive() -> None:
        while True:
            result = await speech.receive()
            if isinstance(result, RawTranscript) and result.is_final:
                waited = result.recognised_at - result.audio_end_at
                delays.append(1000 * waited.total_seconds())

    receiving = asyncio.create_task(receive())
    began = time.monotonic()
    for at in range(0, len(samples), STEP):
        await asyncio.sleep(max(0.0, began + (at + STEP) / 16000 - time.monotonic()))
        speech.feed(frame("bench", at // 16, samples[at : at + STEP]))
    await speech.end_leg("bench")
    await asyncio.sleep(0.1)
    receiving.cancel()
    await speech.close()
    return delays


def live_beside_batch(priority: str) -> str:
    """Delays with a job of this priority beside the leg; empty: without one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = _endless_job(folder, priority) if priority else None
        try:
            delays = asyncio.run(final_delays_ms(60.0))
        finally:
            if job is not None:
                job.kill()
                job.wait()
    p50, p95 = np.percentile(delays, [50, 95])
    return (
        f"live finals, batch {priority or 'none'}: n {len(delays)} p50 {p50:.0f} p95 {p95:.0f} ms"
    )


def _endless_job(folder: Path, priority: str) -> "subprocess.Popen[bytes]":
    call, rate_hz = soundfile.read("tests/data/calls/dev/d03_telecom_uk.wav", dtype="int16")
    soundfile.write(folder / "long.wav", np.tile(call, (120, 1)), rate_hz)
    (folder / "settings.toml").write_text(
        f'[appliance]\nstate_dir = "{folder}"\n[triton_models]\nmodels_dir = "{MODELS.resolve()}"\n'
    )
    argv = [sys.executable, "-m", "trunkline", "transcribe", str(folder / "long.wav")]
    argv += ["--settings", str(folder / "settings.toml"), "--priority", priority, "--threads", "2"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(argv, stdout=quiet, stderr=quiet)


def main() -> None:
    """Print everything that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--live", action="store_true")
    args = parser.parse_args()
    for folder in args.folders:
        for effort, word_times in KINDS:
            print(speed(folder, effort, word_times), flush=True)
    if args.live:
        for priority in ("", "idle", "normal"):
            print(live_beside_batch(priority), flush=True)


if __name__ == "__main__":
    main()
