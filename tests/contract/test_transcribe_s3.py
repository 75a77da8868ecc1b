"""`trunkline transcribe s3://...` against a server that speaks S3."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

boto3 = pytest.importorskip("boto3")
moto_server = pytest.importorskip("moto.server")

CALL = Path(__file__).parents[1] / "data" / "calls" / "dev" / "d01_bank_card.wav"
RATE_HZ = 8000
UNTIL_S = 100.0


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an empty server, which the command finds as it would find any other."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = boto3.client("s3")
    client.create_bucket(Bucket="calls")
    yield client
    server.stop()


def command(tmp_path: Path, models_dir: Path, *words: str) -> list[str]:
    settings = tmp_path / "settings.toml"
    settings.write_text(
        f'[appliance]\nstate_dir = "{tmp_path / "state"}"\n'
        f'[triton_models]\nmodels_dir = "{models_dir}"\n'
    )
    fixed = ("--settings", str(settings), "--report", str(tmp_path / "report.json"))
    argv = (sys.executable, "-m", "trunkline", "transcribe", "--priority", "normal")
    return [*argv, *words, *fixed]


def names(cloud: Any) -> set[str]:
    return {entry["Key"] for entry in cloud.list_objects_v2(Bucket="calls").get("Contents", ())}


def test_a_prefix_is_transcribed_and_resumed_after_a_kill(
    cloud: Any, tmp_path: Path, models_dir: Path
) -> None:
    call, _ = soundfile.read(CALL, dtype="int16")
    for name, seconds in (("a", 7), ("b/c", 10)):
        soundfile.write(tmp_path / "call.flac", call[: seconds * RATE_HZ], RATE_HZ)
        cloud.upload_file(str(tmp_path / "call.flac"), "calls", f"in/2026/{name}.flac")
    cloud.put_object(Bucket="calls", Key="in/2026/readme.md", Body=b"not a recording")
    cloud.put_object(Bucket="calls", Key="in/20261/other.flac", Body=b"of another prefix")

    argv = command(tmp_path, models_dir, "s3://calls/in/2026", "--out", "s3://calls/out")
    until = time.monotonic() + UNTIL_S
    log = tmp_path / "first.log"
    with log.open("wb") as told, subprocess.Popen(argv, stderr=told, stdout=told) as process:
        while "out/a.flac.json" not in names(cloud):
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)

    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {name for name in names(cloud) if name.startswith("out/")} == {
        "out/a.flac.json",
        "out/b/c.flac.json",
    }
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert {file["name"]: file["outcome"] for file in report["files"]} == {
        "a.flac": "already done",
        "b/c.flac": "done",
    }
    body = cloud.get_object(Bucket="calls", Key="out/b/c.flac.json")["Body"].read()
    assert "Harbor Point Bank" in json.loads(body)["segments"][0]["text"]
    spools = list((tmp_path / "state" / "batch").glob("*/fetched-*"))
    assert spools == []


def test_what_is_not_there_is_one_line(cloud: Any, tmp_path: Path, models_dir: Path) -> None:
    for address, said in (
        ("s3://nowhere/x", "s3://nowhere/x: NoSuchBucket"),
        ("s3://calls/nothing.wav", "there is no such object"),
    ):
        argv = command(tmp_path, models_dir, address)
        done = subprocess.run(argv, capture_output=True, text=True)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
        assert "Traceback" not in done.stderr


def test_without_boto3_it_says_what_to_install(tmp_path: Path, models_dir: Path) -> None:
    (tmp_path / "boto3.py").write_text("raise ImportError\n")
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    argv = command(tmp_path, models_dir, "s3://calls/in")
    done = subprocess.run(argv, capture_output=True, text=True, env=env)
    assert done.returncode == 2
    assert "pip install 'trunkline[s3]'" in done.stderr
