"""`make bench`: the whole appliance's figures, then the gateway's alone (`make bench ingress`: only
these). Nothing else may run."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.webhook_receiver import Receiver
from tests.services.appliance import ROOT, appliance

CALLS = "1,4,8,16"
GATEWAY = (
    ("legs that a core receives without recognition", "most_legs", "--at-least", "1000"),
    ("delay of a call in line", "inline"),
    ("set-ups a second", "setups", "--calls", "3000"),
    ("a short soak (an hour: python -m tests.load.soak --minutes 60)", "soak", "--minutes", "3"),
)


async def captions() -> int:
    """Caption delays and CPU per speaking leg, through an appliance of our own."""
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as state, Receiver() as receiver:
        async with appliance(Path(state), receiver) as line:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.load.captions", "--calls", CALLS,
                cwd=ROOT, env={"PATH": "/usr/bin:/bin", "TRUNKLINE_STATE": str(line.state)},
            )  # fmt: skip
            return await process.wait()


def gateway() -> int:
    """One after the other; the worst exit code."""
    worst = 0
    for title, module, *options in GATEWAY:
        print(f"\n{title}", flush=True)
        argv = [sys.executable, "-m", f"tests.load.{module}", *options]
        worst = max(worst, subprocess.run(argv, cwd=ROOT).returncode)
    return worst


def main() -> int:
    """Run what was asked for; the worst exit code."""
    if sys.argv[1:] == ["ingress"]:
        return gateway()
    print(f"captions, {CALLS} calls at once", flush=True)
    return max(asyncio.run(captions()), gateway())


if __name__ == "__main__":
    sys.exit(main())
