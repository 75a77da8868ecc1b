"""What packet loss costs the words: WER of test calls at 1, 3 and 5 %, one by one and in bursts.

    python -m tests.load.loss [--burst 4] [--out FOLDER] [EVAL OPTION...]

Places every call of tests/data/calls/dev once a line through a running appliance, in real time
(seven lines: about seven times as long as the calls are), by `trunkline eval`, which prints the
table: WER by slice of `loss`, with its 95 % interval. What it is not told is passed on to it.
"""

import argparse
import sys

from trunkline.cli import main as trunkline

LOSSES = ("1%", "3%", "5%")


def degradations(burst: float) -> list[str]:
    """The lines to play the calls on."""
    alone = [f"loss={loss}" for loss in LOSSES]
    return ["clean", *alone, *(f"{line},burst={burst:g}" for line in alone)]


def main() -> int:
    """Run `trunkline eval` over all of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--burst", type=float, default=4.0, help="packets in a row, on average")
    parser.add_argument("--out", default="loss-report", help="folder of the report")
    parser.add_argument("--calls", default="tests/data/calls/dev", help="folder of the calls")
    asked, others = parser.parse_known_args()
    lines = [option for line in degradations(asked.burst) for option in ("--degrade", line)]
    return trunkline(["eval", asked.calls, "--report", asked.out, *lines, *others])


if __name__ == "__main__":
    sys.exit(main())
