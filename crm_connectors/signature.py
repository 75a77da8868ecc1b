"""The webhook's signature: HMAC-SHA256 over timestamp, a dot and the body."""

import hashlib
import hmac

VERSION = "v1"


def sign(body: bytes, secret: bytes, *, timestamp: int) -> str:
    """The value of `Trunkline-Signature`; `timestamp` is in Unix seconds."""
    signed = str(timestamp).encode() + b"." + body
    return f"{VERSION}={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"


def verify(body: bytes, secret: bytes, *, timestamp: int, signature: str) -> bool:
    """True when `signature` was made from this body and timestamp; takes the same time always.

    A header may carry several signatures, divided by commas, while a key is being changed.
    """
    wanted = sign(body, secret, timestamp=timestamp)
    given = [part.strip() for part in signature.split(",")]
    return any([hmac.compare_digest(one.encode(), wanted.encode()) for one in given])
