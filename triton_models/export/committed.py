"""Writes what `repository_gpu/` holds of configurations and commands: `python -m` this module.

They are committed, because Triton and operators read them as they stand; a unit test says when a
table of tensors has moved on without them.
"""

from pathlib import Path, PurePosixPath

from triton_models.export import speakers, transducer, trtexec
from triton_models.export.configs import Runs
from triton_models.export.transducer import PLANS
from triton_models.transducer.tensors import ZIPFORMER_EN

REPOSITORY = Path(__file__).parents[1] / "repository_gpu"
FOLDER = PurePosixPath(".")
"""The commands are run in the repository."""


def write(repository: Path) -> None:
    """All of it, for the checkpoint that the project recommends."""
    transducer.write_configs(repository, ZIPFORMER_EN, runs=Runs.TENSORRT)
    speakers.write_configs(repository, runs=Runs.TENSORRT)
    lines = [*transducer.plans(ZIPFORMER_EN), *speakers.plans()]
    (repository / PLANS).write_text(trtexec.script(lines), encoding="utf-8")


if __name__ == "__main__":
    write(REPOSITORY)
