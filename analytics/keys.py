"""The key with which a new appliance can be used at once."""

import os
from datetime import UTC, datetime
from pathlib import Path

from analytics.access.postgres import PostgresAccess

NAME = "made by trunkline up"


async def first_key(dsn: str, *, tenant_id: str, path: Path) -> None:
    """Leave a working admin key in `path`, readable by its owner only; keep one that works."""
    access = await PostgresAccess.connect(dsn)
    now = datetime.now(UTC)
    try:
        if path.exists():
            secret = path.read_text(encoding="ascii").strip()
            principal = await access.by_key(secret, now=now)
            if principal and principal.tenant_id == tenant_id:
                return
        made = await access.create_key(tenant_id, NAME, role="admin", scopes=(), now=now)
    finally:
        await access.close()
    _write_private(path, made.secret)


def _write_private(path: Path, secret: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{secret}\n")
    partial.replace(path)
