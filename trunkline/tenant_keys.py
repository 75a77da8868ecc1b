"""Keys of tenants: what is sealed for one tenant opens with that tenant's key file and no other.

`<folder>/<tenant>.key` holds 64 hexadecimal digits a line, readable by its owner only. The first
line seals; the lines below it are older keys, which only open. Rotation: `rotate` puts a new key on
top, the owner of the sealed values seals each anew, and `forget_old` then drops the older keys.
Without its key file a tenant's sealed values are lost: that is also how one destroys them.

A sealed value is: version (1 byte, 1), key id (4 bytes: the start of the key's SHA-256), nonce (12
random bytes), ciphertext with tag (AES-256-GCM). Tenant and purpose are authenticated, so that a
value cannot be moved to another row. Random nonces are safe for 2**32 values a key.
"""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_KEY_BYTES = 32
_ID_BYTES = 4
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + _ID_BYTES + _NONCE_BYTES
_LONGEST_NAME = 200


class KeyTrouble(Exception):
    """A tenant's key file cannot be used, or does not open a value: names the file."""


class TenantKeys:
    """Seals and opens values of tenants. A key is made when a tenant first needs one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, tenant_id: str) -> Path:
        """The tenant's key file; characters that a path gives a meaning are written as %XX."""
        name = quote(tenant_id, safe="")
        if not name or len(name) > _LONGEST_NAME:
            raise KeyTrouble("this tenant's name cannot be a file's")
        return self._folder / f"{name}.key"

    def seal(self, tenant_id: str, value: bytes, *, purpose: str) -> bytes:
        """Encrypt `value` for the tenant; it opens for the same tenant and purpose only."""
        key = self._keys(tenant_id, make=True)[0]
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound_to = _bound_to(tenant_id, purpose)
        return _VERSION + _key_id(key) + nonce + AESGCM(key).encrypt(nonce, value, bound_to)

    def open(self, tenant_id: str, sealed: bytes, *, purpose: str) -> bytes:
        """Decrypt; KeyTrouble if no key of the tenant's file did seal this for this purpose."""
        nonce, body = sealed[1 + _ID_BYTES : _HEADER_BYTES], sealed[_HEADER_BYTES:]
        for key in self._keys(tenant_id, make=False):
            if sealed.startswith(_VERSION + _key_id(key)) and len(nonce) == _NONCE_BYTES:
                with contextlib.suppress(InvalidTag):
                    return AESGCM(key).decrypt(nonce, body, _bound_to(tenant_id, purpose))
        raise KeyTrouble(f"{self.path_of(tenant_id)} has no key that opens this")

    def rotate(self, tenant_id: str) -> None:
        """Seal with a new key from now on; the older ones still open."""
        older = self._keys(tenant_id, make=True)
        self._write(tenant_id, [secrets.token_bytes(_KEY_BYTES), *older])

    def forget_old(self, tenant_id: str) -> None:
        """Keep the newest key only: what an older one sealed is lost from now on."""
        self._write(tenant_id, self._keys(tenant_id, make=False)[:1])

    def _keys(self, tenant_id: str, *, make: bool) -> list[bytes]:
        """Newest first."""
        path = self.path_of(tenant_id)
        if make and not path.exists():
            _make(path)
        try:
            lines = path.read_text(encoding="ascii").split()
            keys = [bytes.fromhex(line) for line in lines]
        except FileNotFoundError:
            raise KeyTrouble(f"{path} is missing") from None
        except OSError as error:
            raise KeyTrouble(f"{path}: {error.strerror}") from None
        except ValueError:
            keys = []
        if not keys or any(len(key) != _KEY_BYTES for key in keys):
            raise KeyTrouble(f"{path}: expected 64 hexadecimal digits a line")
        return keys

    def _write(self, tenant_id: str, keys: list[bytes]) -> None:
        path = self.path_of(tenant_id)
        _written(path, keys).replace(path)
        _sync(path.parent)


def _make(path: Path) -> None:
    """A new key file, unless another process makes it at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = _written(path, [secrets.token_bytes(_KEY_BYTES)])
    # A link fails where a rename would replace the key that another process made just now.
    with contextlib.suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()
    _sync(path.parent)


def _written(path: Path, keys: list[bytes]) -> Path:
    """A file beside `path` that holds the keys, on the disk."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.writelines(f"{key.hex()}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
    return partial


def _sync(folder: Path) -> None:
    """A key that a power cut takes back would take with it what was sealed meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:_ID_BYTES]


def _bound_to(tenant_id: str, purpose: str) -> bytes:
    """Tenant and purpose, in a form that only this pair has."""
    return f"{len(tenant_id)}:{tenant_id}{purpose}".encode()
