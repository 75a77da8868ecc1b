"""Recognises from the journal what was missed, a few stretches at a time, when there is room.

Each stretch is a leg of its own to the recogniser, whose times are the call's; what it says becomes
finals of the leg it was cut from. Live legs come first: the next audio is fed when the recogniser
has room, and slowly when it never has.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import NamedTuple

import msgspec
import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge

from sip_gateway.events import AudioFrame, Gap, GapFilled
from sip_gateway.journal.reader import JournalReader, WrongKey
from sip_gateway.journal.writer import JournalWriter
from triton_models.events import RawTranscript
from triton_models.speech import LegStream, Speech
from trunkline.recovery.missed import (
    RATE_HZ,
    RESTARTED,
    Heard,
    Missed,
    heard_of,
    missed_in,
    of_the_leg,
)
from trunkline.recovery.pending import Pending

logger = logging.getLogger(__name__)

Publish = Callable[[RawTranscript | GapFilled], None]

AT_ONCE = 4
"""Stretches recognised beside each other: the recogniser takes them in one batch."""

MOST_WAITING = 2_000
"""Stretches; what is missed while so many wait stays a gap."""

MOST_ATTEMPTS = 8
STEP_MS = 500
STEP_EVERY_S = 0.05
ROOM = 0.8
"""Load of the recogniser below which audio is fed at ten times its own speed."""

NO_ROOM_S = 2.0
"""Where there is never room the next step is fed after so long: a quarter of its own speed."""

LAG_MS = 10_000
"""The first words of what is said may come back so late; where they do not, the recogniser is so
far behind that it says so."""

NOT_READY_S = 0.25
AGAIN_S = 1.0


class Journal(NamedTuple):
    """The process's journal, with both its ends."""

    writer: JournalWriter
    reader: JournalReader
    pending: Pending


@dataclass(slots=True)
class _Leg:
    stream: LegStream
    began_at: datetime | None = None
    """When 0 ms on the call clock was, by the last audio that came."""


@dataclass(slots=True)
class _Call:
    missed: list[Missed] = field(default_factory=list)
    """In the order told: waiting, or being recognised."""

    legs: dict[str, _Leg] = field(default_factory=dict)
    nothing_left: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Running:
    """A stretch in the recogniser."""

    missed: Missed
    leg: _Leg
    until_ms: int
    is_first: bool = True
    missed_again_ms: int | None = None


