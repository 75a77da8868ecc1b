"""The embedded Postgres against its real binaries: made, killed, stopped, and left behind."""

import contextlib
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from trunkline.embedded import postgres
from trunkline.embedded.postgres import EmbeddedPostgres


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="trunkline-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "data", folder / "run")
    server.start()
    yield server
    server.stop()


def until(condition: Callable[[], bool], *, timeout_s: float = 15.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


def pid_of(server: EmbeddedPostgres) -> int:
    return int((server._cluster / "postmaster.pid").read_text().split("\n")[0])


def count(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def test_the_database_is_utf8_and_sorts_alike_everywhere(postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn) as connection:
        row = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocprovider::text, datlocale"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("UTF8", "b", "C.UTF-8")


def test_a_wrong_password_is_refused(server: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.dsn, password="wrong")


def test_the_password_is_in_no_dsn_and_its_file_is_the_owners_alone(
    server: EmbeddedPostgres, folder: Path
) -> None:
    passfile = folder / "data" / "passfile"
    password = passfile.read_text().strip().rsplit(":", 1)[1]
    assert len(password) > 30
    assert password not in server.dsn
    assert stat.S_IMODE(passfile.stat().st_mode) == 0o600


def test_what_was_committed_is_there_after_a_kill_and_a_restart(server: EmbeddedPostgres) -> None:
    port = server.port
    with psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    server.kill()
    assert server.ready() != ""
    server.start()
    assert server.port == port
    assert count(server.dsn) == 1000


def test_a_stale_lock_file_that_names_a_live_process_keeps_nobody_out(
    server: EmbeddedPostgres,
) -> None:
    server.stop()
    lock_file = server._cluster / "postmaster.pid"
    lock_file.write_text(f"{os.getpid()}\n{server._cluster}\n1\n1\n\n127.0.0.1\n")
    server.start()
    assert server.ready() == ""


def test_a_server_left_by_a_killed_run_is_taken_over(
    server: EmbeddedPostgres, folder: Path
) -> None:
    left = pid_of(server)
    heir = EmbeddedPostgres(folder / "data", folder / "run")
    heir.start()
    try:
        assert pid_of(heir) != left
        assert server._child is not None
        assert server._child.wait(5) == 0
    finally:
        heir.stop()


def test_the_server_dies_with_its_parent(folder: Path) -> None:
    script = (
        "import pathlib, sys, time\n"
        "from trunkline.embedded.postgres import EmbeddedPostgres\n"
        f"server = EmbeddedPostgres(pathlib.Path({str(folder / 'data')!r}), "
        f"pathlib.Path({str(folder / 'run')!r}))\n"
        "server.start(); print(server.port, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        parent.kill()

    def refused() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    until(refused)
    until(lambda: not (folder / "data" / "18" / "postmaster.pid").exists())


def test_a_failed_statement_leaves_neither_its_text_nor_its_values_in_the_log(
    server: EmbeddedPostgres,
) -> None:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE spoken (text text PRIMARY KEY)")
        for _ in range(2):
            with contextlib.suppress(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO spoken VALUES (%s)", ["canary-4711"])
        with pytest.raises(psycopg.errors.SyntaxError):
            connection.execute("SELECT 'canary-4711' FROM WHERE")
    log = server.log_file.read_text()
    assert "duplicate key" in log
    assert "canary" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the server's user")
def test_root_runs_it_as_an_unprivileged_user_even_below_a_closed_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(postgres, "FALLBACK", folder / "fallback")
    server = EmbeddedPostgres(closed / "data", closed / "run")
    server.start()
    try:
        assert os.stat(f"/proc/{pid_of(server)}").st_uid == 61007
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert (closed / "data").is_symlink()
        assert (closed / "data" / "18" / "PG_VERSION").exists()
        with psycopg.connect(server.dsn) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1")
    finally:
        server.stop()
    again = EmbeddedPostgres(closed / "data", closed / "run")
    again.start()
    try:
        assert count(again.dsn) == 1
    finally:
        again.stop()


def test_stop_is_a_clean_shutdown_that_does_not_wait_for_clients(
    server: EmbeddedPostgres,
) -> None:
    pid = pid_of(server)
    with psycopg.connect(server.dsn) as connection:
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 10
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert "database system is shut down" in server.log_file.read_text()
