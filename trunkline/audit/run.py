"""One audit: places the call, then searches place after place."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from triton_models.events import RAW_TOPIC
from trunkline.audit.canary_call import (
    Told,
    await_webhook,
    hear_canary,
    search_told,
    search_transcript,
)
from trunkline.audit.database import Database
from trunkline.audit.disk import Disk
from trunkline.audit.findings import Report, Tally
from trunkline.audit.metrics import search_metrics
from trunkline.audit.planted import Planted
from trunkline.audit.processes import (
    core_dumps,
    exports_traces,
    named_by_others,
    open_files,
    our_processes,
    search_processes,
    triton_metrics_ports,
)
from trunkline.audit.sound import Sound
from trunkline.audit.topics import RAW, Topics, on_kafka, raw_on_postgres, topics_with_dead_letters
from trunkline.bus import Unavailable
from trunkline.bus.sealed import BadKey, load_or_create_key
from trunkline.evaluate.prepare import TestCall
from trunkline.evaluate.run import Target
from trunkline.recordings import recordings_folder
from trunkline.running import RunningAppliance
from trunkline.settings import Settings

WEBHOOK_WITHIN_S = 30.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator knows and the appliance does not say."""

    webhook_dir: Path | None = None
    """Where a webhook's receiver writes what it gets."""

    logs: tuple[Path, ...] = ()
    """Further logs, such as what `trunkline up` printed."""


class Audit:
    """Contract: `run` once."""

    def __init__(
        self, running: RunningAppliance, target: Target, *, options: Options, progress: Progress
    ) -> None:
        self._running = running
        self._settings: Settings = running.settings()
        self._target = target
        self._options = options
        self._progress = progress
        self._tally = Tally()

    async def run(self, call: TestCall) -> Report:
        """The report; NotPlaced or ApiError if the call did not come about."""
        cpu_from = time.process_time()
        planted = Planted(call.reference.pii)
        self._tally = Tally(planted.anywhere)
        self._progress(f"placing a call of {call.reference.duration_ms / 1000:.0f} s")
        told = await hear_canary(call, self._target)
        await self._await_webhook(told.call_id)
        heard = await self._search(told, planted)
        if not heard:
            self._tally.problem(RAW, "none of the planted values was heard: this proves nothing")
        return Report(
            made_at=datetime.now(UTC),
            call_id=told.call_id,
            planted=dict(Counter(planted.kinds)),
            heard=dict(Counter(heard)),
            places=self._tally.places,
            hits=self._tally.hits,
            problems=self._tally.problems,
            cpu_s=round(time.process_time() - cpu_from, 2),
        )

    async def _search(self, told: Told, planted: Planted) -> tuple[str, ...]:
        """Every place; the kinds that were heard."""
        self._progress("searching captions, transcript, CRM payload")
        await asyncio.to_thread(search_told, told, planted, self._tally)
        await asyncio.to_thread(search_transcript, told, self._target.access, planted, self._tally)
        self._progress("searching the database and the bus")
        postgres_files = await self._search_database(told.call_id, planted)
        topics = Topics(planted, self._tally, call_id=told.call_id)
        self._tally.look("dead letters", rows=0)
        heard = await asyncio.to_thread(self._search_bus, topics)
        self._progress("hearing the recording again")
        sound = Sound(self._settings, planted, self._tally)
        await asyncio.to_thread(sound.search, told.call_id)
        self._progress("searching files, logs, processes, metrics")
        await asyncio.to_thread(self._search_machine, told, planted, postgres_files)
        return heard

    async def _search_database(self, call_id: str, planted: Planted) -> str:
        database = Database(self._running.postgres_dsn, planted, self._tally)
        try:
            await database.search_call(call_id)
            await asyncio.to_thread(database.search_all)
            return await asyncio.to_thread(database.data_directory)
        except psycopg.Error as error:
            self._tally.problem("Postgres rows", type(error).__name__)
            return ""

    def _search_bus(self, topics: Topics) -> tuple[str, ...]:
        try:
            key = load_or_create_key(self._settings.raw_key_file)
            if self._settings.bus.backend != "kafka":
                return topics.check_sealed(raw_on_postgres(self._running.postgres_dsn), key)
            topics.search(on_kafka(self._settings.bus, topics_with_dead_letters()))
            return topics.check_sealed(on_kafka(self._settings.bus, (RAW_TOPIC,)), key)
        except (Unavailable, psycopg.Error, OSError, BadKey) as error:
            self._tally.problem(RAW, f"not read ({type(error).__name__})")
            return ()

    def _search_machine(self, told: Told, planted: Planted, postgres_files: str) -> None:
        state, models = self._settings.state_dir, self._settings.models_dir
        processes = our_processes(str(state))
        disk = Disk(planted, self._tally, since=told.began_at)
        logs = [*(state / "logs").glob("*"), *(state / "run").glob("*.log*"), *self._options.logs]
        for log in logs:
            disk.search_log(log, call_id=told.call_id)
        # Told apart by folder, not by what was seen: Postgres goes on making files meanwhile.
        elsewhere = [models]
        if postgres_files and Path(postgres_files).is_dir():
            disk.search_folder("Postgres files", Path(postgres_files))
            elsewhere.append(Path(postgres_files))
        else:
            self._tally.note("Postgres files", "not on this machine, or not told to this user")
        disk.search_folder("state directory", state, but=tuple(elsewhere))
        kept = recordings_folder(self._settings)
        if kept.is_dir() and not kept.is_relative_to(state):
            disk.search_folder("recording", kept)
        self._tally.note("state directory", "written since the call began; no weights")
        for one in open_files(processes):
            own = postgres_files and one.name.startswith(f"{postgres_files}/")
            place = "Postgres files" if own else "open files"
            disk.search_file(place, one.path, where=one.name)
        self._tally.look("core dumps", files=0)
        for path in core_dumps(processes):
            disk.search_file("core dumps", path, where=path.name)
        self._tally.look("temporary files", files=0)
        for path in Path(tempfile.gettempdir()).glob("trunkline*"):
            if not named_by_others(path, processes):
                disk.search_new("temporary files", path)
        if self._options.webhook_dir:
            disk.search_bodies(self._options.webhook_dir, call_id=told.call_id)
        search_processes(processes, planted, self._tally)
        host = _reachable(self._settings.appliance.health_host)
        urls = {
            name: f"http://{host}:{port}/metrics"
            for name, port in self._running.health_ports.items()
        }
        ports = triton_metrics_ports(processes)
        urls |= {f"triton:{port}": f"http://127.0.0.1:{port}/metrics" for port in ports}
        search_metrics(urls, planted, self._tally)
        if exports_traces(processes):
            self._tally.problem("traces", "sent to a collector that is not searched")
        else:
            self._tally.note("traces", "none are made")

    async def _await_webhook(self, call_id: str) -> None:
        folder = self._options.webhook_dir
        if folder and not await await_webhook(folder, call_id, within_s=WEBHOOK_WITHIN_S):
            self._tally.problem("webhook receiver", "nothing came about the call")


def _reachable(host: str) -> str:
    """Where this machine reaches a port that is open on `host`."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host
