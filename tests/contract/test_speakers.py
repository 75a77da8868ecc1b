"""What speech on a shared leg promises, with the diariser on Triton and in process."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from sip_gateway.audio.resample import Upsampler
from sip_gateway.events import Gap
from tests.services.speech import STEP, TritonServer, frame, stream
from triton_models.client import TritonSpeech
from triton_models.events import RawTranscript
from triton_models.local import LocalSpeech
from triton_models.options import LegOptions
from triton_models.settings import Settings
from triton_models.speakers.diariser import Diariser, Heard, LocalDiariser, TritonDiariser
from triton_models.speakers.speech import DiarisedSpeech
from triton_models.speech import LegStream, Speech

CALLS = Path(__file__).parents[1] / "data" / "calls" / "dev"
PACE_S = 0.02
"""Five times faster than life: 100 ms each."""


def mixed(name: str, *, end_s: float) -> NDArray[np.int16]:
    """Both parties of a call on one line, int16 [samples], 16 kHz."""
    both, rate_hz = soundfile.read(CALLS / f"{name}.wav", dtype="int16")
    line = (both[: int(end_s * rate_hz)].astype(np.int32).sum(axis=1) * 7 // 10).astype("<i2")
    wide = np.frombuffer(Upsampler().process(line.tobytes()), np.int16)
    return wide[: len(wide) // STEP * STEP]


def who_speaks(name: str) -> list[tuple[int, int, str]]:
    truth = json.loads((CALLS / f"{name}.json").read_text(encoding="utf-8"))
    return [(turn["start_ms"], turn["end_ms"], turn["speaker"]) for turn in truth["turns"]]


def shared(leg_id: str, most: int = 3) -> LegStream:
    return stream(leg_id)._replace(options=LegOptions(most_speakers=most))


async def play(speech: Speech, leg_id: str, audio: NDArray[np.int16], *, start_ms: int = 0) -> None:
    for at in range(0, len(audio), STEP):
        speech.feed(frame(leg_id, start_ms + at // 16, audio[at : at + STEP]))
        await asyncio.sleep(PACE_S)


async def until_ready(speech: Speech, diariser: Diariser) -> None:
    async with asyncio.timeout(30):
        while not (speech.ready and diariser.ready):
            await asyncio.sleep(0.02)


@pytest.fixture(params=["triton", "local"])
async def speech(request: pytest.FixtureRequest, models_dir: Path) -> AsyncIterator[DiarisedSpeech]:
    registry = CollectorRegistry()
    made: list[Diariser] = []

    def diariser(heard: Heard) -> Diariser:
        if request.param == "triton":
            server: TritonServer = request.getfixturevalue("triton")
            made.append(TritonDiariser(heard, url=server.url, registry=registry))
        else:
            made.append(LocalDiariser(heard, models_dir=models_dir, registry=registry))
        return made[0]

    inner: Speech
    if request.param == "triton":
        server: TritonServer = request.getfixturevalue("triton")
        inner = TritonSpeech(url=server.url, registry=registry)
    else:
        inner = LocalSpeech(Settings(), models_dir=models_dir, registry=registry)
    speech = DiarisedSpeech(
        inner, diariser, registry=registry, agent_phrases=("thank you for calling",)
    )
    await until_ready(speech, made[0])
    yield speech
    await speech.close()


async def heard(
    speech: DiarisedSpeech, leg: LegStream, audio: NDArray[np.int16]
) -> list[RawTranscript | Gap]:
    results: list[RawTranscript | Gap] = []

    async def collect() -> None:
        while True:
            results.append(await speech.receive())

    collecting = asyncio.create_task(collect())
    speech.start_leg(leg)
    await play(speech, leg.leg_id, audio)
    await speech.end_leg(leg.leg_id)
    for _ in range(5):
        await asyncio.sleep(0)
    collecting.cancel()
    return results


def corrections(speech: DiarisedSpeech, call_id: str) -> dict[str, str]:
    return {
        segment.segment_id: segment.speaker
        for event in speech.corrections(call_id)
        for segment in event.segments
    }


async def drained(speech: DiarisedSpeech) -> list[RawTranscript | Gap]:
    """All that waits in the queue."""
    found: list[RawTranscript | Gap] = []
    while True:
        try:
            async with asyncio.timeout(0.05):
                found.append(await speech.receive())
        except TimeoutError:
            return found


def words_by_speaker(
    finals: list[RawTranscript], corrected: dict[str, str], truth: list[tuple[int, int, str]]
) -> tuple[int, int]:
    """How many words have the right speaker, and how many there are where one party speaks."""
    right = total = 0
    for final in finals:
        label = corrected.get(final.segment_id, final.speaker)
        for word in final.words:
            middle = (word.start_ms + word.end_ms) // 2
            said = {who for start, end, who in truth if start <= middle < end}
            if len(said) == 1:
                total += 1
                right += said == {label}
    return right, total


async def test_words_of_a_mixed_leg_get_their_speaker(speech: DiarisedSpeech) -> None:
    results = await heard(speech, shared("a"), mixed("d01_bank_card", end_s=61.0))
    finals = [r for r in results if isinstance(r, RawTranscript) and r.is_final]
    ids = [final.segment_id for final in finals]
    assert ids == sorted(set(ids))
    shown = {r.segment_id for r in results if isinstance(r, RawTranscript) and not r.is_final}
    assert shown <= set(ids)
    corrected = corrections(speech, "call-a")
    assert corrected.keys() <= set(ids)
    truth = who_speaks("d01_bank_card")
    live_right, total = words_by_speaker(finals, {}, truth)
    right, _ = words_by_speaker(finals, corrected, truth)
    assert live_right / total > 0.85
    assert right / total > 0.95
    assert {corrected.get(f.segment_id, f.speaker) for f in finals} == {"agent", "customer"}


async def test_a_triton_that_dies_forgets_nobody(triton: TritonServer, models_dir: Path) -> None:
    """The recogniser runs in process here, so that only the voices are lost."""
    registry = CollectorRegistry()
    made: list[Diariser] = []

    def diariser(heard: Heard) -> Diariser:
        made.append(TritonDiariser(heard, url=triton.url, registry=registry))
        return made[0]

    inner = LocalSpeech(Settings(), models_dir=models_dir, registry=registry)
    speech = DiarisedSpeech(inner, diariser, registry=registry)
    await until_ready(speech, made[0])
    audio = mixed("d03_telecom_uk", end_s=57.0)
    middle = 25 * 16_000
    speech.start_leg(shared("a"))
    await play(speech, "a", audio[:middle])
    os.kill(triton.pid, signal.SIGKILL)
    async with asyncio.timeout(60):
        while made[0].ready:
            await asyncio.sleep(0.02)
        while not made[0].ready:
            await asyncio.sleep(0.02)
    await play(speech, "a", audio[middle:], start_ms=middle // 16)
    await speech.end_leg("a")
    finals = [r for r in await drained(speech) if isinstance(r, RawTranscript) and r.is_final]
    corrected = corrections(speech, "call-a")
    labels = {"agent": "speaker_1", "customer": "speaker_2"}
    truth = [(start, end, labels[who]) for start, end, who in who_speaks("d03_telecom_uk")]
    right, total = words_by_speaker(finals, corrected, truth)
    assert total > 100 and right / total > 0.9
    await speech.close()


async def test_without_a_diariser_every_word_is_there_under_one_label(models_dir: Path) -> None:
    registry = CollectorRegistry()
    inner = LocalSpeech(Settings(), models_dir=models_dir, registry=registry)
    speech = DiarisedSpeech(
        inner,
        lambda heard: TritonDiariser(heard, url="127.0.0.1:9", registry=registry),
        registry=registry,
    )
    async with asyncio.timeout(30):
        while not speech.ready:
            await asyncio.sleep(0.02)
    results = await heard(speech, shared("a"), mixed("d01_bank_card", end_s=12.0))
    finals = [r for r in results if isinstance(r, RawTranscript) and r.is_final]
    assert sum(len(final.words) for final in finals) > 20
    assert {final.speaker for final in finals} == {"speaker_1"}
    assert speech.corrections("call-a") == []
    await speech.close()
