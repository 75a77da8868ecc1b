"""Opens what recordings are made of and kept in: the journal, the folder, their keys."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.recordings import NoSound, Sound, Wanted
from redaction.recording.folder import Keys, Kind, Recordings
from redaction.recording.make import JournaledLeg, Unreadable
from redaction.recording.play import NoSuchChannel, Played
from redaction.recording.sealed import NotOpened
from sip_gateway.journal.reader import JournalReader, WrongKey
from trunkline.bus.sealed import load_or_create_key
from trunkline.settings import Settings

logger = logging.getLogger(__name__)


def recordings_of(settings: Settings) -> Recordings:
    """The recordings of these settings; keys are made on first use."""
    keys = settings.state_dir / "keys"
    return Recordings(
        recordings_folder(settings),
        Keys(
            redacted=load_or_create_key(keys / "recordings.key"),
            original=load_or_create_key(keys / "originals.key"),
        ),
    )


def recordings_folder(settings: Settings) -> Path:
    """Where sealed recordings lie. Mount one folder there on all machines that `serve`."""
    return settings.state_dir / "recordings"


class RecordingPlayer:
    """Opens recordings for the API."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    def open(self, wanted: Wanted) -> Sound:
        """The file; blocks; NoSound where it is not here or cannot be opened."""
        kind: Kind = "original" if wanted.is_original else "redacted"
        try:
            recording = self._recordings.open(wanted.tenant_id, wanted.call_id, kind)
        except (FileNotFoundError, ValueError):
            raise NoSound from None
        except NotOpened:
            logger.error("a recording cannot be opened", extra={"call_id": wanted.call_id})
            raise NoSound from None
        try:
            return Played(recording, wanted.channel, wanted.format)
        except NoSuchChannel:
            recording.close()
            raise NoSound from None


class SoundOfCalls:
    """The gateway's journal as the recording stage wants it: what cannot be read is Unreadable."""

    def __init__(self, settings: Settings) -> None:
        key = load_or_create_key(settings.state_dir / "keys" / "journal.key")
        self._reader = JournalReader(settings.state_dir / "journal", key=key)

    def calls(self) -> list[str]:
        """Calls of which anything is there."""
        return [name for name in self._reader.calls() if name.isalnum()]

    def is_closed(self, call_id: str) -> bool:
        """Whether nothing will be added."""
        return self._reader.is_closed(call_id)

    def legs(self, call_id: str) -> Sequence[JournaledLeg]:
        """What was recorded."""
        try:
            return self._reader.legs(call_id)
        except (WrongKey, OSError) as error:
            raise Unreadable(type(error).__name__) from None

    def read(
        self, call_id: str, channel: int, *, start_ms: int = 0, end_ms: int
    ) -> NDArray[np.int16]:
        """int16 [samples]; silence where nothing was recorded."""
        try:
            return self._reader.read(call_id, channel, start_ms=start_ms, end_ms=end_ms)
        except (WrongKey, OSError) as error:
            raise Unreadable(type(error).__name__) from None

    def remove(self, call_id: str) -> None:
        """The sound is wanted no longer."""
        self._reader.remove(call_id)
