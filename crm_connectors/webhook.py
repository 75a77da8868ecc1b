"""The webhook: one signed POST per finished call."""

import asyncio
import ipaddress
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from analytics.events import TranscriptDocument
from crm_connectors.connector import Rejected, Unavailable
from crm_connectors.finalised import EVENT, finalised
from crm_connectors.settings import Settings
from crm_connectors.signature import sign

SHORTEST_SECRET = 16
"""Bytes: a shorter HMAC key could be guessed."""

RETRIED = frozenset({408, 425, 429})
"""With all of 5xx: the receiver may take it later."""


class Webhook:
    """Pushes finished calls to `webhook_url`, signed.

    Redirects are not followed (a signed transcript goes where the operator said and nowhere else),
    TLS is verified, proxies of the environment are not used, the response's body is not read.
    """

    def __init__(
        self, settings: Settings, *, secret: bytes, now: Callable[[], float] = time.time
    ) -> None:
        self._url = checked_url(settings.webhook_url, allow_http=settings.webhook_allow_http)
        self._secret = secret
        self._now = now
        self._timeout_s = settings.timeout_s
        trust = httpx.create_ssl_context(trust_env=False)
        trust.load_default_certs()
        self._client = httpx.AsyncClient(
            verify=trust, trust_env=False, follow_redirects=False, timeout=settings.timeout_s
        )

    async def deliver(
        self, document: TranscriptDocument, *, revision: int, idempotency_key: str
    ) -> None:
        """POST the call; returns on any 2xx."""
        if document.summary is None:
            raise Unavailable("the call is not finished")
        body = finalised(document, document.summary, revision=revision)
        headers = self._headers(body, idempotency_key)
        try:
            # httpx's timeout is per read or write; this one bounds the attempt.
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream("POST", self._url, content=body, headers=headers) as response,
            ):
                judge(response.status_code, response.headers, now=self._now())
        except (TimeoutError, httpx.TimeoutException):
            raise Unavailable("timeout") from None
        except httpx.TransportError as error:
            raise Unavailable(type(error).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _headers(self, body: bytes, idempotency_key: str) -> dict[str, str]:
        timestamp = int(self._now())
        return {
            "Content-Type": "application/json",
            "User-Agent": "trunkline",
            "Idempotency-Key": idempotency_key,
            "Trunkline-Event": EVENT,
            "Trunkline-Timestamp": str(timestamp),
            "Trunkline-Signature": sign(body, self._secret, timestamp=timestamp),
        }


def judge(status: int, headers: Mapping[str, str], *, now: float) -> None:
    """Return on success; Unavailable or Rejected otherwise."""
    if 200 <= status < 300:
        return
    if status in RETRIED or status >= 500:
        asked_s = retry_after_s(headers.get("retry-after", ""), now=now)
        raise Unavailable(f"HTTP {status}", retry_after_s=asked_s)
    why = ": redirects are not followed" if 300 <= status < 400 else ""
    raise Rejected(f"HTTP {status}{why}")


def retry_after_s(value: str, *, now: float) -> float:
    """Seconds asked for by Retry-After (RFC 9110 section 10.2.3); 0 where it says nothing."""
    if value.strip().isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, at.replace(tzinfo=at.tzinfo or UTC).timestamp() - now)


def checked_url(url: str, *, allow_http: bool) -> str:
    """The URL, if transcripts may be sent there; ValueError with the reason otherwise."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("crm_connectors.webhook_url: expected https://HOST/...")
    if parts.username or parts.password:
        raise ValueError("crm_connectors.webhook_url: no user or password in the URL")
    if parts.scheme == "http" and not (allow_http or _is_loopback(parts.hostname)):
        raise ValueError(
            "crm_connectors.webhook_url: http:// only to this machine; use https://, "
            "or set webhook_allow_http where the network itself is encrypted"
        )
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_secret(path: Path) -> bytes:
    """The HMAC key of a file, without its trailing newline; ValueError if it cannot serve."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise ValueError(f"crm_connectors.webhook_secret_file: {path}: {error.strerror}") from None
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(
            f"crm_connectors.webhook_secret_file: {path}: at least {SHORTEST_SECRET} bytes"
        )
    return secret


def connect_webhook(settings: Settings) -> Webhook:
    """The webhook of the settings; ValueError names the key that is wrong."""
    if not settings.webhook_secret_file:
        raise ValueError("crm_connectors.webhook_secret_file: required with webhook_url")
    return Webhook(settings, secret=read_secret(Path(settings.webhook_secret_file)))
