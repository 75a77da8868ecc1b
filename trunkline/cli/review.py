"""`trunkline review`: draw samples, export what reviewers found, and change a tenant's key."""

import argparse
import asyncio
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from analytics.compliance.archive import Archive, SealedCase
from analytics.compliance.cases import purpose
from analytics.compliance.draws import Draws, Wanted
from analytics.store import Rejected, Unavailable
from trunkline.reviewing import tenant_keys
from trunkline.running import NotRunning, settings_in_force
from trunkline.settings import Settings
from trunkline.tenant_keys import KeyTrouble, TenantKeys

OPERATOR = "operator"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `review`."""
    parser = subparsers.add_parser(
        "review",
        help="draw samples for review, and export what reviewers found",
        description="Reviewers work on the page /compliance. Each day's sample is drawn by itself "
        "two hours after the day ends (UTC). What reviewers saw and marked is kept sealed with the "
        "tenant's own key, keys/tenants/TENANT.key in the state directory.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    draw = actions.add_parser("draw", help="draw a day now, from calls not drawn from before")
    draw.add_argument("--day", type=date.fromisoformat, metavar="DAY", help="default: today (UTC)")
    draw.add_argument("--size", type=int, metavar="N", help="default: review_sample, [analytics]")
    export = actions.add_parser(
        "export",
        help="write the cases, in clear, for `trunkline policy test --cases`",
        description="One case a line, with what was missed in clear: treat the file as personal "
        "data. Only who can read the tenant's key file can do this, and it is on record.",
    )
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    rotate = actions.add_parser(
        "rotate-key",
        help="seal with a new key from now on, and what is kept anew",
        description="The older key stays in the file and still opens what was sealed with it, "
        "until you drop it: some minutes later, when nobody can be sealing with it any more.",
    )
    rotate.add_argument(
        "--drop-old", action="store_true", help="make no new key: seal all anew, drop older keys"
    )
    for action in actions.choices.values():
        action.add_argument("--tenant", metavar="T", help="default: the one in the settings")


def run(args: argparse.Namespace) -> int:
    """Do one of them; 1 with the reason if it cannot be done."""
    try:
        settings, dsn = settings_in_force()
        tenant_id = args.tenant or settings.appliance.tenant
        if args.action == "draw":
            return asyncio.run(_draw(args, settings, dsn, tenant_id=tenant_id))
        return asyncio.run(_with_archive(args, tenant_keys(settings), dsn, tenant_id=tenant_id))
    except (NotRunning, KeyTrouble) as error:
        print(f"trunkline: {error}", file=sys.stderr)
    except OSError as error:
        print(f"trunkline: {error.filename}: {error.strerror}", file=sys.stderr)
    except (Unavailable, Rejected) as error:
        print(f"trunkline: the database does not take it ({error})", file=sys.stderr)
    return 1


async def _draw(args: argparse.Namespace, settings: Settings, dsn: str, *, tenant_id: str) -> int:
    now = datetime.now(UTC)
    size = settings.analytics.review_sample if args.size is None else args.size
    draws = await Draws.connect(dsn)
    try:
        wanted = Wanted(tenant_id, args.day or now.date(), size)
        drew = await draws.draw(wanted, now=now, actor=OPERATOR)
    finally:
        await draws.close()
    print(f"{wanted.day}: drew {drew.drawn} of {drew.segments} segments (draw {drew.number})")
    return 0


async def _with_archive(
    args: argparse.Namespace, keys: TenantKeys, dsn: str, *, tenant_id: str
) -> int:
    archive = await Archive.connect(dsn)
    try:
        if args.action == "export":
            count = await _export(archive, keys, tenant_id, path=args.output)
            print(f"{args.output}: {count} cases, in clear", file=sys.stderr)
        else:
            count = await _rotate(archive, keys, tenant_id, drop_old=args.drop_old)
            print(f"{count} cases sealed with the newest key of {keys.path_of(tenant_id)}")
    finally:
        await archive.close()
    return 0


async def _export(archive: Archive, keys: TenantKeys, tenant_id: str, *, path: Path) -> int:
    cases = await archive.export(tenant_id, now=datetime.now(UTC))
    opened = [_open(keys, tenant_id, case) for case in cases]
    # Never for others, not even for a moment, and never over what somebody else may read.
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(line + b"\n" for line in opened)
    return len(cases)


async def _rotate(archive: Archive, keys: TenantKeys, tenant_id: str, *, drop_old: bool) -> int:
    if not drop_old:
        keys.rotate(tenant_id)

    def again(case: SealedCase) -> bytes:
        value = _open(keys, tenant_id, case)
        return keys.seal(tenant_id, value, purpose=purpose(case.review_id))

    count = await archive.reseal(tenant_id, again, now=datetime.now(UTC))
    if drop_old:
        keys.forget_old(tenant_id)
    return count


def _open(keys: TenantKeys, tenant_id: str, case: SealedCase) -> bytes:
    return keys.open(tenant_id, bytes(case.sealed), purpose=purpose(case.review_id))
