"""dnsmasq as the name server of a test: on the loopback, knowing nothing but what it is told."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from tests.services.gateway import needs
from trunkline.ports import free_port

HOST = "127.0.0.1"
START_S = 10.0

_CONFIG = """
no-resolv
no-hosts
bind-interfaces
listen-address={host}
port={port}
local=/test/
local-ttl={ttl_s}
user=root
pid-file=
"""


class NameServer:
    """A name server that can be told something else, or made silent, while the test runs."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port(HOST, udp_too=True)
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """As the settings write it."""
        return f"{HOST}:{self.port}"

    async def tell(self, *records: str, ttl_s: int = 1) -> None:
        """Know these records from now on, each a line of dnsmasq's configuration."""
        await self.stop()
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "dnsmasq.conf"
        head = _CONFIG.format(host=HOST, port=self.port, ttl_s=ttl_s)
        config.write_text(head + "\n".join(records) + "\n")
        self._process = await asyncio.create_subprocess_exec(
            needs("dnsmasq"), "--keep-in-foreground", f"--conf-file={config}",
            stderr=(self._folder / "dnsmasq.log").open("wb"),
        )  # fmt: skip
        async with asyncio.timeout(START_S):
            while not self._listens():
                assert self._process.returncode is None, (self._folder / "dnsmasq.log").read_text()
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Answer nothing any more."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            await self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            return probe.connect_ex((HOST, self.port)) == 0


@contextlib.asynccontextmanager
async def name_server(folder: Path, *records: str, ttl_s: int = 1) -> AsyncIterator[NameServer]:
    """A name server that knows these records; then it is gone."""
    server = NameServer(folder)
    await server.tell(*records, ttl_s=ttl_s)
    try:
        yield server
    finally:
        await server.stop()
