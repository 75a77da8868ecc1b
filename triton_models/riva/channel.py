"""How a Riva server is reached: TLS, and what is sent with every call."""

from pathlib import Path

import grpc  # type: ignore[import-untyped]
import grpc.aio  # type: ignore[import-untyped]

from triton_models.settings import Riva

Metadata = tuple[tuple[str, str], ...]

_OPTIONS = (
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


class Unusable(Exception):
    """The operator must change `[triton_models.riva]`; says what."""


def open_channel(url: str, riva: Riva) -> grpc.aio.Channel:
    """One channel for all legs; connects by itself, again and again."""
    if not url:
        raise Unusable('backend = "riva" needs [triton_models] url: HOST:50051')
    if not riva.tls:
        return grpc.aio.insecure_channel(url, options=_OPTIONS)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=_content(riva.ca_file),
        private_key=_content(riva.key_file),
        certificate_chain=_content(riva.cert_file),
    )
    return grpc.aio.secure_channel(url, credentials, options=_OPTIONS)


def call_metadata(riva: Riva) -> Metadata:
    """The configured metadata, and the key; a key goes through TLS or not at all."""
    pairs = [(name.lower(), value) for name, value in riva.metadata.items()]
    key = _content(riva.api_key_file)
    if key is None:
        return tuple(pairs)
    if not riva.tls:
        raise Unusable("[triton_models.riva] api_key_file needs tls = true")
    return (*pairs, ("authorization", f"Bearer {key.decode().strip()}"))


def _content(path: str) -> bytes | None:
    if not path:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Unusable(f"[triton_models.riva] {path}: {error.strerror}") from None
