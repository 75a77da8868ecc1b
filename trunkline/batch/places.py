"""Where recordings come from and transcripts go: local folders; s3.py has the other kind."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

SUFFIXES = frozenset(
    {".wav", ".wave", ".mp3", ".flac", ".ogg", ".oga", ".opus", ".w64", ".rf64", ".au", ".aiff"}
)
"""What is looked for in a folder or under a prefix; a file named outright is tried whatever its
name."""


class PlaceError(Exception):
    """A place cannot be read or written; the message names it and says why."""


class Found(NamedTuple):
    """One recording."""

    name: str
    """Its path below what was given, with `/`: the transcript's path below where it goes."""

    address: str
    """Where it is: an absolute path or an s3:// address. A job knows it by this."""

    fingerprint: str
    """Changes when the content does, and costs no reading."""

    modified_at: datetime
    size_bytes: int


class Source(Protocol):
    """Something with recordings in it."""

    def recordings(self) -> Iterator[Found]:
        """Every recording, in order of name; PlaceError if it cannot be listed."""
        ...

    def local(self, found: Found, *, spool: Path) -> AbstractContextManager[Path]:
        """A local file with the recording; what was fetched into `spool` is deleted afterwards."""
        ...


class Target(Protocol):
    """Where transcripts go."""

    def write(self, name: str, content: bytes) -> None:
        """Put a file there in one step; PlaceError if it cannot be."""
        ...

    def holds(self, name: str, content: bytes) -> bool:
        """True if just this file is there."""
        ...


class LocalFiles:
    """A folder with all below it, or one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def recordings(self) -> Iterator[Found]:
        """The file; of a folder every file with a known suffix."""
        root = self._path
        try:
            if not root.is_dir():
                yield _found(root, root.name)
                return
            for path in sorted(_walk(root)):
                yield _found(path, path.relative_to(root).as_posix())
        except OSError as error:
            raise PlaceError(f"{error.filename or root}: {error.strerror}") from None

    def local(self, found: Found, *, spool: Path) -> AbstractContextManager[Path]:
        """The file itself."""
        return nullcontext(Path(found.address))


class LocalFolder:
    """A folder that transcripts are written into."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, name: str, content: bytes) -> None:
        """Beside its place first, then renamed: nobody reads half a file."""
        path = self._root / name
        partial = path.with_name(f".{path.name}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError as error:
            raise PlaceError(f"{path}: {error.strerror}") from None

    def holds(self, name: str, content: bytes) -> bool:
        """By reading it."""
        try:
            return (self._root / name).read_bytes() == content
        except OSError:
            return False


def sha256_of(path: Path) -> str:
    """Of the file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _walk(root: Path) -> Iterator[Path]:
    """Recordings below `root`; an unreadable folder is an error, not an empty one."""

    def fail(error: OSError) -> None:
        raise error

    for folder, below, names in os.walk(root, onerror=fail):
        below[:] = [name for name in below if not name.startswith(".")]
        for name in names:
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Path(folder, name)


def _found(path: Path, name: str) -> Found:
    about = path.stat()
    at = datetime.fromtimestamp(about.st_mtime, UTC)
    fingerprint = f"{about.st_size}:{about.st_mtime_ns}"
    address = str(path.resolve())
    return Found(name, address, fingerprint, at.replace(microsecond=0), about.st_size)
