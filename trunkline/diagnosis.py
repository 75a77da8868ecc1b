"""What `trunkline doctor` looks at: interpreter, ports, files, services, clock."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg

from trunkline import models
from trunkline.embedded.triton import unsupported
from trunkline.finding import Finding, Verdict
from trunkline.line_diagnosis import line_findings
from trunkline.running import NotRunning, RunningAppliance, find_appliance
from trunkline.settings import Settings
from trunkline.stream_diagnosis import stream_findings

FREE_BYTES = 2 * 1024**3
CLOCK_S = 2.0
"""Postgres's clock may differ from ours by so much before caption delays look wrong."""


def diagnose(settings: Settings) -> list[Finding]:
    """Every check, in the order in which an operator would mend things."""
    appliance = _running(settings)
    checks: list[Callable[[], Iterator[Finding]]] = [
        _interpreter,
        lambda: _files(settings),
        lambda: _models(settings),
        lambda: line_findings(settings),
        lambda: stream_findings(settings),
        lambda: _ports(settings) if appliance is None else _roles(settings, appliance),
        lambda: _database(settings.appliance.postgres_dsn or (appliance or _NONE).postgres_dsn),
        lambda: _kafka(settings),
        lambda: _riva(settings),
        lambda: _webhook(settings),
    ]
    return [finding for check in checks for finding in check()]


_NONE = RunningAppliance(
    http_url="", sip_port=0, postgres_dsn="", api_key_file="", settings_file="", health_ports={}
)


def _running(settings: Settings) -> RunningAppliance | None:
    try:
        return find_appliance(settings)
    except NotRunning:
        return None


def _interpreter() -> Iterator[Finding]:
    version = sys.version.split()[0]
    yield Finding(Verdict.OK, f"Python {version} at {sys.executable}")
    if why := unsupported():
        yield Finding(
            Verdict.WARN,
            f"no embedded Triton: {why}",
            'speech runs in the gateway\'s own process; or set [triton_models] url = "HOST:8001"',
        )
    else:
        yield Finding(Verdict.OK, "embedded Triton: server, backend stub and libpython found")


