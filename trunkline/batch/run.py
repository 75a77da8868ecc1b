"""One run of a job: files to groups, groups to worker threads, what they heard to transcripts."""

import sqlite3
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from redaction.policy.prepared_policy import Policy
from trunkline.batch import audio, report
from trunkline.batch.formats import file_name, rendered
from trunkline.batch.hear import HeardGroup
from trunkline.batch.job import Job, Known
from trunkline.batch.pieces import Group, cut
from trunkline.batch.places import PlaceError, Source, Target, sha256_of
from trunkline.batch.plan import Need, Todo
from trunkline.batch.progress import Progress
from trunkline.batch.report import FileReport
from trunkline.batch.screen import Screen
from trunkline.batch.transcript import FileTranscript, Recipe, Recording, transcribed


class Recognising(Protocol):
    """Whoever recognises groups: `Workers`."""

    threads: int

    @property
    def is_paused(self) -> bool:
        """True while live calls have the machine."""
        ...

    def ask(self, group: Group) -> Future[HeardGroup | None]:
        """What the group holds."""
        ...


class Place(NamedTuple):
    """A source, and where its transcripts go."""

    source: Source
    target: Target


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is to do."""

    places: Sequence[Place]
    formats: Sequence[str]
    recipe: Recipe
    policy: Policy
    options: str
    """Hash of everything that decides the words."""


@dataclass(slots=True)
class _OpenFile:
    todo: Todo
    recording: Recording
    heard: dict[int, HeardGroup]
    waiting: int = 0
    """Groups that are being recognised."""

    is_read: bool = False


@dataclass(slots=True)
class _State:
    reports: list[FileReport] = field(default_factory=list)
    heard_ms: int = 0


class Run:
    """Contract: `transcribe` once. Decoding, redaction and all writing happen in its thread."""

    def __init__(self, order: Order, job: Job, *, workers: Recognising, screen: Screen) -> None:
        self._order = order
        self._job = job
        self._workers = workers
        self._screen = screen
        self._state = _State()
        self._failed: set[str] = set()
        self._asked: dict[Future[HeardGroup | None], _OpenFile] = {}
        self._progress = Progress(files=0, size_bytes=0, now=0.0)

    @property
    def heard_ms(self) -> int:
        """Audio recognised so far."""
        return self._state.heard_ms

    def transcribe(self, todos: Sequence[Todo]) -> list[FileReport]:
        """Do what each file needs; one that cannot be done does not stop the others."""
        size = sum(todo.found.size_bytes for todo in todos)
        self._progress = Progress(files=len(todos), size_bytes=size, now=time.monotonic())
        for todo in todos:
            with self._costing_its_file(todo):
                if todo.need is Need.FILES:
                    self._write_again(todo)
                else:
                    self._read(todo)
        while self._asked:
            self._collect()
        return self._state.reports

    @contextmanager
    def _costing_its_file(self, todo: Todo) -> Iterator[None]:
        """What goes wrong within is this file's failure, and no other's."""
        try:
            yield
        except sqlite3.Error:
            raise  # the job itself is broken
        except (audio.NotAudio, PlaceError) as error:
            self._fail(todo, str(error))
        except OSError as error:
            self._fail(todo, error.strerror or type(error).__name__)
        # The one place of this process. No message: it may hold what was said.
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            self._fail(todo, f"fault: {type(error).__name__} at {where.name}:{where.lineno}")

    def _write_again(self, todo: Todo) -> None:
        """The transcript is known; write the files that are not there."""
        made = msgspec.json.decode(self._job.transcript(todo.found.address), type=FileTranscript)
        self._write(todo, made)
        self._end(todo, report.of_file(made, outcome=report.ALREADY, cpu_s=0.0))

    def _read(self, todo: Todo) -> None:
        """Decode the file once, and hand what is not known yet to the workers."""
        place = self._order.places[todo.source]
        with place.source.local(todo.found, spool=self._job.folder) as path:
            opened = self._open(todo, path)
            for group in cut(audio.blocks(path)):
                if group.number not in opened.heard:
                    self._ask(opened, group)
        opened.is_read = True
        self._finish_if_complete(opened)

    def _open(self, todo: Todo, path: Path) -> _OpenFile:
        found = todo.found
        facts, sha256 = audio.probe(path), sha256_of(path)
        known = self._job.known(found.address)
        if todo.need is not Need.REST or known is None or known.sha256 != sha256:
            now = Known(found.fingerprint, self._order.options, sha256, is_done=False)
            self._job.begin(found.address, now)
        recording = Recording(found.name, sha256, facts, found.modified_at)
        opened = _OpenFile(todo, recording, self._job.heard(found.address))
        length_ms = audio.estimated_ms(path)
        self._progress.opened(found.address, size_bytes=found.size_bytes, estimated_ms=length_ms)
        for group in opened.heard.values():
            self._progress.heard(found.address, group.audio_ms, before=True)
        return opened

    def _ask(self, opened: _OpenFile, group: Group) -> None:
        """At most one group a thread is recognised, and one waits: memory stays bounded."""
        while len(self._asked) > self._workers.threads:
            self._collect()
        opened.waiting += 1
        self._asked[self._workers.ask(group)] = opened

    def _collect(self) -> None:
        """Take what the workers have done; wait for some."""
        done, _ = wait(self._asked, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in done:
            opened = self._asked.pop(future)
            opened.waiting -= 1
            with self._costing_its_file(opened.todo):
                self._take(opened, future.result())
                self._finish_if_complete(opened)
        self._show()

    def _take(self, opened: _OpenFile, group: HeardGroup | None) -> None:
        address = opened.todo.found.address
        if group is None or address in self._failed:
            return
        self._job.keep(address, group)
        opened.heard[group.number] = group
        self._state.heard_ms += group.audio_ms
        self._progress.heard(address, group.audio_ms)

    def _finish_if_complete(self, opened: _OpenFile) -> None:
        is_failed = opened.todo.found.address in self._failed
        if opened.waiting or not opened.is_read or is_failed:
            return
        todo, groups = opened.todo, [opened.heard[n] for n in sorted(opened.heard)]
        if not groups:
            raise audio.NotAudio("holds no audio")
        made = transcribed(opened.recording, groups, self._order.recipe, policy=self._order.policy)
        cpu_s = sum(group.cpu_s for group in groups)
        self._job.finish(todo.found.address, msgspec.json.encode(made), cpu_s=cpu_s)
        self._write(todo, made)
        self._end(todo, report.of_file(made, outcome=report.DONE, cpu_s=cpu_s))

    def _write(self, todo: Todo, made: FileTranscript) -> None:
        target = self._order.places[todo.source].target
        for name in self._order.formats:
            path, content = file_name(todo.found.name, name), rendered(made, name)
            if not target.holds(path, content):
                target.write(path, content)

    def _fail(self, todo: Todo, problem: str) -> None:
        if todo.found.address not in self._failed:
            self._failed.add(todo.found.address)
            name = todo.found.name
            self._end(todo, FileReport(name=name, outcome=report.FAILED, problem=problem))

    def _end(self, todo: Todo, entry: FileReport) -> None:
        self._state.reports.append(entry)
        self._progress.ended(todo.found.address, size_bytes=todo.found.size_bytes)
        self._screen.ended(entry)
        self._show()

    def _show(self) -> None:
        now = time.monotonic()
        line = self._progress.line(now=now, is_paused=self._workers.is_paused)
        self._screen.show(line, now=now)
