"""What `Speech` promises, over Triton and in process; and what only a server can do."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import tritonclient.grpc as triton_grpc
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry
from tritonclient.utils import InferenceServerException

from sip_gateway.events import Gap
from tests.services.riva import riva_speech
from tests.services.speech import STEP, TritonServer, feed, frame, leg_audio, stream
from triton_models import legs
from triton_models.client import TritonSpeech
from triton_models.events import RawTranscript
from triton_models.local import LocalSpeech
from triton_models.settings import Settings
from triton_models.speech import Speech

Result = RawTranscript | Gap


async def until_ready(speech: Speech) -> None:
    async with asyncio.timeout(30):
        while not speech.ready:
            await asyncio.sleep(0.02)


@pytest.fixture(params=["triton", "local", "riva"])
async def speech(request: pytest.FixtureRequest, models_dir: Path) -> AsyncIterator[Speech]:
    speech: Speech
    if request.param == "riva":
        async with riva_speech(models_dir) as speech:
            await until_ready(speech)
            yield speech
        return
    if request.param == "triton":
        server: TritonServer = request.getfixturevalue("triton")
        speech = TritonSpeech(url=server.url, registry=CollectorRegistry())
    else:
        speech = LocalSpeech(Settings(), models_dir=models_dir, registry=CollectorRegistry())
    await until_ready(speech)
    yield speech
    await speech.close()


async def drained(speech: Speech) -> list[Result]:
    """All that waits in the queue."""
    found: list[Result] = []
    while True:
        try:
            async with asyncio.timeout(0.05):
                found.append(await speech.receive())
        except TimeoutError:
            return found


async def next_final(speech: Speech) -> RawTranscript:
    async with asyncio.timeout(30):
        while True:
            result = await speech.receive()
            if isinstance(result, RawTranscript) and result.is_final:
                return result


def texts(results: list[Result], leg_id: str) -> list[str]:
    """The finals of a leg."""
    return [
        " ".join(word.text for word in r.words)
        for r in results
        if isinstance(r, RawTranscript) and r.is_final and r.leg_id == leg_id
    ]


async def recognised(speech: Speech, legs: dict[str, NDArray[np.int16]]) -> list[Result]:
    """All results of the legs, fed side by side."""
    for leg_id in legs:
        speech.start_leg(stream(leg_id))
    for leg_id, audio in legs.items():
        feed(speech, leg_id, audio)
    await asyncio.gather(*(speech.end_leg(leg_id) for leg_id in legs))
    return await drained(speech)


class TestSpeech:
    async def test_a_leg_is_recognised_in_order_with_its_names(self, speech: Speech) -> None:
        results = await recognised(speech, {"a": leg_audio("agent", end_s=20.0)})
        transcripts = [r for r in results if isinstance(r, RawTranscript)]
        assert len(transcripts) == len(results)
        assert [t.segment_id for t in transcripts] == sorted(t.segment_id for t in transcripts)
        said = texts(results, "a")
        assert said[0].lower().startswith("thank you for calling")
        assert "who am I speaking with" in said[1]
        first = transcripts[0]
        assert (first.call_id, first.channel, first.language) == ("call-a", 0, "en")
        assert first.model == "moonshine-tiny-en" and len(first.model_sha256) == 64
        assert all(t.audio_end_at <= t.recognised_at for t in transcripts)

    async def test_several_legs_at_once_are_heard_as_each_alone(self, speech: Speech) -> None:
        legs = {
            "a": leg_audio("agent", end_s=7.0),
            "b": leg_audio("customer", start_s=6.0, end_s=12.0),
            "c": leg_audio("agent", start_s=15.0, end_s=20.5),
        }
        together = await recognised(speech, legs)
        for leg_id, audio in legs.items():
            alone = await recognised(speech, {f"{leg_id}1": audio})
            assert texts(alone, f"{leg_id}1") == texts(together, leg_id) != []

    async def test_what_was_said_before_a_hold_is_finished_and_the_leg_goes_on(
        self, speech: Speech
    ) -> None:
        speech.start_leg(stream("a"))
        at_ms = feed(speech, "a", leg_audio("agent", start_s=1.0, end_s=5.9))
        speech.hold_leg("a", at_ms=at_ms)
        before = await next_final(speech)
        assert before.end_ms <= at_ms
        feed(speech, "a", leg_audio("agent", start_s=15.0, end_s=20.0), start_ms=60_000)
        await speech.end_leg("a")
        (after,) = [r for r in await drained(speech) if isinstance(r, RawTranscript) and r.is_final]
        assert 60_900 < after.start_ms < 61_400

    async def test_a_leg_whose_audio_stops_gets_its_final_all_the_same(
        self, speech: Speech
    ) -> None:
        speech.start_leg(stream("a"))
        feed(speech, "a", leg_audio("agent", start_s=1.0, end_s=5.8))
        assert (await next_final(speech)).leg_id == "a"
        await speech.end_leg("a")

    async def test_a_leg_that_never_spoke_ends_at_once(self, speech: Speech) -> None:
        speech.start_leg(stream("a"))
        async with asyncio.timeout(1):
            await speech.end_leg("a")
        assert await drained(speech) == []

    async def test_too_much_audio_at_once_becomes_a_gap(self, speech: Speech) -> None:
        speech.start_leg(stream("a"))
        feed(speech, "a", np.zeros(40 * 16000, np.int16))
        await speech.end_leg("a")
        (gap,) = await drained(speech)
        assert isinstance(gap, Gap)
        assert (gap.start_ms, gap.why) == (0, "overload")
        assert 9_000 <= gap.end_ms <= 10_500


async def play(
    speech: Speech, leg_id: str, audio: NDArray[np.int16], *, speed: float = 4.0
) -> None:
    """Feed audio at a multiple of its own pace."""
    for at in range(0, len(audio), STEP):
        speech.feed(frame(leg_id, at // 16, audio[at : at + STEP]))
        await asyncio.sleep(0.1 / speed)


async def test_legs_outlive_tritons_death_and_what_was_missed_is_said(
    triton: TritonServer,
) -> None:
    speech = TritonSpeech(url=triton.url, registry=CollectorRegistry())
    await until_ready(speech)
    audio = leg_audio("agent")
    speech.start_leg(stream("a"))
    playing = asyncio.create_task(play(speech, "a", audio, speed=3.0))
    first = await next_final(speech)
    os.kill(triton.pid, signal.SIGKILL)
    await playing
    await speech.end_leg("a")
    results = await drained(speech)
    gaps = [r for r in results if isinstance(r, Gap)]
    assert [gap.why for gap in gaps] == ["recogniser_unavailable"]
    assert gaps[0].start_ms >= first.end_ms
    assert gaps[0].end_ms - gaps[0].start_ms < 20_000
    assert "have a good one" in texts(results, "a")[-1].lower()
    finals = [first] + [r for r in results if isinstance(r, RawTranscript) and r.is_final]
    assert len({final.segment_id for final in finals}) == len(finals)
    for before, after in zip(finals, finals[1:], strict=False):
        assert before.end_ms <= after.start_ms
    await speech.close()


async def test_without_triton_a_leg_ends_with_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legs, "END_S", 1.0)
    speech = TritonSpeech(url="127.0.0.1:9", registry=CollectorRegistry())
    speech.start_leg(stream("a"))
    end_ms = feed(speech, "a", leg_audio("agent", end_s=5.0))
    await speech.end_leg("a")
    (gap,) = await drained(speech)
    assert isinstance(gap, Gap)
    assert (gap.start_ms, gap.end_ms, gap.why) == (0, end_ms, "recogniser_unavailable")
    assert not speech.ready
    await speech.close()


def infer(url: str, sequence: int, samples: NDArray[np.int16], **flags: bool) -> bytes:
    client = triton_grpc.InferenceServerClient(url)
    inputs = [
        triton_grpc.InferInput("SAMPLES", [1, len(samples)], "INT16"),
        triton_grpc.InferInput("START_MS", [1, 1], "INT64"),
    ]
    inputs[0].set_data_from_numpy(samples.reshape(1, -1))
    inputs[1].set_data_from_numpy(np.zeros((1, 1), np.int64))
    result = client.infer("asr", inputs, sequence_id=sequence, **flags)
    return bytes(result.as_numpy("ANSWER").flat[0])


async def test_a_bad_request_is_refused_and_no_leg_notices(triton: TritonServer) -> None:
    speech = TritonSpeech(url=triton.url, registry=CollectorRegistry())
    await until_ready(speech)
    speech.start_leg(stream("a"))
    playing = asyncio.create_task(play(speech, "a", leg_audio("agent", end_s=8.0)))
    await next_partial(speech)
    odd = np.zeros(1601, np.int16)
    with pytest.raises(InferenceServerException, match="whole milliseconds"):
        await asyncio.to_thread(infer, triton.url, 5, odd, sequence_start=True)
    with pytest.raises(InferenceServerException, match="START"):
        await asyncio.to_thread(infer, triton.url, 6, odd[:1600])
    await playing
    await speech.end_leg("a")
    results = await drained(speech)
    assert not [r for r in results if isinstance(r, Gap)]
    assert "how can i help" in texts(results, "a")[-1].lower()
    await speech.close()


async def next_partial(speech: Speech) -> RawTranscript:
    async with asyncio.timeout(30):
        result = await speech.receive()
    assert isinstance(result, RawTranscript)
    return result


async def test_tritons_log_holds_no_words(triton: TritonServer) -> None:
    speech = TritonSpeech(url=triton.url, registry=CollectorRegistry())
    await until_ready(speech)
    results = await recognised(speech, {"a": leg_audio("agent", end_s=20.0)})
    assert texts(results, "a")
    await speech.close()
    log = triton.log.read_text(encoding="utf-8").lower()
    assert "harbor" not in log and "harbour" not in log and "speaking" not in log


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from triton_models.settings import Settings
from trunkline.embedded.triton import EmbeddedTriton
from trunkline.processes import Watched

async def main():
    run_dir = Path(sys.argv[2])
    embedded = EmbeddedTriton(Settings(), models_dir=Path(sys.argv[1]), run_dir=run_dir)
    watched = Watched(embedded.prepare(), log=run_dir / "log")
    running = asyncio.create_task(watched.run(asyncio.Event()))
    await embedded.wait_ready()
    print(watched.process.pid, flush=True)
    await running

asyncio.run(main())
"""


def members(group: int) -> list[int]:
    """Processes of a process group that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


async def test_no_process_outlives_a_killed_supervisor(
    triton: TritonServer, models_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    supervisor = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SUPERVISOR, str(models_dir), str(tmp_path / "other")),
        stdout=asyncio.subprocess.PIPE,
    )
    assert supervisor.stdout is not None
    async with asyncio.timeout(60):
        group = int(await supervisor.stdout.readline())
    assert len(members(group)) >= 2  # the server and its stub
    supervisor.kill()
    await supervisor.wait()
    async with asyncio.timeout(20):
        while members(group):
            await asyncio.sleep(0.1)
    assert members(triton.pid)  # nobody else's
