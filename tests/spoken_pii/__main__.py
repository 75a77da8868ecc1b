"""Measures redaction on spoken personal data: recall, leaks, over-redaction, with intervals.

    python -m tests.spoken_pii [--half dev|test] [--rounds N] [--json FILE] [--misses]

The dialogues, values and manners of speaking are this folder's own. `--misses` prints what was
missed and taken too much, word by word, on the development half only: whoever improves the rules
works on that half, so that the test half's figures stay honest.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from redaction.policy.prepared_policy import Policy
from tests.spoken_pii import ours, paired, report
from tests.spoken_pii.call import Call
from tests.spoken_pii.dialogues import calls_of, clean_calls, personal_calls
from tests.spoken_pii.errors import MEASURED, NONE
from tests.spoken_pii.page import page
from tests.spoken_pii.score import CallScore, score
from tests.spoken_pii.stream import stream
from tests.spoken_pii.true_calls import true_calls

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Measure and print."""
    options = _arguments()
    if options.misses and _is_unseen(options) and not options.calls:
        print("misses of dialogues that nobody reads are not printed", file=sys.stderr)
        return 2
    policy = ours.make(options.models, ner=not options.no_ner)
    scores = _measure(_calls(options, options.rounds), policy)
    result = report.build(scores, report.Sets("trunkline", _set(options)))
    print("\n".join(report.text(result)))
    if options.misses:
        _print_misses(scores, options.kind)
    rows = _paired(options) if options.peers else []
    print("\n".join(("", *report.paired_text(rows))) if rows else "")
    if options.json:
        both = {"redaction": result, "paired": rows}
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(both)))
    if options.html:
        options.html.write_text(page(result, rows), encoding="utf-8")
    return 0


def _is_unseen(options: argparse.Namespace) -> bool:
    name = Path(options.texts or options.half).name
    return name.removeprefix("clean_").startswith(("test", "held"))


def _set(options: argparse.Namespace) -> str:
    return str(options.calls or options.texts or f"{options.half} half")


def _calls(options: argparse.Namespace, rounds: int) -> list[Call]:
    if options.calls:
        return list(true_calls(options.calls, cuts=rounds))
    rates = NONE if options.no_errors else MEASURED
    if options.texts:
        return list(calls_of(options.texts, rounds=rounds, rates=rates))
    return [
        *personal_calls(options.half, rounds=rounds, rates=rates),
        *clean_calls(options.half, rounds=rounds, rates=rates),
    ]


def _measure(calls: Iterable[Call], policy: Policy) -> list[CallScore]:
    scores = []
    for call in calls:
        heard = list(stream(call))
        scores.append(
            score(call, heard, list(ours.redact(policy, call.name, heard, slots=call.clean)))
        )
    return scores


def _paired(options: argparse.Namespace) -> list[report.Beside]:
    """Every system's speed on the first rounds, and what each of them found in these."""
    calls = _calls(options, options.paired_rounds)
    running = paired.systems(sys.executable, models=options.models, peers=options.peers)
    paired.measure(calls, running)
    rows = []
    for system in running:
        scores = system.scores
        if system.events:
            rules = ours.make(options.models, ner="--no-ner" not in system.argv)
            scores = _measure(calls, rules)
        result = report.build(scores, report.Sets(system.name, _set(options)))
        rows.append(report.beside(system.speed(), result))
    return rows


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
    parser.add_argument("--rounds", type=int, default=6, help="times each dialogue is filled")
    parser.add_argument("--models", type=Path, default=ROOT / ".cache" / "models")
    parser.add_argument("--no-ner", action="store_true", help="by rules alone")
    parser.add_argument("--no-errors", action="store_true", help="what was said, nothing misheard")
    parser.add_argument("--json", type=Path, help="write the result here too")
    parser.add_argument("--html", type=Path, help="and here as a page")
    parser.add_argument(
        "--calls", type=Path, metavar="DIR", help="annotated calls instead (tests/data/calls/dev)"
    )
    parser.add_argument("--texts", metavar="FILE", help="one file of `texts/` (dev_words.txt)")
    parser.add_argument("--misses", action="store_true", help="print them (dev half)")
    parser.add_argument(
        "--peers", type=Path, metavar="PYTHON", help="stock Presidio beside it (peers.txt)"
    )
    parser.add_argument("--paired-rounds", type=int, default=1, help="of these dialogues")
    parser.add_argument("--kind", default="", help="only misses of this kind, or `over`")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
