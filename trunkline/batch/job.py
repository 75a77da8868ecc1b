"""What a job has done so far, in one SQLite file that survives a kill at any moment.

Raw words wait here until their file is complete: sealed with the key of the raw topic, and deleted
with the redacted transcript's commit. Who opens a job holds its lock until it is closed.
"""

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from trunkline.batch.hear import HeardGroup
from trunkline.bus.sealed import Seal, load_or_create_key

_TOPIC = "trunkline.batch"
_SCHEMA = """
create table if not exists file (
    address text primary key, fingerprint text not null, options text not null,
    sha256 text not null, transcript blob, cpu_s real not null default 0);
create table if not exists heard (
    address text not null, number integer not null, sealed blob not null,
    primary key (address, number));
"""


class Busy(Exception):
    """Another run works on the job; the message says which process."""


class BadJob(Exception):
    """The job cannot be read or written; the message says why."""


class Known(NamedTuple):
    """What the job remembers of a file."""

    fingerprint: str
    options: str
    """Hash of everything that decides the words."""

    sha256: str
    is_done: bool


class Job:
    """Contract: used from one thread; every call is on disk when it returns."""

    def __init__(self, folder: Path, database: sqlite3.Connection, seal: Seal) -> None:
        self.folder = folder
        self._database = database
        self._seal = seal

    def known(self, address: str) -> Known | None:
        """The file as it was when it was worked on last."""
        found = self._database.execute(
            "select fingerprint, options, sha256, transcript is not null from file"
            " where address = ?",
            (address,),
        ).fetchone()
        return Known(found[0], found[1], found[2], bool(found[3])) if found else None

    def begin(self, address: str, known: Known) -> None:
        """The file is worked on from its start: what was kept of it is forgotten."""
        with self._database:
            self._database.execute("delete from heard where address = ?", (address,))
            self._database.execute(
                "insert or replace into file (address, fingerprint, options, sha256)"
                " values (?, ?, ?, ?)",
                (address, known.fingerprint, known.options, known.sha256),
            )

    def heard(self, address: str) -> dict[int, HeardGroup]:
        """The groups that are done, by number."""
        rows = self._database.execute(
            "select number, sealed from heard where address = ?", (address,)
        )
        found: dict[int, HeardGroup] = {}
        for number, sealed in rows:
            plain = self._seal.open(sealed, topic=_TOPIC, key=_bound(address, number))
            if plain is not None:  # sealed by a key that is gone: heard again
                found[number] = msgspec.json.decode(plain, type=HeardGroup)
        return found

    def keep(self, address: str, group: HeardGroup) -> None:
        """A group is done."""
        plain = msgspec.json.encode(group)
        sealed = self._seal.close(plain, topic=_TOPIC, key=_bound(address, group.number))
        with self._database:
            self._database.execute(
                "insert or replace into heard values (?, ?, ?)", (address, group.number, sealed)
            )

    def finish(self, address: str, transcript: bytes, *, cpu_s: float) -> None:
        """The file's redacted transcript; its raw words are deleted."""
        with self._database:
            self._database.execute(
                "update file set transcript = ?, cpu_s = ? where address = ?",
                (transcript, cpu_s, address),
            )
            self._database.execute("delete from heard where address = ?", (address,))

    def transcript(self, address: str) -> bytes:
        """The redacted transcript of a file that is done."""
        found = self._database.execute(
            "select transcript from file where address = ?", (address,)
        ).fetchone()
        return bytes(found[0])


@contextmanager
def opened(folder: Path, *, key_file: Path) -> Iterator[Job]:
    """The job in `folder`, made if there is none; Busy while another run has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BadJob(f"{folder}: {error.strerror}") from None
    try:
        _take(lock, folder)
        seal = Seal(load_or_create_key(key_file))
        with _database(folder / "job.sqlite") as database:
            yield Job(folder, database, seal)
    except (sqlite3.Error, OSError) as error:
        raise BadJob(f"{folder}: {error}") from error
    finally:
        os.close(lock)


def folder_for(state_dir: Path, inputs: list[str], *, out: str) -> Path:
    """Where a job is kept that was given no folder: the same words find the same job."""
    text = "\0".join([out, *inputs])
    return state_dir / "batch" / hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path)
    try:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        database.execute("pragma secure_delete = on")
        database.executescript(_SCHEMA)
        yield database
    finally:
        database.close()


def _take(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
        raise Busy(f"another run (process {owner}) works on {folder}") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode("ascii"), 0)


def _bound(address: str, number: int) -> str:
    return f"{number}:{address}"
