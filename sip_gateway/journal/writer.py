"""Writes each leg's audio to disk behind the call's back: a thread seals and writes.

A disk that is full, broken or slow costs the journal of what did not get through, never the call.
Nothing is synced to the platter: a machine that lost power lost its last seconds.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from prometheus_client import CollectorRegistry, Counter

from sip_gateway.events import AudioFrame
from sip_gateway.journal.gather import Gathering, before
from sip_gateway.journal.reader import CLOSED, SUFFIX
from sip_gateway.journal.record import LegSeal, Stretch

logger = logging.getLogger(__name__)

MOST_WAITING_RECORDS = 2_000
"""Of a second each, for all legs: 32 MB. What comes while so many wait is not written."""

TELL_AGAIN_S = 60.0
"""One line in the log for all legs that cannot be written; the next no sooner than this."""

SWEEP_EVERY_S = 1800.0

_MB = 1 << 20


class Limits(NamedTuple):
    """How much may be written."""

    leg_mb: int = 1024
    """Of one leg: 18 hours."""

    keep_free_mb: int = 1024
    """Left on the disk for others."""


class _Leg(NamedTuple):
    leg_id: str
    call_id: str
    channel: int
    path: Path
    gathering: Gathering
    seal: LegSeal


class JournalWriter:
    """The journal of one process in `folder`; several processes may share that.

    `append` never waits and never fails. Contract: `start_leg` before `append`; `end_leg` when a
    leg ends; `close_call` when nothing more comes of the call; `close` at the end.
    """

    def __init__(
        self, folder: Path, *, key: bytes, registry: CollectorRegistry, limits: Limits | None = None
    ) -> None:
        self._folder = folder
        self._key = key
        self._limits = limits or Limits()
        self._meters = _Meters(registry)
        self._legs: dict[str, _Leg] = {}
        self._told_at = -TELL_AGAIN_S
        self._lost: dict[str, list[tuple[int, int]]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._put = 0
        self._done = 0

    def start_leg(self, leg_id: str, *, call_id: str, channel: int) -> None:
        """Audio of this leg follows; behind what another process wrote of it."""
        path = self._folder / call_id / f"{channel}{SUFFIX}"
        seal = LegSeal(self._key, call_id=call_id, channel=channel)
        self._legs[leg_id] = _Leg(leg_id, call_id, channel, path, Gathering(), seal)

    def append(self, frame: AudioFrame) -> None:
        """Take a started leg's next audio, which is kept at the rate of its line."""
        leg = self._legs.get(frame.leg_id)
        if leg is not None:
            samples = np.frombuffer(frame.pcm, "<i2")[:: frame.rate_hz // frame.line_hz]
            heard = Stretch(frame.start_ms, frame.line_hz, samples)
            self._write_all(leg, leg.gathering.add(heard))

    def flush_leg(self, leg_id: str) -> None:
        """Nothing follows for a while."""
        if (leg := self._legs.get(leg_id)) is not None:
            self._write_all(leg, leg.gathering.flush())

    def forget(self, leg_id: str, *, from_ms: int) -> None:
        """What was appended from there on was not to be heard: it is taken out of the file."""
        if (leg := self._legs.get(leg_id)) is not None:
            leg.gathering.forget(from_ms)
            self._write_all(leg, leg.gathering.flush())
            self._thread.submit(self._cut, leg, from_ms)

    def end_leg(self, leg_id: str) -> None:
        """Nothing follows of the leg."""
        self.flush_leg(leg_id)
        self._legs.pop(leg_id, None)

    def lost_from(self, leg_id: str, *, start_ms: int, end_ms: int) -> int:
        """Where the first audio begins that was not written, between these; end_ms if none."""
        lost = self._lost.get(leg_id, ())
        begins = (max(begin, start_ms) for begin, end in lost if begin < end_ms and end > start_ms)
        return min(begins, default=end_ms)

    async def written(self) -> None:
        """Return once what was flushed is in its file, or given up."""
        await asyncio.wrap_future(self._thread.submit(_nothing))

    async def close_call(self, call_id: str) -> None:
        """Mark the call as over; a call of which nothing was written leaves nothing."""
        for leg_id in [leg_id for leg_id, leg in self._legs.items() if leg.call_id == call_id]:
            self.end_leg(leg_id)
        marker = self._folder / call_id / CLOSED
        await asyncio.wrap_future(self._thread.submit(self._close, call_id, marker))

    async def keep_swept(self, *, hours: float) -> None:
        """Remove what nobody claimed, now and then, for ever."""
        while True:
            self.remove_old(hours=hours)
            await asyncio.sleep(SWEEP_EVERY_S)

    def remove_old(self, *, hours: float) -> None:
        """Remove calls to which nothing was added for so long: nobody wants them."""
        self._thread.submit(_remove_old, self._folder, time.time() - hours * 3600)

    def close(self) -> None:
        """Write what was gathered."""
        for leg_id in list(self._legs):
            self.end_leg(leg_id)
        self._thread.shutdown()

    def _write_all(self, leg: _Leg, stretches: list[Stretch]) -> None:
        for stretch in stretches:
            if self._put - self._done >= MOST_WAITING_RECORDS:
                self._note_lost(leg, stretch, why="behind")
                continue
            self._put += 1
            self._thread.submit(self._write, leg, stretch).add_done_callback(self._count)

    def _count(self, _: "Future[None]") -> None:
        """Runs in the thread, which alone writes `_done`."""
        self._done += 1

    def _write(self, leg: _Leg, stretch: Stretch) -> None:
        record = leg.seal.sealed(stretch)
        try:
            why = self._append(leg.path, record)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else type(error).__name__
        if why:
            self._note_lost(leg, stretch, why=why)
        else:
            self._meters.bytes.inc(len(record))

    def _close(self, call_id: str, marker: Path) -> None:
        for leg_id in [leg_id for leg_id in self._lost if leg_id.startswith(call_id)]:
            del self._lost[leg_id]
        if marker.parent.is_dir():
            with contextlib.suppress(OSError):
                marker.touch(mode=0o600)

    def _cut(self, leg: _Leg, from_ms: int) -> None:
        """Take out what lies behind `from_ms`: of the records at the end, and of no others."""
        try:
            data = leg.path.read_bytes()
            late = [r for r in leg.seal.records(data) if r[1].end_ms > from_ms]
            if late:
                os.truncate(leg.path, late[0][0])
        except FileNotFoundError:
            return
        except OSError as error:
            # It must not stay: with the rest of the leg, if that is what it takes.
            told = {"leg_id": leg.leg_id, "reason": type(error).__name__}
            logger.error("a pause costs the leg its journal", extra=told)
            leg.path.unlink(missing_ok=True)
            return
        for _, stretch in late:
            kept = before(stretch, from_ms)
            if len(kept.samples):
                self._write(leg, kept)

    def _append(self, path: Path, record: bytes) -> str:
        """Empty when it is written, else why not."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            file = os.open(path, flags, 0o600)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(path, flags, 0o600)
        try:
            disk = os.fstatvfs(file)
            if disk.f_bavail * disk.f_frsize < self._limits.keep_free_mb * _MB:
                return "disk is nearly full"
            if os.fstat(file).st_size + len(record) > self._limits.leg_mb * _MB:
                return "leg is too long"
            return "" if os.write(file, record) == len(record) else "disk is full"
        finally:
            os.close(file)

    def _note_lost(self, leg: _Leg, stretch: Stretch, *, why: str) -> None:
        self._meters.lost.inc(len(stretch.samples) * 1000 // stretch.rate_hz)
        lost = self._lost.setdefault(leg.leg_id, [])
        if lost and lost[-1][1] == stretch.start_ms:
            lost[-1] = (lost[-1][0], stretch.end_ms)
        else:
            lost.append((stretch.start_ms, stretch.end_ms))
        now = time.monotonic()
        if now - self._told_at >= TELL_AGAIN_S:
            self._told_at = now
            told = {"call_id": leg.call_id, "leg_id": leg.leg_id, "reason": why}
            logger.error("audio is not journaled", extra=told)


def _nothing() -> None:
    """To be waited for."""


def _remove_old(folder: Path, before: float) -> None:
    if not folder.is_dir():
        return
    for call in folder.iterdir():
        with contextlib.suppress(OSError):
            times = [path.stat().st_mtime for path in (call, *call.iterdir())]
            if max(times) < before:
                shutil.rmtree(call, ignore_errors=True)


class _Meters:
    def __init__(self, registry: CollectorRegistry) -> None:
        prefix = "trunkline_sip_gateway_journal_"
        self.bytes = Counter(prefix + "bytes", "Bytes written to the journal", registry=registry)
        self.lost = Counter(
            prefix + "lost_ms", "Audio that could not be journaled", registry=registry
        )
