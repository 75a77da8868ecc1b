"""How fast captions are with several calls at once, and what a speaking leg costs.

`python -m tests.load.captions --calls 1,4,8` against the appliance that runs here: nothing else
should run on the machine.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.load.cpu import appliance_pid, cpu_by_kind
from trunkline.api_client import ApiError
from trunkline.cli.eval import find_target
from trunkline.evaluate.delays import final_delays_ms, percentile, word_delays_ms
from trunkline.evaluate.prepare import TestCall, read_calls
from trunkline.evaluate.reference import BadReference, Reference
from trunkline.evaluate.run import Target, hear_all
from trunkline.evaluate.score import Heard
from trunkline.running import NotRunning, find_appliance

CALLS = Path(__file__).parents[1] / "data" / "calls" / "dev"
HEADING = (
    f"{'CALLS':>5} {'SPEECH END -> FINAL p50/p95/p99':>32} {'OVER ENDPOINT':>16} "
    f"{'WORD -> SHOWN p50/p95':>22} {'CPU PER SPEAKING LEG':>21} {'ALL':>6} {'GAPS':>8}"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Print one line for each number of calls."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.captions", description=__doc__)
    parser.add_argument("--calls", default="1,4,8", help="numbers of calls at once: 1,4,8")
    parser.add_argument("--dir", type=Path, default=CALLS, help="calls to play, in turn")
    args = parser.parse_args(argv)
    try:
        numbers = [int(number) for number in args.calls.split(",")]
        found = read_calls(args.dir)
        target, root_pid = find_target(), appliance_pid(find_appliance().settings_file)
        print(HEADING)
        return max(run_at_once(number, found, target, root_pid=root_pid) for number in numbers)
    except (BadReference, NotRunning, ApiError) as error:
        print(f"captions: {error}", file=sys.stderr)
        return 1


def run_at_once(number: int, found: Sequence[TestCall], target: Target, *, root_pid: int) -> int:
    """Place `number` calls at once and print what came of it; 1 if one failed."""
    calls = [found[at % len(found)] for at in range(number)]
    before, started = cpu_by_kind(root_pid), time.monotonic()
    outcomes = asyncio.run(hear_all(calls, target, parallel=number, report=lambda _: None))
    used = {kind: cpu_s - before[kind] for kind, cpu_s in cpu_by_kind(root_pid).items()}
    heard = [
        (call.audible, outcome)
        for call, outcome in zip(calls, outcomes, strict=True)
        if isinstance(outcome, Heard)
    ]
    speech_s = sum(spoken_s(reference) for reference, _ in heard)
    if heard:
        speech_cpu_s = used["triton"] + used["media"]
        print(
            f"{number:>5} {delays(heard, target.endpoint_ms)} "
            f"{speech_cpu_s / speech_s:>21.3f} {sum(used.values()) / speech_s:>6.3f} "
            f"{gaps_ms(one for _, one in heard):>5} ms"
        )
    for failure in (outcome for outcome in outcomes if isinstance(outcome, str)):
        print(f"      failed: {failure}")
    listed = ", ".join(f"{kind} {cpu_s:.1f}" for kind, cpu_s in used.items() if cpu_s >= 0.1)
    print(f"      {time.monotonic() - started:.0f} s; CPU seconds: {listed}", flush=True)
    return 0 if len(heard) == number else 1


def spoken_s(reference: Reference) -> float:
    """Seconds of speech of all legs together."""
    return sum(turn.end_ms - turn.start_ms for turn in reference.turns) / 1000


def delays(heard: Iterable[tuple[Reference, Heard]], endpoint_ms: int) -> str:
    """The columns about delays, in ms."""
    finals: list[float] = []
    words: list[float] = []
    for reference, one in heard:
        finals += final_delays_ms(reference, one.shown, started_at=one.started_at)
        for channel in (0, 1):
            words += word_delays_ms(
                reference, one.shown, channel=channel, started_at=one.started_at
            )
    over = [delay - endpoint_ms for delay in finals]
    return (
        f"{ms(finals, 0.5, 0.95, 0.99):>32} {ms(over, 0.5, 0.95, 0.99):>16} "
        f"{ms(words, 0.5, 0.95):>22}"
    )


def ms(values: Sequence[float], *shares: float) -> str:
    """Percentiles as `a/b/c`."""
    return "/".join(f"{percentile(values, share):.0f}" for share in shares)


def gaps_ms(heard: Iterable[Heard]) -> int:
    """What was not heard, of all legs together."""
    return sum(gap.end_ms - gap.start_ms for one in heard for gap in one.document.gaps)


if __name__ == "__main__":
    sys.exit(main())
