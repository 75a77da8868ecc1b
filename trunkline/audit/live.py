"""What lies on disk while the canary's call is on: its sound must be sealed in the journal, and be
nowhere else; afterwards the journal is gone and could be anything."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sip_gateway.audio import g711
from sip_gateway.caller.plan import CallPlan
from sip_gateway.caller.recording import PACKET, streams
from sip_gateway.journal.reader import SUFFIX
from sip_gateway.journal.record import LegSeal
from trunkline.audit.canary_call import Told
from trunkline.audit.disk import Disk
from trunkline.audit.findings import Tally
from trunkline.audit.planted import Planted
from trunkline.bus.sealed import load_or_create_key
from trunkline.evaluate.prepare import TestCall
from trunkline.settings import Settings

JOURNAL, LIVE = "audio journal", "files while live"
EVERY_S = 2.0
BEFORE_END_S = 3.0
"""So long before the call's end all files are searched."""


def needles(call: TestCall) -> tuple[bytes, ...]:
    """The loudest 20 ms of each personal span, as G.711 and as the samples that it stands for."""
    codec = call.line.codec.upper()
    sent = streams(CallPlan(host="", port=0, agent=call.wav, codec=codec))
    found: list[bytes] = []
    for span in call.reference.pii:
        spoken = sent[span.channel][span.start_ms // 20 : span.end_ms // 20]
        loudest = max(spoken, key=lambda payload: _power(payload, codec), default=b"")
        if len(loudest) == PACKET:
            found += [loudest, g711.decode(loudest, codec)]
    return tuple(found)


class WhileLive:
    """Contract: `watch` once, while the call is placed."""

    def __init__(self, settings: Settings, planted: Planted, tally: Tally) -> None:
        self._settings = settings
        self._planted = planted
        self._tally = tally
        self._began_at = time.time()
        self._searched: dict[Path, int] = {}
        self.known = 0
        """Pieces of the call's audio that the opened journal held."""

    async def watch(
        self, placing: asyncio.Task[Told], *, duration_ms: int, every_s: float = EVERY_S
    ) -> None:
        """Look again and again until `placing` is done, at all files once."""
        late_at = time.monotonic() + max(0.0, duration_ms / 1000 - BEFORE_END_S)
        searched = False
        while not placing.done():
            await asyncio.wait({placing}, timeout=every_s)
            if not placing.done():
                await asyncio.to_thread(self.check_journal)
            if not searched and not placing.done() and time.monotonic() >= late_at:
                searched = True
                await asyncio.to_thread(self._search_files)
        if self._settings.recording.journal != "off" and not self.known:
            self._tally.problem(JOURNAL, "what was said was not found in it while the call was on")

    def check_journal(self) -> None:
        """Every leg that is being written opens with its key only, and hides its sound."""
        key = load_or_create_key(self._settings.state_dir / "keys" / "journal.key")
        for leg in (self._settings.state_dir / "journal").glob(f"*/*{SUFFIX}"):
            try:
                data = leg.read_bytes()
            except OSError:
                continue  # its call is over
            if leg.stem.isdecimal() and len(data) > self._searched.get(leg, 0):
                self._searched[leg] = len(data)
                self._check(leg, data, key)

    def _check(self, leg: Path, data: bytes, key: bytes) -> None:
        call_id, channel = leg.parent.name, int(leg.stem)
        opened = list(_opened(data, key, call_id=call_id, channel=channel))
        self._tally.look(JOURNAL, looks_while_live=1)
        others = _opened(data, secrets.token_bytes(len(key)), call_id=call_id, channel=channel)
        is_open = any(pcm in data for pcm in opened) or next(others, None) is not None
        self._tally.hit(JOURNAL, "while live", ["not encrypted"] if is_open else ())
        self._tally.hit(JOURNAL, "while live", self._planted.anywhere(data))
        self.known += sum(self._planted.sounds_in(pcm) for pcm in opened)

    def _search_files(self) -> None:
        state, disk = (
            self._settings.state_dir,
            Disk(self._planted, self._tally, since=self._began_at),
        )
        self._tally.look(LIVE, files=0)
        # Postgres' own files are searched when the call is over: what it wrote stays in its log.
        disk.search_folder(LIVE, state, but=(self._settings.models_dir, state / "postgres"))


def _opened(data: bytes, key: bytes, *, call_id: str, channel: int) -> Iterator[bytes]:
    """The samples of every record."""
    for stretch in LegSeal(key, call_id=call_id, channel=channel).stretches(data):
        yield stretch.samples.astype("<i2").tobytes()


def _power(payload: bytes, codec: str) -> float:
    samples = np.frombuffer(g711.decode(payload, codec), "<i2").astype(np.float64)
    return float(np.mean(samples**2))
