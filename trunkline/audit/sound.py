"""The call's recording, opened and heard again, and its journal, which must be gone by then."""

import time
from pathlib import Path

from redaction.recording.sealed import NotOpened
from redaction.recording.sound import Recording
from triton_models.events import RawTranscript
from trunkline.audit.findings import Tally
from trunkline.audit.keyed import TONES, audible_tones
from trunkline.audit.planted import Planted
from trunkline.evaluate.leaks import ShownWord
from trunkline.proving.hear import Ear
from trunkline.proving.silence import not_silent
from trunkline.recordings import recordings_of
from trunkline.settings import Settings, SettingsError

RECORDING, JOURNAL = "recording", "audio journal"
MADE_WITHIN_S = 120.0
"""After the call was finalised; recovery of missed words comes before it."""

POLL_S = 0.25
AROUND_MS = 500
"""Around the keys: clocks differ."""

SILENCE = "not silent where it is muted"


class Sound:
    """What of the call's audio lies on this machine; blocks."""

    def __init__(self, settings: Settings, planted: Planted, tally: Tally) -> None:
        self._settings = settings
        self._planted = planted
        self._tally = tally

    def search(self, call_id: str, *, within_s: float = MADE_WITHIN_S) -> None:
        """The journal is gone; the recording opens with its key and holds nothing planted."""
        about = self._settings.recording
        if about.journal == "off":
            self._tally.note(JOURNAL, "none is written")
            self._tally.note(RECORDING, "none is made")
            return
        left = self._await_gone(self._settings.state_dir / "journal" / call_id, within_s=within_s)
        self._tally.look(JOURNAL, files_left=len(left))
        if left:
            self._tally.problem(JOURNAL, f"not removed {within_s:.0f} s after the end of the call")
        if about.keep == "nothing":
            self._tally.note(RECORDING, "none is kept")
        elif not left:
            self._hear(call_id)
        if about.keep == "original":
            self._tally.note(RECORDING, "the settings keep the untouched audio too, sealed")

    def _await_gone(self, journal: Path, *, within_s: float) -> list[Path]:
        deadline = time.monotonic() + within_s
        while (left := files_below(journal)) and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return left

    def _hear(self, call_id: str) -> None:
        recordings = recordings_of(self._settings)
        tenants = recordings.tenants_of(call_id)
        if not tenants:
            self._tally.problem(RECORDING, "there is none of the call")
        for tenant in tenants:
            try:
                with recordings.open(tenant, call_id) as recording:
                    self._listen(recording)
            except (NotOpened, OSError, SettingsError) as error:
                self._tally.problem(RECORDING, f"not heard ({type(error).__name__})")

    def _listen(self, recording: Recording) -> None:
        told = recording.manifest
        loud = not_silent(recording)
        self._tally.hit(RECORDING, SILENCE, [f"channel {one}" for one in loud])
        self._search_tones(recording)
        said = Ear(self._settings).words(recording)
        self._tally.look(
            RECORDING,
            recordings=1,
            channels=len(recording.channels),
            seconds=told.duration_ms // 1000,
            muted_s=told.mutes.muted_ms // 1000,
            words_heard=sum(len(one.words) for one in said),
        )
        self._tally.hit(RECORDING, "heard again", heard_in(said, self._planted))

    def _search_tones(self, recording: Recording) -> None:
        keyed = [span for span in self._planted.spans if span.kind == TONES]
        rate_hz = recording.manifest.rate_hz
        for span in keyed:
            first = max(0, span.start_ms - AROUND_MS) * rate_hz // 1000
            count = (span.end_ms - span.start_ms + 2 * AROUND_MS) * rate_hz // 1000
            for channel in recording.channels:
                samples = recording.channel(channel, first, count=count)
                found = [TONES] if audible_tones(samples, rate_hz) else []
                self._tally.hit(RECORDING, f"keys on channel {channel}", found)


def heard_in(said: list[RawTranscript], planted: Planted) -> set[str]:
    """Kinds that can be made out in what was recognised, by text and by time (pure)."""
    text = " ".join(word.text for one in said for word in one.words)
    found = planted.anywhere(text)
    for channel in {span.channel for span in planted.spans}:
        # Of the mix, and of another leg's echo, the time tells what it is.
        words = [
            ShownWord(word.text, word.start_ms, word.end_ms, channel)
            for one in said
            for word in one.words
        ]
        found |= set(planted.in_words(sorted(words, key=lambda word: word.start_ms)))
    return found


def files_below(folder: Path) -> list[Path]:
    """Every file; none where there is no such folder."""
    return [path for path in folder.rglob("*") if path.is_file()]
