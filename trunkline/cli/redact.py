"""`trunkline redact`: the redaction stage as a filter for JSON lines."""

import argparse
import contextlib
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from trunkline.settings import load

if TYPE_CHECKING:
    from redaction.lines import LineRedactor


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `redact`."""
    parser = subparsers.add_parser(
        "redact",
        help="take personal data out of transcript events (JSON lines)",
        description="Read transcript events, one JSON object a line (call_id, segment_id, "
        "revision, is_final, words of text, start_ms, end_ms; and whatever else an event has), "
        "and write them with personal data taken out: a masked span becomes one word such as "
        "[card] with the first start and the last end. Lines with one call_id share one state, "
        "in the order of the call. An earlier final that later words reveal is written again "
        "with a higher revision: keep the highest of each segment. Fields that are not part of an "
        "event are dropped. Exit 1 if a line could not be read; the others are still done.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="read this, not standard input")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings ([redaction])")


def run(args: argparse.Namespace) -> int:
    """Filter until the input ends; 1 if any line was bad or the file cannot be read."""
    settings = load(args.settings)
    try:
        with contextlib.ExitStack() as stack:
            source: BinaryIO = (
                sys.stdin.buffer
                if args.file is None
                else stack.enter_context(open(args.file, "rb"))
            )
            # Presidio and spaCy take a second to import: only after the arguments are known good.
            from redaction.lines import LineRedactor
            from redaction.policy.policies import Policies
            from trunkline.redacting import engine_for

            key = secrets.token_bytes(32)
            policies = Policies(settings.redaction, key=key, engine=engine_for(settings))
            redactor = LineRedactor(policies.policy_of, now=lambda: datetime.now(UTC))
            return _filter(redactor, source)
    except BrokenPipeError:
        # The reader went away, as `head` does. Nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"trunkline redact: {args.file}: {error.strerror}", file=sys.stderr)
        return 1


def _filter(redactor: "LineRedactor", source: BinaryIO) -> int:
    from redaction.lines import BadLine

    status = 0
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            _write(redactor.receive(line))
        except BadLine as error:
            print(f"trunkline redact: line {number}: {error}", file=sys.stderr, flush=True)
            status = 1
    _write(redactor.end())
    return status


def _write(lines: list[bytes]) -> None:
    """Each line at once, so that this can stand in a pipe."""
    for line in lines:
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
