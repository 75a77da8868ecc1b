"""The extension alone in a process of its own, as the role runs it: `SETTINGS.json SIP_PORT`."""

import asyncio
import contextlib
import importlib.util
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from sip_gateway.extension.settings import Extension as Settings
from trunkline.observe import log_to_stderr

ROOT = Path(__file__).parents[2]
PASSWORD = "the pbx knows it"


def needs_pyvoip() -> None:
    """Without the extra `pyvoip` the test is skipped, or fails where CI is set."""
    if importlib.util.find_spec("pyVoIP") is None:
        reason = "pyVoIP is not installed (the extra `pyvoip`)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@contextlib.asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Python process for a test; it ends well on SIGTERM."""
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await process.wait() == 0


async def main() -> None:
    """Until SIGTERM."""
    # Here: the tests themselves load no pyVoIP.
    from sip_gateway.extension.extension import Ends, Extension

    settings = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Settings)
    log_to_stderr("INFO")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    ends = Ends("127.0.0.1", ("127.0.0.1", int(sys.argv[2])))
    extension = Extension(settings, ends, password=PASSWORD, registry=CollectorRegistry())
    await extension.run(stop)


if __name__ == "__main__":
    asyncio.run(main())
