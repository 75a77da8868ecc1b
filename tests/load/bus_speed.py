"""How fast the Postgres bus is on this machine: `python -m tests.load.bus_speed`.

Prints publishes per second (100 concurrent publishers, 2 KB each, all durable and read by a group),
and at 100 publishes per second the milliseconds from publish to durable and to fetched.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry

from trunkline.bus import Subscription
from trunkline.bus.postgres import PostgresBus
from trunkline.bus.settings import Settings
from trunkline.embedded.postgres import EmbeddedPostgres

TOPIC = "speed"
PUBLISHERS = 100
EACH = 100
VALUE = b"x" * 2000


async def drain(subscription: Subscription, *, count: int) -> None:
    """Read and commit until `count` records came."""
    got = 0
    while got < count:
        records = await subscription.fetch()
        await subscription.commit(records)
        got += len(records)


async def rate(bus: PostgresBus, subscription: Subscription) -> None:
    """Publish as fast as it goes."""

    async def publisher(number: int) -> None:
        for _ in range(EACH):
            await bus.publish(TOPIC, f"call-{number}", VALUE)

    count = PUBLISHERS * EACH
    started = time.perf_counter()
    reading = asyncio.create_task(drain(subscription, count=count))
    await asyncio.gather(*(publisher(number) for number in range(PUBLISHERS)))
    published_s = time.perf_counter() - started
    await reading
    read_s = time.perf_counter() - started
    print(f"published {count / published_s:.0f}/s, read {count / read_s:.0f}/s")


async def latency(bus: PostgresBus, subscription: Subscription, *, count: int = 500) -> None:
    """Publish one record each 10 ms."""
    sent_at: dict[bytes, float] = {}
    durable_ms: list[float] = []
    fetched_ms: list[float] = []

    async def reader() -> None:
        while len(fetched_ms) < count:
            records = await subscription.fetch()
            now = time.perf_counter()
            fetched_ms.extend(1000 * (now - sent_at[record.value]) for record in records)
            await subscription.commit(records)

    reading = asyncio.create_task(reader())
    for number in range(count):
        value = str(number).encode()
        sent_at[value] = time.perf_counter()
        await bus.publish(TOPIC, f"call-{number}", value)
        durable_ms.append(1000 * (time.perf_counter() - sent_at[value]))
        await asyncio.sleep(0.01)
    await reading
    print(f"durable after {quantiles(durable_ms)}, fetched after {quantiles(fetched_ms)}")


def quantiles(values: Sequence[float]) -> str:
    cuts = statistics.quantiles(values, n=100)
    return f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms"


async def main(dsn: str) -> None:
    """Both measurements, on one topic."""
    writer = PostgresBus(dsn, Settings(), registry=CollectorRegistry())
    reader = PostgresBus(dsn, Settings(), registry=CollectorRegistry())
    subscription = await reader.subscribe([TOPIC], group="speed")
    while len(await subscription.assigned()) < Settings().partitions:
        await subscription.fetch(wait_s=0.1)
    await rate(writer, subscription)
    await latency(writer, subscription)
    await subscription.close()
    await writer.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="trunkline-speed-") as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder, "data"), Path(folder, "run"))
        server.start()
        try:
            asyncio.run(main(server.dsn))
        finally:
            server.stop()
