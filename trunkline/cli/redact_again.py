"""`trunkline redact-again`: bring a tenant's stored calls to its policy as it is now."""

import argparse
import asyncio
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trunkline.running import NotRunning, settings_in_force
from trunkline.settings import Settings

if TYPE_CHECKING:
    from analytics.again import Changes, Scope
    from redaction.policy.prepared_policy import Policy

SAY_S = 5.0


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `redact-again`."""
    parser = subparsers.add_parser(
        "redact-again",
        help="mask more in stored calls, after a policy became stricter",
        description="Judge the stored calls of a tenant by its policy as it is now, those that "
        "another policy has judged, and mask what it masks besides: in the database, on pages that "
        "are open, on the bus, in recordings, and in the CRM, which gets the call again. Nothing "
        "is shown again that was masked: it is not kept. It stands back for live calls. Stopped "
        "or killed, it goes on where it was when it is started again.",
    )
    parser.add_argument("--tenant", metavar="T", help="default: the one in the settings")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--call", metavar="ID", default="", help="only this call")
    which.add_argument("--from", dest="from_at", type=_moment, metavar="DAY", help="from this on")
    parser.add_argument("--to", dest="to_at", type=_moment, metavar="DAY", help="before this")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.add_argument(
        "--per-minute", type=_count, default=300, metavar="N", help="calls at most (default 300)"
    )


def _moment(text: str) -> datetime:
    """`2026-03-01` or `2026-03-01T12:00+01:00`; UTC where no zone is given."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _count(text: str) -> int:
    if int(text) < 1:
        raise ValueError
    return int(text)


def run(args: argparse.Namespace) -> int:
    """0 all done; 1 not all could be judged, or something needed is away: start it again."""
    from analytics.again import Busy
    from analytics.store import Unavailable
    from redaction.policy.policy_file import PolicyError
    from trunkline.batch.priority import give_up_priority

    try:
        settings, dsn = settings_in_force()
        give_up_priority("low")
        policy = _policy(settings, args.tenant or settings.appliance.tenant)
        return asyncio.run(_run(settings, dsn, args=args, policy=policy))
    except (NotRunning, PolicyError) as error:
        print(f"trunkline: {error}", file=sys.stderr)
    except Busy:
        print("trunkline: this tenant's calls are being redacted again already", file=sys.stderr)
    except Unavailable as error:
        print(
            f"trunkline: the database went away ({error}); start it again to go on", file=sys.stderr
        )
    return 1


def _policy(settings: Settings, tenant_id: str) -> "Policy":
    from redaction.policy.policies import Policies
    from trunkline.redacting import engine_for

    policies = Policies(
        settings.redaction, key=secrets.token_bytes(32), engine=engine_for(settings)
    )
    return policies.policy_of(tenant_id)


async def _run(settings: Settings, dsn: str, *, args: argparse.Namespace, policy: "Policy") -> int:
    from analytics.again import Job
    from analytics.store.postgres import PostgresStore
    from trunkline.batch.live_load import Watch
    from trunkline.redact_again import Again, Pace

    store = await PostgresStore.connect(dsn)
    try:
        with Watch(settings) as watch:
            pace = Pace(args.per_minute, watch.wait_for_turn)
            again = Again(store, policy, pace=pace, tell=_Teller())
            async with Job.opened(dsn, _scope(settings, args, policy=policy)) as job:
                if args.dry_run:
                    _report(await again.try_out(job), job.calls, would=True)
                else:
                    if await job.begin():
                        print(f"going on with job {job.job_id}", file=sys.stderr)
                    _report(await again.run(job), job.calls, would=False)
    finally:
        await store.close()
    if again.failed:
        print(f"trunkline: {again.failed} calls could not be judged", file=sys.stderr)
    return 1 if again.failed else 0


def _scope(settings: Settings, args: argparse.Namespace, *, policy: "Policy") -> "Scope":
    from analytics.again import Scope

    tenant_id = args.tenant or settings.appliance.tenant
    return Scope(tenant_id, policy.version, args.from_at, args.to_at, args.call)


class _Teller:
    """Says now and then how far it is."""

    def __init__(self) -> None:
        self._said_at = time.monotonic()

    def __call__(self, calls: int) -> None:
        if time.monotonic() - self._said_at >= SAY_S:
            self._said_at = time.monotonic()
            print(f"{calls} calls", file=sys.stderr)


def _report(changes: "Changes", looked_at: int, *, would: bool) -> None:
    verb = "would be masked" if would else "masked"
    print(f"calls of another policy: {looked_at}")
    print(f"calls with more to mask: {changes.calls}, segments: {changes.segments}")
    spans = sum(changes.kinds.values())
    print(f"spans {verb}: {spans}")
    for kind, count in changes.kinds.items():
        print(f"  {kind:16} {count}")
