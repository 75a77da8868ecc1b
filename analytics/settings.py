"""Settings of `[analytics]`."""

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How transcripts are stored and shown."""

    http_host: str = "127.0.0.1"
    """Address of the web page and API. 0.0.0.0 to serve the network, behind TLS."""

    http_port: int = 8080
    """0 picks a free one."""

    store_batch: int = 500
    """Events written in one transaction at most."""

    lost_call_s: float = 900.0
    """A call without any event for so long, whose gateway never said its end, is closed as lost."""

    caption_queue: int = 1000
    """Caption events kept for a slow or reconnecting page before it gets a fresh snapshot."""

    review_sample: int = 20
    """Segments of each day and tenant that are drawn for review of their redaction; 0: none."""
