"""Keys as phones send them: telephone-events, and tones in the audio. For tests without I/O."""

import struct
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sip_gateway.audio.g711 import decode, encode
from sip_gateway.audio.tones import COLUMNS_HZ, RATE_HZ, ROWS_HZ, SYMBOLS
from sip_gateway.rtp.packet import Packet, build

CODES = "0123456789*#ABCD"
Samples = NDArray[np.float64]


def event_packets(
    keys: str, *, from_ms: int, sequence: int | None = None, every_ms: int = 100
) -> list[bytes]:
    """Each key as four packets of a telephone-event, the last with the end bit thrice."""
    sent: list[bytes] = []
    number = from_ms // 20 if sequence is None else sequence
    for n, key in enumerate(keys):
        start = (from_ms + n * every_ms) * 8
        for duration, end in ((160, 0), (320, 0), (480, 0), (480, 0x80), (480, 0x80), (480, 0x80)):
            body = struct.pack("!BBH", CODES.index(key), 0x0A | end, duration)
            sent.append(build(Packet(101, False, number & 0xFFFF, start, 1, body)))
            number += 1
    return sent


def tone(
    key: str, *, ms: float = 60, dbov: float = -16.0, twist_db: float = 0.0, off: float = 0.0
) -> Samples:
    """A key's tone: the row's at this level, the column's so much above, both so much off."""
    row, column = divmod(SYMBOLS.index(key), 4)
    at = np.arange(round(ms * RATE_HZ / 1000)) / RATE_HZ
    level = 32768 * 10 ** (dbov / 20)
    low = level * np.sin(2 * np.pi * ROWS_HZ[row] * (1 + off) * at + 0.3)
    high = level * 10 ** (twist_db / 20) * np.sin(2 * np.pi * COLUMNS_HZ[column] * (1 + off) * at)
    return np.asarray(low + high)


def keyed(
    keys: Iterable[str], *, ms: float = 60, pause_ms: float = 60, before: int = 4000
) -> Samples:
    """Silence, then a tone for each key with pauses behind them, then half a second of silence."""
    parts = [np.zeros(before)]
    for key in keys:
        parts += [tone(key, ms=ms), np.zeros(round(pause_ms * RATE_HZ / 1000))]
    return np.concatenate([*parts, np.zeros(4000)])


def as_int16(samples: Samples) -> NDArray[np.int16]:
    """Clipped and rounded."""
    return np.clip(np.rint(samples), -32768, 32767).astype("<i2")


def as_g711(samples: Samples, codec: str = "PCMU") -> bytes:
    """As it goes into RTP."""
    return encode(as_int16(samples).tobytes(), codec)


def through_g711(samples: Samples, codec: str = "PCMU") -> NDArray[np.int16]:
    """As it comes out of RTP."""
    return np.frombuffer(decode(as_g711(samples, codec), codec), "<i2").astype(np.int16)
