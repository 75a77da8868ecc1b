"""`trunkline keys`: make, list and revoke the API keys of a tenant."""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from analytics.access import ROLE_SCOPES, SCOPES, ApiKey
from analytics.access.postgres import PostgresAccess
from analytics.store import Rejected, Unavailable
from trunkline.running import NotRunning, find_appliance
from trunkline.settings import load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `keys`."""
    parser = subparsers.add_parser(
        "keys",
        help="make, list and revoke API keys",
        description="API keys open the web page and the HTTP API to one tenant's calls. A key is "
        "shown once, when it is made; only its hash is kept. Roles: admin (all), supervisor (live "
        "captions and stored calls), compliance (stored calls, the compliance view and its review "
        "queue), analyst (stored calls), service (a machine; choose scopes).",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="make a key and print it, once")
    create.add_argument("name", help="who or what will use it")
    create.add_argument("--role", choices=tuple(ROLE_SCOPES), default="supervisor")
    create.add_argument(
        "--scope",
        action="append",
        choices=SCOPES,
        default=[],
        help="what it may do, may be given twice (default: all that the role has)",
    )
    actions.add_parser("list", help="list the keys, revoked ones too")
    revoke = actions.add_parser("revoke", help="end a key and the logins made with it, at once")
    revoke.add_argument("key_id", help="as `trunkline keys list` shows it")
    for action in actions.choices.values():
        action.add_argument("--tenant", metavar="NAME", help="default: the one in the settings")


def run(args: argparse.Namespace) -> int:
    """Do one of the three; 1 if the database cannot be asked or there is no such key."""
    settings = load(None)
    tenant_id: str = args.tenant or settings.appliance.tenant
    try:
        dsn = settings.appliance.postgres_dsn or find_appliance().postgres_dsn
        return asyncio.run(_run(dsn, args, tenant_id=tenant_id))
    except (NotRunning, ValueError) as error:
        print(f"trunkline: {error}", file=sys.stderr)
    except (Unavailable, Rejected) as error:
        print(f"trunkline: the database does not take it ({error})", file=sys.stderr)
    return 1


async def _run(dsn: str, args: argparse.Namespace, *, tenant_id: str) -> int:
    access = await PostgresAccess.connect(dsn)
    now = datetime.now(UTC)
    try:
        if args.action == "create":
            made = await access.create_key(
                tenant_id, args.name, role=args.role, scopes=args.scope, now=now
            )
            # The key alone on stdout, so that it can go straight into a file.
            print(f"key {made.key.key_id} for {tenant_id}; not shown again:", file=sys.stderr)
            print(made.secret)
        elif args.action == "list":
            for line in table(await access.keys(tenant_id)):
                print(line)
        elif not await access.revoke_key(tenant_id, args.key_id, now=now):
            print(f"trunkline: no working key {args.key_id} in {tenant_id}", file=sys.stderr)
            return 1
        else:
            print(f"key {args.key_id} is revoked", file=sys.stderr)
    finally:
        await access.close()
    return 0


def table(keys: Iterable[ApiKey]) -> Iterator[str]:
    """One line a key under a heading."""
    head = ("KEY ID", 12), ("ROLE", 10), ("SCOPES", 25), ("MADE", 10), ("LAST USED", 16)
    yield "  ".join(f"{name:{width}}" for name, width in (*head, ("STATE", 8), ("NAME", 0)))
    for key in keys:
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
        state = "revoked" if key.revoked_at else "works"
        yield (
            f"{key.key_id:12}  {key.role:10}  {','.join(key.scopes):25}  "
            f"{key.created_at:%Y-%m-%d}  {used:16}  {state:8}  {key.name}"
        )
