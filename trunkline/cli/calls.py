"""`trunkline calls`: the newest calls."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from analytics.events import CallDocument
from trunkline.api_client import ApiClient, ApiError, add_api_arguments, find_access, say
from trunkline.running import NotRunning


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `calls`."""
    parser = subparsers.add_parser(
        "calls",
        help="list the newest calls",
        description="List the newest calls of the running appliance, newest first: call id, when "
        "it was answered, how long it took (or `live`), how it reached us, and its parties.",
    )
    parser.add_argument("--live", action="store_true", help="only calls in progress")
    parser.add_argument(
        "--limit", type=_positive, default=20, metavar="N", help="at most so many (default 20)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    add_api_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the list; 1 if the appliance cannot be asked."""
    try:
        with ApiClient(find_access(args)) as api:
            calls = api.calls(state="live" if args.live else None, limit=args.limit)
    except (ApiError, NotRunning) as error:
        print(say(error), file=sys.stderr)
        return 1
    if args.json:
        for call in calls:
            print(msgspec.json.encode(call).decode())
        return 0
    for line in table(calls):
        print(line)
    return 0


def table(calls: Iterable[CallDocument]) -> Iterator[str]:
    """One line a call under a heading."""
    yield f"{'CALL ID':32}  {'ANSWERED':19}  {'LENGTH':>8}  {'BY':6}  PARTIES"
    for call in calls:
        parties = ", ".join(
            f"{leg.role} ({leg.participant_name})" if leg.participant_name else leg.role
            for leg in call.legs
        )
        yield (
            f"{call.call_id:32}  {_local(call.started_at)}  {_length(call):>8}  "
            f"{call.ingress:6}  {parties}"
        )


def _local(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _length(call: CallDocument) -> str:
    if call.state == "live":
        return "live"
    minutes, seconds = divmod((call.duration_ms or 0) // 1000, 60)
    return f"{minutes}:{seconds:02}"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
