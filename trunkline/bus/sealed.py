"""Encrypts the values of some topics on any bus: AES-256-GCM, key by file.

A sealed value is: version (1 byte, 1), key id (4 bytes: the start of the key's SHA-256), nonce (12
random bytes), ciphertext with tag. Each record key has its own AES key, derived from the one in the
file (HMAC-SHA256), so that random nonces stay safe however many records there are (NIST SP 800-38D
allows 2**32 a key). Topic and record key are authenticated, so that a value cannot be moved.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trunkline.bus import Bus, Record, Subscription, Unreadable

_VERSION = b"\x01"
_KEY_BYTES = 32
_ID_BYTES = 4
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + _ID_BYTES + _NONCE_BYTES


class BadKey(Exception):
    """The key file does not hold 64 hexadecimal digits."""


def load_or_create_key(path: Path) -> bytes:
    """The 32-byte key in `path` (hex); made, readable by its owner only, if there is none."""
    with contextlib.suppress(FileNotFoundError):
        return _read_key(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    # A link fails where a rename would replace the key that another process made just now.
    with contextlib.suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise BadKey(f"{path}: expected 64 hexadecimal digits")
    return key


class SealedBus:
    """Any bus, with the values of `topics` encrypted."""

    def __init__(self, bus: Bus, key: bytes, *, topics: frozenset[str]) -> None:
        self._bus = bus
        self._seal = Seal(key)
        self._topics = topics

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Encrypt if the topic wants it, and publish."""
        if topic in self._topics:
            value = self._seal.close(value, topic=topic, key=key)
        await self._bus.publish(topic, key, value)

    async def subscribe(self, topics: Sequence[str], *, group: str) -> Subscription:
        """Join a group; what does not decrypt comes as `Unreadable`."""
        return self._open(topics, await self._bus.subscribe(topics, group=group))

    async def tail(self, topics: Sequence[str], *, since_s: float) -> Subscription:
        """Read everything, alone; what does not decrypt comes as `Unreadable`."""
        return self._open(topics, await self._bus.tail(topics, since_s=since_s))

    async def prune(self) -> int:
        """Delete what the bus behind no longer keeps."""
        return await self._bus.prune()

    def ready(self) -> str:
        """What the bus behind says."""
        return self._bus.ready()

    async def close(self) -> None:
        """Close the bus behind."""
        await self._bus.close()

    def _open(self, topics: Sequence[str], subscription: Subscription) -> Subscription:
        sealed = self._topics.intersection(topics)
        return SealedSubscription(subscription, self._seal, topics=sealed)


class SealedSubscription:
    """A subscription whose records are decrypted."""

    def __init__(self, subscription: Subscription, seal: "Seal", *, topics: frozenset[str]) -> None:
        self._subscription = subscription
        self._seal = seal
        self._topics = topics
        self.commit = subscription.commit
        self.assigned = subscription.assigned
        self.close = subscription.close

    async def fetch(self, *, limit: int = 500, wait_s: float = 1.0) -> Sequence[Record]:
        """The next records, decrypted."""
        records = await self._subscription.fetch(limit=limit, wait_s=wait_s)
        return [self._unsealed(record) for record in records]

    def _unsealed(self, record: Record) -> Record:
        if record.topic not in self._topics:
            return record
        value = self._seal.open(record.value, topic=record.topic, key=record.key)
        if value is None:
            return Unreadable(*record[:4], hashlib.sha256(record.value).digest())
        return record._replace(value=value)


class Seal:
    """Encrypts and decrypts one value."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._prefix = _VERSION + hashlib.sha256(key).digest()[:_ID_BYTES]

    def close(self, value: bytes, *, topic: str, key: str) -> bytes:
        """Encrypt."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound_to = _bound_to(topic, key)
        return self._prefix + nonce + self._cipher(bound_to).encrypt(nonce, value, bound_to)

    def open(self, sealed: bytes, *, topic: str, key: str) -> bytes | None:
        """Decrypt; None when it was not sealed by this key for this topic and record key."""
        if not sealed.startswith(self._prefix) or len(sealed) < _HEADER_BYTES:
            return None
        nonce, body = sealed[len(self._prefix) : _HEADER_BYTES], sealed[_HEADER_BYTES:]
        bound_to = _bound_to(topic, key)
        try:
            return self._cipher(bound_to).decrypt(nonce, body, bound_to)
        except InvalidTag:
            return None

    def _cipher(self, bound_to: bytes) -> AESGCM:
        return AESGCM(hmac.digest(self._key, bound_to, "sha256"))


def _bound_to(topic: str, key: str) -> bytes:
    """Topic and key, in a form that only this pair has."""
    return f"{len(topic)}:{topic}{key}".encode()
