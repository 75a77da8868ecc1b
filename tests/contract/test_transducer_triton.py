"""The transducer behind a real Triton: ensemble, sequences, calls between models, our client.

The server has the Python backend only; `transducer.cpu_part` runs the graphs and carries their
states where NVIDIA's image has ONNX Runtime and TensorRT. All else is what a GPU site runs.
"""

import asyncio
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
import tritonclient.grpc as triton_grpc
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry
from tritonclient.utils import InferenceServerException

from sip_gateway.events import Gap
from tests.services import transducer
from tests.services.speech import STEP, feed, leg_audio, stream
from tests.services.transducer import STREAMING, TransducerServer
from triton_models.client import TritonSpeech
from triton_models.events import RawTranscript, Word
from triton_models.export.configs import Runs
from triton_models.hypothesis import Step
from triton_models.options import LegOptions, Phrase
from triton_models.tensors import MODEL
from triton_models.transducer.front import Front
from triton_models.transducer.onnx_parts import OnnxAcoustics
from triton_models.transducer.tensors import ENSEMBLE
from triton_models.transducer.windows import Window, Windows

Audio = NDArray[np.int16]
Result = RawTranscript | Gap


@pytest.fixture(scope="module")
def acoustics(tmp_path_factory: pytest.TempPathFactory) -> OnnxAcoustics:
    return transducer.acoustics(transducer.write(tmp_path_factory.mktemp("here"), Runs.ONNX))


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Front:
    return transducer.front(transducer.write(tmp_path_factory.mktemp("front"), Runs.ONNX))


def legs() -> dict[str, Audio]:
    return {
        "a": leg_audio("agent", end_s=7.0),
        "b": leg_audio("customer", start_s=5.0, end_s=17.0),
        "c": leg_audio("agent", start_s=14.0, end_s=26.0),
    }


