"""The journal on a real disk: written by one process, read by another, cut off, swept."""

import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from sip_gateway.events import AudioFrame
from sip_gateway.journal.reader import JournalReader, WrongKey
from sip_gateway.journal.record import Samples
from sip_gateway.journal.writer import JournalWriter, Limits

KEY = bytes(range(32))
CALL = "0190a1b2c3d47e8f9a0b1c2d3e4f5061"
LEG = f"{CALL}-0"
NO_RESERVE = Limits(keep_free_mb=0)


def frame(start_ms: int, samples: Samples) -> AudioFrame:
    return AudioFrame(
        tenant_id="t",
        call_id=CALL,
        leg_id=LEG,
        start_ms=start_ms,
        rate_hz=16_000,
        pcm=samples.tobytes(),
        captured_at=datetime.now(UTC),
    )


def speech(ms: int) -> Samples:
    return np.random.default_rng(ms).integers(-9000, 9000, 16 * ms, dtype=np.int16)


class Written:
    """A journal in a folder of its own."""

    def __init__(self, folder: Path, limits: Limits = NO_RESERVE) -> None:
        self.folder = folder
        self.registry = CollectorRegistry()
        self.writer = JournalWriter(folder, key=KEY, registry=self.registry, limits=limits)
        self.writer.start_leg(LEG, call_id=CALL, channel=0)
        self.reader = JournalReader(folder, key=KEY)

    def say(self, samples: Samples, *, from_ms: int = 0) -> None:
        for at in range(0, len(samples), 1600):
            self.writer.append(frame(from_ms + at // 16, samples[at : at + 1600]))

    def lost_ms(self) -> float:
        return self.registry.get_sample_value("trunkline_sip_gateway_journal_lost_ms_total") or 0.0


async def test_what_is_appended_is_read_back_sample_by_sample(tmp_path: Path) -> None:
    journal = Written(tmp_path)
    samples = speech(3400)
    journal.say(samples, from_ms=500)
    await journal.writer.close_call(CALL)
    assert journal.reader.calls() == [CALL]
    assert journal.reader.is_closed(CALL)
    assert journal.reader.legs(CALL) == [(LEG, 0, 8000, 3900)]
    read = journal.reader.read(CALL, 0, start_ms=500, end_ms=3900)
    assert np.array_equal(read, samples[::2])
    journal.reader.remove(CALL)
    assert journal.reader.calls() == []


async def test_a_second_at_most_is_unwritten_while_the_leg_talks(tmp_path: Path) -> None:
    journal = Written(tmp_path)
    journal.say(speech(2900))
    await journal.writer.written()
    assert journal.reader.legs(CALL)[0].end_ms == 2000
    assert not journal.reader.is_closed(CALL)
    journal.writer.flush_leg(LEG)
    await journal.writer.written()
    assert journal.reader.legs(CALL)[0].end_ms == 2900


async def test_who_takes_a_call_up_appends_behind_a_record_that_was_cut_off(
    tmp_path: Path,
) -> None:
    before = Written(tmp_path)
    before.say(speech(2000))
    await before.writer.written()
    path = tmp_path / CALL / "0.leg"
    os.truncate(path, path.stat().st_size - 700)
    after = Written(tmp_path)
    after.say(speech(1500), from_ms=4000)
    await after.writer.close_call(CALL)
    read = after.reader.read(CALL, 0, end_ms=5500)
    assert np.array_equal(read[:8000], speech(2000)[:16000:2])
    assert not read[8000:32000].any()
    assert np.array_equal(read[32000:], speech(1500)[::2])


@pytest.mark.parametrize("from_ms", [0, 700, 1000, 1650, 2300])
async def test_what_a_pause_reaches_back_over_is_gone_from_the_file(
    tmp_path: Path, from_ms: int
) -> None:
    journal = Written(tmp_path)
    journal.say(speech(2500))
    journal.writer.forget(LEG, from_ms=from_ms)
    journal.say(speech(1100), from_ms=4000)
    await journal.writer.close_call(CALL)
    read = journal.reader.read(CALL, 0, end_ms=5100)
    assert np.array_equal(read[: 8 * from_ms], speech(2500)[: 16 * from_ms : 2])
    assert not read[8 * from_ms : 32_000].any()
    assert np.array_equal(read[32_000:], speech(1100)[::2])
    assert (tmp_path / CALL / "0.leg").stat().st_size < 16 * (from_ms + 1100) + 500


async def test_another_key_is_refused_and_not_silence(tmp_path: Path) -> None:
    journal = Written(tmp_path)
    journal.say(speech(1000))
    await journal.writer.close_call(CALL)
    with pytest.raises(WrongKey):
        JournalReader(tmp_path, key=bytes(32)).read(CALL, 0, end_ms=1000)


async def test_only_the_owner_may_read_and_no_sound_lies_open(tmp_path: Path) -> None:
    journal = Written(tmp_path)
    journal.say(speech(1000))
    await journal.writer.close_call(CALL)
    path = tmp_path / CALL / "0.leg"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert speech(1000)[:32:2].tobytes() not in path.read_bytes()


@pytest.mark.parametrize(
    "limits", [Limits(keep_free_mb=1 << 40), Limits(leg_mb=0, keep_free_mb=0)], ids=["disk", "leg"]
)
async def test_beyond_the_limits_one_line_one_metric_and_nothing_else(
    tmp_path: Path, limits: Limits, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Written(tmp_path, limits)
    with caplog.at_level(logging.ERROR):
        journal.say(speech(3000))
        await journal.writer.close_call(CALL)
    assert [record.getMessage() for record in caplog.records] == ["audio is not journaled"]
    assert journal.lost_ms() == 3000
    assert journal.reader.legs(CALL) == []


async def test_a_disk_that_cannot_be_written_costs_the_journal_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    journal = Written(tmp_path / "file")
    journal.say(speech(2500))
    journal.writer.flush_leg(LEG)
    await journal.writer.written()
    assert journal.lost_ms() == 2500
    assert journal.writer.lost_from(LEG, start_ms=1200, end_ms=9000) == 1200
    assert journal.writer.lost_from(LEG, start_ms=2500, end_ms=9000) == 9000
    await journal.writer.close_call(CALL)


async def test_calls_that_nobody_claimed_are_removed_after_hours(tmp_path: Path) -> None:
    journal = Written(tmp_path)
    journal.say(speech(1000))
    await journal.writer.written()
    journal.writer.remove_old(hours=1.0)
    await journal.writer.written()
    assert journal.reader.calls() == [CALL]
    long_ago = time.time() - 3700
    for path in (tmp_path / CALL, *(tmp_path / CALL).iterdir()):
        os.utime(path, (long_ago, long_ago))
    journal.writer.remove_old(hours=1.0)
    await journal.writer.written()
    assert journal.reader.calls() == []


def test_a_call_id_names_no_other_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="call id"):
        JournalReader(tmp_path, key=KEY).remove("../keys")
