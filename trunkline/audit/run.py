"""One audit: places the call, then searches place after place."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from sip_gateway.events import CALLS_TOPIC
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
from trunkline.audit.keyed import AS_EVENTS, AS_TONES, KINDS, Keyed, with_keys
from trunkline.audit.live import WhileLive, needles
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
from trunkline.audit.topics import (
    RAW,
    Topics,
    keys_told,
    on_kafka,
    on_postgres,
    topics_with_dead_letters,
)
from trunkline.bus import Record, Unavailable
from trunkline.bus.sealed import BadKey, load_or_create_key
from trunkline.evaluate.prepare import TestCall
from trunkline.evaluate.run import Target
from trunkline.recordings import recordings_folder
from trunkline.running import RunningAppliance
from trunkline.settings import Settings

WEBHOOK_WITHIN_S = 30.0
KEYS = "keys"
"""Pressed by the customer; only their number may be told."""


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
        with tempfile.TemporaryDirectory(prefix="canary-") as work:
            keyed = await asyncio.to_thread(with_keys, call, Path(work))
            sounds = await asyncio.to_thread(needles, keyed.call)
            planted = Planted([*call.reference.pii, *keyed.spans], sounds=sounds)
            self._tally = Tally(planted.anywhere)
            told = await self._place(keyed, planted)
        await self._await_webhook(told.call_id)
        heard = await self._search(told, planted)
        self._tally.hit(RAW, RAW_TOPIC, KINDS.intersection(heard))
        if KINDS.issuperset(heard):
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

    async def _place(self, keyed: Keyed, planted: Planted) -> Told:
        """The call, and what lies on disk meanwhile."""
        duration_ms = keyed.call.reference.duration_ms
        self._progress(f"placing a call of {duration_ms / 1000:.0f} s; its files are searched too")
        placing = asyncio.create_task(hear_canary(keyed.call, self._target))
        watching = WhileLive(self._settings, planted, self._tally)
        await watching.watch(placing, duration_ms=duration_ms)
        return await placing

    async def _search(self, told: Told, planted: Planted) -> tuple[str, ...]:
        """Every place; the kinds that were heard."""
        self._progress("searching captions, transcript, CRM payload")
        await asyncio.to_thread(search_told, told, planted, self._tally)
        await asyncio.to_thread(search_transcript, told, self._target.access, planted, self._tally)
        self._progress("searching the database and the bus")
        postgres_files = await self._search_database(told.call_id, planted)
        topics = Topics(planted, self._tally, call_id=told.call_id)
        self._tally.look("dead letters", rows=0)
        heard = await asyncio.to_thread(self._search_bus, topics, told.call_id)
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

    def _records(self, topic: str) -> Iterator[Record]:
        if self._settings.bus.backend == "kafka":
            return on_kafka(self._settings.bus, (topic,))
        return on_postgres(self._running.postgres_dsn, topic)

    def _count_keys(self, told: int) -> None:
        pressed = len(AS_EVENTS) + len(AS_TONES)
        self._tally.look(KEYS, pressed=pressed, told=told)
        if not told:
            self._tally.problem(KEYS, "none of the keys was noticed: this proves nothing of them")

    def _search_bus(self, topics: Topics, call_id: str) -> tuple[str, ...]:
        try:
            key = load_or_create_key(self._settings.raw_key_file)
            if self._settings.bus.backend == "kafka":
                topics.search(on_kafka(self._settings.bus, topics_with_dead_letters()))
            self._count_keys(keys_told(self._records(CALLS_TOPIC), call_id=call_id))
            return topics.check_sealed(self._records(RAW_TOPIC), key)
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
