"""Words that nobody may see: said after a pause had been asked for, before the request arrived.

Recognition stops at once when the request arrives; the audio of the moments before is in the
recogniser by then. Its words are taken out of every revision that comes from now on.
"""

from collections import deque

import msgspec

from sip_gateway.events import AudioFrame
from triton_models.events import RawTranscript

MARGIN_MS = 100
"""A recogniser's word times are off by about as much."""

REMEMBERED = 16
"""Such moments of one leg; older ones are in finals long since."""


class Unsaid:
    """The moments of all legs."""

    def __init__(self) -> None:
        self._heard_until_ms: dict[str, int] = {}
        self._spans: dict[str, deque[tuple[int, int]]] = {}

    def heard(self, frame: AudioFrame) -> None:
        """The leg's audio up to the end of this frame is with the recogniser."""
        length_ms = len(frame.pcm) * 1000 // (2 * frame.rate_hz)
        self._heard_until_ms[frame.leg_id] = frame.start_ms + length_ms

    def pause(self, leg_id: str, *, from_ms: int) -> None:
        """What the recogniser has of the leg from `from_ms` on was not said."""
        until_ms = self._heard_until_ms.get(leg_id, 0)
        if until_ms > from_ms:
            spans = self._spans.setdefault(leg_id, deque(maxlen=REMEMBERED))
            spans.append((from_ms - MARGIN_MS, until_ms + MARGIN_MS))

    def taken_out(self, transcript: RawTranscript) -> RawTranscript:
        """The transcript without the words of such moments."""
        spans = self._spans.get(transcript.leg_id)
        if not spans:
            return transcript
        stays = [
            not any(word.end_ms > start and word.start_ms < end for start, end in spans)
            for word in transcript.words
        ]
        if all(stays):
            return transcript
        return msgspec.structs.replace(
            transcript,
            words=tuple(w for w, keep in zip(transcript.words, stays, strict=True) if keep),
            frozen_words=sum(stays[: transcript.frozen_words]),
        )

    def forget(self, call_id: str) -> None:
        """The call is over."""
        for of in (self._heard_until_ms, self._spans):
            for leg_id in [leg_id for leg_id in of if leg_id.startswith(f"{call_id}-")]:
                del of[leg_id]
