"""The appliance on its other legs: Kafka as the bus, speech recognised in the worker's process."""

from pathlib import Path

import pytest

from deploy.webhook_receiver import Receiver
from tests.clips import clip
from tests.services.appliance import appliance, eventually
from tests.services.captions import watching

pytestmark = pytest.mark.timeout(300)

CLIP_MS = (20_800, 46_400)
"""The card, its read-back, expiry and CVV: from `the new card number` to `one moment`."""


async def test_a_call_goes_over_kafka_with_the_recogniser_in_process(
    tmp_path: Path, kafka_servers: str
) -> None:
    bus = {"backend": "kafka", "kafka_servers": kafka_servers.split(",")}
    speech = {"backend": "local"}
    with Receiver() as receiver:
        async with (
            appliance(tmp_path, receiver, bus=bus, triton_models=speech) as line,
            watching(line) as watcher,
        ):
            assert line.pids("tritonserver") == []
            call_id = await line.call(*clip(tmp_path, *CLIP_MS))
            document = await line.transcript(call_id)

            async def delivered() -> bool:
                return bool(receiver.bodies)

            await eventually(delivered, seconds=20, what="the webhook came")
    agent = " ".join(s["text"] for s in document["segments"] if s["speaker"] == "agent").lower()
    assert "card number" in agent and "one moment while" in agent
    assert document["summary"]["redactions"]["card"] >= 1
    assert "[card]" in watcher.text(call_id, final=True)
    assert watcher.segments(call_id, final=False)
