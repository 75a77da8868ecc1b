"""Diarisation as a GPU site has it, front and networks apart, behind a real Triton on the CPU."""

from pathlib import Path

import msgspec
import numpy as np
import tritonclient.grpc as triton_grpc
from numpy.typing import NDArray

from tests.services.speech import STEP, leg_audio
from tests.services.transducer import TransducerServer
from triton_models.hypothesis import Step
from triton_models.speakers.serving import MODEL, VoicesHeard, load


def mixed() -> NDArray[np.int16]:
    """Both parties of a call on one line."""
    return leg_audio("agent", end_s=14.0) // 2 + leg_audio("customer", end_s=14.0) // 2


def asked(client: triton_grpc.InferenceServerClient, step: Step) -> VoicesHeard:
    samples = triton_grpc.InferInput("SAMPLES", [1, len(step.samples)], "INT16")
    samples.set_data_from_numpy(step.samples[np.newaxis])
    start_ms = triton_grpc.InferInput("START_MS", [1, 1], "INT64")
    start_ms.set_data_from_numpy(np.array([[step.start_ms]], np.int64))
    result = client.infer(
        MODEL,
        [samples, start_ms],
        sequence_id=step.sequence,
        sequence_start=step.starts,
        sequence_end=step.ends,
    )
    return msgspec.json.decode(result.as_numpy("ANSWER").flat[0], type=VoicesHeard)


def test_the_voices_are_those_that_the_appliance_hears(
    both_triton: TransducerServer, models_dir: Path
) -> None:
    client = triton_grpc.InferenceServerClient(both_triton.url)
    here, audio, voices = load(models_dir), mixed(), 0
    for at in range(0, len(audio), STEP):
        ends = at + STEP >= len(audio)
        step = Step(11, audio[at : at + STEP], at // 16, at == 0, ends)
        (wanted,) = here.answer([step])
        assert isinstance(wanted, bytes)
        found = asked(client, step)
        assert found == msgspec.json.decode(wanted, type=VoicesHeard)
        voices += sum(voice.closed for voice in found.voices)
    assert voices > 3
