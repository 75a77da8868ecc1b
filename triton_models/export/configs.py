"""`config.pbtxt` of every model of `repository_gpu/`, written from the tables of tensors.

The committed ones are what this writes (a unit test compares them); another checkpoint's are
written beside its graphs.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path

from google.protobuf import text_format  # type: ignore[import-untyped]
from tritonclient.grpc import model_config_pb2 as pb

from triton_models import tensors as client
from triton_models.tensors import Tensor
from triton_models.transducer import tensors
from triton_models.transducer.tensors import BATCH, Geometry, Part, State, Tensors

SEQUENCES = 1024
IDLE_US = 600_000_000
"""Triton forgets a sequence that sent nothing for so long; clients send something every 60 s."""

GATHER_US = 2000
"""Requests of one step of the front arrive one by one: so long the first waits for the others."""

_TYPES = {"BYTES": "TYPE_STRING"}
_CONTROLS = (
    (client.START, pb.ModelSequenceBatching.Control.CONTROL_SEQUENCE_START),
    (client.END, pb.ModelSequenceBatching.Control.CONTROL_SEQUENCE_END),
)


class Runs(Enum):
    """What runs the graphs."""

    TENSORRT = "tensorrt"
    ONNX = "onnxruntime"
    PYTHON = "python"
    """On a CPU, by the Python backend alone: `transducer.cpu_part` stands in for the others."""


CPU_PART = "triton_models.transducer.cpu_part"
_FILES = {Runs.TENSORRT: "model.plan", Runs.ONNX: "model.onnx", Runs.PYTHON: "model.py"}


def text(config: pb.ModelConfig, about: str) -> str:
    """The file: one line on what it is, then the configuration."""
    body: str = text_format.MessageToString(config, use_short_repeated_primitives=True)
    return f"# {about}\n{body}"


def write(repository: Path, files: Mapping[str, str]) -> None:
    """The `config.pbtxt` of each model, and the folder of its first version."""
    for name, content in files.items():
        (repository / name / "1").mkdir(parents=True, exist_ok=True)
        (repository / name / "config.pbtxt").write_text(content, encoding="utf-8")


def write_python(repository: Path, name: str, *, module: str) -> None:
    """The `model.py` of a model that the Python backend runs."""
    text = f"from {module} import TritonPythonModel  # noqa: F401\n"
    (repository / name / "1" / _FILES[Runs.PYTHON]).write_text(text, encoding="utf-8")


def part_config(part: Part, runs: Runs) -> pb.ModelConfig:
    """One graph. INT16 is nothing that TensorRT takes: such a graph stays with ONNX Runtime."""
    if runs is Runs.TENSORRT and any(t.datatype == "INT16" for t in part.all_inputs):
        runs = Runs.ONNX
    config = pb.ModelConfig(
        name=part.name,
        backend=runs.value,
        default_model_filename=_FILES[runs],
        max_batch_size=BATCH,
        input=[_input(tensor) for tensor in part.inputs],
        output=[_output(tensor) for tensor in part.outputs],
        instance_group=[_instance(runs)],
    )
    if part.states:
        config.sequence_batching.CopyFrom(_sequences(part.states, runs))
    else:
        config.dynamic_batching.max_queue_delay_microseconds = 0
    return config


def ensemble_config(geometry: Geometry) -> pb.ModelConfig:
    """Features and encoder: a window of samples in, encoder frames out, one sequence a stream."""
    table = Tensors(geometry)
    config = pb.ModelConfig(
        name=tensors.ENSEMBLE,
        platform="ensemble",
        max_batch_size=BATCH,
        input=[_input(table.window)],
        output=[_output(table.encoded)],
    )
    for name, before, after in (
        (tensors.FEATURES, table.window.name, table.features.name),
        (tensors.ENCODER, table.features.name, table.encoded.name),
    ):
        step = config.ensemble_scheduling.step.add(model_name=name, model_version=-1)
        step.input_map[before] = before
        step.output_map[after] = after
    return config


def front_config(served: str = client.MODEL) -> pb.ModelConfig:
    """What clients know, over the models above."""
    config = pb.ModelConfig(
        name=served,
        backend="python",
        max_batch_size=BATCH,
        input=[_input(tensor) for tensor in client.INPUTS],
        output=[_output(tensor) for tensor in client.OUTPUTS],
        instance_group=[_instance(Runs.PYTHON)],
    )
    config.input[0].allow_ragged_batch = True
    config.sequence_batching.CopyFrom(_sequences((), Runs.PYTHON, gather_us=0))
    return config


def _sequences(
    states: Sequence[State], runs: Runs, *, gather_us: int = GATHER_US
) -> pb.ModelSequenceBatching:
    batching = pb.ModelSequenceBatching(max_sequence_idle_microseconds=IDLE_US)
    batching.oldest.max_candidate_sequences = SEQUENCES
    batching.oldest.preferred_batch_size.append(BATCH)
    batching.oldest.max_queue_delay_microseconds = gather_us
    if runs is Runs.PYTHON:
        _add_controls(batching)
    else:
        batching.state.extend(_state(state) for state in states)
    return batching


def _add_controls(batching: pb.ModelSequenceBatching) -> None:
    """The Python backend carries no states: it is told which sequence a step belongs to."""
    for name, kind in _CONTROLS:
        control = batching.control_input.add(name=name).control.add(kind=kind)
        control.int32_false_true.extend([0, 1])
    batching.control_input.add(name=client.SEQUENCE).control.add(
        kind=pb.ModelSequenceBatching.Control.CONTROL_SEQUENCE_CORRID, data_type=pb.TYPE_UINT64
    )


def _state(state: State) -> pb.ModelSequenceBatching.State:
    before = state.before
    zeros = pb.ModelSequenceBatching.InitialState(
        name=f"{before.name} at the start",
        data_type=_type(before),
        dims=before.dims,
        zero_data=True,
    )
    return pb.ModelSequenceBatching.State(
        input_name=before.name,
        output_name=state.after.name,
        data_type=_type(before),
        dims=before.dims,
        initial_state=[zeros],
    )


def _instance(runs: Runs) -> pb.ModelInstanceGroup:
    kinds = pb.ModelInstanceGroup
    kind = kinds.KIND_CPU if runs is Runs.PYTHON else kinds.KIND_GPU
    return pb.ModelInstanceGroup(kind=kind, count=1)


def _input(tensor: Tensor) -> pb.ModelInput:
    return pb.ModelInput(
        name=tensor.name, data_type=_type(tensor), dims=tensor.dims, optional=tensor.optional
    )


def _output(tensor: Tensor) -> pb.ModelOutput:
    return pb.ModelOutput(name=tensor.name, data_type=_type(tensor), dims=tensor.dims)


def _type(tensor: Tensor) -> "pb.DataType.ValueType":
    return pb.DataType.Value(_TYPES.get(tensor.datatype, f"TYPE_{tensor.datatype}"))
