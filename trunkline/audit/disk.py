"""Files: the state directory, Postgres' own, logs, and what our processes have open elsewhere."""

import contextlib
import json
import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from trunkline.audit.findings import Tally
from trunkline.audit.planted import SEAM, Planted
from trunkline.audit.records import of_record
from trunkline.audit.texts import said_in, texts_of

CHUNK = 4 * 2**20
OVERLAP = 64 * 2**10
"""Read again with the next chunk, so that nothing is cut in two."""

_GZIP = 31
"""For zlib: gzip, with its header."""

CLOCK_S = 2.0
"""Clocks of file systems are coarse."""


class Disk:
    """Searches files that were written since the call began; earlier ones cannot hold it."""

    def __init__(self, planted: Planted, tally: Tally, *, since: float) -> None:
        self._planted = planted
        self._tally = tally
        self._since = since - CLOCK_S
        self._seen: set[tuple[int, int]] = set()

    def search_folder(self, place: str, folder: Path, *, but: tuple[Path, ...] = ()) -> None:
        """Every file below; `but` folders of weights, which were fetched."""
        for path in _files(folder, but):
            self.search_file(place, path, where=str(path.relative_to(folder)))

    def search_new(self, place: str, path: Path) -> None:
        """A file or folder that is new or has new entries since the call began."""
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < self._since:
                return
            if path.is_dir():
                self.search_folder(place, path)
            else:
                self.search_file(place, path, where=path.name)

    def search_file(self, place: str, path: Path, *, where: str) -> None:
        """The bytes of one file, UTF-8 or gzip of it."""
        try:
            about = path.stat()
            if not stat.S_ISREG(about.st_mode) or (about.st_dev, about.st_ino) in self._seen:
                return
            self._seen.add((about.st_dev, about.st_ino))
            # Whoever moves or packs a file may keep its time of writing, not that of its inode.
            if max(about.st_mtime, about.st_ctime) < self._since:
                self._tally.look(place, unchanged=1)
                return
            found, size = self._search(_read(path))
            found |= self._search(_unpacked(path))[0]
        except (FileNotFoundError, ProcessLookupError):
            return  # it was removed meanwhile, or whoever had it open has ended
        except OSError as error:
            self._tally.problem(place, f"{where}: {error.strerror}")
            return
        self._tally.look(place, files=1, bytes=size)
        self._tally.hit(place, where, found | self._planted.anywhere(where))

    def search_log(self, path: Path, *, call_id: str) -> None:
        """A log: all of its bytes, and the lines that name the call for short values too."""
        self.search_file("logs", path, where=path.name)
        try:
            with path.open("rb") as file:
                for line in file:
                    self._tally.look("logs", lines=1)
                    if call_id.encode() in line:
                        found = self._planted.of_the_call(_text(line))
                        self._tally.hit("logs", path.name, found)
        except OSError as error:
            self._tally.problem("logs", f"{path.name}: {error.strerror}")

    def search_bodies(self, folder: Path, *, call_id: str) -> None:
        """What a webhook's receiver got; in what is about the call, short values too."""
        self.search_folder("webhook receiver", folder)
        for path in _files(folder, ()):
            try:
                body = path.read_bytes()
            except OSError as error:
                self._tally.problem("webhook receiver", error.strerror or type(error).__name__)
                continue
            if call_id.encode() in body:
                found = of_record(body, self._planted, call_id=call_id)
                self._tally.hit("webhook receiver", str(path.relative_to(folder)), found)

    def _search(self, chunks: Iterable[bytes]) -> tuple[set[str], int]:
        found: set[str] = set()
        before, size = b"", 0
        for chunk in chunks:
            size += len(chunk)
            data = before + chunk
            found |= self._planted.anywhere(data) | self._planted.anywhere(said_in(data))
            before = data[-OVERLAP:]
        return found, size


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _unpacked(path: Path) -> Iterator[bytes]:
    """What a gzip file holds, as far as it goes: it may be torn, or only begin like one."""
    packed = zlib.decompressobj(wbits=_GZIP)
    for n, chunk in enumerate(_read(path)):
        if n == 0 and chunk[:2] != b"\x1f\x8b":
            return
        try:
            yield packed.decompress(chunk)
        except zlib.error:
            return


def _files(folder: Path, but: tuple[Path, ...]) -> Iterator[Path]:
    left_out = {path.resolve() for path in but}
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if (Path(root) / name).resolve() not in left_out]
        for name in names:
            path = Path(root) / name
            if not path.is_symlink():
                yield path


def _text(line: bytes) -> str:
    text = line.decode(errors="replace")
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return SEAM.join(texts_of(value))
