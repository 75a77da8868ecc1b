"""Fixtures: a small random transducer, in this process and behind a real Triton."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import triton_models
from tests.services import toy_transducer
from tests.services.speech import TritonServer
from triton_models import weights
from triton_models.export import speakers as export_speakers
from triton_models.export import transducer as export
from triton_models.export.configs import Runs
from triton_models.options import LegOptions
from triton_models.settings import Settings
from triton_models.tensors import MODEL
from triton_models.transducer import checkpoint
from triton_models.transducer.front import Front
from triton_models.transducer.onnx_parts import OnnxAcoustics
from triton_models.transducer.tensors import Geometry
from trunkline.embedded.triton import EmbeddedTriton, unsupported
from trunkline.processes import Watched

NAME = "toy-zipformer"
STREAMING = "streaming"
GEOMETRY = Geometry(
    window_frames=toy_transducer.WINDOW,
    shift_frames=toy_transducer.SHIFT,
    encoded_frames=toy_transducer.CHUNK // 2,
    joined_size=toy_transducer.JOINED,
    cache_size=1608,
    context_size=toy_transducer.CONTEXT,
    vocabulary_size=len(toy_transducer.PIECES),
)
REPOSITORY = Path(triton_models.__file__).parent / "repository"


def write(folder: Path, runs: Runs, *, served: str = MODEL) -> Path:
    """The toy's repository, by the same way as a real checkpoint's."""
    exported = toy_transducer.export(folder / "exported")
    repository = folder / "models"
    named = export.Named(NAME, "Apache-2.0", served)
    export.write(exported, repository, named=named, runs=runs)
    return repository


def acoustics(repository: Path) -> OnnxAcoustics:
    """The toy's graphs in this process."""
    return OnnxAcoustics(repository, checkpoint.load(repository / MODEL / "1").geometry)


def front(repository: Path) -> Front:
    """The recogniser over the toy, without a server."""
    found = checkpoint.load(repository / MODEL / "1")
    return Front(
        acoustics(repository),
        checkpoint.vocabulary(repository / MODEL / "1"),
        geometry=found.geometry,
        options=LegOptions(),
        clock=time.monotonic,
    )


class _Embedded(EmbeddedTriton):
    """The appliance's server, over another repository."""

    def __init__(self, repository: Path, *, models_dir: Path, run_dir: Path) -> None:
        super().__init__(Settings(), models_dir=models_dir, run_dir=run_dir)
        self._mounted = repository

    @property
    def repository(self) -> Path:
        """What is mounted instead of ours."""
        return self._mounted


class TransducerServer(TritonServer):
    """A real Triton with another repository than the appliance's."""

    def __init__(self, repository: Path, *, models_dir: Path, run_dir: Path) -> None:
        super().__init__(models_dir, run_dir)
        self.embedded = _Embedded(repository, models_dir=models_dir, run_dir=run_dir)
        self._watched = Watched(self.embedded.prepare(), log=self.log)


def started(repository: Path, *, models_dir: Path, run_dir: Path) -> TransducerServer:
    """A server that recognises."""
    if why := unsupported():
        if "CI" in os.environ:
            pytest.fail(why)
        pytest.skip(why)
    run_dir.mkdir()
    server = TransducerServer(repository, models_dir=models_dir, run_dir=run_dir)
    server.start()
    return server


@pytest.fixture(scope="session")
def transducer_triton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TransducerServer]:
    """The transducer as `asr`; one server for all tests of the run."""
    folder = tmp_path_factory.mktemp("transducer")
    repository = write(folder, Runs.PYTHON)
    server = started(repository, models_dir=folder, run_dir=folder / "run")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def both_triton(
    models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TransducerServer]:
    """The appliance's recogniser as `asr`, the transducer as `streaming` beside it, diarisation as
    a GPU site has it."""
    folder = tmp_path_factory.mktemp("both")
    repository = write(folder, Runs.PYTHON, served=STREAMING)
    (repository / MODEL).symlink_to(REPOSITORY / MODEL)
    export_speakers.write(models_dir / weights.SPEAKERS, repository, runs=Runs.PYTHON)
    server = started(repository, models_dir=models_dir, run_dir=folder / "run")
    yield server
    server.stop()
