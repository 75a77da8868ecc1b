"""`trunkline compliance`: what redaction did on some days, for an auditor."""

import argparse
import asyncio
import csv
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec

from analytics.compliance.archive import Archive
from analytics.compliance.counts import Period
from analytics.compliance.documents import DayCount, ReviewCount, Summary
from analytics.compliance.estimate import Estimate
from analytics.store import Rejected, Unavailable
from redaction.events import PolicyDoes
from trunkline.running import NotRunning, settings_in_force

USUAL_DAYS = 30


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `compliance`."""
    parser = subparsers.add_parser(
        "compliance",
        help="report what redaction did on some days",
        description="Counts of masked spans by kind, policy version and day; calls touched, "
        "withheld, open, or redacted under an old policy; what the review of samples says of "
        "misses and false alarms. Days are UTC. That a report was made is on record. "
        "analytics/compliance.md says what each number means.",
    )
    parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="default: 30 days")
    parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="default: today")
    parser.add_argument("--tenant", metavar="T", help="default: the one in the settings")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="everything, as one JSON document")
    form.add_argument("--csv", action="store_true", help="spans by day, policy version and kind")
    form.add_argument(
        "--name-policy",
        nargs=2,
        metavar=("VERSION", "NAME"),
        help="no report: give a policy version the name that reports show",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: expected YYYY-MM-DD") from None


def run(args: argparse.Namespace) -> int:
    """Print the report; 1 with the reason if it cannot be made."""
    try:
        settings, dsn = settings_in_force()
        return asyncio.run(_run(args, dsn, tenant_id=args.tenant or settings.appliance.tenant))
    except NotRunning as error:
        print(f"trunkline: {error}", file=sys.stderr)
    except (Unavailable, Rejected) as error:
        print(f"trunkline: the database does not take it ({error})", file=sys.stderr)
    return 1


async def _run(args: argparse.Namespace, dsn: str, *, tenant_id: str) -> int:
    now = datetime.now(UTC)
    last = args.last or now.date()
    period = Period(tenant_id, args.first or last - timedelta(days=USUAL_DAYS - 1), last)
    if period.first > period.last:
        print("trunkline compliance: --from is after --to", file=sys.stderr)
        return 2
    archive = await Archive.connect(dsn)
    try:
        if args.name_policy:
            version, name = args.name_policy
            await archive.name_policy(tenant_id, version, name=name, now=now)
            return 0
        found = await archive.summary(period, now=now)
    finally:
        await archive.close()
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    elif args.csv:
        _write_csv(found)
    else:
        print("\n".join(lines(found)))
    return 0


def _write_csv(found: Summary) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("day", "policy_version", "kind", "spans", "calls"))
    for one in found.kinds:
        writer.writerow((one.day, one.policy_version, one.kind, one.spans, one.calls))


def lines(found: Summary) -> Iterator[str]:
    """The report as one reads it."""
    yield f"Redaction of {found.tenant_id}, {found.first} to {found.last} (UTC days)"
    yield ""
    yield from _totals(found)
    yield ""
    yield f"{'DAY':10}  {'POLICY':12}  {'KIND':14}  {'SPANS':>8}  {'CALLS':>8}"
    for one in found.kinds:
        yield (f"{one.day}  {one.policy_version:12}  {one.kind:14}  {one.spans:8}  {one.calls:8}")
    yield ""
    yield "Policy versions"
    for policy in found.policies:
        state = "current" if policy.is_current else "old"
        yield (
            f"  {policy.policy_version:12}  {state:7}  {policy.calls:8} calls  "
            f"{policy.first_call_at:%Y-%m-%d %H:%M} to {policy.last_call_at:%Y-%m-%d %H:%M}  "
            f"{policy.name}"
        )
    yield ""
    yield from _history(found)
    yield from _review(found.reviews)


def _totals(found: Summary) -> Iterator[str]:
    total: DayCount = found.total
    share = f" ({total.touched / total.calls:.1%})" if total.calls else ""
    yield f"calls finished                    {total.calls:8}"
    yield f"  with something masked           {total.touched:8}{share}"
    yield f"  with a segment withheld         {total.unavailable_calls:8}"
    yield f"  with an incomplete transcript   {total.incomplete:8}"
    yield f"  whose end was lost              {total.lost:8}"
    yield f"  under an old policy             {total.old_policy:8}"
    yield f"masked spans                      {total.spans:8}"
    yield f"segments withheld (unavailable)   {total.unavailable:8}"
    since = f" (oldest of {found.oldest_open_at:%Y-%m-%d %H:%M})" if found.oldest_open_at else ""
    yield f"calls still open, not counted     {found.open_calls:8}{since}"


def _history(found: Summary) -> Iterator[str]:
    """Nothing where redaction has told of no policy."""
    calls = {policy.policy_version: policy.calls for policy in found.policies}
    if found.history:
        yield "Policies in force (UTC), also where no call came; calls are all of the version"
    for span in found.history:
        until = f"{span.until_at:%Y-%m-%d %H:%M:%S}" if span.until_at else "now"
        yield (
            f"  {span.policy_version:12}  {span.from_at:%Y-%m-%d %H:%M:%S} to {until:19}  "
            f"{calls.get(span.policy_version, 0):8} calls  {span.source:8}  "
            f"{span.file_sha256[:12]:12}  {span.name}".rstrip()
        )
        for text in _does(span.does):
            yield f"      {text}"
    if found.history:
        yield ""


def _does(does: PolicyDoes) -> Iterator[str]:
    for form, kinds in does.masked.items():
        yield f"{form}: {', '.join(kinds)}"
    for role, forms in does.for_roles.items():
        seen = ", ".join(f"{kind} {form}" for kind, form in sorted(forms.items()))
        yield f"{role} sees: {seen}"
    if does.left_in:
        yield f"left in: {', '.join(does.left_in)}"
    if does.own_kinds:
        yield f"own kinds: {', '.join(does.own_kinds)}"
    if does.allowed:
        yield f"phrases never masked: {does.allowed}"
    if does.own_code:
        yield f"recognisers of own code: {does.own_code}"


def _review(reviews: ReviewCount) -> Iterator[str]:
    yield (
        f"Review: {reviews.drawn} segments drawn, {reviews.done} reviewed, {reviews.open} open, "
        f"{reviews.unclear} unclear"
    )
    if reviews.not_masked_yet:
        yield f"  {reviews.not_masked_yet} missed spans are not masked yet"
    for mark in reviews.marks:
        yield f"  {mark.mark.replace('_', ' ')} {mark.kind}: {mark.count}"
    found = reviews.estimates
    yield f"  of {found.segments} segments with {found.spans} masked spans, with 95 % confidence:"
    yield f"    segments that showed something personal  {_estimate(found.segments_with_miss)}"
    yield f"    personal spans that were shown           {_estimate(found.missed_spans)}"
    yield f"    masked spans that hid nothing personal   {_estimate(found.false_alarms)}"


def _estimate(found: Estimate | None) -> str:
    if found is None:
        return "not known"
    return (
        f"{found.share:.2%} ({found.low:.2%} to {found.high:.2%}; {found.found} found in "
        f"{found.looked_at} segments; {found.by})"
    )
