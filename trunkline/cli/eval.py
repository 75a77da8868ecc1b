"""`trunkline eval`: place calls whose truth is known, and score what came out."""

import argparse
import asyncio
import sys
from pathlib import Path

import msgspec

from trunkline.api_client import Access, ApiError
from trunkline.evaluate.placing import Address
from trunkline.evaluate.reference import BadReference
from trunkline.evaluate.run import Target, evaluate, read_calls
from trunkline.evaluate.score import CallScore
from trunkline.evaluate.table import table
from trunkline.running import NotRunning, find_appliance


class Report(msgspec.Struct, frozen=True):
    """The JSON twin of the table."""

    endpoint_ms: int
    parallel: int
    calls: tuple[CallScore, ...]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `eval`."""
    parser = subparsers.add_parser(
        "eval",
        help="place test calls and score transcripts, redaction and delays",
        description="Place every call of a folder over SIPREC through the appliance running here, "
        "in real time, and score what came out: word errors, personal data still readable (in the "
        "transcript, in any caption ever shown, in Postgres), caption delays, legs. A call is "
        "NAME.wav (stereo, left leg 0, right leg 1) with NAME.json beside it: its turns and where "
        "personal data is said; tests/data/calls/ORIGIN.md describes the format.",
    )
    parser.add_argument("calls_dir", type=Path, metavar="CALLS_DIR", help="folder with the calls")
    parser.add_argument(
        "--parallel", type=int, default=1, metavar="N", help="calls at a time (default 1)"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the scores there as JSON")
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="NAME", help="calls whose name begins so"
    )


def run(args: argparse.Namespace) -> int:
    """Print the table; 1 if a call could not be placed or scored."""
    if args.parallel < 1:
        print("trunkline: --parallel: at least 1", file=sys.stderr)
        return 2
    try:
        calls = read_calls(args.calls_dir, args.only)
        target = find_target()
        scores = asyncio.run(evaluate(calls, target, parallel=args.parallel, report=_progress))
    except (BadReference, NotRunning, ApiError) as error:
        print(f"trunkline: {error}", file=sys.stderr)
        return 1
    for line in table(scores):
        print(line)
    if args.json:
        report = Report(target.endpoint_ms, args.parallel, tuple(scores))
        args.json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    return 1 if any(score.problem for score in scores) else 0


def find_target() -> Target:
    """The appliance that runs here."""
    running = find_appliance()
    try:
        key = Path(running.api_key_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ApiError(f"{running.api_key_file}: {error.strerror}") from None
    return Target(
        access=Access(running.http_url, key),
        sip=Address("127.0.0.1", running.sip_port),
        dsn=running.postgres_dsn,
        endpoint_ms=running.settings().triton_models.stop_history_ms,
    )


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