def _files(settings: Settings) -> Iterator[Finding]:
    state = settings.state_dir
    existing = next(path for path in (state, *state.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        yield Finding(Verdict.FAIL, f"{existing} is not writable", "give another --state")
        return
    free = shutil.disk_usage(existing).free
    verdict = Verdict.OK if free >= FREE_BYTES else Verdict.WARN
    remedy = "" if verdict is Verdict.OK else "2 GiB are comfortable; the bus keeps 7 days"
    yield Finding(verdict, f"state in {state}, {free / 1024**3:.1f} GiB free", remedy)
    key = settings.raw_key_file
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding(Verdict.FAIL, f"{key} can be read by others", f"chmod 600 {key}")


def _models(settings: Settings) -> Iterator[Finding]:
    if missing := models.missing(settings.models_dir):
        yield Finding(
            Verdict.WARN,
            f"models not fetched yet: {', '.join(missing)}",
            "trunkline models fetch (`up` does it by itself)",
        )
    else:
        yield Finding(Verdict.OK, f"models in {settings.models_dir}, checksums right")


def _ports(settings: Settings) -> Iterator[Finding]:
    gateway, analytics = settings.sip_gateway, settings.analytics
    wanted = [
        ("SIP UDP", socket.SOCK_DGRAM, gateway.listen_host, gateway.sip_port),
        ("SIP TCP", socket.SOCK_STREAM, gateway.listen_host, gateway.sip_port),
        ("first RTP", socket.SOCK_DGRAM, gateway.listen_host, gateway.rtp_port_first),
        ("web", socket.SOCK_STREAM, analytics.http_host, analytics.http_port),
    ]
    if gateway.tls.certificate:
        wanted.append(("SIP TLS", socket.SOCK_STREAM, gateway.listen_host, gateway.tls.port))
    if gateway.streams.enabled:
        streams = gateway.streams
        wanted.append(("media streams", socket.SOCK_STREAM, streams.host, streams.port))
    for name, kind, host, port in wanted:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                yield Finding(
                    Verdict.FAIL,
                    f"{name} port {host}:{port}: {error.strerror}",
                    "stop what uses it, or change the port in the settings",
                )
            else:
                yield Finding(Verdict.OK, f"{name} port {host}:{port} is free")


def _roles(settings: Settings, appliance: RunningAppliance) -> Iterator[Finding]:
    for role, port in appliance.health_ports.items():
        url = f"http://{settings.appliance.health_host}:{port}/readyz"
        try:
            answer = httpx.get(url, timeout=3.0, trust_env=False)
        except httpx.TransportError as error:
            yield Finding(
                Verdict.FAIL,
                f"role {role} does not answer ({type(error).__name__})",
                f"look at {settings.state_dir / 'logs' / role}.log; `up` starts it again by itself",
            )
            continue
        if answer.status_code == httpx.codes.OK:
            yield Finding(Verdict.OK, f"role {role} is ready")
        else:
            yield Finding(Verdict.FAIL, f"role {role} waits for: {answer.text.strip()}")


def _database(dsn: str) -> Iterator[Finding]:
    if not dsn:
        yield Finding(Verdict.OK, "Postgres: the embedded one, started by `trunkline up`")
        return
    try:
        with psycopg.connect(dsn, connect_timeout=3) as connection:
            row = connection.execute(
                "select extract(epoch from clock_timestamp() - %s::timestamptz)::float8,"
                " current_setting('server_version')",
                (datetime.now(UTC),),
            ).fetchone()
    except psycopg.OperationalError as error:
        yield Finding(
            Verdict.FAIL,
            f"Postgres does not answer ({type(error).__name__})",
            "check [appliance] postgres_dsn, the server and its pg_hba.conf",
        )
        return
    drift_s, version = row or (0.0, "?")
    yield Finding(Verdict.OK, f"Postgres {version} answers")
    if abs(drift_s) > CLOCK_S:
        yield Finding(
            Verdict.WARN,
            f"clocks differ: Postgres is {drift_s:+.1f} s from this machine",
            "run an NTP client on both",
        )
    else:
        yield Finding(Verdict.OK, "clock agrees with Postgres's")


def _kafka(settings: Settings) -> Iterator[Finding]:
    for server in settings.bus.kafka_servers if settings.bus.backend == "kafka" else ():
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=3).close()
        except (OSError, ValueError) as error:
            yield Finding(
                Verdict.FAIL, f"Kafka {server}: {type(error).__name__}", "check [bus] kafka_servers"
            )
        else:
            yield Finding(Verdict.OK, f"Kafka {server} answers")


def _riva(settings: Settings) -> Iterator[Finding]:
    speech = settings.triton_models
    if speech.backend != "riva":
        return
    from triton_models.riva.channel import Unusable, call_metadata

    host, _, port = speech.url.rpartition(":")
    try:
        call_metadata(speech.riva)
        socket.create_connection((host.strip("[]"), int(port)), timeout=3).close()
    except Unusable as error:
        yield Finding(Verdict.FAIL, str(error), "correct [triton_models.riva]")
    except (OSError, ValueError) as error:
        what = f"Riva {speech.url or '(no url)'}: {type(error).__name__}"
        yield Finding(Verdict.FAIL, what, "check [triton_models] url: HOST:50051")
    else:
        yield Finding(Verdict.OK, f"Riva {speech.url} answers")


def _webhook(settings: Settings) -> Iterator[Finding]:
    connector = settings.crm_connectors
    if not connector.webhook_url:
        return
    secret = Path(connector.webhook_secret_file)
    if not connector.webhook_secret_file or not secret.is_file():
        yield Finding(
            Verdict.FAIL,
            "[crm_connectors] webhook_url is set without a readable webhook_secret_file",
            "write 32 random bytes as hex into a file, mode 600, and name it",
        )
    else:
        yield Finding(Verdict.OK, "webhook is configured")
