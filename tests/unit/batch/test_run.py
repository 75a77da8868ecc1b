"""One file's trouble, and no other's: a run over a recogniser that fails where it is told to."""

import io
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from redaction.policy.prepared_policy import make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from triton_models.loading import Lineage
from trunkline.batch.hear import HeardGroup, HeardPiece
from trunkline.batch.job import Job, opened
from trunkline.batch.pieces import Group
from trunkline.batch.places import LocalFiles, LocalFolder, PlaceError
from trunkline.batch.plan import Todo, need_of
from trunkline.batch.quality import measure
from trunkline.batch.run import Order, Place, Run
from trunkline.batch.screen import Screen
from trunkline.batch.transcript import Recipe

LOUD = 20_000
SECRET = "four two four two"


class Silent:
    """Hears nothing; fails on loud audio with a message that must not get out."""

    threads = 1
    is_paused = False

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, group: Group) -> "Future[HeardGroup | None]":
        self.asked += 1
        future: Future[HeardGroup | None] = Future()
        if any(np.abs(piece.samples).max() > LOUD for piece in group.pieces):
            future.set_exception(RuntimeError(SECRET))
        else:
            pieces = [HeardPiece(p.channel, (), measure(p.samples, [])) for p in group.pieces]
            future.set_result(HeardGroup(group.number, group.audio_ms, tuple(pieces), 0.0))
        return future


class Full(LocalFolder):
    """A folder with no room left."""

    def write(self, name: str, content: bytes) -> None:
        raise PlaceError(f"{name}: No space left on device")


@contextmanager
def job(tmp_path: Path) -> Iterator[Job]:
    with opened(tmp_path / "job", key_file=tmp_path / "key") as opened_job:
        yield opened_job


def recordings(folder: Path) -> None:
    folder.mkdir()
    quiet = np.zeros(8000, np.int16)
    for name, wave in (("a", quiet), ("b", quiet + LOUD + 5000), ("c", quiet), ("d", quiet[:0])):
        soundfile.write(folder / f"{name}.wav", wave, 8000)


def transcribe(tmp_path: Path, target: LocalFolder) -> tuple[dict[str, str], str, int]:
    """Outcome and problem by name, what was shown, and how often the recogniser was asked."""
    order = Order(
        [Place(LocalFiles(tmp_path / "in"), target)],
        ["txt"],
        Recipe("t", ("agent", "customer"), "en", Lineage("m", "s", "d")),
        make_policy(Settings(), build_engine(), key=bytes(32)),
        "options",
    )
    workers, shown = Silent(), io.StringIO()
    with job(tmp_path) as held:
        todos = [
            Todo(found, 0, need_of(found, held.known(found.address), options="options"))
            for found in order.places[0].source.recordings()
        ]
        run = Run(order, held, workers=workers, screen=Screen(shown))
        reports = run.transcribe(todos)
    return {r.name: r.problem or r.outcome for r in reports}, shown.getvalue(), workers.asked


def test_a_fault_costs_its_file_and_shows_no_message(tmp_path: Path) -> None:
    recordings(tmp_path / "in")
    outcomes, shown, _ = transcribe(tmp_path, LocalFolder(tmp_path / "out"))
    assert outcomes["a.wav"] == outcomes["c.wav"] == "done"
    assert outcomes["b.wav"].startswith("fault: RuntimeError at ")
    assert outcomes["d.wav"] == "holds no audio"
    assert SECRET not in shown
    assert len(shown.splitlines()) == 4
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a.wav.txt", "c.wav.txt"}


def test_what_could_not_be_written_is_written_next_time_without_being_heard_again(
    tmp_path: Path,
) -> None:
    recordings(tmp_path / "in")
    outcomes, _, _ = transcribe(tmp_path, Full(tmp_path / "out"))
    assert outcomes["a.wav"] == "a.wav.txt: No space left on device"
    outcomes, _, asked = transcribe(tmp_path, LocalFolder(tmp_path / "out"))
    assert outcomes["a.wav"] == outcomes["c.wav"] == "already done"
    assert asked == 1  # b.wav, which failed


def test_a_recording_that_changed_is_heard_again(tmp_path: Path) -> None:
    recordings(tmp_path / "in")
    transcribe(tmp_path, LocalFolder(tmp_path / "out"))
    soundfile.write(tmp_path / "in" / "a.wav", np.zeros(16000, np.int16), 8000)
    outcomes, _, asked = transcribe(tmp_path, LocalFolder(tmp_path / "out"))
    assert (outcomes["a.wav"], outcomes["c.wav"], asked) == ("done", "already done", 2)
