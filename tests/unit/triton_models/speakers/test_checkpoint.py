"""Checkpoints are read for their tensors, and nothing in them is ever run."""

import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from triton_models.speakers import checkpoint
from triton_models.speakers.checkpoint import BadCheckpoint


def tensor(*, offset: int = 0, stride: int = 2) -> bytes:
    """Protocol 0 of `{"weight": tensor}`, as torch.save writes its parts."""
    return (
        f"(dS'weight'\nctorch._utils\n_rebuild_tensor_v2\n((S'storage'\nctorch\nFloatStorage\n"
        f"S'0'\nS'cpu'\nI6\ntQI{offset}\n(I2\nI2\nt(I{stride}\nI1\ntI00\n(dtRs."
    ).encode()


def saved(folder: Path, described: bytes) -> Path:
    path = folder / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", described)
        archive.writestr("archive/data/0", np.arange(6, dtype="<f4").tobytes())
    return path


def test_a_tensor_is_read_with_its_shape_and_offset(tmp_path: Path) -> None:
    weights = checkpoint.read(saved(tmp_path, tensor(offset=2)))
    assert weights["weight"].tolist() == [[2.0, 3.0], [4.0, 5.0]]


class Calls:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch /nonexistent/pwned",)


@pytest.mark.parametrize("value", [Calls(), OrderedDict(a=Calls()), {"state_dict": [Calls()]}])
def test_what_a_pickle_wants_to_call_is_never_called(
    tmp_path: Path, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = pickle.dumps(value)
    monkeypatch.setattr("os.system", lambda command: pytest.fail("it was called"))
    try:
        weights = checkpoint.read(saved(tmp_path, described))
    except BadCheckpoint:
        return
    assert not weights


@pytest.mark.parametrize(
    "described",
    [
        b"",
        b"not a pickle",
        pickle.dumps([1, 2]),
        tensor(stride=3),
        tensor(offset=5),
        tensor().replace(b"S'0'", b"S'9'"),
        tensor().replace(b"FloatStorage", b"HalfStorage"),
    ],
)
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, described: bytes) -> None:
    with pytest.raises(BadCheckpoint):
        checkpoint.read(saved(tmp_path, described))


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"PK but no more")
    with pytest.raises(BadCheckpoint):
        checkpoint.read(path)
