"""The calls of a signalling process on disk, so that another one can take them up after a crash.

One file a call, AES-256-GCM with the call's id as associated data: nonce, then ciphertext. A file
is replaced in one step. It is not synced to the platter: a machine that lost power lost its calls.
"""

import errno
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

logger = logging.getLogger(__name__)

NONCE_BYTES = 12


class DialogStore:
    """Records by call id. A full disk costs the survival of calls, not the calls."""

    def __init__(self, directory: Path, key: bytes) -> None:
        self._directory = directory
        self._cipher = AESGCM(key)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def save(self, call_id: str, record: bytes) -> None:
        """Keep the call's latest record."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, record, call_id.encode())
        try:
            self._replace(call_id, sealed)
        except OSError as error:
            logger.error(
                "call not kept", extra={"call_id": call_id, "reason": type(error).__name__}
            )

    def _replace(self, call_id: str, sealed: bytes) -> None:
        """With system calls alone: it is done three times for each call that is set up."""
        path = f"{self._directory}/{call_id}"
        file = os.open(f"{path}.partial", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            if os.write(file, sealed) != len(sealed):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(file)
        os.replace(f"{path}.partial", f"{path}.dialog")

    def remove(self, call_id: str) -> None:
        """Forget the call."""
        try:
            self._path(call_id).unlink(missing_ok=True)
        except OSError as error:
            logger.error(
                "call not forgotten", extra={"call_id": call_id, "reason": type(error).__name__}
            )

    def load(self) -> Iterator[tuple[str, bytes]]:
        """Every kept record with its call id, oldest call first; unreadable ones are set aside."""
        for path in sorted(self._directory.glob("*.dialog")):
            try:
                sealed = path.read_bytes()
                nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
                yield path.stem, self._cipher.decrypt(nonce, text, path.stem.encode())
            except (OSError, InvalidTag, ValueError):
                self.set_aside(path.stem)

    def set_aside(self, call_id: str) -> None:
        """Keep a record that cannot be used out of the way of later starts."""
        logger.error("stored call unreadable", extra={"call_id": call_id})
        path = self._path(call_id)
        path.replace(path.with_suffix(".unreadable"))

    def _path(self, call_id: str) -> Path:
        return self._directory / f"{call_id}.dialog"
