"""Reading what icefall exported: what is missing is said."""

from pathlib import Path

import onnx
import pytest

from tests.services import toy_transducer as toy
from triton_models.export import transducer
from triton_models.export.configs import Runs
from triton_models.export.graphs import Unsuitable
from triton_models.export.transducer import Named
from triton_models.transducer import checkpoint
from triton_models.transducer.tensors import DECODER, ENCODER, JOINER

NAMED = Named("toy", "Apache-2.0", "streaming")


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    return toy.export(tmp_path / "exported")


def test_an_int8_graph_beside_is_left_alone_and_two_of_a_kind_are_refused(exported: Path) -> None:
    (joiner,) = exported.glob("joiner*.onnx")
    (exported / f"{joiner.stem}.int8.onnx").write_bytes(b"")
    assert transducer.read(exported).joiner == onnx.load(joiner)
    (exported / "joiner.onnx").write_bytes(joiner.read_bytes())
    with pytest.raises(Unsuitable, match="2 files joiner"):
        transducer.read(exported)


def test_graphs_that_do_not_say_their_numbers_are_refused(exported: Path) -> None:
    found = transducer.read(exported)
    del found.encoder.metadata_props[:]
    with pytest.raises(Unsuitable, match="decode_chunk_len"):
        transducer.geometry(found)


def test_the_checksum_is_that_of_the_graphs_as_they_came(exported: Path) -> None:
    before = transducer.read(exported).sha256
    assert transducer.read(exported).sha256 == before
    (decoder,) = exported.glob("decoder*.onnx")
    decoder.write_bytes(decoder.read_bytes() + b"\x7a\x00")  # a field that ONNX does not know
    assert transducer.read(exported).sha256 != before


@pytest.mark.parametrize("runs", list(Runs))
def test_a_whole_repository_is_written(exported: Path, tmp_path: Path, runs: Runs) -> None:
    repository = tmp_path / "models"
    written = transducer.write(exported, repository, named=NAMED, runs=runs)
    front = repository / "streaming" / "1"
    assert checkpoint.load(front) == written
    assert len(checkpoint.vocabulary(front)) == written.geometry.vocabulary_size
    for part in (ENCODER, DECODER, JOINER):
        onnx.checker.check_model(onnx.load(checkpoint.graph(repository, part)))
        assert (repository / part / "1" / "model.py").exists() == (runs is Runs.PYTHON)
    assert "trtexec" in (repository / transducer.PLANS).read_text(encoding="utf-8")
