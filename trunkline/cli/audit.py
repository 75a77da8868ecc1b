"""`trunkline audit canary`: does any personal data of a test call stay behind anywhere?"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from trunkline.audit.findings import Report

DESCRIPTION = """\
Place one call with known, synthetic personal data over SIPREC through the appliance running here,
in real time, and search everything that the appliance shows, stores, writes and sends for it:
captions, transcript, every row of Postgres, the bus, dead letters, logs, metrics, CRM payloads,
files on disk with Postgres' own, processes. Prints where what was found, never a value.

Exit code 0: nothing; 1: something was found; 2: the call or a search could not be done, or nothing
planted was heard at all.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `audit`."""
    parser = subparsers.add_parser("audit", help="search for personal data that stayed behind")
    kinds = parser.add_subparsers(dest="audit", required=True, metavar="WHAT")
    canary = kinds.add_parser(
        "canary",
        help="plant personal data in a test call and search for it everywhere",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    canary.add_argument(
        "--audio", type=Path, metavar="FILE", help="another stereo call (WAV, FLAC)"
    )
    canary.add_argument(
        "--truth", type=Path, metavar="FILE", help="its NAME.json, as eval reads it"
    )
    canary.add_argument("--json", type=Path, metavar="OUT", help="write the report there as JSON")
    canary.add_argument(
        "--webhook-dir", type=Path, metavar="DIR", help="where a webhook's receiver keeps bodies"
    )
    canary.add_argument(
        "--log",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a further log: what `trunkline up` printed, a journal; again for more",
    )


def run(args: argparse.Namespace) -> int:
    """Audit; 0 clean, 1 leaks, 2 could not."""
    if bool(args.audio) != bool(args.truth):
        print("trunkline audit: --audio and --truth go together", file=sys.stderr)
        return 2
    # Imported here, so that `trunkline --help` does not load every part.
    import psycopg

    from trunkline.api_client import ApiError
    from trunkline.audit.findings import table
    from trunkline.evaluate.placing import NotPlaced
    from trunkline.evaluate.reference import BadReference
    from trunkline.running import NotRunning

    try:
        report = _audit(args)
    except (ApiError, BadReference, NotPlaced, NotRunning) as error:
        print(f"trunkline audit: {error}", file=sys.stderr)
        return 2
    except (OSError, psycopg.Error) as error:
        # Its message may hold what was searched for: its type has to do.
        print(f"trunkline audit: not finished ({type(error).__name__})", file=sys.stderr)
        return 2
    for line in table(report):
        print(line)
    if args.json:
        body = msgspec.json.format(msgspec.json.encode(report), indent=2)
        args.json.write_bytes(body + b"\n")
    return report.exit_code


def _audit(args: argparse.Namespace) -> "Report":
    from trunkline.audit.canary_call import built_in, canary_call
    from trunkline.audit.run import Audit, Options
    from trunkline.cli.eval import find_target
    from trunkline.running import find_appliance

    call = canary_call(*((args.audio, args.truth) if args.audio else built_in()))
    options = Options(webhook_dir=args.webhook_dir, logs=tuple(args.log))
    audit = Audit(find_appliance(), find_target(), options=options, progress=_progress)
    return asyncio.run(audit.run(call))


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
