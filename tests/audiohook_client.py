"""The platform's end of an AudioHook connection, for tests: signs, streams in real time, pauses."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect

KEY = "dGVzdC1rZXktb2YtYXVkaW9ob29r"
SECRET = bytes(range(32))
SECRETS = {KEY: SECRET}
ORGANIZATION = str(uuid.UUID(int=7))
PATH = "/audiohook"
FRAME = 1600
"""Samples of 200 ms, as the platform sends them."""

SIGNED = (
    "@request-target",
    "@authority",
    "audiohook-organization-id",
    "audiohook-session-id",
    "audiohook-correlation-id",
    "x-api-key",
)


def signed_headers(authority: str, **changes: str) -> dict[str, str]:
    """Headers of one connection; `changes` come after signing."""
    headers = {
        "Audiohook-Organization-Id": ORGANIZATION,
        "Audiohook-Session-Id": str(uuid.uuid4()),
        "Audiohook-Correlation-Id": str(uuid.uuid4()),
        "X-API-KEY": KEY,
    }
    values = {name.lower(): value for name, value in headers.items()}
    values |= {"@request-target": PATH, "@authority": authority}
    names = " ".join(f'"{name}"' for name in SIGNED)
    made = f'({names});keyid="{KEY}";nonce="{secrets.token_urlsafe(24)}";alg="hmac-sha256"'
    made += f";created={int(time.time())};expires={int(time.time()) + 10}"
    lines = [f'"{name}": {values[name]}' for name in SIGNED]
    base = "\n".join([*lines, f'"@signature-params": {made}'])
    value = base64.b64encode(hmac.new(SECRET, base.encode(), hashlib.sha256).digest()).decode()
    headers |= {"Signature-Input": f"sig1={made}", "Signature": f"sig1=:{value}:"}
    return headers | {name.replace("_", "-"): value for name, value in changes.items()}


class Platform:
    """One session."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.received: list[dict[str, Any]] = []
        self._id = str(uuid.uuid4())
        self._seq = self._serverseq = 0
        self._position = 0

    async def say(self, kind: str, parameters: Mapping[str, object] | None = None) -> None:
        self._seq += 1
        message = {
            "version": "2",
            "id": self._id,
            "type": kind,
            "seq": self._seq,
            "serverseq": self._serverseq,
            "position": f"PT{self._position / 8000:.3f}S",
            "parameters": parameters or {},
        }
        await self.connection.send(msgspec.json.encode(message).decode())

    async def hear(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                message: dict[str, Any] = msgspec.json.decode(await self.connection.recv())
                self.received.append(message)
                self._serverseq = message["seq"]
                if message["type"] == kind:
                    return message

    async def open(self, conversation: str, **parameters: object) -> dict[str, Any]:
        await self.say(
            "open",
            {
                "organizationId": ORGANIZATION,
                "conversationId": conversation,
                "participant": {
                    "id": str(uuid.uuid4()),
                    "ani": "+12025550143",
                    "aniName": "Jordan Reed",
                    "dnis": "+12025550100",
                },
                "media": [
                    {"type": "audio", "format": "PCMU", "channels": channels, "rate": 8000}
                    for channels in (["external", "internal"], ["external"], ["internal"])
                ],
                "language": "en-US",
                **parameters,
            },
        )
        return await self.hear("opened")

    async def stream(self, customer: bytes, agent: bytes) -> None:
        """Mu-law of both, in real time."""
        began = time.monotonic()
        for at in range(0, len(customer), FRAME):
            frame = bytearray(2 * len(customer[at : at + FRAME]))
            frame[::2], frame[1::2] = customer[at : at + FRAME], agent[at : at + FRAME]
            await self.connection.send(bytes(frame))
            self._position += len(frame) // 2
            await asyncio.sleep(max(0.0, began + (at + FRAME) / 8000 - time.monotonic()))

    async def discard(self, samples: int) -> None:
        start, length = self._position / 8000, samples / 8000
        self._position += samples
        await self.say("discarded", {"start": f"PT{start}S", "discarded": f"PT{length}S"})

    async def close(self) -> None:
        await self.say("close", {"reason": "end"})
        await self.hear("closed")


@asynccontextmanager
async def platform(port: int, **changes: str) -> AsyncIterator[Platform]:
    """A session that is connected but not opened; `changes` spoil its signed headers."""
    authority = f"127.0.0.1:{port}"
    headers = signed_headers(authority, **changes)
    async with connect(f"ws://{authority}{PATH}", additional_headers=headers) as connection:
        yield Platform(connection)
