"""`make bench`: the whole appliance's figures, then the gateway's alone. Nothing else may run."""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.webhook_receiver import Receiver
from tests.services.appliance import ROOT, appliance

CALLS = "1,4,8,16"
GATEWAY = ("--legs", "200", "--seconds", "20")


async def captions() -> int:
    """Caption delays and CPU per speaking leg, through an appliance of our own."""
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as state, Receiver() as receiver:
        async with appliance(Path(state), receiver) as line:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.load.captions", "--calls", CALLS,
                cwd=ROOT, env={"PATH": "/usr/bin:/bin", "TRUNKLINE_STATE": str(line.state)},
            )  # fmt: skip
            return await process.wait()


def main() -> int:
    """Run both; the worse exit code."""
    print(f"captions, {CALLS} calls at once")
    status = asyncio.run(captions())
    print("\ngateway without recognition, 200 legs")
    gateway = subprocess.run([sys.executable, "-m", "tests.load.gateway", *GATEWAY], cwd=ROOT)
    return max(status, gateway.returncode)


if __name__ == "__main__":
    sys.exit(main())
