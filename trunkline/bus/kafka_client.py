"""How every client of kafka-python is made: where the brokers are, TLS, and who it says it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.net.compat import KafkaNetClient

from trunkline.bus.settings import KafkaAccess, Settings
from trunkline.password_file import read_password

Client = TypeVar("Client")

BOOTSTRAP_MS = 3_000
"""For the first connection of a client: then the broker counts as away."""


class NotLetIn(KafkaTimeoutError):  # type: ignore[misc]
    """No broker had us as a client in time: it is away or starting, or `[bus.kafka_access]` is not
    what it wants. kafka-python's log says more, but not always which."""


def connected(kind: Callable[..., Client], settings: Settings, **more: Any) -> Client:
    """A client of this kind that has reached a broker; else KafkaError. SettingsError if what is
    needed to get in is not there."""
    made: list[KafkaNetClient] = []

    def noted(**configs: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**configs))
        return made[-1]

    try:
        return kind(**connection(settings), kafka_client=noted, **more)
    except KafkaError as error:
        # kafka-python 3.0.12 leaves the I/O thread of a client running that could not connect.
        for one in made:
            one.close()
            one._net.stop()
        if isinstance(error, KafkaTimeoutError):
            raise NotLetIn from None
        raise


def connection(settings: Settings) -> dict[str, Any]:
    """What every client is told: where the brokers are, how to get in, to come back soon when they
    do; SettingsError if the password cannot be read."""
    return {
        "bootstrap_servers": list(settings.kafka_servers),
        **_access(settings.kafka_access),
        "bootstrap_timeout_ms": BOOTSTRAP_MS,
        "request_timeout_ms": 5_000,
        "reconnect_backoff_ms": 50,
        "reconnect_backoff_max_ms": 1_000,
    }


def _access(settings: KafkaAccess) -> dict[str, Any]:
    transport = "SSL" if settings.tls else "PLAINTEXT"
    if not settings.mechanism:
        return {"security_protocol": transport, **_tls(settings)}
    return {
        "security_protocol": f"SASL_{transport}",
        "sasl_mechanism": settings.mechanism,
        "sasl_plain_username": settings.user,
        "sasl_plain_password": read_password(Path(settings.password_file)),
        **_tls(settings),
    }


def _tls(settings: KafkaAccess) -> dict[str, Any]:
    return {
        "ssl_cafile": settings.ca_file or None,
        "ssl_certfile": settings.cert_file or None,
        "ssl_keyfile": settings.key_file or None,
    }
