"""Recorded conversations of media streams: one message a line, played to a session.

A line holds one of: `text`, a message as JSON; `raw`, a message as it stands; `pcm`, so many
milliseconds of binary audio at `rate` in `channels` channels, each sample of channel N the number
`level[N]`; `g711`, the same in bytes; `hex`, binary as it stands; `close`, in good order. `kind`
puts a header of AudioSocket before the binary audio, `after` seconds of the clock pass before it;
`query` on the first line stands in the URL. `told` on the last line is what becomes of it all.
"""

import base64
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from sip_gateway.streams.dialect import StreamSession
from sip_gateway.streams.heard import (
    StreamAudio,
    StreamEnded,
    StreamEvent,
    StreamLost,
    StreamOpened,
    StreamPaused,
    StreamQuiet,
    StreamResumed,
)

FOLDER = Path(__file__).parent / "data" / "streams"


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line of a recording."""

    text: msgspec.Raw = msgspec.Raw()
    raw: str | None = None
    pcm: int = 0
    g711: int = 0
    hex: str = ""
    close: bool = False
    kind: int | None = None
    query: str = ""
    rate: int = 8000
    level: tuple[int, ...] = (0,)
    after: float = 0.0
    told: tuple[str, ...] | None = None

    def binary(self) -> bytes:
        """The binary message that it stands for; empty if none."""
        payload = self._payload()
        if self.kind is None:
            return payload
        return bytes([self.kind]) + len(payload).to_bytes(2, "big") + payload

    def _payload(self) -> bytes:
        count = (self.pcm or self.g711) * self.rate // 1000
        samples = np.tile(np.array(self.level), count)
        if self.g711:
            return samples.astype(np.uint8).tobytes()
        return samples.astype("<i2").tobytes() if self.pcm else bytes.fromhex(self.hex)


_LINE = msgspec.json.Decoder(Line)


def names(dialect: str) -> list[str]:
    """The recordings of a dialect."""
    return sorted(path.stem for path in (FOLDER / dialect).glob("*.jsonl"))


def lines(dialect: str, name: str) -> list[Line]:
    """One recording."""
    text = (FOLDER / dialect / f"{name}.jsonl").read_text(encoding="utf-8")
    return [_LINE.decode(line) for line in text.splitlines() if line]


def messages(recording: list[Line]) -> Iterator[tuple[str | bytes | None, float]]:
    """Each message and when it comes; None closes the connection."""
    now = 100.0
    for line in recording:
        now += line.after
        if text := bytes(line.text).decode():
            yield text, now
        elif line.raw is not None:
            yield line.raw, now
        elif line.close:
            yield None, now
        elif data := line.binary():
            yield data, now


def give(session: StreamSession, message: str | bytes | None, *, now: float) -> None:
    """Let the session have one message."""
    if message is None:
        session.receive_close()
    elif isinstance(message, str):
        session.receive_text(message)
    else:
        session.receive_audio(message, now=now)


def told(events: list[StreamEvent]) -> list[str]:
    """Events in short: audio and gaps of a channel as milliseconds, neighbours added up."""
    said: list[tuple[str, int]] = []
    for event in events:
        word, samples = _word(event)
        same = [n for n, (other, _) in enumerate(said) if other == word]
        tail = {_kind(other) for other, _ in said[same[-1] + 1 :]} if same and samples else {""}
        # The channels of one stretch come in turns.
        if samples and tail <= {_kind(word)}:
            said[same[-1]] = word, said[same[-1]][1] + samples
        else:
            said.append((word, samples))
    return [f"{word} {samples / 8:g} ms" if samples else word for word, samples in said]


def _kind(word: str) -> str:
    return word.split()[0]


def _word(event: StreamEvent) -> tuple[str, int]:
    if isinstance(event, StreamOpened):
        roles = "+".join(party.role for party in event.parties)
        channels = "".join(f" only {channel}" for channel in event.carries)
        queue = f" queue {event.queue}" if event.queue else ""
        return f"opened {event.conversation} {roles} {event.codec}{channels}{queue}", 0
    if isinstance(event, StreamAudio):
        return f"audio {event.channel}", event.samples
    if isinstance(event, StreamLost):
        return f"lost {event.channel}", event.samples
    if isinstance(event, StreamQuiet):
        return f"quiet {event.channel}", event.samples
    if isinstance(event, StreamEnded):
        return f"ended {event.reason}", 0
    return {StreamPaused: "paused", StreamResumed: "resumed"}[type(event)], 0


def chunk(g711: bytes) -> str:
    """Audio as the JSON dialects carry it."""
    return base64.b64encode(g711).decode()
