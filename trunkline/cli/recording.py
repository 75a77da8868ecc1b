"""`trunkline recording`: redacted recordings: fetch, prove, mute further, erase."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from trunkline.api_client import ApiClient, ApiError, add_api_arguments, find_access, say
from trunkline.running import NotRunning
from trunkline.settings import SettingsError

FORMATS = {".wav": "wav", ".flac": "flac"}
SOMETHING_LEFT = 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `recording`."""
    parser = subparsers.add_parser(
        "recording",
        help="fetch, prove, mute or erase recordings of calls",
        description="Redacted recordings of ended calls: what redaction masked is not in the "
        "sound. They are sealed on disk; `get` asks the API, the others work on this machine's.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_get(actions)
    _add_prove(actions)
    mute = actions.add_parser(
        "mute",
        help="mute more of a recording, for good",
        description="Mute a stretch of a recording that is made, on one leg or on all of them. "
        "What is muted cannot be brought back.",
    )
    mute.add_argument("call", metavar="CALL")
    mute.add_argument("--from", dest="from_ms", type=int, required=True, metavar="MS")
    mute.add_argument("--to", dest="to_ms", type=int, required=True, metavar="MS")
    mute.add_argument("--channel", type=int, metavar="N", help="of this leg only (default: all)")
    mute.add_argument("--why", default="", metavar="TEXT", help="for the audit row")
    erase = actions.add_parser(
        "erase",
        help="remove a call's recording and original for good",
        description="Remove a call's recording, its original and what of it is in the journal. "
        "No recording of the call is ever made again. Leaves an audit row.",
    )
    erase.add_argument("call", metavar="CALL")
    erase.add_argument("--why", required=True, metavar="TEXT", help="for the audit row")


def _add_get(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    get = actions.add_parser(
        "get", help="write a recording to a file", description="Write a recording to a file."
    )
    get.add_argument("call", metavar="CALL")
    get.add_argument(
        "--channel", default="mix", help="mix (default), a leg's number, or all (FLAC only)"
    )
    get.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help="NAME.wav or NAME.flac"
    )
    get.add_argument(
        "--original", action="store_true", help="the untouched audio, where the settings keep it"
    )
    get.add_argument("--why", default="", metavar="TEXT", help="why, of an original: it is kept")
    add_api_arguments(get)


def _add_prove(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    prove = actions.add_parser(
        "prove",
        help="hear recordings again: nothing personal may be left",
        description="Check that each recording is silent, to the sample, wherever it is said to "
        "be muted; recognise it again, each leg and the mix, and redact what is heard. Exit 1 if "
        "anything is left of what was muted, or a number, with where and of what kind: never what. "
        "Words elsewhere that redaction takes for personal now and did not in the call are told as "
        "`to listen to`: without the muted words around them, harmless ones pass for names.",
    )
    prove.add_argument("calls", nargs="*", metavar="CALL")
    prove.add_argument(
        "--all-of", type=Path, metavar="DIR", help="every recording of a recordings folder"
    )
    prove.add_argument(
        "--truth",
        type=Path,
        metavar="FILE",
        help="what was said in the one CALL (tests/data/calls/ORIGIN.md): also show how many ms of "
        "personal speech are left audible",
    )
    prove.add_argument("--settings", type=Path, metavar="FILE", help="settings file (TOML)")


def run(args: argparse.Namespace) -> int:
    """Do it; 1 if it could not be done, or something personal was found."""
    actions = {"get": _get, "prove": _prove, "mute": _mute, "erase": _erase}
    try:
        return actions[args.action](args)
    except (ApiError, NotRunning) as error:
        print(say(error), file=sys.stderr)
        return 1


def _get(args: argparse.Namespace) -> int:
    form = FORMATS.get(args.out.suffix.lower())
    if form is None:
        print("trunkline recording get: -o NAME.wav or NAME.flac", file=sys.stderr)
        return 2
    query = {"channel": args.channel, "format": form}
    if args.original:
        query |= {"original": "true", "why": args.why}
    with ApiClient(find_access(args)) as api:
        args.out.write_bytes(api.audio(args.call, query))
    return 0


def _prove(args: argparse.Namespace) -> int:
    # Imported here: `get` needs no recogniser.
    from trunkline.proving.prove import NothingToProve, prove

    if args.truth and len(args.calls) != 1:
        print("trunkline recording prove: --truth is of one CALL", file=sys.stderr)
        return 2
    try:
        proof = prove(args.calls, folder=args.all_of, truth=args.truth, settings=args.settings)
    except NothingToProve as error:
        print(f"trunkline recording prove: {error}", file=sys.stderr)
        return 1
    _print(proof.lines)
    return 0 if proof.holds else SOMETHING_LEFT


def _mute(args: argparse.Namespace) -> int:
    from trunkline.recording_orders import NoRecording, mute

    if not 0 <= args.from_ms < args.to_ms:
        raise SettingsError("--from and --to: 0 <= MS < MS")
    try:
        done = mute(args.call, (args.from_ms, args.to_ms), channel=args.channel, why=args.why)
    except NoRecording as error:
        print(f"trunkline recording mute: {error}", file=sys.stderr)
        return 1
    print("muted" if done else "was muted already")
    return 0


def _erase(args: argparse.Namespace) -> int:
    from trunkline.recording_orders import erase

    print("erased" if erase(args.call, why=args.why) else "there was nothing; nor will there be")
    return 0


def _print(lines: Sequence[str]) -> None:
    for line in lines:
        print(line)