class Recovery:
    """Contract: `start_leg` and `heard` of all live legs, `note` of all gaps told, `receive` of all
    results, `finish` before the end of a call is said; `run` owns the work."""

    def __init__(
        self, speech: Speech, journal: Journal, *, wait_s: float, registry: CollectorRegistry
    ) -> None:
        self._speech = speech
        self._journal = journal
        self._wait_s = wait_s
        self._calls: dict[str, _Call] = {}
        self._queue: asyncio.Queue[tuple[str, Missed]] = asyncio.Queue(MOST_WAITING)
        self._running: dict[str, _Running] = {}
        self._publish: Publish = lambda event: None
        self._numbers = count(1)
        self._received = 0
        self._stopping = False
        self._meters = _Meters(registry)
        self._meters.waiting.set_function(lambda: sum(len(c.missed) for c in self._calls.values()))

    def start_leg(self, stream: LegStream) -> None:
        """A leg is part of a call; what its last worker left to be filled is taken up."""
        call = self._calls.setdefault(stream.call_id, _Call())
        options = msgspec.structs.replace(stream.options, most_speakers=1)
        call.legs[stream.leg_id] = _Leg(stream._replace(options=options))
        known = self._journal.pending.read(stream.call_id)
        for missed in known:
            if missed.leg_id == stream.leg_id and missed not in call.missed:
                self._add(stream.call_id, missed)

    def heard(self, frame: AudioFrame) -> None:
        """Live audio came."""
        call = self._calls.get(frame.call_id)
        if call and (leg := call.legs.get(frame.leg_id)) and leg.began_at is None:
            end_ms = frame.start_ms + len(frame.pcm) * 1000 // (2 * frame.rate_hz)
            leg.began_at = frame.captured_at - timedelta(milliseconds=end_ms)

    def note(self, gap: Gap) -> None:
        """A gap was told."""
        call, missed = self._calls.get(gap.call_id), missed_in(gap)
        if call is None or gap.leg_id not in call.legs or self._wait_s <= 0:
            return
        if missed is None or missed in call.missed:
            return
        if self._add(gap.call_id, missed):
            self._journal.pending.write(gap.call_id, call.missed)

    def receive(self, result: RawTranscript | Gap) -> bool:
        """Whether the recogniser's result is of a recovery; then it is dealt with."""
        self._received += 1
        running = self._running.get(result.leg_id)
        if running is None:
            return _is_ours(result.leg_id)
        if isinstance(result, Gap):
            known = running.missed_again_ms
            again_ms = result.start_ms if known is None else min(known, result.start_ms)
            running.missed_again_ms = again_ms
        elif result.is_final and result.call_id in self._calls and running.missed_again_ms is None:
            self._say(running, result)  # behind a new gap it is recognised again with that
        return True

    @property
    def lag_ms(self) -> int:
        """How far behind its audio a word may come back and still be recovered after a crash."""
        return LAG_MS if self._wait_s > 0 else 0

    async def finish(self, call_id: str) -> None:
        """Return when nothing of the call is left to be filled, or what is left is given up."""
        call = self._calls.get(call_id)
        if call is not None:
            await self._wait_for(call, call_id)
            for missed in call.missed:
                self._meters.given_up.inc(missed.end_ms - missed.from_ms)
            del self._calls[call_id]
        await self._journal.writer.close_call(call_id)

    async def run(self, publish: Publish) -> None:
        """Fill gaps, for ever."""
        self._publish = publish
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(self._work())

    def stop(self) -> None:
        """No call's end waits any longer; what is left is for who takes the calls up."""
        self._stopping = True
        for call in self._calls.values():
            call.nothing_left.set()

    async def _wait_for(self, call: _Call, call_id: str) -> None:
        if not call.missed or self._stopping:
            return
        try:
            async with asyncio.timeout(self._wait_s):
                await call.nothing_left.wait()
        except TimeoutError:
            told = {"call_id": call_id, "count": len(call.missed)}
            logger.warning("gaps stay: the call's end waits no longer", extra=told)

    def _add(self, call_id: str, missed: Missed) -> bool:
        if self._queue.full():
            self._meters.given_up.inc(missed.end_ms - missed.from_ms)
            return False
        call = self._calls[call_id]
        call.missed.append(missed)
        call.nothing_left.clear()
        self._queue.put_nowait((call_id, missed))
        return True

    async def _work(self) -> None:
        while True:
            call_id, missed = await self._queue.get()
            while call_id in self._calls:
                left = await self._recover(call_id, missed)
                if left is None:
                    break
                self._replace(call_id, missed, left)
                if left.attempts:
                    await asyncio.sleep(AGAIN_S)
                missed = left
            self._replace(call_id, missed, None)

    def _replace(self, call_id: str, missed: Missed, left: Missed | None) -> None:
        call = self._calls.get(call_id)
        if call is None:
            return
        at = call.missed.index(missed)
        call.missed[at : at + 1] = [left] if left else []
        self._journal.pending.write(call_id, call.missed)
        if not call.missed:
            call.nothing_left.set()

    async def _recover(self, call_id: str, missed: Missed) -> Missed | None:
        """Recognise the next piece of a gap; what is left of it, if anything may be filled."""
        while not self._speech.ready:
            await asyncio.sleep(NOT_READY_S)
        heard = await self._read(missed)
        call = self._calls.get(call_id)
        if heard is None or call is None:
            return None
        running = _Running(missed, call.legs[missed.leg_id], heard.until_ms)
        await self._recognise(running, heard)
        if call_id not in self._calls:
            return None
        filled_ms = heard.until_ms
        if running.missed_again_ms is not None:
            filled_ms = max(missed.from_ms, min(filled_ms, running.missed_again_ms))
        self._say_filled(running, filled_ms)
        failed = filled_ms < heard.until_ms
        if missed.attempts + failed >= MOST_ATTEMPTS:
            self._meters.given_up.inc(missed.end_ms - filled_ms)
            return None
        attempts = missed.attempts + 1 if failed else 0
        return msgspec.structs.replace(missed, from_ms=filled_ms, attempts=attempts)

    async def _read(self, missed: Missed) -> Heard | None:
        writer, reader = self._journal.writer, self._journal.reader
        writer.flush_leg(missed.leg_id)
        await writer.written()
        call_id, _, channel = missed.leg_id.rpartition("-")
        lost_from_ms = writer.lost_from(
            missed.leg_id, start_ms=missed.from_ms, end_ms=missed.end_ms
        )

        def read() -> Heard | None:
            stretches = list(reader.stretches(call_id, int(channel)))
            return heard_of(missed, stretches, lost_from_ms=lost_from_ms)

        try:
            return await asyncio.to_thread(read)
        except (OSError, ValueError, WrongKey) as error:
            told = {"leg_id": missed.leg_id, "reason": type(error).__name__}
            logger.error("the journal cannot be read", extra=told)
            return None

    async def _recognise(self, running: _Running, heard: Heard) -> None:
        """Feed it as a leg of its own; its results come to `receive`."""
        stream = running.leg.stream
        leg_id = f"{stream.leg_id}{_MARK}{next(self._numbers)}"
        self._running[leg_id] = running
        self._speech.start_leg(stream._replace(leg_id=leg_id))
        try:
            for frame in _frames(stream._replace(leg_id=leg_id), heard, leg=running.leg):
                if stream.call_id not in self._calls:
                    break
                await self._room()
                self._speech.feed(frame)
        finally:
            await self._speech.end_leg(leg_id)
            await self._taken()
            del self._running[leg_id]

    async def _room(self) -> None:
        """Wait until the recogniser has room for a step."""
        for _ in range(round(NO_ROOM_S / STEP_EVERY_S)):
            await asyncio.sleep(STEP_EVERY_S)
            if self._speech.load < ROOM:
                return

    async def _taken(self) -> None:
        """Return once what the recogniser said has come to `receive`: it is taken at once."""
        quiet, seen = 0, self._received
        while quiet < 6:
            await asyncio.sleep(0)
            quiet = quiet + 1 if seen == self._received else 0
            seen = self._received

    def _say(self, running: _Running, found: RawTranscript) -> None:
        missed = running.missed
        fresh = missed.from_ms == missed.start_ms
        completes = running.is_first and fresh and missed.why == RESTARTED
        final = of_the_leg(
            found,
            missed,
            leg=running.leg.stream,
            until_ms=running.until_ms,
            completes=completes,
        )
        if final is not None:
            running.is_first = False
            self._publish(final)

    def _say_filled(self, running: _Running, until_ms: int) -> None:
        missed, stream = running.missed, running.leg.stream
        if until_ms <= missed.from_ms:
            return
        self._meters.recovered.inc(until_ms - missed.from_ms)
        self._publish(
            GapFilled(
                tenant_id=stream.tenant_id,
                call_id=stream.call_id,
                leg_id=missed.leg_id,
                start_ms=missed.start_ms,
                why=missed.why,
                until_ms=until_ms,
            )
        )


