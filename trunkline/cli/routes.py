"""`trunkline routes`: which calls get which model and options."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import msgspec

from analytics.speech import OPERATOR, Author, NewRoute, RouteRow, SpeechTables
from analytics.store import Rejected, Unavailable
from triton_models.options import LegOptions, Phrase
from triton_models.profiles import PROFILES
from triton_models.routes import BadRule, Change, Facts, Resolved, Wish, read_change, resolve
from trunkline.route_book import own_of_leg, usable
from trunkline.running import NotRunning, settings_in_force
from trunkline.settings import Settings

MADE_UP_CALLS = 1000


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `routes`."""
    parser = subparsers.add_parser(
        "routes",
        help="say which calls get which speech model and options",
        description="A route gives the calls of a tenant or queue, or a share of them, a model, a "
        "language, a profile, phrases. All routes that match a call count, the lowest priority "
        "number first: for each option the first that names it decides. Changes hold for calls "
        "that start some seconds later. deploy/models.md has examples.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="list the routes that hold, first to last")
    add = actions.add_parser("add", help="make a route")
    _add_for_whom(add)
    add.add_argument("--share", type=float, default=1.0, help="of these calls, 0 to 1 (default 1)")
    add.add_argument("--priority", type=int, default=100, help="lowest first (default 100)")
    add.add_argument("--model", help="its name on Triton")
    add.add_argument("--language", help="BCP 47 tag of what is spoken")
    add.add_argument("--profile", choices=tuple(PROFILES))
    add.add_argument(
        "--phrases",
        type=Path,
        metavar="FILE",
        help="expected words, one phrase a line; after a tab, its weight (default 2)",
    )
    add.add_argument("--options", default="{}", metavar="JSON", help="any fields of LegOptions")
    remove = actions.add_parser("remove", help="end a route")
    remove.add_argument("route_id", type=int, help="as `trunkline routes list` shows it")
    test = actions.add_parser("test", help="show what calls would get")
    _add_for_whom(test)
    test.add_argument("--call-id", default="", help="of this call (default: of 1000 made-up ones)")
    test.add_argument("--ask-profile", default="", help="as if the call asked for it")


def _add_for_whom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", default="", help="default: add: all; test: the settings'")
    parser.add_argument("--queue", default="", help="default: add: all; test: none")
    parser.add_argument("--ingress", default="", choices=("", "sip", "siprec", "inline"))
    parser.add_argument("--role", default="", help="of the leg, such as agent")


def run(args: argparse.Namespace) -> int:
    """Do one of them; 1 with the reason if it cannot be done."""
    try:
        settings, dsn = settings_in_force()
        return asyncio.run(_with_tables(settings, dsn, args=args))
    except (NotRunning, BadRule, OSError) as error:
        print(f"trunkline: {error}", file=sys.stderr)
    except (Unavailable, Rejected) as error:
        print(f"trunkline: the database does not take it ({error})", file=sys.stderr)
    return 1


async def _with_tables(settings: Settings, dsn: str, *, args: argparse.Namespace) -> int:
    tables = await SpeechTables.connect(dsn)
    author = Author(OPERATOR, datetime.now(UTC), settings.appliance.tenant)
    try:
        if args.action == "add":
            print(await tables.add_route(_route(args), author))
        elif args.action == "list":
            for line in table(await tables.routes()):
                print(line)
        elif args.action == "test":
            for line in _shown(settings, await tables.routes(), args=args):
                print(line)
        elif not await tables.remove_route(args.route_id, author):
            print(f"trunkline: no route {args.route_id} holds", file=sys.stderr)
            return 1
        return 0
    finally:
        await tables.close()


def _route(args: argparse.Namespace) -> NewRoute:
    if not 0.0 <= args.share <= 1.0:
        raise BadRule("share: 0 to 1")
    return NewRoute(
        tenant_id=args.tenant,
        queue=args.queue,
        ingress=args.ingress,
        role=args.role,
        share=args.share,
        priority=args.priority,
        options=_change(args).text,
    )


def _change(args: argparse.Namespace) -> Change:
    """The JSON with what the other arguments name on top."""
    try:
        whole = msgspec.json.decode(args.options, type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError as error:
        raise BadRule(f"options: {error}") from None
    named = {name: getattr(args, name) for name in ("model", "language", "profile")}
    if args.phrases is not None:
        named["phrases"] = list(_phrases(args.phrases.read_text(encoding="utf-8")))
    for name, value in named.items():
        if value is not None:
            whole[name] = msgspec.Raw(msgspec.json.encode(value))
    return read_change(msgspec.json.encode(whole))


def _phrases(text: str) -> Iterator[Phrase]:
    for number, line in enumerate(text.splitlines(), 1):
        phrase, has_weight, weight = line.partition("\t")
        if not phrase.strip():
            continue
        try:
            heavy = float(weight) if has_weight else Phrase(text="").weight
        except ValueError:
            raise BadRule(f"phrases: line {number}: the weight is no number") from None
        yield Phrase(text=" ".join(phrase.split()), weight=heavy)


def _shown(
    settings: Settings, rows: Sequence[RouteRow], *, args: argparse.Namespace
) -> Iterator[str]:
    """What a call gets, or the made-up ones, the most frequent first."""
    rules = [rule for rule in map(usable, rows) if rule is not None]
    if len(rules) < len(rows):
        yield f"{len(rows) - len(rules)} routes cannot be used by this release"
    tenant = args.tenant or settings.appliance.tenant
    wish = Wish(args.ask_profile)

    def given(call_id: str) -> Resolved:
        facts = Facts(tenant, call_id, args.queue, args.ingress, args.role)
        base = partial(own_of_leg, settings.triton_models, args.ingress)
        return resolve(rules, facts, base=base, wish=wish)

    call_ids = [args.call_id] if args.call_id else [uuid4().hex for _ in range(MADE_UP_CALLS)]
    for (options, numbers), count in Counter(map(given, call_ids)).most_common():
        by = f"routes {', '.join(map(str, numbers))}" if numbers else "the settings"
        share = "" if args.call_id else f"{count / len(call_ids):.1%} of calls, "
        yield f"{share}by {by}:"
        yield from _lines(options)


def _lines(options: LegOptions) -> Iterator[str]:
    text = msgspec.json.format(msgspec.json.encode(options), indent=2).decode()
    yield from (f"  {line}" for line in text.splitlines())


def table(routes: Iterable[RouteRow]) -> Iterator[str]:
    """One line a route under a heading."""
    head = ("ROUTE", 5), ("PRIORITY", 8), ("SHARE", 5), ("TENANT", 12), ("QUEUE", 16), ("LEGS", 12)
    yield "  ".join(f"{name:{width}}" for name, width in (*head, ("MADE", 10), ("OPTIONS", 0)))
    for route in routes:
        legs = " ".join(filter(None, (route.ingress, route.role))) or "all"
        unusable = "" if usable(route) else "  (this release cannot use it)"
        yield (
            f"{route.route_id:5}  {route.priority:8}  {route.share:5g}  "
            f"{route.tenant_id or 'all':12}  {route.queue or 'all':16}  {legs:12}  "
            f"{route.created_at:%Y-%m-%d}  {route.options}{unusable}"
        )
