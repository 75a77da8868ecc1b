"""`trunkline pause` and `trunkline resume`: a live call that is not to be heard for a while."""

import argparse
import sys

from trunkline.api_client import ApiClient, ApiError, add_api_arguments, find_access, say
from trunkline.running import NotRunning


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `pause`."""
    describe(
        subparsers,
        "pause",
        text="stop listening to a live call, for example while a card number is given",
        more="From the moment of the command on nothing of the call is recognised or recorded, "
        "until `trunkline resume`, or until [sip_gateway.pause] longest_s. Exit code 0: the "
        "listening node has confirmed it; 1: it has not, with the reason.",
    )


def describe(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    *,
    text: str,
    more: str,
) -> None:
    """A command about one live call."""
    parser = subparsers.add_parser(name, help=text, description=f"{text.capitalize()}. {more}")
    parser.add_argument("call_id", metavar="CALL_ID", help="see `trunkline calls --live`")
    add_api_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Ask for it; 1 if it is not confirmed."""
    try:
        with ApiClient(find_access(args)) as api:
            api.order(args.call_id, args.command)
    except (ApiError, NotRunning) as error:
        print(say(error), file=sys.stderr)
        return 1
    print(f"{args.call_id} {args.command}d")
    return 0
