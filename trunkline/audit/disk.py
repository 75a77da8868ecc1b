"""Files: the state directory, Postgres' own, logs, and what our processes have open elsewhere."""

import contextlib
import gzip
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from trunkline.audit.findings import Tally
from trunkline.audit.planted import SEAM, Planted
from trunkline.audit.records import of_record
from trunkline.audit.texts import said_in, texts_of

CHUNK = 4 * 2**20
OVERLAP = 64 * 2**10
"""Read again with the next chunk, so that nothing is cut in two."""

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
            if about.st_mtime < self._since:
                self._tally.look(place, unchanged=1)
                return
            with _opened(path) as file:
                found, size = self._search(file)
        except FileNotFoundError:
            return  # it was removed meanwhile
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

    def _search(self, file: IO[bytes]) -> tuple[set[str], int]:
        found: set[str] = set()
        before, size = b"", 0
        while chunk := file.read(CHUNK):
            size += len(chunk)
            data = before + chunk
            found |= self._planted.anywhere(data) | self._planted.anywhere(said_in(data))
            before = data[-OVERLAP:]
        return found, size


def _files(folder: Path, but: tuple[Path, ...]) -> Iterator[Path]:
    left_out = {path.resolve() for path in but}
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if (Path(root) / name).resolve() not in left_out]
        for name in names:
            path = Path(root) / name
            if not path.is_symlink():
                yield path


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path)) if zipped else path.open("rb")


def _text(line: bytes) -> str:
    text = line.decode(errors="replace")
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return SEAM.join(texts_of(value))
