"""A recording client on a real connection, which says what `tests/data/siprec/rs_many` holds."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import soundfile

from sip_gateway.audio.g711 import encode
from sip_gateway.rtp.packet import Packet, build
from sip_gateway.sip import sdp
from sip_gateway.sip.message import Request, Response
from sip_gateway.sip.parsing import parse

DATA = Path(__file__).parent / "data" / "siprec" / "rs_many"
DEADLINE_S = 20.0
PACKET = 160
_LENGTH = re.compile(rb"\r\nContent-Length: *(\d+)", re.IGNORECASE)
_CSEQ = re.compile(rb"CSeq: \d+")
_BRANCH = re.compile(rb"branch=z9hG4bK-[\w-]+")


class RecordingClient:
    """One recording session. It outlives its connection."""

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.first = ""
        """The call id that the first answer told."""

        self.ports: list[int] = []
        """Where the streams go, by media line."""

        self._tag = ""
        self._cseq = 0
        self._sent: dict[int, tuple[int, int]] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    async def connect(self, port: int) -> None:
        """To the gateway, again if it was away."""
        self.close()
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._streams = await asyncio.open_connection("127.0.0.1", port)

    def close(self) -> None:
        """The connection, not the recording session."""
        self._rtp.close()
        if self._streams:
            self._streams[1].close()

    async def say(self, name: str) -> Response:
        """Send the recorded message of this name; the final answer, which is acknowledged."""
        return await self._ask((DATA / f"{name}.sip").read_bytes())

    async def hang_up(self) -> Response:
        """End the recording session."""
        head = (DATA / "next.sip").read_bytes().partition(b"\r\nContact:")[0]
        bye = head.replace(b"INVITE", b"BYE").replace(b"many-next", b"many-bye")
        return await self._ask(bye + b"\r\nContent-Length: 0\r\n\r\n")

    async def talk(self, line: int, pcm: bytes) -> None:
        """Send int16 little-endian [samples], mono, 8 kHz, as it is spoken."""
        coded = encode(pcm, "PCMU")
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for n, at in enumerate(range(0, len(coded) - PACKET + 1, PACKET)):
            await asyncio.sleep(begun + n * 0.02 - loop.time())
            number, timestamp = self._sent.get(line, (0, 0))
            packet = Packet(0, n == 0, number, timestamp, 100 + line, coded[at : at + PACKET])
            self._sent[line] = (number + 1, timestamp + PACKET)
            self._rtp.sendto(build(packet), ("127.0.0.1", self.ports[line]))

    async def _ask(self, recorded: bytes) -> Response:
        self._cseq += 1
        unique = f"branch=z9hG4bK-{self.call_id}-{self._cseq}".encode()
        request = recorded.replace(b"@TAG@", self._tag.encode())
        request = request.replace(b"many-1@192.0.2.20", self.call_id.encode())
        request = _CSEQ.sub(f"CSeq: {self._cseq}".encode(), request, count=1)
        request = _BRANCH.sub(unique, request, count=1)
        await self._send(request)
        while True:
            answer = await self._hear()
            if isinstance(answer, Response) and answer.status >= 200:
                break
        if request.startswith(b"INVITE"):
            await self._accepted(request, answer)
        return answer

    async def _accepted(self, invite: bytes, answer: Response) -> None:
        self._tag = answer.to.tag
        self.first = self.first or (answer.headers.get("X-Trunkline-Call-ID") or "")
        if answer.status == 200:
            self.ports = [media.port for media in sdp.parse(answer.body).media]
        head = invite.partition(b"\r\nContact:")[0].replace(b"INVITE", b"ACK")
        if b";tag=" + self._tag.encode() not in head:
            head = head.replace(
                b"To: <sip:srs@192.0.2.9>", b"To: <sip:srs@192.0.2.9>;tag=" + self._tag.encode()
            )
        branch = f"branch=z9hG4bK-{self.call_id}-{self._cseq}-ack".encode()
        await self._send(_BRANCH.sub(branch, head, count=1) + b"\r\nContent-Length: 0\r\n\r\n")

    async def _send(self, data: bytes) -> None:
        assert self._streams
        self._streams[1].write(data)
        await self._streams[1].drain()

    async def _hear(self) -> Request | Response:
        assert self._streams
        async with asyncio.timeout(DEADLINE_S):
            head = await self._streams[0].readuntil(b"\r\n\r\n")
            found = _LENGTH.search(head)
            assert found
            return parse(head + await self._streams[0].readexactly(int(found[1])))


@contextlib.asynccontextmanager
async def recording_client(port: int, call_id: str) -> AsyncIterator[RecordingClient]:
    """Connected to the gateway."""
    client = RecordingClient(call_id)
    await client.connect(port)
    try:
        yield client
    finally:
        client.close()


def part_of(path: Path, first_ms: int, last_ms: int) -> bytes:
    """A part of a file of 8 or 16 kHz, as `talk` wants it."""
    pcm, rate_hz = soundfile.read(path, dtype="int16")
    step = rate_hz // 8000
    part = pcm[first_ms * rate_hz // 1000 : last_ms * rate_hz // 1000 : step]
    return bytes(np.ascontiguousarray(part, "<i2").tobytes())


def noise(ms: int) -> bytes:
    """Audio that is no silence."""
    samples = np.random.default_rng(7).integers(1000, 20_000, ms * 8)
    return samples.astype("<i2").tobytes()
