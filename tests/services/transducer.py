"""Fixtures: a small random transducer, in this process and behind a real Triton."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import toy_transducer
from tests.services.speech import TritonServer
from triton_models.export import transducer as export
from triton_models.export.configs import Runs
from triton_models.options import LegOptions
from triton_models.settings import Settings
from triton_models.tensors import MODEL
from triton_models.transducer import checkpoint
from triton_models.transducer.front import Front
from triton_models.transducer.onnx_parts import OnnxAcoustics
from trunkline.embedded.triton import EmbeddedTriton, unsupported
from trunkline.processes import Watched

NAME = "toy-zipformer"


def write(folder: Path, runs: Runs) -> Path:
    """The toy's repository, by the same way as a real checkpoint's."""
    exported = toy_transducer.export(folder / "exported")
    repository = folder / "repository"
    export.write(exported, repository, model=NAME, licence="Apache-2.0", runs=runs)
    return repository


def front(repository: Path) -> Front:
    """The recogniser over the toy, without a server."""
    found = checkpoint.load(repository / MODEL / "1")
    return Front(
        OnnxAcoustics(repository, found.geometry),
        checkpoint.vocabulary(repository / MODEL / "1"),
        geometry=found.geometry,
        options=LegOptions(),
        clock=time.monotonic,
    )


class _Embedded(EmbeddedTriton):
    """The appliance's server, over another repository."""

    def __init__(self, repository: Path, *, run_dir: Path) -> None:
        super().__init__(Settings(), models_dir=run_dir, run_dir=run_dir)
        self._repository = repository

    @property
    def argv(self) -> list[str]:
        """The same, but for the repository."""
        kept = [a for a in super().argv if not a.startswith("--model-repository=")]
        return [*kept, f"--model-repository={self._repository}"]


class TransducerServer(TritonServer):
    """A real Triton with the toy's repository."""

    def __init__(self, repository: Path, run_dir: Path) -> None:
        super().__init__(run_dir, run_dir)
        self.embedded = _Embedded(repository, run_dir=run_dir)
        self._watched = Watched(self.embedded.prepare(), log=self.log)


@pytest.fixture(scope="session")
def transducer_triton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TransducerServer]:
    """One server for all tests of the run."""
    if why := unsupported():
        if "CI" in os.environ:
            pytest.fail(why)
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("transducer")
    (folder / "run").mkdir()
    server = TransducerServer(write(folder, Runs.PYTHON), folder / "run")
    server.start()
    yield server
    server.stop()
