"""`trunkline up`: the one-machine appliance."""

import argparse
import asyncio
import os
from pathlib import Path

import msgspec

from trunkline.settings import Settings, load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `up`."""
    parser = subparsers.add_parser(
        "up",
        help="start the whole appliance on this machine",
        description="Start Postgres, Triton and all roles on this machine, watch and restart them. "
        "Ctrl-C or SIGTERM ends the calls, finishes their transcripts and stops everything.",
    )
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings file (TOML)")
    parser.add_argument("--state", type=Path, metavar="DIR", help="state directory")


def run(args: argparse.Namespace) -> int:
    """Run until told to stop."""
    # Imported here, so that `trunkline --help` does not load every part.
    from trunkline.appliance import Appliance
    from trunkline.observe import log_to_stderr
    from trunkline.roles.process import stop_on_signals

    settings = with_state(load(args.settings), args.state)
    log_to_stderr("WARNING")

    async def main() -> int:
        appliance = Appliance(settings, report=lambda line: print(line, flush=True))
        return await appliance.run(stop_on_signals())

    return asyncio.run(main())


def with_state(settings: Settings, state: Path | None) -> Settings:
    """The settings with their state directory replaced, if one is given."""
    if state is None:
        return settings
    appliance = msgspec.structs.replace(settings.appliance, state_dir=os.path.abspath(state))
    return msgspec.structs.replace(settings, appliance=appliance)
