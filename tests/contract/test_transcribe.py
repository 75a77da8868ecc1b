"""`trunkline transcribe` as a process: killed, resumed, refused, on folders and on S3."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from trunkline.batch.give_way import LiveLoad
from trunkline.batch.job import opened
from trunkline.batch.live_load import live_load
from trunkline.running import RunningAppliance, appliance_file
from trunkline.settings import Settings, load

CALLS = Path(__file__).parents[1] / "data" / "calls" / "dev"
CALL = CALLS / "d01_bank_card.wav"
RATE_HZ = 8000
UNTIL_S = 100.0


class Batch:
    """The command with a state directory of its own."""

    def __init__(self, folder: Path, models_dir: Path) -> None:
        self.job = folder / "job"
        self.report = folder / "report.json"
        self.settings = folder / "settings.toml"
        self.settings.write_text(
            f'[appliance]\nstate_dir = "{folder / "state"}"\n'
            f'[triton_models]\nmodels_dir = "{models_dir}"\n'
        )

    def argv(self, *words: str | Path) -> list[str]:
        fixed = ("--settings", self.settings, "--job", self.job, "--report", self.report)
        # The machine that runs the tests is busy: the idle class would wait for ever.
        return [
            *(sys.executable, "-m", "trunkline", "transcribe", "--priority", "normal"),
            *map(str, (*words, *fixed)),
        ]

    def run(self, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | more
        return subprocess.run(self.argv(*words), capture_output=True, text=True, env=env)

    def outcomes(self) -> dict[str, str]:
        """Of the last run's files."""
        files = json.loads(self.report.read_bytes())["files"]
        return {file["name"]: file["outcome"] for file in files}

    def heard_ms(self) -> int:
        """How much audio the last run recognised."""
        return int(json.loads(self.report.read_bytes())["heard_ms"])

    def groups_kept(self) -> int:
        """Groups that are on disk now."""
        try:
            with sqlite3.connect(f"file:{self.job}/job.sqlite?mode=ro", uri=True) as database:
                return int(database.execute("select count(*) from heard").fetchone()[0])
        except sqlite3.Error:
            return 0


@pytest.fixture
def batch(tmp_path: Path, models_dir: Path) -> Batch:
    return Batch(tmp_path, models_dir)


def long_call(path: Path, *, seconds: int) -> None:
    """The bank call's first words, again after every 100 s of a quiet line."""
    call, _ = soundfile.read(CALL, dtype="int16")
    whole = np.random.default_rng(1).integers(-8, 8, (seconds * RATE_HZ, 2)).astype(np.int16)
    for at in range(0, len(whole) - 16 * RATE_HZ, 100 * RATE_HZ):
        whole[at : at + 16 * RATE_HZ] += call[: 16 * RATE_HZ]
    soundfile.write(path, whole, RATE_HZ, subtype="ULAW")


@contextmanager
def killed_when(argv: list[str], reached: "Iterator[bool]") -> Iterator[None]:
    """Run the command until `reached` gives True, then kill it as a power cut would."""
    until = time.monotonic() + UNTIL_S
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while not next(reached):
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < until
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    yield


