"""Who may ask: API keys and page sessions; memory and Postgres behind one Protocol.

Keys and session tokens are random, so their SHA-256 is all that needs to be kept: there is nothing
to guess. Neither is ever logged.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

SESSION_LENGTH = timedelta(hours=12)
"""A login of the page lasts one shift."""

CALLS = "calls"
"""Scope: stored calls and transcripts."""

CAPTIONS = "captions"
"""Scope: live captions."""

COMPLIANCE = "compliance"
"""Scope: what redaction did, and the queue in which samples of it are reviewed."""

CONTROL = "control"
"""Scope: pausing and resuming live calls."""

ORIGINALS = "originals"
"""Scope: untouched audio, where the settings keep it. Whoever hears it says why."""

SCOPES = (CALLS, CAPTIONS, COMPLIANCE, CONTROL, ORIGINALS)

ROLE_SCOPES: dict[str, tuple[str, ...]] = {
    "admin": SCOPES,
    "supervisor": (CALLS, CAPTIONS, CONTROL),
    "analyst": (CALLS,),
    "compliance": (CALLS, COMPLIANCE),
    "service": (CALLS, CAPTIONS, CONTROL),
}
"""What a key of each role may do, unless it is made for less."""


class ApiKey(NamedTuple):
    """A key as lists show it."""

    key_id: str
    tenant_id: str
    name: str
    role: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKey(NamedTuple):
    """A key, and its secret: shown once, then gone."""

    key: ApiKey
    secret: str


class Principal(NamedTuple):
    """Who asks, for which tenant, and what it may do."""

    key_id: str
    tenant_id: str
    name: str
    role: str
    scopes: tuple[str, ...]

    def may(self, scope: str) -> bool:
        """Whether this scope is among what it may do."""
        return scope in self.scopes


class Session(NamedTuple):
    """A login of the page: the cookie's value, and when it ends."""

    token: str
    expires_at: datetime


class Access(Protocol):
    """Every method raises `analytics.store.Unavailable` when the database is away."""

    async def create_key(
        self, tenant_id: str, name: str, *, role: str, scopes: Sequence[str], now: datetime
    ) -> NewKey:
        """A new key; an empty `scopes` gives it all of its role's."""
        ...

    async def keys(self, tenant_id: str) -> Sequence[ApiKey]:
        """All keys of a tenant, oldest first, revoked ones too."""
        ...

    async def revoke_key(self, tenant_id: str, key_id: str, *, now: datetime) -> bool:
        """End a key and its sessions; False if there is none such that still works."""
        ...

    async def by_key(self, secret: str, *, now: datetime) -> Principal | None:
        """Who shows this key; None if it is not, or no longer, a key."""
        ...

    async def open_session(self, principal: Principal, *, now: datetime) -> Session:
        """A login for as long as SESSION_LENGTH, or until its key is revoked."""
        ...

    async def by_session(self, token: str, *, now: datetime) -> Principal | None:
        """Who shows this cookie; None if it is not, or no longer, a session."""
        ...

    async def close_session(self, token: str, *, now: datetime) -> None:
        """The page logged out."""
        ...


def new_secret() -> str:
    """`tk_` and 256 random bits: easily found by scanners that look for leaked secrets."""
    return f"tk_{secrets.token_urlsafe(32)}"


def new_key_id() -> str:
    """A public name for a key."""
    return secrets.token_hex(6)


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def matches(secret: str, kept: bytes) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(digest(secret), kept)


def scopes_for(role: str, scopes: Sequence[str]) -> tuple[str, ...]:
    """The scopes of a new key; ValueError where it asks for more than its role has."""
    allowed = ROLE_SCOPES.get(role)
    if allowed is None:
        raise ValueError(f"role {role}: one of {', '.join(ROLE_SCOPES)}")
    if beyond := [scope for scope in scopes if scope not in allowed]:
        raise ValueError(f"scope {beyond[0]}: a key of role {role} may have {', '.join(allowed)}")
    return tuple(scopes) or allowed
