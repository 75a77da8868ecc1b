"""`make bench speech`: our speech beside its peers, the same audio, one run. Nothing else may run.

    python -m tests.load.speech [--calls DIR] [--peers PYTHON] [--models DIR]

Two passes for each recogniser. *Live*: both legs of the first call, fed at the pace of speech; its
delays. *All*: every leg of every call; its words and CPU seconds. In that pass ours is fed at the
pace of speech too, all legs side by side, since it works less when it falls behind; moonshine's
transcriber counts audio, not time, and does the same work at any pace; Whisper has no live mode.
PYTHON is an interpreter with what is in peers.txt; without it, ours alone is measured.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from sip_gateway.audio.resample import Upsampler
from sip_gateway.events import AudioFrame
from tests.load.shown import (
    Errors,
    Leg,
    Shown,
    final_delays_ms,
    percentile,
    word_delays_ms,
    word_errors,
)
from tests.services.speech import ROOT
from triton_models.events import RawTranscript
from triton_models.local import LocalSpeech
from triton_models.settings import Settings
from triton_models.speech import LegStream, Speech
from trunkline.evaluate.prepare import read_calls

Audio = NDArray[np.int16]
RATE_HZ = 16000
STEP = 1600
CALLS = ROOT / "tests" / "data" / "calls" / "dev"
PEERS = ROOT / ".venv-bench" / "bin" / "python"


class Heard(NamedTuple):
    """What one pass of one recogniser gave."""

    shown: list[Shown]
    cpu_s: float


class Figures(NamedTuple):
    """One recogniser's column."""

    name: str
    errors: Errors
    cpu_a_second: float
    """CPU seconds for a second of speech."""

    audio_a_cpu_second: float
    finals_ms: list[float]
    words_ms: list[float]


class _Used(msgspec.Struct):
    cpu_s: float


