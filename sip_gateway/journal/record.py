"""The journal's records: sealed stretches of audio, one behind the other (no file, no clock).

A record is: magic (4 bytes), key id (4, the start of the key's SHA-256), start_ms (8, signed),
rate_hz (4), size of the sealed samples (4), nonce (12), sealed samples (int16 little-endian, then
the AES-256-GCM tag); integers are big-endian. All before the nonce, the call and the channel are
authenticated. A record that was cut off is skipped: the reader goes on at the next magic. Each leg
has its own AES key, derived from the journal's (HMAC-SHA256), so random nonces stay safe however
long the journal's key is kept.
"""

import hashlib
import hmac
import secrets
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

MAGIC = b"TLj\x01"
_HEADER = struct.Struct(">4s4sqII")
_NONCE_BYTES = 12
_TAG_BYTES = 16
RATES_HZ = (8_000, 16_000)

Samples = NDArray[np.int16]
"""int16 [samples], mono."""


class Stretch(NamedTuple):
    """Audio of one leg without a jump."""

    start_ms: int
    rate_hz: int
    samples: Samples

    @property
    def end_ms(self) -> int:
        """Where the last sample ends."""
        return self.start_ms + len(self.samples) * 1000 // self.rate_hz


class LegSeal:
    """Seals and opens the records of one leg."""

    def __init__(self, key: bytes, *, call_id: str, channel: int) -> None:
        self._key_id = _id_of(key)
        self._bound_to = f"trunkline journal:{call_id}:{channel}".encode()
        self._cipher = AESGCM(hmac.digest(key, self._bound_to, "sha256"))

    def sealed(self, stretch: Stretch) -> bytes:
        """The stretch as a record."""
        pcm = stretch.samples.astype("<i2", copy=False).tobytes()
        size = len(pcm) + _TAG_BYTES
        header = _HEADER.pack(MAGIC, self._key_id, stretch.start_ms, stretch.rate_hz, size)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return header + nonce + self._cipher.encrypt(nonce, pcm, self._bound_to + header)

    def stretches(self, data: bytes) -> Iterator[Stretch]:
        """What every whole record of this key and leg holds, in the order written."""
        for _, stretch in self.records(data):
            yield stretch

    def records(self, data: bytes) -> Iterator[tuple[int, Stretch]]:
        """The same, each with its offset."""
        at = 0
        while (at := data.find(MAGIC, at)) >= 0:
            found = self._opened(data, at)
            if found is None:
                at += 1  # within what a record that was cut off claims to hold, the next begins
            else:
                stretch, end = found
                yield at, stretch
                # Of one that was cut off the last bytes may be the next one's first.
                at = end - len(MAGIC) + 1

    def _opened(self, data: bytes, at: int) -> tuple[Stretch, int] | None:
        """The record at `at` and where it ends; None if it is damaged or none of ours."""
        sealed_at = at + _HEADER.size + _NONCE_BYTES
        if len(data) < sealed_at + _TAG_BYTES:
            return None
        _, key_id, start_ms, rate_hz, size = _HEADER.unpack_from(data, at)
        end = sealed_at + size
        if key_id != self._key_id or rate_hz not in RATES_HZ or end > len(data):
            return None
        header, nonce = data[at : at + _HEADER.size], data[sealed_at - _NONCE_BYTES : sealed_at]
        try:
            pcm = self._cipher.decrypt(nonce, data[sealed_at:end], self._bound_to + header)
        except InvalidTag:
            return None
        samples = np.frombuffer(pcm, "<i2").astype(np.int16, copy=False)
        return Stretch(start_ms, rate_hz, samples), end


def is_of(data: bytes, key: bytes) -> bool:
    """Whether the first record was sealed with this key; True of no record at all."""
    header = data[: _HEADER.size]
    if len(header) < _HEADER.size:
        return True
    return header[len(MAGIC) :].startswith(_id_of(key))


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:4]
