"""Reads the tensors out of a PyTorch checkpoint without PyTorch, and without running its pickle.

A checkpoint is a zip: `data.pkl` describes tensors, `data/KEY` holds each one's numbers. Only the
constructors that tensors need are known here; whatever else the pickle names becomes an inert
value, so that nothing in the file is ever called.
"""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[np.generic]]

_DTYPES: dict[str, np.dtype[np.generic]] = {
    "FloatStorage": np.dtype(np.float32),
    "LongStorage": np.dtype(np.int64),
}
_BIGGEST_FILE = 256 << 20


_BROKEN = (
    zipfile.BadZipFile,
    pickle.UnpicklingError,
    ValueError,
    TypeError,
    EOFError,
    AttributeError,
    LookupError,
    OverflowError,
)
"""What reading a zip or a pickle that is none may raise."""


class BadCheckpoint(Exception):
    """The file is not a checkpoint of tensors as we know it."""


class _Storage(NamedTuple):
    """Names a type of storage in the pickle."""

    dtype: np.dtype[np.generic]


class _Inert:
    """Stands for anything else that a pickle may name: it does nothing."""

    def __init__(self, *arguments: object) -> None:
        self.arguments = arguments

    def __setstate__(self, state: object) -> None:
        """Forget it."""


class _Unpickler(pickle.Unpickler):
    def __init__(self, described: bytes, numbers: Mapping[str, bytes]) -> None:
        super().__init__(io.BytesIO(described))
        self._numbers = numbers

    def find_class(self, module: str, name: str, /) -> object:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _DTYPES:
            return _Storage(_DTYPES[name])
        return _Inert

    def persistent_load(self, reference: object, /) -> NDArray[np.generic]:
        match reference:
            case ("storage", _Storage(dtype), str(key), _, int()) if key in self._numbers:
                return np.frombuffer(self._numbers[key], dtype)
        raise BadCheckpoint("a storage that is none")


def read(path: Path) -> Weights:
    """Every tensor by its name; BadCheckpoint if the file is none of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            described, numbers = _unzipped(archive)
        loaded = _Unpickler(described, numbers).load()
    except _BROKEN as error:
        raise BadCheckpoint(f"{path.name}: {type(error).__name__} {error}") from None
    if isinstance(loaded, dict) and isinstance(loaded.get("state_dict"), dict):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, dict):
        raise BadCheckpoint(f"{path.name}: holds no tensors by name")
    return {name: value for name, value in loaded.items() if isinstance(value, np.ndarray)}


def _unzipped(archive: zipfile.ZipFile) -> tuple[bytes, dict[str, bytes]]:
    described, numbers = b"", {}
    for member in archive.infolist():
        _, _, inner = member.filename.partition("/")
        if member.file_size > _BIGGEST_FILE:
            raise BadCheckpoint(f"{member.filename} is too big")
        if inner == "data.pkl":
            described = archive.read(member)
        elif inner.startswith("data/"):
            numbers[inner.removeprefix("data/")] = archive.read(member)
    return described, numbers


def _tensor(
    storage: NDArray[np.generic], offset: int, size: tuple[int, ...], *more: object
) -> NDArray[np.generic]:
    """What `torch._utils._rebuild_tensor_v2` makes, as an array; contiguous ones only."""
    stride = more[0]
    count = int(np.prod(size, dtype=np.int64))
    expected = [int(np.prod(size[axis + 1 :], dtype=np.int64)) for axis in range(len(size))]
    if count > 1 and list(stride) != expected:  # type: ignore[call-overload]
        raise BadCheckpoint("a tensor that is not contiguous")
    return storage[offset : offset + count].reshape(size)
