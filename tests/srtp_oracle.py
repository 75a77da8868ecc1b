"""SRTP written a second time, after RFC 3711 and RFC 7714, to check the one that we use against.

Slow, sending side only, any rollover counter.
"""

import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from sip_gateway.sip.sdes import KEY_BYTES

_AUTH_TAG = {"AES_CM_128_HMAC_SHA1_80": 10, "AES_CM_128_HMAC_SHA1_32": 4}


def keystream(key: bytes, iv: int, size: int) -> bytes:
    """AES in counter mode (RFC 3711 section 4.1.1)."""
    cipher = Cipher(AES(key), CTR(iv.to_bytes(16, "big"))).encryptor()
    return cipher.update(bytes(size))


def derived(master: bytes, salt: bytes, label: int, size: int) -> bytes:
    """RFC 3711 section 4.3.1, derivation rate 0."""
    x = int.from_bytes(salt.ljust(14, b"\0"), "big") ^ label << 48
    return keystream(master, x << 16, size)


class Sender:
    """Protects packets under one master key."""

    def __init__(self, suite: str, key: bytes) -> None:
        self._tag = _AUTH_TAG.get(suite, 0)
        salt_size = 14 if self._tag else 12
        key_size = KEY_BYTES[suite] - salt_size
        master, salt = key[:key_size], key[key_size:]
        self._key = derived(master, salt, 0, key_size)
        self._auth = derived(master, salt, 1, 20)
        self._salt = derived(master, salt, 2, salt_size)

    def protect(self, rtp: bytes, *, roc: int = 0) -> bytes:
        """The SRTP packet; the header is 12 bytes."""
        sequence, ssrc = struct.unpack_from("!2xH4xI", rtp)
        head, payload = rtp[:12], rtp[12:]
        if not self._tag:
            iv = bytes(2) + struct.pack("!IIH", ssrc, roc, sequence)
            nonce = bytes(a ^ b for a, b in zip(iv, self._salt, strict=True))
            return head + AESGCM(self._key).encrypt(nonce, payload, head)
        number = roc << 16 | sequence
        start = int.from_bytes(self._salt, "big") << 16 ^ ssrc << 64 ^ number << 16
        stream = keystream(self._key, start, len(payload))
        hidden = head + bytes(a ^ b for a, b in zip(payload, stream, strict=True))
        tag = hmac.digest(self._auth, hidden + struct.pack("!I", roc), "sha1")
        return hidden + tag[: self._tag]
