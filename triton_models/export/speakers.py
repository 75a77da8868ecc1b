"""The networks that tell speakers apart -> models that Triton mounts beside the transducer.

    python -m triton_models.export.speakers WEIGHTS --to REPOSITORY

WEIGHTS is the folder `speakers` that `trunkline models fetch` made: the graphs are there already,
written from their checkpoints without torch (`speakers/*_graph.py`).
"""

import argparse
import shutil
from pathlib import Path, PurePosixPath

from triton_models.export import configs, trtexec
from triton_models.export.configs import Runs
from triton_models.speakers.serving import MODEL
from triton_models.speakers.tensors import LENGTHS, PARTS, SEGMENTATION, VOICE_PRINT
from triton_models.transducer import checkpoint

GRAPHS = {SEGMENTATION.name: "segmentation.onnx", VOICE_PRINT.name: "voice_print.onnx"}
FRONT = "triton_models.speakers.triton_front"


def write_configs(repository: Path, *, runs: Runs) -> None:
    """`config.pbtxt` of the front and of its networks."""
    about = "Tells speakers apart, with the two models beside it; clustering is its client's."
    files = {MODEL: configs.text(configs.front_config(MODEL), about)}
    for part in PARTS:
        config = configs.part_config(part, runs)
        files[part.name] = configs.text(config, f"{part.name}: see speakers/tensors.py.")
    configs.write(repository, files)


def plans() -> list[str]:
    """The commands, run in the repository, that make TensorRT's plans."""
    here = PurePosixPath(".")
    return [trtexec.line(part, repository=here, lengths=LENGTHS) for part in PARTS]


def write(weights: Path, repository: Path, *, runs: Runs) -> None:
    """The models; TensorRT's plans are left to `build_plans.sh`."""
    write_configs(repository, runs=runs)
    for part in PARTS:
        shutil.copyfile(weights / GRAPHS[part.name], checkpoint.graph(repository, part.name))
        if runs is Runs.PYTHON:
            configs.write_python(repository, part.name, module=configs.CPU_PART)
    configs.write_python(repository, MODEL, module=FRONT)


def main() -> None:
    """The command line."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--runs", choices=[r.value for r in Runs], default=Runs.TENSORRT.value)
    asked = parser.parse_args()
    write(asked.weights, asked.to, runs=Runs(asked.runs))


if __name__ == "__main__":
    main()
