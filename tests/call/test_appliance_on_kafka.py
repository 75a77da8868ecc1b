"""The appliance on its other legs: Kafka as the bus, speech recognised in the worker's process."""

from pathlib import Path

import pytest

from deploy.webhook_receiver import Receiver
from tests.services.appliance import CALLS, appliance, eventually
from tests.services.captions import watching

pytestmark = pytest.mark.timeout(300)

LEGS = CALLS / "d01_bank_card"


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
            call_id = await line.call(
                str(LEGS / "agent.wav"), str(LEGS / "customer.wav"), "--siprec"
            )
            document = await line.transcript(call_id)

            async def delivered() -> bool:
                return bool(receiver.bodies)

            await eventually(delivered, seconds=20, what="the webhook came")
    agent = " ".join(s["text"] for s in document["segments"] if s["speaker"] == "agent").lower()
    assert "thank you for calling" in agent and "next payment is due" in agent
    assert document["summary"]["redactions"]["card"] >= 1
    assert "[card]" in watcher.text(call_id, final=True)
    assert watcher.segments(call_id, final=False)
