"""How redact processes share a load: `python -m tests.load.redact_workers [--workers 1,2]`.

Finals of made-up calls lie on the raw topic of an embedded Postgres; the time runs from when the
processes have their partitions, and the first record, until the last call has ended.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from redaction.events import TRANSCRIPTS_TOPIC
from tests.contract.bus_places import PARTITIONS, PostgresPlace
from tests.contract.redact_members import RenamedBus, start_redactor
from tests.spoken_pii.dialogues import personal_calls
from tests.spoken_pii.errors import MEASURED
from tests.spoken_pii.stream import stream
from triton_models.events import RAW_TOPIC, RawTranscriptEnded
from trunkline.bus import Bus
from trunkline.embedded.postgres import EmbeddedPostgres


class Taken(NamedTuple):
    """What one run took."""

    finals: int
    calls: int
    seconds: float
    cpu_s: list[float]
    """Of each process, its start taken off."""


async def publish(bus: Bus, rounds: int) -> tuple[int, int]:
    """All finals, then the ends; how many finals and calls."""
    calls = list(personal_calls("dev", rounds=rounds, rates=MEASURED))
    finals = 0
    for call in calls:
        events = [heard.event for heard in stream(call) if heard.event.is_final]
        finals += len(events)
        ended = RawTranscriptEnded(
            tenant_id="t", call_id=call.name, ended_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        encoded = map(msgspec.json.encode, (*events, ended))
        await asyncio.gather(*(bus.publish(RAW_TOPIC, call.name, value) for value in encoded))
    return finals, len(calls)


async def run(place: PostgresPlace, *, workers: int, rounds: int) -> Taken:
    """So many processes from their partitions to the last end."""
    name = f"w{secrets.token_hex(4)}"
    bus = RenamedBus(place.new_bus(), name)
    output = await bus.tail([TRANSCRIPTS_TOPIC], since_s=1e6)
    members = [await start_redactor(place.spec, name) for _ in range(workers)]
    await asyncio.gather(*(member.reads(PARTITIONS // workers) for member in members))
    before = [member.cpu_s for member in members]
    started = time.monotonic()
    finals, calls = await publish(bus, rounds)
    ended = 0
    while ended < calls:
        records = await output.fetch(wait_s=1.0)
        ended += sum(b'"TranscriptEnded"' in record.value[:40] for record in records)
    seconds = time.monotonic() - started
    for member in members:
        await member.stop()
    await bus.close()
    used = [member.cpu_s - cpu_s for member, cpu_s in zip(members, before, strict=True)]
    return Taken(finals, calls, seconds, used)


async def measure(workers: list[int], rounds: int) -> None:
    """One line for each number of workers."""
    with tempfile.TemporaryDirectory(prefix="trunkline-load-") as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder, "data"), Path(folder, "run"))
        server.start()
        try:
            for count in workers:
                taken = await run(PostgresPlace(server), workers=count, rounds=rounds)
                busiest = max(taken.cpu_s)
                print(
                    f"{count} redact process(es): {taken.finals} finals of {taken.calls} calls, "
                    f"{sum(taken.cpu_s):.2f} CPU s in all, {busiest:.2f} in the busiest "
                    f"({taken.finals / busiest:.0f} finals a CPU second of it); "
                    f"{taken.seconds:.1f} s on the clock"
                )
        finally:
            server.stop()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", default="1,2", help="numbers of processes (1, 2, 4, 8)")
    parser.add_argument("--rounds", type=int, default=2, help="times each dialogue is filled")
    options = parser.parse_args()
    asyncio.run(measure([int(n) for n in options.workers.split(",")], options.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