def test_a_run_killed_again_and_again_ends_as_one_that_was_not(
    batch: Batch, tmp_path: Path, models_dir: Path
) -> None:
    long_call(tmp_path / "long.wav", seconds=330)
    argv = batch.argv(tmp_path / "long.wav", "--out", tmp_path / "out", "--format", "json,csv,srt")
    for kept in (1, 2):
        reached = iter(lambda kept=kept: batch.groups_kept() >= kept, None)  # type: ignore[misc]
        with killed_when(argv, reached):
            assert batch.groups_kept() >= kept
    assert not (tmp_path / "out").exists()
    for path in batch.job.iterdir():
        assert b"Harbor" not in path.read_bytes()
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert batch.heard_ms() < 330_000 // 2 + 1000

    (tmp_path / "whole").mkdir()
    whole = Batch(tmp_path / "whole", models_dir)
    same = whole.run(
        tmp_path / "long.wav", "--out", tmp_path / "once", "--format", "json,csv,srt",
        "--threads", "2",
    )  # fmt: skip
    assert same.returncode == 0, same.stderr
    assert whole.heard_ms() > 325_000
    made = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in made] == [f"long.wav.{end}" for end in ("csv", "json", "srt")]
    for path in made:
        assert path.read_bytes() == (tmp_path / "once" / path.name).read_bytes()
    segments = json.loads((tmp_path / "out" / "long.wav.json").read_bytes())["segments"]
    names = [segment["segment_id"] for segment in segments]
    assert len(names) == len(set(names)) >= 8
    assert {segment["start_ms"] // 100_000 for segment in segments} == {0, 1, 2, 3}


def test_a_folder_with_good_and_bad_files(batch: Batch, tmp_path: Path) -> None:
    calls, out = tmp_path / "calls", tmp_path / "out"
    (calls / "old").mkdir(parents=True)
    call, _ = soundfile.read(CALL, dtype="int16")
    # As floats: libsndfile 1.2.2 spoils stereo MP3s that it writes from integers.
    soundfile.write(calls / "old" / "call.mp3", call[: 45 * RATE_HZ] / 32768, RATE_HZ)
    soundfile.write(calls / "agent.flac", call[: 12 * RATE_HZ, 0], RATE_HZ)
    (calls / "broken.ogg").write_bytes(b"OggS" + bytes(2000))
    (calls / "notes.txt").write_text("not a recording")

    first = batch.run(calls, "--out", out, "--format", "json,csv,vtt,srt,txt")
    assert first.returncode == 3, first.stderr
    problems = [line for line in first.stderr.splitlines() if "broken.ogg" in line]
    assert len(problems) == 1 and problems[0].startswith("failed: broken.ogg: not a recording")
    assert batch.outcomes() == {
        "agent.flac": "done",
        "broken.ogg": "failed",
        "old/call.mp3": "done",
    }
    made = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    ends = ("json", "csv", "vtt", "srt", "txt")
    assert made == {f"{name}.{end}" for name in ("agent.flac", "old/call.mp3") for end in ends}

    text = (out / "old" / "call.mp3.txt").read_text()
    assert "[card]" in text and "4242" not in text and "four two four two" not in text.lower()
    document = json.loads((out / "old" / "call.mp3.json").read_bytes())
    assert [leg["role"] for leg in document["call"]["legs"]] == ["agent", "customer"]
    assert document["summary"]["redactions"]["card"] >= 1
    assert document["file"]["coding"] == "MPEG_LAYER_III"
    assert document["quality"]["flags"] == []
    assert all(0.1 < leg["speech_share"] < 0.8 for leg in document["quality"]["legs"])
    rows = (out / "agent.flac.csv").read_text().splitlines()
    assert rows[0].startswith("file,segment_id,channel,speaker,start_ms,end_ms")
    assert any("Harbor Point Bank" in row and "speaker_1" in row for row in rows)

    written_at = {path: path.stat().st_mtime_ns for path in out.rglob("*.json")}
    again = batch.run(calls, "--out", out, "--format", "json,csv,vtt,srt,txt")
    assert again.returncode == 3
    assert batch.heard_ms() == 0
    assert set(batch.outcomes().values()) == {"already done", "failed"}
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.json")} == written_at

    # A file that was deleted is written again from what is known; nothing is recognised.
    (out / "agent.flac.vtt").unlink()
    (calls / "broken.ogg").unlink()
    assert batch.run(calls, "--out", out, "--format", "vtt").returncode == 0
    assert (out / "agent.flac.vtt").exists() and batch.heard_ms() == 0


def test_what_cannot_begin_says_why(batch: Batch, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.wav").write_bytes(b"")
    twice = (tmp_path / "a", tmp_path / "b", "--out", tmp_path / "o")
    cases: tuple[tuple[tuple[str | Path, ...], str], ...] = (
        (("/no/such/file.wav",), "/no/such/file.wav: there is no such file"),
        ((CALL, "--format", "pdf"), "--format: pdf"),
        (twice, "more than one recording is called same.wav"),
    )
    for words, said in cases:
        done = batch.run(*words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    with opened(batch.job, key_file=tmp_path / "key"):
        done = batch.run(CALL)
    assert done.returncode == 1
    assert f"another run (process {os.getpid()}) works on {batch.job}" in done.stderr


def running(settings: Settings, file: Path, *, port: int) -> None:
    """As `trunkline up` leaves it: a media worker answers on `port`."""
    where = appliance_file(settings)
    where.parent.mkdir(parents=True)
    appliance = RunningAppliance(
        http_url="", sip_port=0, postgres_dsn="", api_key_file="", settings_file=str(file),
        health_ports={"media-0": port, "store": 1},
    )  # fmt: skip
    where.write_bytes(msgspec.json.encode(appliance))


def test_it_learns_of_live_calls_from_the_appliances_metrics(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    backlog = Gauge("trunkline_triton_models_backlog_ms", "", registry=registry)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    file = tmp_path / "settings.toml"
    file.write_text(f'[appliance]\nstate_dir = "{tmp_path}"\n')
    settings = load(file)
    assert live_load(settings) == LiveLoad()  # no appliance
    running(settings, file, port=server.server_port)
    backlog.set(800)
    assert live_load(settings) == LiveLoad(backlog_ms=800.0)
    server.shutdown()
    server.server_close()
    thread.join()
    assert live_load(settings) == LiveLoad()  # the worker is gone, and its legs with it


def test_a_job_stands_still_until_live_calls_leave_room(batch: Batch, tmp_path: Path) -> None:
    backlog_ms, asked = [900.0], [0]

    def measured() -> float:
        asked[0] += 1
        return backlog_ms[0]

    registry = CollectorRegistry()
    Gauge("trunkline_triton_models_backlog_ms", "", registry=registry).set_function(measured)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    running(load(batch.settings), batch.settings, port=server.server_port)
    call, _ = soundfile.read(CALL, dtype="int16")
    soundfile.write(tmp_path / "short.flac", call[: 6 * RATE_HZ], RATE_HZ)
    out = tmp_path / "out"
    argv = batch.argv(tmp_path / "short.flac", "--out", out)
    until = time.monotonic() + UNTIL_S
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while asked[0] < 6:
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        assert batch.groups_kept() == 0 and not out.exists()
        backlog_ms[0] = 0.0
        assert process.wait(UNTIL_S) == 0
    assert (out / "short.flac.json").exists()
    assert json.loads(batch.report.read_bytes())["paused_s"] > 4
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="SCHED_IDLE is Linux's")
def test_it_runs_in_the_idle_class_with_all_its_threads() -> None:
    code = (
        "import os, threading\n"
        "from trunkline.batch.priority import give_up_priority\n"
        "give_up_priority('idle')\n"
        "told = lambda: print(os.sched_getscheduler(0) == os.SCHED_IDLE, os.nice(0))\n"
        "thread = threading.Thread(target=told); thread.start(); thread.join(); told()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "19", "True", "19"]
