"""Keys and sessions in memory, for unit tests."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from analytics.access import (
    SESSION_LENGTH,
    ApiKey,
    NewKey,
    Principal,
    Session,
    digest,
    matches,
    new_key_id,
    new_secret,
    scopes_for,
)


class _Session(NamedTuple):
    key_id: str
    expires_at: datetime


class MemoryAccess:
    """Everything in dictionaries; gone with the process."""

    def __init__(self) -> None:
        self._keys: dict[bytes, ApiKey] = {}
        self._sessions: dict[bytes, _Session] = {}

    async def create_key(
        self, tenant_id: str, name: str, *, role: str, scopes: Sequence[str], now: datetime
    ) -> NewKey:
        """A new key."""
        secret = new_secret()
        granted = scopes_for(role, scopes)
        key = ApiKey(new_key_id(), tenant_id, name, role, granted, now, None, None)
        self._keys[digest(secret)] = key
        return NewKey(key, secret)

    async def keys(self, tenant_id: str) -> Sequence[ApiKey]:
        """All keys of a tenant."""
        return [key for key in self._keys.values() if key.tenant_id == tenant_id]

    async def revoke_key(self, tenant_id: str, key_id: str, *, now: datetime) -> bool:
        """End a key and its sessions."""
        for kept, key in self._keys.items():
            if (key.tenant_id, key.key_id, key.revoked_at) == (tenant_id, key_id, None):
                self._keys[kept] = key._replace(revoked_at=now)
                return True
        return False

    async def by_key(self, secret: str, *, now: datetime) -> Principal | None:
        """Who shows this key."""
        kept = digest(secret)
        key = self._keys.get(kept)
        if key is None or key.revoked_at or not matches(secret, kept):
            return None
        self._keys[kept] = key._replace(last_used_at=now)
        return _principal(key)

    async def open_session(self, principal: Principal, *, now: datetime) -> Session:
        """A login."""
        session = Session(new_secret(), now + SESSION_LENGTH)
        self._sessions[digest(session.token)] = _Session(principal.key_id, session.expires_at)
        return session

    async def by_session(self, token: str, *, now: datetime) -> Principal | None:
        """Who shows this cookie."""
        session = self._sessions.get(digest(token))
        if session is None or session.expires_at <= now:
            return None
        keys = (key for key in self._keys.values() if key.key_id == session.key_id)
        return next((_principal(key) for key in keys if not key.revoked_at), None)

    async def close_session(self, token: str, *, now: datetime) -> None:
        """The page logged out."""
        self._sessions.pop(digest(token), None)


def _principal(key: ApiKey) -> Principal:
    return Principal(key.key_id, key.tenant_id, key.name, key.role, key.scopes)
