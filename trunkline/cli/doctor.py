"""`trunkline doctor`: is this machine ready, and what to do where it is not."""

import argparse
from pathlib import Path

from trunkline.cli.up import with_state
from trunkline.settings import load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `doctor`."""
    parser = subparsers.add_parser(
        "doctor",
        help="check this machine, and say what to do",
        description="Check the interpreter, ports, files, services and clock. Exit code 1 when "
        "something must be done first; warnings alone leave it 0.",
    )
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings file (TOML)")
    parser.add_argument("--state", type=Path, metavar="DIR", help="state directory")


def run(args: argparse.Namespace) -> int:
    """Print one line per check."""
    # Imported here, so that `trunkline --help` does not load every part.
    from trunkline.diagnosis import diagnose
    from trunkline.finding import Verdict

    findings = diagnose(with_state(load(args.settings), args.state))
    for finding in findings:
        print(f"{finding.verdict.value:<5} {finding.what}")
        if finding.remedy:
            print(f"      -> {finding.remedy}")
    return 1 if any(finding.verdict is Verdict.FAIL for finding in findings) else 0
