"""Plants each mistake of the catalogue and requires that the tests of its property fail.

    python -m tests.planted [--property WORD] [--bug WORD] [--first]

Every bug runs in a process of its own, forked from one that has imported what is not ours. Without
a bug the tests must pass. Prints bug x test; exit code 1 if a bug was not caught.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence

os.environ.setdefault("OMP_NUM_THREADS", "1")

from tests.planted.catalogue import Property, properties
from tests.planted.planting import Bug
from tests.planted.running import Outcome, import_what_is_not_ours, run_planted

NONE = Bug("(none)", "", "", "")


def main(arguments: Sequence[str]) -> int:
    """0 if every bug was caught, and nothing was where there was none."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted")
    parser.add_argument("--property", default="", help="only properties with this in their name")
    parser.add_argument("--bug", default="", help="only bugs with this in their name")
    parser.add_argument("--first", action="store_true", help="only the first bug of each property")
    options = parser.parse_args(arguments)
    chosen = [one for one in properties() if options.property in one.name]
    import_what_is_not_ours()
    caught = missed = 0
    for one in chosen:
        print(f"\n{one.name}")
        bugs = [bug for bug in one.bugs if options.bug in bug.name]
        for bug in [NONE, *(bugs[:1] if options.first else bugs)]:
            outcome, seconds = timed(bug, one)
            right = outcome.passed if bug is NONE else outcome.caught
            caught, missed = caught + right, missed + (not right)
            print(f"  {'' if right else 'NOT '}{line(bug, outcome)} ({seconds:.0f} s)", flush=True)
    print(f"\n{caught} as they should be, {missed} not")
    return 1 if missed else 0


def timed(bug: Bug, one: Property) -> tuple[Outcome, float]:
    """The outcome, and how long it took."""
    began_at = time.monotonic()
    outcome = run_planted(None if bug is NONE else bug, bug.tests or one.chosen)
    return outcome, time.monotonic() - began_at


def line(bug: Bug, outcome: Outcome) -> str:
    """What became of it."""
    if bug is NONE:
        failed = ", ".join(outcome.failed) or outcome.problem
        return f"{'passes' if outcome.passed else 'passing'} without a bug {failed}"
    return f"caught: {bug.name:<52} {', '.join(outcome.failed) or outcome.problem}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
