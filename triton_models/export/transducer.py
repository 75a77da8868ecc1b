"""A streaming Zipformer as icefall exports it -> the models that Triton mounts.

    python -m triton_models.export.transducer EXPORTED --to REPOSITORY --model NAME --licence ID

EXPORTED holds `encoder*.onnx`, `decoder*.onnx`, `joiner*.onnx` (FP32) and `tokens.txt`, as written
by icefall's `zipformer/export-onnx-streaming.py`, or as published; and `bpe.vocab`, if phrases are
to be cut as in training. REPOSITORY is a copy of `repository_gpu/` or an empty folder.
"""

import argparse
import hashlib
import shutil
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import onnx

from triton_models.export import configs, pack, trtexec
from triton_models.export.configs import Runs
from triton_models.export.features_graph import features_graph
from triton_models.export.graphs import Unsuitable, renamed, shape
from triton_models.tensors import MODEL
from triton_models.transducer import checkpoint, tensors
from triton_models.transducer.checkpoint import Checkpoint
from triton_models.transducer.tensors import Geometry, Tensors

SUBSAMPLING = 4
"""Feature frames to an encoder frame, in every Zipformer."""

PLANS = "build_plans.sh"
FRONT = "triton_models.transducer.triton_front"


class Exported(NamedTuple):
    """The graphs as icefall exports them."""

    encoder: onnx.ModelProto
    decoder: onnx.ModelProto
    joiner: onnx.ModelProto
    sha256: str


class Named(NamedTuple):
    """What a checkpoint is called, by whose leave it is used, and as which model it is served."""

    model: str
    licence: str
    """SPDX identifier."""

    served: str = MODEL
    """The name that clients and routes use."""


def read(folder: Path) -> Exported:
    """The graphs in `folder`."""
    paths = [_only(folder, part) for part in ("encoder", "decoder", "joiner")]
    digests = (hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
    digest = hashlib.sha256("".join(f"{d}\n" for d in digests).encode()).hexdigest()
    encoder, decoder, joiner = (onnx.load(path) for path in paths)
    return Exported(encoder, decoder, joiner, digest)


def geometry(exported: Exported) -> Geometry:
    """The checkpoint's numbers, out of what icefall writes into its graphs."""
    window = next((i for i in exported.encoder.graph.input if i.name == pack.WINDOW), None)
    if window is None:
        raise Unsuitable(f"the encoder has no input {pack.WINDOW}")
    frames = shape(window)[1]
    if not isinstance(frames, int):
        raise Unsuitable("the encoder takes windows of any length: it is none for streams")
    shift = _number(exported.encoder, "decode_chunk_len")
    return Geometry(
        window_frames=frames,
        shift_frames=shift,
        encoded_frames=shift // SUBSAMPLING,
        joined_size=_number(exported.joiner, "joiner_dim"),
        cache_size=sum(cache.size for cache in pack.caches(exported.encoder)),
        context_size=_number(exported.decoder, "context_size"),
        vocabulary_size=_number(exported.decoder, "vocab_size"),
    )


def graphs(exported: Exported, of: Geometry) -> dict[str, onnx.ModelProto]:
    """The graph of each part, with the tensors of our table."""
    table = Tensors(of)
    encoded, predicted = table.frame.name, table.predicted.name
    return {
        tensors.FEATURES: features_graph(of),
        tensors.ENCODER: pack.packed(exported.encoder, table),
        tensors.DECODER: renamed(
            exported.decoder, {"y": table.tokens.name, "decoder_out": predicted}
        ),
        tensors.JOINER: renamed(
            exported.joiner,
            {"encoder_out": encoded, "decoder_out": predicted, "logit": table.logits.name},
        ),
    }


def write_configs(repository: Path, of: Geometry, *, runs: Runs, served: str = MODEL) -> None:
    """`config.pbtxt` of the front, the ensemble and its parts."""
    files = {
        served: configs.text(
            configs.front_config(served), "Recognises speech, with the models beside it."
        ),
        tensors.ENSEMBLE: configs.text(
            configs.ensemble_config(of), "A window of samples to encoder frames: one stream's step."
        ),
    }
    for part in Tensors(of).parts():
        config = configs.part_config(part, runs)
        files[part.name] = configs.text(config, f"{part.name}: see transducer/tensors.py.")
    configs.write(repository, files)


def write(exported: Path, repository: Path, *, named: Named, runs: Runs) -> Checkpoint:
    """The whole repository; TensorRT's plans are left to `build_plans.sh`, which it writes too."""
    found = read(exported)
    of = geometry(found)
    write_configs(repository, of, runs=runs, served=named.served)
    for name, graph in graphs(found, of).items():
        onnx.save(graph, checkpoint.graph(repository, name))
        if runs is Runs.PYTHON:
            configs.write_python(repository, name, module=configs.CPU_PART)
    front = repository / named.served / "1"
    configs.write_python(repository, named.served, module=FRONT)
    for name in filter(
        lambda name: (exported / name).exists(), (checkpoint.TOKENS, checkpoint.SCORES)
    ):
        shutil.copyfile(exported / name, front / name)
    written = Checkpoint(model=named.model, sha256=found.sha256, licence=named.licence, geometry=of)
    checkpoint.save(written, front)
    (repository / PLANS).write_text(trtexec.script(plans(of)), encoding="utf-8")
    return written


def plans(of: Geometry) -> list[str]:
    """The commands, run in the repository, that make TensorRT's plans of the graphs."""
    here, parts = PurePosixPath("."), Tensors(of).parts()
    return [trtexec.line(p, repository=here) for p in parts if trtexec.is_for_tensorrt(p)]


def _only(folder: Path, part: str) -> Path:
    """The one FP32 graph of a part; published checkpoints have an INT8 one beside it."""
    found = [path for path in sorted(folder.glob(f"{part}*.onnx")) if ".int8." not in path.name]
    if len(found) != 1:
        raise Unsuitable(f"{folder} has {len(found)} files {part}*.onnx that are not int8: one")
    return found[0]


def _number(model: onnx.ModelProto, key: str) -> int:
    found = {prop.key: prop.value for prop in model.metadata_props}
    if key not in found:
        raise Unsuitable(f"the graph does not say its {key}: was it exported by icefall?")
    return int(found[key])


def main() -> None:
    """The command line."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("exported", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--model", required=True, help="its name, put on every transcript")
    parser.add_argument("--licence", required=True, help="SPDX identifier")
    parser.add_argument("--serve-as", default=MODEL, help="name that routes use")
    parser.add_argument("--runs", choices=[r.value for r in Runs], default=Runs.TENSORRT.value)
    asked = parser.parse_args()
    named = Named(asked.model, asked.licence, asked.serve_as)
    written = write(asked.exported, asked.to, named=named, runs=Runs(asked.runs))
    print(f"{asked.to}: {written.model}, {written.geometry}")


if __name__ == "__main__":
    main()
