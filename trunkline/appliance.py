"""`trunkline up`: every service and role of a one-machine appliance, watched and restarted.

What the roles need to know is written to `STATE/run/settings.toml`; where the command-line tools
find the running appliance, to `STATE/run/appliance.json` (running.py).
"""

import asyncio
import contextlib
import fcntl
import logging
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path

import httpx
import msgspec
import psycopg

from analytics.keys import first_key
from analytics.migrate import migrate
from trunkline import models
from trunkline.bus.sealed import load_or_create_key
from trunkline.embedded import postgres, triton
from trunkline.ports import free_port
from trunkline.processes import Program, Watched
from trunkline.registry import register_at_start
from trunkline.roles.process import process_name
from trunkline.running import RunningAppliance, appliance_file
from trunkline.settings import Settings, SettingsError, write

logger = logging.getLogger(__name__)

ROLES = ("streams", "listen", "redact", "record", "store", "serve", "deliver")
READY_WITHIN_S = 90.0
DRAIN_S = 20.0
"""How long calls that just ended may take to be summarised before the stages behind stop."""

Report = Callable[[str], None]


class NotReady(Exception):
    """A service or role did not come up in time; says which."""


class Appliance:
    """Starts everything in order, watches it, and stops it in the order of the walk."""

    def __init__(self, settings: Settings, *, report: Report) -> None:
        self._settings = settings
        self._report = report
        self._state = settings.state_dir
        self._run = self._state / "run"
        self._logs = self._state / "logs"
        self._dsn = ""

    async def run(self, stop: asyncio.Event) -> int:
        """Run until `stop`; 0 after a clean stop."""
        for folder in (self._run, self._logs, self._state / "keys"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._only_one():
            try:
                models.fetch(self._settings.models_dir, report=self._report)
            except models.NotFetched as error:
                raise SettingsError(str(error)) from None
            async with asyncio.TaskGroup() as tasks:
                children = _Children(tasks, self._logs)
                starting = tasks.create_task(self._start(children))
                stopping = tasks.create_task(stop.wait())
                await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
                failure = starting.result() if starting.done() else ""
                if not failure:
                    await stopping
                starting.cancel()
                stopping.cancel()
                await self._stop(children)
        if failure:
            raise SettingsError(failure)
        return 0

    async def _start(self, children: "_Children") -> str:
        """Start everything; empty once all is ready, else what is not."""
        try:
            await self._start_roles(await self._start_services(children), children)
        except (NotReady, postgres.NotStarted, triton.NotStarted) as error:
            return str(error)
        return ""

    async def _stop(self, children: "_Children") -> None:
        """In the order of the walk, so that what was heard is stored before the end."""
        self._report("stopping: calls end, transcripts are finished")
        appliance_file(self._settings).unlink(missing_ok=True)
        await children.end("streams")
        await children.end("listen")
        if self._dsn:
            await _drained(self._dsn)
        for role in ("record", "redact", "store", "deliver", "serve"):
            for index in range(_processes(role, self._settings)):
                await children.end(process_name(role, index))
        for name in ("stub watch", "triton", "postgres"):
            await children.end(name)

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        with (self._run / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SettingsError(
                    f"an appliance is already running on {self._state}; "
                    "stop it, or give another state directory with --state"
                ) from None
            yield

    async def _start_services(self, children: "_Children") -> Settings:
        """Postgres and Triton, unless others are configured; the settings with their addresses."""
        settings = self._settings
        load_or_create_key(settings.raw_key_file)
        appliance = msgspec.structs.replace(settings.appliance, state_dir=str(self._state))
        if not appliance.postgres_dsn:
            self._report("starting Postgres")
            server = postgres.EmbeddedPostgres(self._state / "postgres", self._run)
            await asyncio.to_thread(server.prepare)
            children.start(
                Program("postgres", server.argv, env=server.env, stop_signal=postgres.STOP_SIGNAL)
            )
            await _answers(server.ready)
            appliance = msgspec.structs.replace(appliance, postgres_dsn=server.dsn)
        await migrate(appliance.postgres_dsn)
        self._dsn = appliance.postgres_dsn
        speech = settings.triton_models
        if speech.backend == "triton" and not speech.url:
            if why := triton.unsupported():
                self._report(f"speech runs without Triton, in the gateway's own process: {why}")
                speech = msgspec.structs.replace(speech, backend="local")
            else:
                self._report("starting Triton")
                recogniser = triton.EmbeddedTriton(
                    speech, models_dir=settings.models_dir, run_dir=self._run / "triton"
                )
                children.start(recogniser.prepare())
                await recogniser.wait_ready()
                children.keep("stub watch", recogniser.stub_watch().run)
                speech = msgspec.structs.replace(speech, url=recogniser.url)
        await register_at_start(appliance.postgres_dsn, speech, tenant_id=appliance.tenant)
        return msgspec.structs.replace(
            settings, appliance=appliance, triton_models=speech, **self._ports(settings)
        )

    def _ports(self, settings: Settings) -> dict[str, msgspec.Struct]:
        """The sections whose port was 0, with a free one: a restarted role keeps its port."""
        gateway, analytics = settings.sip_gateway, settings.analytics
        if gateway.sip_port == 0:
            port = free_port(gateway.listen_host, udp_too=True)
            gateway = msgspec.structs.replace(gateway, sip_port=port)
        if gateway.streams.port == 0:
            streams = msgspec.structs.replace(gateway.streams, port=free_port(gateway.streams.host))
            gateway = msgspec.structs.replace(gateway, streams=streams)
        if analytics.http_port == 0:
            port = free_port(analytics.http_host)
            analytics = msgspec.structs.replace(analytics, http_port=port)
        return {"sip_gateway": gateway, "analytics": analytics}

    async def _start_roles(self, settings: Settings, children: "_Children") -> None:
        """All roles, from the back of the walk to its front; returns once they are ready."""
        host = settings.appliance.health_host
        workers = [f"media-{index}" for index in range(settings.sip_gateway.media_workers)]
        programs = [(role, index) for role in ROLES for index in range(_processes(role, settings))]
        names = [process_name(role, index) for role, index in programs]
        ports: dict[str, int] = {}
        for name in (*names, *workers):
            ports[name] = free_port(host, besides=ports.values())
        ports |= settings.appliance.health_ports
        appliance = msgspec.structs.replace(settings.appliance, health_ports=ports)
        settings = msgspec.structs.replace(settings, appliance=appliance)
        settings_file = self._run / "settings.toml"
        write(settings, settings_file)
        key_file = self._state / "keys" / "admin.key"
        await first_key(appliance.postgres_dsn, tenant_id=appliance.tenant, path=key_file)
        self._report("starting " + ", ".join(names))
        for role, index in reversed(programs):
            argv = [sys.executable, "-m", "trunkline", "run", role]
            argv += ["--settings", str(settings_file), "--index", str(index)]
            children.start(Program(process_name(role, index), argv))
        await _ready(host, ports)
        url = f"http://{_reachable(settings.analytics.http_host)}:{settings.analytics.http_port}"
        found = RunningAppliance(
            http_url=url,
            sip_port=settings.sip_gateway.sip_port,
            postgres_dsn=appliance.postgres_dsn,
            api_key_file=str(key_file),
            settings_file=str(settings_file),
            health_ports=ports,
        )
        path = appliance_file(settings)
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(found))
        self._report(f"live captions  {url}   (log in with the key in {key_file})")
        self._report(
            f"SIP, SIPREC    sip:{_reachable(settings.sip_gateway.listen_host)}:"
            f"{found.sip_port} (UDP, TCP)"
        )
        if (streams := settings.sip_gateway.streams).enabled:
            scheme = "wss" if streams.certificate else "ws"
            host = _reachable(streams.host)
            self._report(f"media streams  {scheme}://{host}:{streams.port}/DIALECT")
        self._report(f"logs           {self._logs}")
        self._report("ready")


def _processes(role: str, settings: Settings) -> int:
    """How many of a role; redaction's share the calls by partition."""
    if role == "streams":
        return int(settings.sip_gateway.streams.enabled)
    return settings.redaction.workers if role == "redact" else 1


class _Children:
    """Watched children by name, each with a stop of its own."""

    def __init__(self, tasks: asyncio.TaskGroup, logs: Path) -> None:
        self._tasks = tasks
        self._logs = logs
        self._running: dict[str, tuple[asyncio.Event, asyncio.Task[None]]] = {}

    def start(self, program: Program) -> None:
        """Run the program until `end`."""
        watched = Watched(program, log=self._logs / f"{program.name}.log")
        self.keep(program.name, watched.run)

    def keep(self, name: str, run: Callable[[asyncio.Event], Coroutine[None, None, None]]) -> None:
        """Run a part of this process until `end`."""
        stop = asyncio.Event()
        self._running[name] = stop, self._tasks.create_task(run(stop))

    async def end(self, name: str) -> None:
        """Stop the program, if it was started, and wait until it is gone."""
        if name in self._running:
            stop, task = self._running.pop(name)
            stop.set()
            await task


async def _answers(ready: Callable[[], str]) -> None:
    """Wait until the service's blocking check returns an empty string."""
    deadline = asyncio.get_running_loop().time() + READY_WITHIN_S
    while missing := await asyncio.to_thread(ready):
        if asyncio.get_running_loop().time() > deadline:
            raise NotReady(f"not in {READY_WITHIN_S:.0f} s: {missing}")
        await asyncio.sleep(0.05)


async def _ready(host: str, ports: dict[str, int]) -> None:
    """Wait until every role answers /readyz with 200."""
    missing = dict(ports)
    deadline = asyncio.get_running_loop().time() + READY_WITHIN_S
    async with httpx.AsyncClient(timeout=2.0) as client:
        while missing:
            for name, port in list(missing.items()):
                with contextlib.suppress(httpx.TransportError):
                    answer = await client.get(f"http://{_reachable(host)}:{port}/readyz")
                    if answer.status_code == httpx.codes.OK:
                        del missing[name]
            if missing and asyncio.get_running_loop().time() > deadline:
                raise NotReady(f"not ready in {READY_WITHIN_S:.0f} s: {', '.join(missing)}")
            await asyncio.sleep(0.1)


async def _drained(dsn: str) -> None:
    """Wait, for a while, until no call is in progress any more."""
    with contextlib.suppress(TimeoutError, psycopg.OperationalError):
        async with (
            asyncio.timeout(DRAIN_S),
            await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection,
        ):
            while True:
                cursor = await connection.execute("select 1 from calls where finalised_at is null")
                if await cursor.fetchone() is None:
                    return
                await asyncio.sleep(0.2)


def _reachable(host: str) -> str:
    """An address of this machine that a browser on it can open."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host
