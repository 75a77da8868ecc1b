"""Settings of `[bus]`."""

from typing import Literal

import msgspec


class KafkaAccess(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[bus.kafka_access]`: how we know the brokers, and they us.

    Files are read anew for each client that is made.
    """

    tls: bool = False
    """Encrypt, and check the brokers' certificates and names. Wanted beyond this machine."""

    ca_file: str = ""
    """PEM of who signed these certificates; empty: the authorities of this machine."""

    cert_file: str = ""
    """PEM of our own certificate, where the brokers ask for one."""

    key_file: str = ""
    """PEM of that certificate's key."""

    mechanism: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = ""
    """Of SASL; empty: none. PLAIN with `tls` only."""

    user: str = ""
    """Name for `mechanism`."""

    password_file: str = ""
    """File with that user's password alone, readable by its owner."""

    def __post_init__(self) -> None:
        if not self.tls and (self.ca_file or self.cert_file or self.key_file):
            raise ValueError("kafka_access: ca_file, cert_file and key_file need tls = true")
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("kafka_access: cert_file and key_file go together")
        if self.mechanism == "PLAIN" and not self.tls:
            raise ValueError("kafka_access: PLAIN sends the password itself: tls = true")
        if bool(self.mechanism) != bool(self.user and self.password_file):
            raise ValueError("kafka_access: mechanism, user and password_file go together")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What carries events between the roles."""

    backend: str = "postgres"
    """`postgres` for one machine, `kafka` for a cluster."""

    kafka_servers: tuple[str, ...] = ()
    """`host:port` of Kafka brokers, with `backend = "kafka"`."""

    kafka_access: KafkaAccess = KafkaAccess()

    partitions: int = 8
    """Of each topic. At least the number of redact or store processes you will ever run."""

    key_file: str = ""
    """32-byte AES key, hex, for the raw topic; empty: `keys/raw.key` in the state directory."""

    retention_raw_s: int = 3600
    """Raw transcripts are deleted after this."""

    retention_s: int = 604800
    """Everything else on the bus is deleted after this."""


def retention_s(settings: Settings, topic: str) -> int:
    """How long a record of `topic` is kept; raw transcripts are on topics that end in `.raw`."""
    return settings.retention_raw_s if topic.endswith(".raw") else settings.retention_s
