"""A folder with one checkpoint's graphs, its vocabulary and what else is to be known of it."""

import hashlib
from pathlib import Path

import msgspec

from triton_models.loading import Lineage
from triton_models.options import LegOptions
from triton_models.transducer import pieces
from triton_models.transducer.tensors import Geometry

FILE = "checkpoint.json"
TOKENS = "tokens.txt"
SCORES = "bpe.vocab"
GRAPH = "model.onnx"

_SEARCH = "transducer-1"
"""Grows when the same graphs and options would give other words."""


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`checkpoint.json`, which `export/` writes."""

    model: str
    """Its name, as put on every transcript."""

    sha256: str
    """Of its graphs before they were rewritten."""

    licence: str
    geometry: Geometry


def load(folder: Path) -> Checkpoint:
    """What `checkpoint.json` in `folder` says."""
    return msgspec.json.decode((folder / FILE).read_bytes(), type=Checkpoint)


def save(checkpoint: Checkpoint, folder: Path) -> None:
    """Write `checkpoint.json`."""
    text = msgspec.json.format(msgspec.json.encode(checkpoint), indent=2)
    (folder / FILE).write_bytes(text + b"\n")


def vocabulary(folder: Path) -> pieces.Vocabulary:
    """The vocabulary in `folder`."""
    scores = folder / SCORES
    return pieces.vocabulary(
        (folder / TOKENS).read_text(encoding="utf-8"),
        scores.read_text(encoding="utf-8") if scores.exists() else "",
    )


def lineage(checkpoint: Checkpoint, options: LegOptions) -> Lineage:
    """What is put on every transcript; `options` are those of legs that bring none."""
    digest = hashlib.sha256(_SEARCH.encode() + msgspec.json.encode(options)).hexdigest()
    return Lineage(checkpoint.model, checkpoint.sha256, digest[:12])


def graph(folder: Path, part: str) -> Path:
    """Where the graph of a part lies: as in Triton's repository, version 1."""
    return folder / part / "1" / GRAPH