_MARK = "~"
"""Between a leg's id and the number of its recovery."""


def _is_ours(leg_id: str) -> bool:
    return _MARK in leg_id


def _frames(stream: LegStream, heard: Heard, *, leg: _Leg) -> Iterator[AudioFrame]:
    """The stretch in steps, each as if it had been captured when it was said."""
    began_at = leg.began_at or datetime.now(UTC) - timedelta(milliseconds=heard.until_ms)
    size = STEP_MS * RATE_HZ // 1000
    for at in range(0, len(heard.samples), size):
        samples = heard.samples[at : at + size]
        start_ms = heard.start_ms + at * 1000 // RATE_HZ
        end_ms = start_ms + len(samples) * 1000 // RATE_HZ
        yield AudioFrame(
            tenant_id=stream.tenant_id,
            call_id=stream.call_id,
            leg_id=stream.leg_id,
            start_ms=start_ms,
            rate_hz=RATE_HZ,
            pcm=samples.astype(np.int16, copy=False).tobytes(),
            captured_at=began_at + timedelta(milliseconds=end_ms),
        )


class _Meters:
    def __init__(self, registry: CollectorRegistry) -> None:
        prefix = "trunkline_listen_recovery_"
        self.waiting = Gauge(prefix + "stretches", "Gaps still to be filled", registry=registry)
        self.recovered = Counter(
            prefix + "filled_ms", "Of gaps, recognised from the journal", registry=registry
        )
        self.given_up = Counter(
            prefix + "given_up_ms", "Of gaps that the journal might have filled", registry=registry
        )
