"""Kafka by TLS, by our certificate and by SASL: whom a real broker lets in, and whom we believe."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from tests.contract.bus_places import new_name, read
from tests.services.authority import Authority
from tests.services.kafka_broker import PASSWORD, USER, KafkaBroker
from trunkline.bus import Unavailable
from trunkline.bus.kafka import KafkaBus
from trunkline.bus.settings import KafkaAccess, Settings
from trunkline.settings import SettingsError


@pytest.fixture
def password_file(tmp_path: Path) -> Callable[[str], str]:
    def write(password: str) -> str:
        path = tmp_path / "kafka.password"
        path.touch(mode=0o600)
        path.write_text(password + "\n")
        return str(path)

    return write


def bus_at(port: int, access: KafkaAccess) -> KafkaBus:
    settings = Settings(
        backend="kafka",
        kafka_servers=(f"127.0.0.1:{port}",),
        kafka_access=access,
        partitions=1,
    )
    return KafkaBus(settings, registry=CollectorRegistry())


async def carry(bus: KafkaBus) -> bytes:
    """What is read of what was written."""
    topic = new_name("topic")
    try:
        await bus.publish(topic, "call", b"value")
        subscription = await bus.subscribe([topic], group=new_name("group"))
        records = await read(subscription, count=1)
        await subscription.close()
        return records[0].value
    finally:
        await bus.close()


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_a_user_with_the_password_is_let_in(
    kafka_broker: KafkaBroker, password_file: Callable[[str], str], mechanism: str
) -> None:
    access = KafkaAccess(
        tls=True,
        ca_file=kafka_broker.authority.ca,
        mechanism=mechanism,  # type: ignore[arg-type]
        user=USER,
        password_file=password_file(PASSWORD),
    )
    assert await carry(bus_at(kafka_broker.sasl_port, access)) == b"value"


async def test_a_certificate_of_ours_is_shown(kafka_broker: KafkaBroker) -> None:
    ours = kafka_broker.authority.sign("trunkline")
    access = KafkaAccess(
        tls=True,
        ca_file=kafka_broker.authority.ca,
        cert_file=ours.certificate,
        key_file=ours.private_key,
    )
    assert await carry(bus_at(kafka_broker.ssl_port, access)) == b"value"


async def test_a_wrong_password_is_no_reason_to_crash(
    kafka_broker: KafkaBroker,
    password_file: Callable[[str], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    access = KafkaAccess(
        tls=True,
        ca_file=kafka_broker.authority.ca,
        mechanism="SCRAM-SHA-512",
        user=USER,
        password_file=password_file("something else"),
    )
    bus, before = bus_at(kafka_broker.sasl_port, access), set(threading.enumerate())
    with pytest.raises(Unavailable) as refused:
        await bus.publish(new_name("topic"), "call", b"value")
    left = set(threading.enumerate()) - before
    assert all(thread.name.startswith("kafka-write") for thread in left)
    assert bus.ready() == "the bus is away"
    assert "NotLetIn" in str(refused.value) and "something else" not in caplog.text
    await bus.close()


async def test_a_broker_that_others_vouch_for_is_not_believed(
    kafka_broker: KafkaBroker, tmp_path: Path, password_file: Callable[[str], str]
) -> None:
    access = KafkaAccess(
        tls=True,
        ca_file=Authority(tmp_path, "others").ca,
        mechanism="PLAIN",
        user=USER,
        password_file=password_file(PASSWORD),
    )
    bus = bus_at(kafka_broker.sasl_port, access)
    with pytest.raises(Unavailable):
        await bus.publish(new_name("topic"), "call", b"value")
    await bus.close()


def test_a_password_that_is_not_there_is_told_at_once() -> None:
    access = KafkaAccess(
        tls=True, mechanism="PLAIN", user=USER, password_file="/nowhere/kafka.password"
    )
    with pytest.raises(SettingsError, match="/nowhere/kafka.password"):
        bus_at(9092, access)
