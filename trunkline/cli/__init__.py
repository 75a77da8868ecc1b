"""The command line: one module per subcommand, each with `add_parser` and `run`."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from trunkline.settings import SettingsError

COMMANDS = (
    "up",
    "run",
    "call",
    "calls",
    "transcript",
    "pause",
    "resume",
    "recording",
    "doctor",
    "models",
    "routes",
    "eval",
    "transcribe",
    "redact",
    "redact-again",
    "policy",
    "keys",
    "deliveries",
    "audit",
    "compliance",
    "review",
)


class Command(Protocol):
    """What each module of this package offers."""

    def add_parser(self, subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Describe the subcommand."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Do it; 0 done, 1 failed and said why, 2 wrong usage or settings."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    # Only the module that is asked for is imported: `trunkline calls` need not load a recogniser.
    wanted = words[:1] if words[:1] and words[0] in COMMANDS else list(COMMANDS)
    modules = {name: _command(name) for name in wanted}
    parser = argparse.ArgumentParser(
        prog="trunkline",
        description="Live, redacted captions and transcripts of contact-centre calls.",
        epilog="trunkline COMMAND --help tells more. Settings: deploy/settings.example.toml.",
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in modules.values():
        module.add_parser(subparsers)
    args = parser.parse_args(words)
    try:
        return modules[args.command].run(args)
    except SettingsError as error:
        print(f"trunkline: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _command(name: str) -> Command:
    return cast(Command, importlib.import_module(f"trunkline.cli.{name.replace('-', '_')}"))
