"""Redact processes of one consumer group, on topics of their own.

`python -m tests.contract.redact_members KIND ADDRESS NAME` is one of them; it says on its standard
output how many partitions it reads, whose records it got, and the CPU seconds it has used.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry

from redaction.process.stage import RedactStage
from redaction.settings import Settings
from tests.contract.bus_places import open_bus, until
from trunkline.bus import Bus, Record, Subscription

ROOT = Path(__file__).parents[2]


class RenamedBus:
    """A bus whose topics and groups have a name of their own, on a broker that others use too."""

    def __init__(self, bus: Bus, name: str, *, tell: bool = False) -> None:
        self._bus = bus
        self._name = name
        self._tell = tell

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        await self._bus.publish(f"{topic}.{self._name}", key, value)

    async def subscribe(self, topics: Sequence[str], *, group: str) -> Subscription:
        names = [f"{topic}.{self._name}" for topic in topics]
        subscription = await self._bus.subscribe(names, group=f"{group}.{self._name}")
        return Telling(subscription) if self._tell else subscription

    async def tail(self, topics: Sequence[str], *, since_s: float) -> Subscription:
        return await self._bus.tail([f"{topic}.{self._name}" for topic in topics], since_s=since_s)

    async def prune(self) -> int:
        return await self._bus.prune()

    def ready(self) -> str:
        return self._bus.ready()

    async def close(self) -> None:
        await self._bus.close()


class Telling:
    """A subscription that says what it reads."""

    def __init__(self, subscription: Subscription) -> None:
        self._inner = subscription
        self._said = -1

    async def fetch(self, *, limit: int = 500, wait_s: float = 1.0) -> Sequence[Record]:
        records = await self._inner.fetch(limit=limit, wait_s=wait_s)
        parts = len(await self._inner.assigned())
        if records or parts != self._said:
            self._say(parts, {r.key for r in records})
        return records

    def _say(self, partitions: int, keys: set[str]) -> None:
        print(json.dumps([partitions, sorted(keys), time.process_time()]), flush=True)
        self._said = partitions

    async def commit(self, positions: Sequence[Record]) -> None:
        await self._inner.commit(positions)

    async def assigned(self) -> frozenset[tuple[str, int]]:
        return await self._inner.assigned()

    async def close(self) -> None:
        self._say(0, set())
        await self._inner.close()


class Member:
    """A redact process as its parent sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.partitions = 0
        self.keys: set[str] = set()
        """Calls of which it read something since this was last cleared."""

        self.cpu_s = 0.0
        """What it has used since it was started."""

        self._changed = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self.partitions, keys, self.cpu_s = json.loads(line)
            self.keys.update(keys)
            self._changed.set()

    async def reads(self, partitions: int) -> None:
        """Wait until it has that many."""

        async def there() -> bool:
            self._changed.clear()
            if self.partitions != partitions:
                await self._changed.wait()
            return self.partitions == partitions

        await until(there)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    async def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        await self._process.wait()
        await self._listening

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        self._process.terminate()
        code = await self._process.wait()
        await self._listening
        return code


async def start_redactor(spec: Sequence[str], name: str) -> Member:
    """Another member of the group."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.contract.redact_members", *spec, name,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    return Member(process)


async def be_redactor(kind: str, address: str, name: str) -> None:
    """Redact until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    bus = RenamedBus(open_bus(kind, address), name, tell=True)
    await RedactStage(bus, Settings(), registry=CollectorRegistry()).run(stop)
    await bus.close()


if __name__ == "__main__":
    asyncio.run(be_redactor(*sys.argv[1:4]))