def read_legs(folder: Path) -> list[tuple[Leg, Audio]]:
    """Both legs of each call, 16 kHz, as the media worker hands them on."""
    legs = []
    for call in read_calls(folder):
        narrow, _ = soundfile.read(call.wav, dtype="int16", always_2d=True)
        for channel in range(narrow.shape[1]):
            wide = np.frombuffer(Upsampler().process(narrow[:, channel].tobytes()), np.int16)
            leg = Leg(call.reference, call.audible, channel)
            legs.append((leg, wide[: len(wide) // STEP * STEP]))
    return legs


async def ours(audios: Sequence[Audio], models_dir: Path) -> Heard:
    """Through the `Speech` seam, in this process, all legs at the pace of speech."""
    speech = LocalSpeech(Settings(), models_dir=models_dir, registry=CollectorRegistry())
    async with asyncio.timeout(60):
        while not speech.ready:
            await asyncio.sleep(0.05)
    shown: list[Shown] = []
    before, begun = time.process_time(), time.monotonic()
    receiving = asyncio.create_task(_receive(speech, shown, begun=begun))
    await asyncio.gather(
        *(_play(speech, at, audio, begun=begun) for at, audio in enumerate(audios))
    )
    await asyncio.sleep(0)  # `end_leg` returned: all is queued
    receiving.cancel()
    await asyncio.wait([receiving])
    cpu_s = time.process_time() - before
    await speech.close()
    return Heard(shown, cpu_s)


async def _play(speech: Speech, at: int, audio: Audio, *, begun: float) -> None:
    leg_id = str(at)
    speech.start_leg(LegStream("bench", leg_id, leg_id, 0, "", "en"))
    for first in range(0, len(audio), STEP):
        due = begun + (first + STEP) / RATE_HZ
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        frame = AudioFrame(
            tenant_id="bench",
            call_id=leg_id,
            leg_id=leg_id,
            start_ms=first * 1000 // RATE_HZ,
            rate_hz=RATE_HZ,
            pcm=audio[first : first + STEP].tobytes(),
            captured_at=datetime.now(UTC),
        )
        speech.feed(frame)
    await speech.end_leg(leg_id)


async def _receive(speech: Speech, shown: list[Shown], *, begun: float) -> None:
    while True:
        one = await speech.receive()
        if isinstance(one, RawTranscript):
            at_s = time.monotonic() - begun
            text = " ".join(word.text for word in one.words)
            shown.append(Shown(at_s, int(one.leg_id), one.segment_id, text, one.is_final))


def peer(python: Path, name: str, files: Sequence[Path], *, paced: bool = False) -> Heard:
    """What a peer makes of the same audio, in its own process."""
    script = Path(__file__).with_name("peer.py")
    argv = [str(python), str(script), name, *(["--paced"] if paced else []), *map(str, files)]
    env = {"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    ran = subprocess.run(argv, env=env, stdout=subprocess.PIPE, check=True)
    *lines, last = ran.stdout.splitlines()
    shown = [msgspec.json.decode(line, type=Shown) for line in lines]
    return Heard(shown, msgspec.json.decode(last, type=_Used).cpu_s)


def figures(name: str, legs: Sequence[tuple[Leg, Audio]], whole: Heard, live: Heard) -> Figures:
    """What the two passes come to; `live` was of the first two legs."""
    speech_s = sum(leg.speech_s for leg, _ in legs)
    audio_s = sum(len(audio) for _, audio in legs) / RATE_HZ
    finals: list[float] = []
    words: list[float] = []
    for at, (leg, _) in enumerate(legs[:2]):
        mine = [one for one in live.shown if one.leg == at]
        finals += final_delays_ms(leg, mine)
        words += word_delays_ms(leg, mine)
    errors = word_errors([leg for leg, _ in legs], whole.shown)
    return Figures(name, errors, whole.cpu_s / speech_s, audio_s / whole.cpu_s, finals, words)


def table(columns: Sequence[Figures]) -> str:
    """The figures, one recogniser a column."""
    stop_ms = Settings().stop_history_ms
    rows = [
        ("", "target", [one.name for one in columns]),
        ("word error rate, %", "", [f"{100 * one.errors.rate:.1f}" for one in columns]),
        ("CPU s a second of speech", "<= 0.12", [f"{one.cpu_a_second:.3f}" for one in columns]),
        ("speaking legs on 2 cores", ">= 16", [f"{2 / one.cpu_a_second:.1f}" for one in columns]),
        ("s of audio a CPU s", ">= 30", [f"{one.audio_a_cpu_second:.1f}" for one in columns]),
        ("speech end -> final p50/p95, ms", "", [_spread(one.finals_ms) for one in columns]),
        (
            f"  over {stop_ms} ms of silence",
            "- / 150",
            [_spread([each - stop_ms for each in one.finals_ms]) for one in columns[:1]],
        ),
        ("word -> shown p50/p95, ms", "400 / 800", [_spread(one.words_ms) for one in columns]),
    ]
    return "\n".join(
        f"{what:34}{target:>12}" + "".join(f"{value:>22}" for value in values)
        for what, target, values in rows
    )


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{percentile(values, 0.5):.0f} / {percentile(values, 0.95):.0f}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run all and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=Path, default=CALLS, help="stereo calls with their truth")
    parser.add_argument("--peers", type=Path, default=PEERS, help="interpreter with peers.txt")
    parser.add_argument("--models", type=Path, default=ROOT / ".cache" / "models")
    arguments = parser.parse_args(argv)
    legs = read_legs(arguments.calls)
    audios = [audio for _, audio in legs]
    speech_s = sum(leg.speech_s for leg, _ in legs)
    print(
        f"{len(legs)} legs, {speech_s:.0f} s of speech; load {os.getloadavg()[0]:.1f}", flush=True
    )
    live = asyncio.run(ours(audios[:2], arguments.models))
    whole = asyncio.run(ours(audios, arguments.models))
    columns = [figures("trunkline", legs, whole, live)]
    if arguments.peers.exists():
        columns += _peers(arguments.peers, legs)
    else:
        print(f"no peers: {arguments.peers} is not there")
    print(table(columns))
    print(
        "Speaking legs: 2 cores over CPU a second of speech, as if nothing else ran. Seconds of\n"
        "audio: silence too; ours with all partials, live. Delays: of words that came out right."
    )
    return 0


def _peers(python: Path, legs: Sequence[tuple[Leg, Audio]]) -> list[Figures]:
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as folder:
        files = [Path(folder) / f"{at}.wav" for at in range(len(legs))]
        for path, (_, audio) in zip(files, legs, strict=True):
            soundfile.write(path, audio, RATE_HZ, subtype="PCM_16")
        live = peer(python, "moonshine", files[:2], paced=True)
        whole = peer(python, "moonshine", files)
        found = [figures("moonshine-voice live", legs, whole, live)]
        whole = peer(python, "whisper", files)
        return [*found, figures("faster-whisper base", legs, whole, Heard([], 0.0))]


if __name__ == "__main__":
    sys.exit(main())
