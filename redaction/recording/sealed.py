"""A file that is encrypted as it is written, and read again in ranges.

Layout: magic (4 bytes), key id (4, start of the key's SHA-256), salt (16), then chunks of 64 KiB
of the content, each sealed by AES-256-GCM; then the sealed manifest, and its size in 4 bytes. Each
file has its own AES key, HMAC-SHA256 of its salt and name; the nonce is the chunk's number. A chunk
that was moved, a file that was renamed or cut off does not open: the manifest, which is last, tells
the content's size.
"""

import hashlib
import hmac
import io
import os
import secrets
import struct
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK_BYTES = 65_536

_MAGIC = b"TLr\x01"
_SALT_BYTES = 16
_HEADER = struct.Struct(f">4s4s{_SALT_BYTES}s")
_TAIL = struct.Struct(">I")
_SIZE = struct.Struct(">Q")
_TAG_BYTES = 16
_SEALED_BYTES = CHUNK_BYTES + _TAG_BYTES
_MANIFEST = (1 << 64) - 1
"""Its nonce: there are never so many chunks."""


class NotOpened(Exception):
    """The file is damaged, cut off, of another name, or sealed with another key."""


class SealedWriter(io.RawIOBase):
    """Takes content in order; only the first chunk may be gone back to, as FLAC's header needs.

    Contract: `finish` once, then `close`. What was not finished does not open. A disk that fails
    is told by `finish`: libsndfile, which writes, cannot pass an exception on.
    """

    def __init__(self, path: Path, key: bytes, *, name: str) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self._cipher = _Cipher(key, salt, name=name)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._file.write(_HEADER.pack(_MAGIC, _key_id(key), salt))
        self._first = bytearray()
        self._chunk = bytearray()
        self._chunks = 1
        self._at = 0
        self._size = 0
        self._failure: OSError | None = None

    def writable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """As far as it goes."""
        return True

    def tell(self) -> int:
        """Where the next byte goes."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """To the end, or into the first chunk."""
        self._at = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence] + offset
        return self._at

    def write(self, data: "bytes | memoryview[int]", /) -> int:  # type: ignore[override]
        """Take what comes next, or what takes the place of the beginning."""
        whole = bytes(data)
        try:
            if self._at < self._size:
                self._again(whole)
            else:
                self._append(whole)
        except OSError as error:
            self._failure = self._failure or error
        self._at += len(whole)
        self._size = max(self._size, self._at)
        return len(whole)

    def finish(self, manifest: bytes) -> None:
        """Seal what is left and the manifest, and have it on the disk; OSError."""
        if self._failure is not None:
            raise self._failure
        is_short = len(self._first) < CHUNK_BYTES
        if is_short and self._first:
            self._file.write(self._cipher.seal(0, bytes(self._first)))
        if self._chunk:
            self._seal_chunk()
        sealed = self._cipher.seal(_MANIFEST, _SIZE.pack(self._size) + manifest)
        self._file.write(sealed + _TAIL.pack(len(sealed)))
        if not is_short:
            self._file.seek(_HEADER.size)
            self._file.write(self._cipher.seal(0, bytes(self._first)))
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        if not self._file.closed:
            self._file.close()
        super().close()

    def _append(self, data: bytes) -> None:
        room = CHUNK_BYTES - len(self._first)
        if room > 0:
            self._first += data[:room]
            if len(self._first) == CHUNK_BYTES:
                self._file.write(bytes(_SEALED_BYTES))  # its place; sealed at the end
            data = data[room:]
        self._chunk += data
        while len(self._chunk) >= CHUNK_BYTES:
            self._seal_chunk()

    def _again(self, data: bytes) -> None:
        if self._at + len(data) > len(self._first):
            raise io.UnsupportedOperation("only the first chunk can be written again")
        self._first[self._at : self._at + len(data)] = data

    def _seal_chunk(self) -> None:
        part = bytes(self._chunk[:CHUNK_BYTES])
        del self._chunk[:CHUNK_BYTES]
        self._file.write(self._cipher.seal(self._chunks, part))
        self._chunks += 1


class SealedReader(io.RawIOBase):
    """The content of a sealed file, seekable; `manifest` is what was told with it. NotOpened."""

    def __init__(self, path: Path, key: bytes, *, name: str) -> None:
        self._file: BinaryIO = path.open("rb")
        try:
            magic, key_id, salt = _HEADER.unpack(_exactly(self._file, _HEADER.size))
            if magic != _MAGIC or key_id != _key_id(key):
                raise NotOpened("not a recording of this key")
            self._cipher = _Cipher(key, salt, name=name)
            self._size, self.manifest = self._read_manifest()
        except BaseException:
            self._file.close()
            raise
        self._at = 0
        self._open_chunk: tuple[int, bytes] = (-1, b"")

    @property
    def size_bytes(self) -> int:
        """Of the content."""
        return self._size

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go there."""
        self._at = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence] + offset
        return self._at

    def readinto(self, buffer: "bytearray | memoryview[int]", /) -> int:  # type: ignore[override]
        """The next bytes; 0 at the end."""
        number, within = divmod(self._at, CHUNK_BYTES)
        if not 0 <= self._at < self._size:
            return 0
        part = self._chunk(number)[within : within + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._open_chunk[0] != number:
            size = min(CHUNK_BYTES, self._size - number * CHUNK_BYTES) + _TAG_BYTES
            self._file.seek(_HEADER.size + number * _SEALED_BYTES)
            sealed = _exactly(self._file, size)
            self._open_chunk = (number, self._cipher.open(number, sealed))
        return self._open_chunk[1]

    def _read_manifest(self) -> tuple[int, bytes]:
        end = self._file.seek(0, os.SEEK_END) - _TAIL.size
        if end < _HEADER.size:
            raise NotOpened("cut off")
        self._file.seek(end)
        (size,) = _TAIL.unpack(_exactly(self._file, _TAIL.size))
        if size > end - _HEADER.size:
            raise NotOpened("cut off")
        self._file.seek(end - size)
        whole = self._cipher.open(_MANIFEST, _exactly(self._file, size))
        (content,) = _SIZE.unpack_from(whole)
        return content, whole[_SIZE.size :]


class _Cipher:
    """Seals the chunks of one file."""

    def __init__(self, key: bytes, salt: bytes, *, name: str) -> None:
        self._aead = AESGCM(hmac.digest(key, salt + name.encode(), "sha256"))

    def seal(self, number: int, part: bytes) -> bytes:
        return self._aead.encrypt(_nonce(number), part, None)

    def open(self, number: int, sealed: bytes) -> bytes:
        try:
            return self._aead.decrypt(_nonce(number), sealed, None)
        except InvalidTag:
            raise NotOpened("damaged, or of another recording") from None


def sha256_of(path: Path) -> str:
    """Of the file as it lies on the disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:4]


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise NotOpened("cut off")
    return data
