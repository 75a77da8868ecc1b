"""Keeps what redaction tells of policies in force, for the views of migration 0150."""

from typing import Self

import msgspec

from analytics.sql import queries
from analytics.store.connection import Connections
from redaction.events import PolicyDoes, PolicyInForce

SQL = queries("compliance")


class PolicyHistory:
    """Every method raises `analytics.store.Unavailable`, or `Rejected`."""

    def __init__(self, dsn: str) -> None:
        self._connections = Connections(dsn, most=2)

    @classmethod
    async def connect(cls, dsn: str) -> Self:
        """Connects by itself, now or as soon as the server is there."""
        history = cls(dsn)
        await history._connections.open()
        return history

    async def close(self) -> None:
        """Disconnect."""
        await self._connections.close()

    async def apply(self, event: PolicyInForce) -> None:
        """Write it; said again, or late, it moves nothing but the time it was last seen."""
        row = {
            **{name: getattr(event, name) for name in _COLUMNS},
            "others": list(event.others),
            "does": msgspec.json.encode(does(event)).decode(),
        }
        query = SQL["own_policy" if event.tenant_id else "shared_policy"]
        async with self._connections.transaction() as connection:
            await connection.execute(query, row)


_COLUMNS = ("tenant_id", "policy_version", "in_force_at", "seen_at", "source", "file_sha256")


def does(event: PolicyInForce) -> PolicyDoes:
    """What the policy does, as it is kept and shown."""
    return PolicyDoes(**{name: getattr(event, name) for name in PolicyDoes.__struct_fields__})
