"""`trunkline deliveries`: what waits for the CRM connectors, and what they gave up."""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator

import psycopg
from psycopg import AsyncConnection

from crm_connectors.outbox import STATES, Listed, list_deliveries, retry_now
from trunkline.running import NotRunning, find_appliance
from trunkline.settings import load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `deliveries`."""
    parser = subparsers.add_parser(
        "deliveries",
        help="list what goes to the CRM, and retry what was given up",
        description="List the newest deliveries of finished calls to the connectors: number, "
        "connector, state (waiting, done, parked: given up, superseded: a later revision went in "
        "its place), failed attempts, why the last one failed, and the call.",
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--parked", action="store_true", help="only those given up")
    chosen.add_argument("--retry", type=int, metavar="ID", help="try this one again now")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many")


def run(args: argparse.Namespace) -> int:
    """List or retry; 1 if the database cannot be asked or has no such delivery."""
    try:
        return asyncio.run(_run(_dsn(), args))
    except NotRunning as error:
        print(f"trunkline: {error}", file=sys.stderr)
    except psycopg.Error as error:
        print(f"trunkline: the database does not answer ({type(error).__name__})", file=sys.stderr)
    return 1


def _dsn() -> str:
    return load(None).appliance.postgres_dsn or find_appliance().postgres_dsn


async def _run(dsn: str, args: argparse.Namespace) -> int:
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        if args.retry is not None:
            return await _retry(connection, args.retry)
        states = ("parked",) if args.parked else STATES
        for line in table(await list_deliveries(connection, states=states, limit=args.limit)):
            print(line)
        return 0


async def _retry(connection: "AsyncConnection[tuple[object, ...]]", outbox_id: int) -> int:
    if await retry_now(connection, outbox_id):
        print(f"delivery {outbox_id} is due now")
        return 0
    print(f"trunkline: no parked or waiting delivery {outbox_id}", file=sys.stderr)
    return 1


def table(deliveries: Iterable[Listed]) -> Iterator[str]:
    """One line a delivery under a heading."""
    yield f"{'ID':>8}  {'CONNECTOR':9}  {'STATE':10}  {'FAILED':>6}  {'CALL':32} REV  WHY"
    for one in deliveries:
        yield (
            f"{one.outbox_id:>8}  {one.connector:9}  {one.state:10}  {one.failures:>6}  "
            f"{one.call_id:32} {one.revision:>3}  {one.why}"
        )
