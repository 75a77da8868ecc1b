"""What Triton mounts says the same as `tensors.py`."""

from pathlib import Path

import pytest
from google.protobuf import text_format  # type: ignore[import-untyped]
from tritonclient.grpc import model_config_pb2

import triton_models
from triton_models import tensors
from triton_models.legs import RATE_HZ
from triton_models.speakers.serving import MODEL as DIARISATION
from triton_models.tensors import Tensor
from triton_models.weights import manifest

REPOSITORY = Path(triton_models.__file__).parent / "repository"
TYPES = {"TYPE_STRING": "BYTES"}


@pytest.fixture(scope="module", params=[tensors.MODEL, DIARISATION])
def config(request: pytest.FixtureRequest) -> model_config_pb2.ModelConfig:
    text = (REPOSITORY / request.param / "config.pbtxt").read_text(encoding="utf-8")
    found = text_format.Parse(text, model_config_pb2.ModelConfig())
    assert found.name == request.param
    return found


def declared(
    tensor: model_config_pb2.ModelInput | model_config_pb2.ModelOutput, *, optional: bool = False
) -> Tensor:
    name = model_config_pb2.DataType.Name(tensor.data_type)
    datatype = TYPES.get(name, name.removeprefix("TYPE_"))
    return Tensor(tensor.name, datatype, tuple(tensor.dims), optional)


def test_inputs_and_outputs_are_those_of_tensors(config: model_config_pb2.ModelConfig) -> None:
    inputs = [declared(t, optional=t.optional) for t in config.input]
    outputs = [declared(t) for t in config.output]
    assert tuple(inputs) == tensors.INPUTS
    assert tuple(outputs) == tensors.OUTPUTS


def test_controls_are_those_of_tensors(config: model_config_pb2.ModelConfig) -> None:
    controls = {
        c.name: c.control[0].Kind.Name(c.control[0].kind)
        for c in config.sequence_batching.control_input
    }
    assert controls == {
        tensors.START: "CONTROL_SEQUENCE_START",
        tensors.END: "CONTROL_SEQUENCE_END",
        tensors.SEQUENCE: "CONTROL_SEQUENCE_CORRID",
    }


def test_many_legs_fit_and_a_held_leg_is_remembered(config: model_config_pb2.ModelConfig) -> None:
    assert config.sequence_batching.oldest.max_candidate_sequences >= 256
    assert config.sequence_batching.max_sequence_idle_microseconds >= 600_000_000
    assert config.instance_group[0].count == 1


def test_speech_is_16_khz() -> None:
    assert RATE_HZ == 16000


PERMISSIVE = {"MIT", "Apache-2.0", "BSD-2-Clause", "CC-BY-4.0"}
"""Those of CC-BY-4.0 are named in the README: it asks for attribution."""


def test_every_weight_has_a_checksum_and_a_permissive_licence() -> None:
    for model in manifest():
        assert set(model.licence.split(" AND ")) <= PERMISSIVE
        assert len(model.wheel_sha256) == 64
        assert all(len(file.sha256) == 64 for file in model.file)
        assert any(file.name == "LICENSE" for file in model.file)
