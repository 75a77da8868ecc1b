"""Settings of `[bus]`."""

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What carries events between the roles."""

    backend: str = "postgres"
    """`postgres` for one machine, `kafka` for a cluster."""

    kafka_servers: tuple[str, ...] = ()
    """`host:port` of Kafka brokers, with `backend = "kafka"`."""

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
