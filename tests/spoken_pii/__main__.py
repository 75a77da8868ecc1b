"""Measures redaction on spoken personal data: recall, leaks, over-redaction, with intervals.

    python -m tests.spoken_pii [--half dev|test] [--rounds N] [--json FILE] [--misses]

The dialogues, values and manners of speaking are this folder's own. `--misses` prints what was
missed and taken too much, word by word, on the development half only: whoever improves the rules
works on that half, so that the test half's figures stay honest.
"""

import argparse
import sys
from pathlib import Path

import msgspec

from tests.spoken_pii import ours, report
from tests.spoken_pii.dialogues import clean_calls, personal_calls
from tests.spoken_pii.errors import MEASURED, NONE
from tests.spoken_pii.score import CallScore, score
from tests.spoken_pii.stream import stream

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Measure and print."""
    options = _arguments()
    if options.misses and options.half == "test":
        print("the test half's misses are not printed: use --half dev", file=sys.stderr)
        return 2
    scores = _measure(options)
    result = report.build(scores, report.Sets("trunkline", options.half))
    print("\n".join(report.text(result)))
    if options.misses:
        _print_misses(scores, options.kind)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(result)))
    return 0


def _measure(options: argparse.Namespace) -> list[CallScore]:
    policy = ours.make(options.models, ner=not options.no_ner)
    rates = NONE if options.no_errors else MEASURED
    calls = [
        *personal_calls(options.half, rounds=options.rounds, rates=rates),
        *clean_calls(options.half, rounds=options.rounds, rates=rates),
    ]
    scores = []
    for call in calls:
        heard = list(stream(call))
        scores.append(score(call, heard, ours.redact(policy, call.name, heard)))
    return scores


def _print_misses(scores: list[CallScore], kind: str) -> None:
    lines = dict.fromkeys(line for one in scores for line in one.misses)
    for line in sorted(lines):
        if kind in line.split(":")[0]:
            print(line)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--half", choices=("dev", "test"), default="test")
    parser.add_argument("--rounds", type=int, default=10, help="times each dialogue is filled")
    parser.add_argument("--models", type=Path, default=ROOT / ".cache" / "models")
    parser.add_argument("--no-ner", action="store_true", help="by rules alone")
    parser.add_argument("--no-errors", action="store_true", help="what was said, nothing misheard")
    parser.add_argument("--json", type=Path, help="write the result here too")
    parser.add_argument("--misses", action="store_true", help="print them (dev half)")
    parser.add_argument("--kind", default="", help="only misses of this kind, or `over`")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
