"""What a GPU site's Triton mounts says the same as the tables of tensors."""

import shlex
from pathlib import Path

import numpy as np
import pytest
from google.protobuf import text_format  # type: ignore[import-untyped]
from tritonclient.grpc import model_config_pb2 as pb

import triton_models
from triton_models import tensors as client
from triton_models.export import committed, trtexec
from triton_models.export.transducer import PLANS
from triton_models.speakers import tensors as speakers
from triton_models.speakers.features import filter_bank
from triton_models.speakers.networks import FEWEST_FEATURES, FRAME_SAMPLES, WINDOW_SAMPLES
from triton_models.speakers.serving import MODEL as DIARISATION
from triton_models.speakers.tracks import LONGEST_FRAMES
from triton_models.tensors import Tensor
from triton_models.transducer.tensors import (
    BATCH,
    DECODER,
    ENCODER,
    ENSEMBLE,
    FEATURES,
    JOINER,
    ZIPFORMER_EN,
    Part,
    Tensors,
)

REPOSITORY = committed.REPOSITORY
CPU = Path(triton_models.__file__).parent / "repository"
TRANSDUCER = {part.name: part for part in Tensors(ZIPFORMER_EN).parts()}
PARTS = TRANSDUCER | {part.name: part for part in speakers.PARTS}
FRONTS = (client.MODEL, DIARISATION)


def config(name: str, *, repository: Path = REPOSITORY) -> pb.ModelConfig:
    text = (repository / name / "config.pbtxt").read_text(encoding="utf-8")
    return text_format.Parse(text, pb.ModelConfig())


def declared(tensor: pb.ModelInput | pb.ModelOutput | pb.ModelSequenceBatching.State) -> Tensor:
    name = pb.DataType.Name(tensor.data_type).removeprefix("TYPE_")
    return Tensor(tensor.name, name, tuple(tensor.dims))


def test_what_is_committed_is_what_the_tables_say_now(tmp_path: Path) -> None:
    committed.write(tmp_path)
    written = {p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file()}
    assert len(written) >= 7
    for path in written:
        # If not: python -m triton_models.export.committed
        assert (REPOSITORY / path).read_text("utf-8") == (tmp_path / path).read_text("utf-8")
    models = {path.parent.name for path in REPOSITORY.glob("*/config.pbtxt")}
    assert models == {path.parent.name for path in written if path.suffix == ".pbtxt"}


@pytest.mark.parametrize("name", PARTS)
def test_a_parts_tensors_are_those_of_the_table(name: str) -> None:
    found, part = config(name), PARTS[name]
    assert found.name == name and found.max_batch_size == BATCH
    assert tuple(map(declared, found.input)) == part.inputs
    assert tuple(map(declared, found.output)) == part.outputs
    assert found.instance_group[0].kind == pb.ModelInstanceGroup.KIND_GPU


def test_the_encoder_alone_has_states_which_start_as_zeros() -> None:
    assert {name for name, part in PARTS.items() if part.states} == {ENCODER}
    batching = config(ENCODER).sequence_batching
    names = [(state.input_name, state.output_name) for state in batching.state]
    assert names == [(s.before.name, s.after.name) for s in PARTS[ENCODER].states]
    for state, said in zip(batching.state, PARTS[ENCODER].states, strict=True):
        (initial,) = state.initial_state
        assert (list(state.dims), list(initial.dims)) == (list(said.before.dims),) * 2
        assert initial.zero_data and initial.data_type == state.data_type
    assert len({state.initial_state[0].name for state in batching.state}) == len(names)


def test_as_many_streams_as_legs_fit_and_none_is_forgotten_sooner() -> None:
    front, encoder = config(client.MODEL), config(ENCODER)
    for one, other in ((front, encoder), (front, config(client.MODEL, repository=CPU))):
        limits = [
            (b.oldest.max_candidate_sequences, b.max_sequence_idle_microseconds)
            for b in (one.sequence_batching, other.sequence_batching)
        ]
        assert limits[0] == limits[1]


@pytest.mark.parametrize("name", FRONTS)
def test_a_client_cannot_tell_a_front_from_the_appliances_own(name: str) -> None:
    front, own = config(name), config(name, repository=CPU)
    for field in ("name", "input", "output", "max_batch_size", "sequence_batching", "backend"):
        assert getattr(front, field) == getattr(own, field), field


def test_the_ensemble_hands_features_to_the_encoder() -> None:
    found = config(ENSEMBLE)
    assert found.platform == "ensemble"
    assert tuple(map(declared, found.input)) == PARTS[FEATURES].inputs
    assert tuple(map(declared, found.output)) == PARTS[ENCODER].outputs
    first, second = found.ensemble_scheduling.step
    assert (first.model_name, second.model_name) == (FEATURES, ENCODER)
    assert set(second.input_map.values()) <= set(first.output_map.values())


@pytest.mark.parametrize(
    "name, file",
    [
        (FEATURES, "model.onnx"),
        (ENCODER, "model.plan"),
        (DECODER, "model.plan"),
        (JOINER, "model.plan"),
        (speakers.SEGMENTATION.name, "model.plan"),
        (speakers.VOICE_PRINT.name, "model.plan"),
    ],
)
def test_plans_are_served_where_tensorrt_takes_the_types(name: str, file: str) -> None:
    found = config(name)
    assert found.default_model_filename == file
    assert found.backend == {"model.plan": "tensorrt", "model.onnx": "onnxruntime"}[file]
    assert trtexec.is_for_tensorrt(PARTS[name]) == (file == "model.plan")


def shapes(part: Part, option: str) -> dict[str, list[int]]:
    """The shapes of one of trtexec's profile options, as committed."""
    lines = (REPOSITORY / PLANS).read_text("utf-8").replace("\\\n", "").splitlines()
    (command,) = [shlex.split(line) for line in lines if f"{part.name}/1/model.onnx" in line]
    assert f"--saveEngine={part.name}/1/{config(part.name).default_model_filename}" in command
    assert "--fp16" in command
    (found,) = [a.partition("=")[2] for a in command if a.startswith(f"--{option}Shapes=")]
    pairs = (pair.split(":") for pair in found.split(","))
    return {name: [int(dim) for dim in dims.split("x")] for name, dims in pairs}


@pytest.mark.parametrize("name", [ENCODER, DECODER, JOINER])
def test_trtexec_is_told_every_input_for_every_batch_that_triton_may_send(name: str) -> None:
    part = PARTS[name]
    for option, batch in (("min", 1), ("opt", trtexec.USUAL), ("max", config(name).max_batch_size)):
        wanted = {tensor.name: [batch, *tensor.dims] for tensor in part.all_inputs}
        assert shapes(part, option) == wanted


def test_trtexec_is_told_the_lengths_that_the_speaker_networks_are_asked_for() -> None:
    found = {option: shapes(speakers.SEGMENTATION, option)["samples"] for option in ("min", "max")}
    assert found == {"min": [1, 1, 991], "max": [BATCH, 1, WINDOW_SAMPLES]}
    found = {option: shapes(speakers.VOICE_PRINT, option)["features"] for option in ("min", "max")}
    longest = filter_bank(np.zeros(LONGEST_FRAMES * FRAME_SAMPLES, np.float32))
    assert found == {"min": [1, FEWEST_FEATURES, 80], "max": [BATCH, len(longest), 80]}
