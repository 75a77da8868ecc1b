"""From a journal to a sealed recording, muted further, played, and removed."""

import io
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from redaction.events import RecordingReady
from redaction.recording.folder import ERASED, Keys, Recordings, day_of, locator_of
from redaction.recording.intervals import Interval
from redaction.recording.make import Of, ask_for, mute_more, record
from redaction.recording.mutes import CallMutes
from redaction.recording.play import NoSuchChannel, Played
from redaction.recording.sealed import NotOpened
from redaction.recording.settings import Settings
from tests.unit.redaction.recording.recorded import CALL, END_MS, RATE_HZ, noise, said

OF = Of("t", CALL)
SETTINGS = Settings(pad_before_ms=0, pad_after_ms=0, reach_ms=0, unrecognised="keep")
SOUND = noise(END_MS * RATE_HZ // 1000)


class HeldLeg(NamedTuple):
    channel: int
    rate_hz: int
    end_ms: int


class HeldJournal:
    """Both legs of one call, in memory."""

    def __init__(self) -> None:
        self.is_there = True

    def calls(self) -> Sequence[str]:
        return [CALL] if self.is_there else []

    def is_closed(self, call_id: str) -> bool:
        return True

    def legs(self, call_id: str) -> Sequence[HeldLeg]:
        return [HeldLeg(0, RATE_HZ, END_MS), HeldLeg(1, RATE_HZ, END_MS)] if self.is_there else []

    def read(
        self, call_id: str, channel: int, *, start_ms: int = 0, end_ms: int
    ) -> NDArray[np.int16]:
        return SOUND[start_ms * RATE_HZ // 1000 : end_ms * RATE_HZ // 1000, channel]

    def remove(self, call_id: str) -> None:
        self.is_there = False


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path / "recordings", Keys(b"r" * 32, b"o" * 32))


def card(start_ms: int, end_ms: int) -> CallMutes:
    call = CallMutes()
    call.receive(said(1, [("[card]", start_ms, end_ms)]))
    return call


def heard(recordings: Recordings, *, kind: str = "redacted") -> NDArray[np.int16]:
    with recordings.open(*OF, "original" if kind == "original" else "redacted") as recording:
        return np.concatenate(list(recording.blocks()))


def with_silence(*stretches: tuple[int, int]) -> NDArray[np.int16]:
    out = SOUND.copy()
    for start_ms, end_ms in stretches:
        out[start_ms * RATE_HZ // 1000 : end_ms * RATE_HZ // 1000] = 0
    return out


def make(
    recordings: Recordings, said_: CallMutes | None = None, *, settings: Settings = SETTINGS
) -> RecordingReady | None:
    return record(
        OF, said_ or card(6000, 9000), journal=HeldJournal(), recordings=recordings,
        settings=settings,
    )  # fmt: skip


def test_a_journal_becomes_a_recording_without_what_is_masked(recordings: Recordings) -> None:
    ready = make(recordings)
    assert ready is not None
    assert (ready.duration_ms, ready.muted_ms, ready.legs) == (END_MS, 3000, 2)
    assert (ready.locator, ready.policy_version) == (f"t/2025-11-20/{CALL}", "p1")
    assert not ready.has_original
    assert np.array_equal(heard(recordings), with_silence((6000, 9000)))


def test_made_again_it_stays_as_it_is(recordings: Recordings) -> None:
    first = make(recordings)
    again = make(recordings)
    assert first is not None and again is not None
    assert (first.sha256, first.revision) == (again.sha256, again.revision)


def test_made_again_with_more_masked_it_mutes_both(recordings: Recordings) -> None:
    make(recordings)
    again = make(recordings, card(12_000, 13_000))
    assert again is not None and again.revision == 2
    assert np.array_equal(heard(recordings), with_silence((6000, 9000), (12_000, 13_000)))


def test_an_original_is_kept_only_if_asked_for_and_under_its_own_key(
    recordings: Recordings,
) -> None:
    ready = make(recordings, settings=Settings(keep="original"))
    assert ready is not None and ready.has_original
    assert np.array_equal(heard(recordings, kind="original"), SOUND)
    swapped = Recordings(recordings.folder, Keys(b"o" * 32, b"r" * 32))
    with pytest.raises(NotOpened):
        swapped.open(*OF, "original")


def test_an_original_does_not_open_in_the_place_of_the_redacted(recordings: Recordings) -> None:
    make(recordings, settings=Settings(keep="original"))
    recordings.path(*OF, "original").replace(recordings.path(*OF, "redacted"))
    same = Recordings(recordings.folder, Keys(b"o" * 32, b"o" * 32))
    with pytest.raises(NotOpened):
        same.open(*OF)


def test_a_late_correction_mutes_more_in_place(recordings: Recordings) -> None:
    make(recordings)
    ready = ask_for(card(15_000, 16_000), recordings, OF, settings=SETTINGS)
    assert ready is not None and (ready.revision, ready.muted_ms) == (2, 4000)
    assert np.array_equal(heard(recordings), with_silence((6000, 9000), (15_000, 16_000)))
    assert ask_for(card(15_200, 15_800), recordings, OF, settings=SETTINGS) is None


def test_the_transcript_it_was_made_of_asks_for_nothing_more(recordings: Recordings) -> None:
    call = card(6000, 9000)
    call.receive(said(1, [("well", 3000, 3200), ("[name]", 3300, 3600)]))
    make(recordings, call, settings=Settings())
    for part in (card(6000, 9000), call):
        assert ask_for(part, recordings, OF, settings=Settings()) is None


def test_more_is_muted_on_request_on_the_leg_that_is_named_and_in_the_mix(
    recordings: Recordings,
) -> None:
    make(recordings)
    assert mute_more(OF, recordings, legs={1: (Interval(1000, 2000),)}) is not None
    with recordings.open(*OF) as recording:
        sound, mix = heard(recordings), recording.channel("mix", 0, count=END_MS * RATE_HZ // 1000)
    assert not sound[8000:16_000, 1].any() and sound[8000:16_000, 0].all()
    assert not mix[8000:16_000].any()


def test_an_erased_call_never_has_a_recording_again(recordings: Recordings) -> None:
    make(recordings, settings=Settings(keep="original"))
    assert recordings.remove(*OF, for_good=True)
    assert make(recordings) is None
    left = {path.name for path in recordings.folder.rglob("*") if path.is_file()}
    assert left == {".lock", f"{CALL}.{ERASED}"}


def test_what_is_older_than_a_day_is_found_by_its_day(recordings: Recordings) -> None:
    make(recordings)
    assert recordings.older_than(date(2025, 11, 20)) == []
    (old,) = recordings.older_than(date(2025, 11, 21))
    assert (old.tenant_id, old.call_id) == OF


def test_a_failing_disk_leaves_the_recording_that_was_there(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(recordings)

    def fails(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("redaction.recording.sealed.os.fsync", fails)
    with pytest.raises(OSError, match="Input"):
        make(recordings, card(12_000, 13_000))
    monkeypatch.undo()
    assert np.array_equal(heard(recordings), with_silence((6000, 9000)))
    recordings.clear_partials()
    assert not list(recordings.folder.rglob("*.partial"))


@pytest.mark.parametrize("tenant", ["../../etc", "..", "a/b", "ä b", "."])
def test_no_tenant_gets_out_of_the_folder(recordings: Recordings, tenant: str) -> None:
    path = recordings.path(tenant, CALL, "redacted").resolve()
    assert path.parents[2] == recordings.folder.resolve()


def test_only_names_of_calls_name_recordings(recordings: Recordings) -> None:
    for name in ("../x", "a.b", "", "a/b"):
        with pytest.raises(ValueError, match="letters"):
            recordings.path("t", name, "redacted")
    assert day_of("not-a-uuid") == "undated"
    assert locator_of("t", CALL) == f"t/2025-11-20/{CALL}"


@pytest.mark.parametrize("channel", ["0", "1", "mix"])
def test_any_range_of_a_wav_is_that_range_of_the_whole(
    recordings: Recordings, channel: str
) -> None:
    make(recordings)
    sound = Played(recordings.open(*OF), channel, "wav")
    whole = sound.read(0, sound.size_bytes)
    assert len(whole) == sound.size_bytes
    for start, size in ((0, 10), (40, 9), (44, 100), (45, 7), (95_001, 2), (len(whole) - 3, 50)):
        assert sound.read(start, size) == whole[start : start + size]
    samples, rate_hz = soundfile.read(io.BytesIO(whole), dtype="int16")
    assert rate_hz == RATE_HZ and len(samples) == len(SOUND)
    assert not samples[48_000:72_000].any() and samples[:48_000].any()
    sound.close()


def test_a_file_is_not_closed_under_a_read(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(recordings)
    recording = recordings.open(*OF)
    sound, real = Played(recording, "0", "wav"), recording.channel
    reads, go_on = threading.Event(), threading.Event()

    def held_up(which: str, start_frame: int, *, count: int) -> NDArray[np.int16]:
        reads.set()
        assert go_on.wait(10)
        return real(which, start_frame, count=count)

    monkeypatch.setattr(recording, "channel", held_up)
    with ThreadPoolExecutor(2) as threads:
        reading = threads.submit(sound.read, 0, 1000)
        assert reads.wait(10)
        closing = threads.submit(sound.close)
        assert not wait([closing], timeout=0.05).done
        go_on.set()
        assert len(reading.result(10)) == 1000
        closing.result(10)
    assert sound.read(0, 1000) == b""


def test_flac_is_there_for_one_channel_and_for_all(recordings: Recordings) -> None:
    make(recordings)
    for channel, expected in (("1", with_silence((6000, 9000))[:, 1:]), ("all", heard(recordings))):
        sound = Played(recordings.open(*OF), channel, "flac")
        whole = sound.read(0, sound.size_bytes)
        assert sound.read(1000, 70_000) == whole[1000:71_000]
        samples, _ = soundfile.read(io.BytesIO(whole), dtype="int16", always_2d=True)
        assert np.array_equal(samples, expected)
        sound.close()


def test_a_channel_that_is_not_there_is_refused(recordings: Recordings) -> None:
    make(recordings)
    with recordings.open(*OF) as recording, pytest.raises(NoSuchChannel):
        Played(recording, "2", "wav")
