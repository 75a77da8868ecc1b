"""Recordings as the API shows and plays them."""

from datetime import datetime
from typing import Literal, NamedTuple, Protocol

import msgspec


class RecordingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a call's recording."""

    call_id: str
    state: Literal["ready", "expired", "erased"]
    revision: int
    duration_ms: int
    muted_ms: int
    legs: int
    sha256: str
    policy_version: str
    has_original: bool
    made_at: datetime | None
    removed_at: datetime | None


class Wanted(NamedTuple):
    """Which sound of which call is asked for."""

    tenant_id: str
    call_id: str
    channel: str
    """`mix`, or a leg's channel number; `all`: each leg in a channel of its own, as FLAC."""

    format: Literal["wav", "flac"]
    is_original: bool


class Sound(Protocol):
    """One audio file, any range of it. Contract: methods block; `close` when it is done with."""

    @property
    def media_type(self) -> str: ...

    @property
    def size_bytes(self) -> int: ...

    def read(self, start: int, size: int) -> bytes:
        """So many bytes from one on; fewer at the end."""
        ...

    def close(self) -> None: ...


class NoSound(Exception):
    """There is no such recording here, or no such channel of it."""


class Player(Protocol):
    """What opens recordings."""

    def open(self, wanted: Wanted) -> Sound:
        """The file; blocks; NoSound."""
        ...


class Heard(NamedTuple):
    """What an audit row tells."""

    tenant_id: str
    actor: str
    action: str
    """`recording.original_heard`, `recording.erased`, `recording.muted`."""

    subject: str
    """The call."""

    why: str
    at: datetime