def words_here(front: Front, audio: Audio, options: LegOptions | None = None) -> list[Word]:
    """What the same recogniser finds without a server."""
    found = []
    for at in range(0, len(audio), STEP):
        ends = at + STEP >= len(audio)
        step = Step(1, audio[at : at + STEP], at // 16, at == 0, ends, options)
        found += [w for h in front.step([step])[0] if h.is_final for w in h.words]
    return found


async def recognised(
    url: str, audios: dict[str, Audio], options: dict[str, LegOptions] | None = None
) -> dict[str, list[Result]]:
    """All results of the legs, fed side by side through the worker's client."""
    speech = TritonSpeech(url=url, registry=CollectorRegistry())
    async with asyncio.timeout(30):
        while not speech.ready:
            await asyncio.sleep(0.02)
    for leg_id in audios:
        asked = (options or {}).get(leg_id, LegOptions())
        speech.start_leg(stream(leg_id)._replace(options=asked))
    for leg_id, audio in audios.items():
        feed(speech, leg_id, audio)
    await asyncio.gather(*(speech.end_leg(leg_id) for leg_id in audios))
    found: dict[str, list[Result]] = {leg_id: [] for leg_id in audios}
    while True:
        try:
            async with asyncio.timeout(0.05):
                result = await speech.receive()
        except TimeoutError:
            await speech.close()
            return found
        found[result.leg_id].append(result)


def words(results: Sequence[Result]) -> list[Word]:
    return [
        word
        for result in results
        if isinstance(result, RawTranscript) and result.is_final
        for word in result.words
    ]


def timed(found: Sequence[Word]) -> list[tuple[str, int, int]]:
    return [(word.text, word.start_ms, word.end_ms) for word in found]


async def test_a_calls_audio_in_transcripts_out_and_the_client_cannot_tell(
    transducer_triton: TransducerServer, front: Front
) -> None:
    audio = leg_audio("agent", end_s=20.0)
    results = (await recognised(transducer_triton.url, {"a": audio}))["a"]
    transcripts = [r for r in results if isinstance(r, RawTranscript)]
    assert len(transcripts) == len(results) > 0
    assert timed(words(results)) == timed(words_here(front, audio)) != []
    first = transcripts[0]
    assert (first.model, len(first.model_sha256), len(first.decoder)) == (
        transducer.NAME,
        64,
        12,
    )
    assert all(t.audio_end_at <= t.recognised_at for t in transcripts)
    assert [t.segment_id for t in transcripts] == sorted(t.segment_id for t in transcripts)


async def test_several_legs_at_once_are_heard_as_each_alone(
    transducer_triton: TransducerServer, front: Front
) -> None:
    together = await recognised(transducer_triton.url, legs())
    for leg_id, audio in legs().items():
        assert timed(words(together[leg_id])) == timed(words_here(front, audio)) != []


async def test_a_leg_brings_its_phrases(transducer_triton: TransducerServer, front: Front) -> None:
    audio = leg_audio("agent", end_s=20.0)
    options = LegOptions(phrases=(Phrase(text="de", weight=3.0),))
    found = await recognised(transducer_triton.url, {"a": audio, "b": audio}, {"b": options})
    assert timed(words(found["b"])) == timed(words_here(front, audio, options))
    assert timed(words(found["a"])) != timed(words(found["b"]))


def asked(client: triton_grpc.InferenceServerClient, window: Window) -> NDArray[np.float32]:
    tensor = triton_grpc.InferInput("WINDOW", [1, len(window.samples)], "INT16")
    tensor.set_data_from_numpy(window.samples[np.newaxis])
    result = client.infer(
        ENSEMBLE,
        [tensor],
        sequence_id=window.sequence,
        sequence_start=window.starts,
        sequence_end=window.ends,
    )
    found: NDArray[np.float32] = result.as_numpy("ENCODED")
    row: NDArray[np.float32] = found[0]
    return row


def windows(audio: Audio, sequence: int) -> list[Window]:
    cut = Windows(transducer.GEOMETRY)
    cut.receive(audio)
    taken = []
    while (samples := cut.take()) is not None:
        taken.append(samples)
    last = len(taken) - 1
    return [Window(sequence, s, at == 0, at == last) for at, s in enumerate(taken)]


def test_the_ensemble_keeps_a_state_for_each_of_its_interleaved_sequences(
    transducer_triton: TransducerServer, acoustics: OnnxAcoustics
) -> None:
    client = triton_grpc.InferenceServerClient(transducer_triton.url)
    cuts = [windows(audio, n + 101) for n, audio in enumerate(legs().values())]
    for turn in range(max(map(len, cuts))):
        for cut in cuts[turn % 2 :] + cuts[: turn % 2]:
            if turn < len(cut):
                (here,) = acoustics.encode([cut[turn]])
                assert np.abs(asked(client, cut[turn]) - here).max() < 1e-4


def test_a_sequence_that_was_not_started_is_refused_by_every_model_with_a_state(
    transducer_triton: TransducerServer,
) -> None:
    client = triton_grpc.InferenceServerClient(transducer_triton.url)
    late = windows(legs()["a"], 201)[1]
    with pytest.raises(InferenceServerException, match="START"):
        asked(client, late)
    samples = triton_grpc.InferInput("SAMPLES", [1, STEP], "INT16")
    samples.set_data_from_numpy(np.zeros((1, STEP), np.int16))
    start_ms = triton_grpc.InferInput("START_MS", [1, 1], "INT64")
    start_ms.set_data_from_numpy(np.zeros((1, 1), np.int64))
    with pytest.raises(InferenceServerException, match="START"):
        client.infer(MODEL, [samples, start_ms], sequence_id=202)


async def test_options_that_cannot_be_used_are_refused_and_the_leg_goes_on_without(
    transducer_triton: TransducerServer,
) -> None:
    bad = msgspec.structs.replace(LegOptions(), max_segment_ms=5)
    found = await recognised(transducer_triton.url, {"a": legs()["a"]}, {"a": bad})
    assert words(found["a"])


async def test_it_stands_beside_another_recogniser_and_a_route_decides(
    both_triton: TransducerServer,
) -> None:
    audio = leg_audio("agent", end_s=8.0)
    streaming = LegOptions(model=STREAMING)
    found = await recognised(both_triton.url, {"a": audio, "b": audio}, {"b": streaming})
    models = {
        leg_id: {r.model for r in results if isinstance(r, RawTranscript)}
        for leg_id, results in found.items()
    }
    assert models == {"a": {"moonshine-tiny-en"}, "b": {transducer.NAME}}
    assert "thank you for calling" in " ".join(w.text for w in words(found["a"])).lower()


async def test_tritons_log_holds_no_words(transducer_triton: TransducerServer) -> None:
    found = await recognised(transducer_triton.url, {"a": legs()["a"]})
    longest = max((word.text for word in words(found["a"])), key=len)
    assert len(longest) > 3
    assert longest not in transducer_triton.log.read_text(encoding="utf-8")
