"""A recording as a WAV or FLAC file of one channel, any range of its bytes."""

import io
import struct
import threading
from typing import Literal

import soundfile

from redaction.recording.sound import Recording

Form = Literal["wav", "flac"]
ALL = "all"
"""Every leg in a channel of its own; as FLAC only."""

_WAV = struct.Struct("<4sI4s4sIHHIIHH4sI")
_SAMPLE_BYTES = 2
_FLAC_BLOCK = 160_000


class NoSuchChannel(Exception):
    """The recording has no leg of that number."""


class Played:
    """One file that never lies on a disk. Contract: `close` when it is done with.

    `read` runs in threads that outlive a listener who hangs up; libsndfile crashes where a file is
    closed under a read. So `close` waits for the read that is on, and later ones get nothing.
    """

    def __init__(self, recording: Recording, channel: str, form: Form) -> None:
        if channel != ALL and channel not in recording.channels:
            raise NoSuchChannel(channel)
        self._recording = recording
        self._channel = channel
        self._flac = b""
        self._in_use = threading.Lock()
        self._is_open = True
        told = recording.manifest
        if form == "wav":
            self.media_type = "audio/wav"
            self._header = _wav_header(told.frames, told.rate_hz)
            self.size_bytes = len(self._header) + told.frames * _SAMPLE_BYTES
        else:
            self.media_type = "audio/flac"
            self._header = b""
            if channel != ALL:
                self._flac = self._encoded()
            self.size_bytes = len(self._flac) or recording.file.size_bytes

    def read(self, start: int, size: int) -> bytes:
        """So many bytes from one on; fewer at the end, none once it is closed."""
        with self._in_use:
            return self._read(start, size) if self._is_open else b""

    def close(self) -> None:
        """Close the recording."""
        with self._in_use:
            self._is_open = False
            self._recording.close()

    def _read(self, start: int, size: int) -> bytes:
        if self.media_type == "audio/wav":
            return self._wav(start, min(size, self.size_bytes - start))
        if self._flac:
            return self._flac[start : start + size]
        out = bytearray()
        self._recording.file.seek(start)
        while len(out) < size and (part := self._recording.file.read(size - len(out))):
            out += part
        return bytes(out)

    def _wav(self, start: int, size: int) -> bytes:
        head = self._header[start : start + size]
        begin = max(0, start - len(self._header))
        end = max(begin, start + size - len(self._header))
        first, last = begin // _SAMPLE_BYTES, -(-end // _SAMPLE_BYTES)
        if last <= first:
            return head
        samples = self._recording.channel(self._channel, first, count=last - first)
        body = samples.astype("<i2", copy=False).tobytes()
        skip = begin - first * _SAMPLE_BYTES
        return head + body[skip : skip + end - begin]

    def _encoded(self) -> bytes:
        """One channel as FLAC; the same bytes each time."""
        told, out = self._recording.manifest, io.BytesIO()
        with soundfile.SoundFile(
            out, "w", samplerate=told.rate_hz, channels=1, format="FLAC", subtype="PCM_16"
        ) as file:
            for at in range(0, told.frames, _FLAC_BLOCK):
                file.write(self._recording.channel(self._channel, at, count=_FLAC_BLOCK))
        return out.getvalue()


def _wav_header(frames: int, rate_hz: int) -> bytes:
    """Of 16-bit mono PCM."""
    size = frames * _SAMPLE_BYTES
    riff = (b"RIFF", _WAV.size - 8 + size, b"WAVE")
    form = (b"fmt ", 16, 1, 1, rate_hz, rate_hz * _SAMPLE_BYTES, _SAMPLE_BYTES, 16)
    return _WAV.pack(*riff, *form, b"data", size)
