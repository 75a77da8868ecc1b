"""What every role process does around its own work: logs, signals, health, the bus."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import uvloop
from fastapi import FastAPI
from prometheus_client import REGISTRY, CollectorRegistry

from triton_models.events import RAW_TOPIC
from trunkline.bus import Bus
from trunkline.bus.postgres import PostgresBus
from trunkline.bus.sealed import SealedBus, load_or_create_key
from trunkline.observe import bind, health_app, log_to_stderr, serve_http
from trunkline.settings import Settings, SettingsError

logger = logging.getLogger(__name__)


class Part(Protocol):
    """A long-running part of a role."""

    async def run(self, stop: asyncio.Event) -> None: ...

    def ready(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a role is built from."""

    settings: Settings
    dsn: str
    bus: Bus
    registry: CollectorRegistry
    closing: AsyncExitStack
    """Closes what the role's parts share, once they are done."""

    worker: int = 0
    """Which of the role's processes this is."""

    socket_path: Path = Path()
    """Where that worker listens for the signalling process."""


Build = Callable[[Context], Awaitable[list[Part]]]


def run_role(name: str, build: Build, *, settings: Settings, worker: int, socket: Path) -> int:
    """Run one role until SIGTERM or SIGINT; 0 after a clean drain."""
    log_to_stderr(settings.appliance.log_level)
    if not settings.appliance.postgres_dsn:
        raise SettingsError("[appliance] postgres_dsn: required to run a role by itself")
    bus = open_bus(settings, registry=REGISTRY)
    dsn = settings.appliance.postgres_dsn
    closing = AsyncExitStack()
    context = Context(settings, dsn, bus, REGISTRY, closing, worker=worker, socket_path=socket)
    uvloop.run(_run(process_name(name, worker), build, context=context))
    return 0


def process_name(role: str, worker: int) -> str:
    """`media-0`, `media-1`; of the other roles the first process has the role's own name."""
    return f"{role}-{worker}" if worker or role == "media" else role


def open_bus(settings: Settings, *, registry: CollectorRegistry) -> Bus:
    """The configured bus, its raw topic encrypted."""
    key = load_or_create_key(settings.raw_key_file)
    bus: Bus
    if settings.bus.backend == "kafka":
        from trunkline.bus.kafka import KafkaBus

        bus = KafkaBus(settings.bus, registry=registry)
    else:
        bus = PostgresBus(settings.appliance.postgres_dsn, settings.bus, registry=registry)
    return SealedBus(bus, key, topics=frozenset({RAW_TOPIC}))


async def _run(name: str, build: Build, *, context: Context) -> None:
    stop = stop_on_signals()
    settings, bus = context.settings, context.bus
    parts = await build(context)
    health_stop = asyncio.Event()
    async with asyncio.TaskGroup() as health:
        app = health_app(REGISTRY, lambda: _missing(bus, parts))
        health.create_task(serve_health(name, settings, app=app, stop=health_stop))
        logger.info("role started", extra={"role": name, "count": os.getpid()})
        async with asyncio.TaskGroup() as work:
            for part in parts:
                work.create_task(part.run(stop))
        health_stop.set()
    await context.closing.aclose()
    await bus.close()
    logger.info("role drained", extra={"role": name})


def _missing(bus: Bus, parts: Sequence[Part]) -> str:
    return "; ".join(filter(None, (bus.ready(), *(part.ready() for part in parts))))


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def serve_health(name: str, settings: Settings, *, app: FastAPI, stop: asyncio.Event) -> None:
    """Answer /livez, /readyz and /metrics on the role's health port."""
    listener = bind(settings.appliance.health_host, settings.appliance.health_ports.get(name, 0))
    logger.info("health", extra={"role": name, "port": listener.getsockname()[1]})
    await serve_http(app, listener, stop=stop)
