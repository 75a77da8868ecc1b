"""`trunkline run ROLE`: one role against the services named in the settings."""

import argparse
from pathlib import Path

from trunkline.settings import load

ROLES = ("streams", "listen", "redact", "record", "store", "serve", "deliver", "extension")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `run`."""
    parser = subparsers.add_parser(
        "run",
        help="run one role of the appliance",
        description="Run one role until SIGTERM, which drains it. Roles: "
        "listen (SIP and audio in), redact (personal data out), record (redacted audio; on the "
        "machine of listen), store (into Postgres), "
        "serve (API, captions, web page), deliver (CRM connectors), extension (one extension of a "
        "small PBX; needs the extra `pyvoip`, which is under the GPLv3).",
    )
    parser.add_argument(
        "role",
        choices=(*ROLES, "media"),
        metavar="ROLE",
        help=", ".join(ROLES),
    )
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings file (TOML)")
    parser.add_argument("--index", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--socket", type=Path, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Run the role until it is told to stop."""
    # Imported here: each role loads only the packages it is made of.
    from trunkline.roles import start

    return start(args.role, load(args.settings), worker=args.index, socket=args.socket)
