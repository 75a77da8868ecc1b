"""Keys of SRTP in session descriptions: `a=crypto` lines (RFC 4568, RFC 7714 section 14.2)."""

import base64
import binascii
import re
import secrets
from collections.abc import Iterable
from typing import NamedTuple

KEY_BYTES = {
    "AEAD_AES_256_GCM": 32 + 12,
    "AEAD_AES_128_GCM": 16 + 12,
    "AES_CM_128_HMAC_SHA1_80": 16 + 14,
    "AES_CM_128_HMAC_SHA1_32": 16 + 14,
}
"""Master key and salt together, by suite."""

OFFERED = ("AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM", "AEAD_AES_128_GCM")
"""In an offer of ours; the first is the one that every peer has."""

LONGEST_MKI = 128
_HARMLESS = ("WSH=", "FEC_ORDER=", "-")
"""Session parameters that change nothing for us; of the others we can do none."""


class Crypto(NamedTuple):
    """One `a=crypto` line with one key. It does not show its key."""

    tag: int
    suite: str
    key: bytes
    """Master key, then master salt."""

    mki_bytes: int = 0
    """So many bytes of each packet name the key."""

    def __repr__(self) -> str:
        return f"Crypto(tag={self.tag}, suite={self.suite!r})"


def parse(values: Iterable[str]) -> tuple[Crypto, ...]:
    """The lines that we can do, in their order; others are passed over."""
    return tuple(crypto for value in values if (crypto := _parse(value)))


def _parse(value: str) -> Crypto | None:
    tag, suite, key, *parameters = [*value.split(), "", "", ""]
    size = KEY_BYTES.get(suite.upper())
    usable = size and re.fullmatch("[0-9]{1,9}", tag) and key[:7].lower() == "inline:"
    if not usable or any(p and not p.upper().startswith(_HARMLESS) for p in parameters):
        return None
    if ";" in key:
        return None  # several keys in one line
    inline, *rest = key[7:].split("|")
    mki_bytes = 0
    if rest and ":" in rest[-1]:
        length = rest.pop().partition(":")[2]
        if not re.fullmatch("[0-9]{1,3}", length) or not 0 < int(length) <= LONGEST_MKI:
            return None
        mki_bytes = int(length)
    try:
        secret = base64.b64decode(inline + "=" * (-len(inline) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(rest) > 1 or len(secret) != size:
        return None
    return Crypto(int(tag), suite.upper(), secret, mki_bytes)


def written(crypto: Crypto) -> str:
    """The value of the line: for the description alone, never for a log."""
    return f"{crypto.tag} {crypto.suite} inline:{base64.b64encode(crypto.key).decode()}"


def new_key(suite: str) -> bytes:
    """A key of our own: the one place of this package that takes its chance from the system."""
    return secrets.token_bytes(KEY_BYTES[suite])


def offered() -> tuple[Crypto, ...]:
    """The lines of an offer of ours."""
    return tuple(Crypto(n, suite, new_key(suite)) for n, suite in enumerate(OFFERED, start=1))
