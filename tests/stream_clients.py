"""The platform's end of a media stream, a class a dialect: each says the same conversation."""

import asyncio
import base64
import json
import socket
import struct
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple, Protocol

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from sip_gateway.audio.g711 import encode
from tests.stream_dialects import headers, uuid_of

STEP_MS = 20
QUEUE = "billing"
OWN = {"UCID": "00011732200042", "ani": "+12025550143"}
"""What the customer lets the platform pass on."""


def voice(ms: int, *, seed: int, rate_hz: int = 8000) -> bytes:
    """L16 noise."""
    samples = np.random.default_rng(seed).normal(0, 3000, rate_hz * ms // 1000)
    return samples.astype("<i2").tobytes()


class Client(Protocol):
    """One platform."""

    name: str
    rate_hz: int
    query: str

    def start(self, conversation: str) -> Sequence[str | bytes]:
        """The messages before any audio."""
        ...

    def audio(self, customer: bytes, agent: bytes) -> Sequence[str | bytes]:
        """The messages for 20 ms of L16 of both."""
        ...

    def lose(self, ms: int) -> list[str]:
        """So much will never be sent."""
        ...

    def end(self) -> Sequence[str | bytes]:
        """The messages after all audio; then the connection is closed."""
        ...


class Twilio:
    """Also SignalWire."""

    rate_hz = 8000
    query = ""

    def __init__(self, name: str = "twilio") -> None:
        self.name = name
        self._chunk = self._ms = 0

    def start(self, conversation: str) -> list[str]:
        start = {
            "callSid": conversation,
            "tracks": ["inbound", "outbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"queue": QUEUE, **OWN},
        }
        connected = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
        return [json.dumps(connected), json.dumps({"event": "start", "start": start})]

    def audio(self, customer: bytes, agent: bytes) -> Sequence[str]:
        self._chunk += 1
        said = [self._media("inbound", customer), self._media("outbound", agent)]
        self._ms += STEP_MS
        return said

    def _media(self, track: str, pcm: bytes) -> str:
        payload = base64.b64encode(encode(pcm, "PCMU")).decode()
        media = {"track": track, "chunk": str(self._chunk), "timestamp": str(self._ms)}
        return json.dumps({"event": "media", "media": {**media, "payload": payload}})

    def lose(self, ms: int) -> list[str]:
        self._chunk += ms // STEP_MS
        self._ms += ms
        return []

    def end(self) -> list[str]:
        return [json.dumps({"event": "stop", "stop": {}})]


class Telnyx(Twilio):
    """The same chunks, described otherwise."""

    def __init__(self) -> None:
        super().__init__("telnyx")

    def start(self, conversation: str) -> list[str]:
        start = {"call_control_id": conversation, "custom_parameters": {"queue": QUEUE, **OWN}}
        return [json.dumps({"event": "start", "stream_id": "s", "start": start})]


class Forked:
    """Stereo L16 behind one message."""

    def __init__(self, name: str, *, rate_hz: int = 16000, query: str = "") -> None:
        self.name = name
        self.rate_hz = rate_hz
        self.query = query

    def start(self, conversation: str) -> list[str]:
        if self.query:
            return []
        if self.name == "jambonz":
            call = {"sampleRate": self.rate_hz, "mixType": "stereo", "callSid": conversation}
            return [json.dumps({**call, "direction": "inbound", "queue": QUEUE, **OWN})]
        fork = {"uuid": conversation, "rate": self.rate_hz, "mix": "stereo", "queue": QUEUE, **OWN}
        return [json.dumps(fork)]

    def audio(self, customer: bytes, agent: bytes) -> Sequence[bytes]:
        both = np.column_stack((np.frombuffer(customer, "<i2"), np.frombuffer(agent, "<i2")))
        return [both.tobytes()]

    def lose(self, ms: int) -> list[str]:
        return []

    def end(self) -> list[str]:
        return []


class Vonage(Forked):
    """One leg of two."""

    def __init__(self, leg: str) -> None:
        super().__init__("vonage", rate_hz=16000)
        self._leg = leg

    def start(self, conversation: str) -> list[str]:
        connected = {"event": "websocket:connected", "content-type": "audio/l16;rate=16000"}
        ours = {"conversation": conversation, "leg": self._leg, "queue": QUEUE, **OWN}
        return [json.dumps(connected | ours)]

    def audio(self, customer: bytes, agent: bytes) -> Sequence[bytes]:
        return [customer if self._leg == "customer" else agent]


class Plain(Forked):
    """Our own protocol."""

    def __init__(self) -> None:
        super().__init__("stream")

    def start(self, conversation: str) -> list[str]:
        parties = [{"role": "customer", "name": "Jordan Reed"}, {"role": "agent"}]
        start = {"type": "start", "conversation": conversation, "parties": parties, "queue": QUEUE}
        return [json.dumps({**start, "encoding": "l16", "rate": self.rate_hz, "attributes": OWN})]

    def lose(self, ms: int) -> list[str]:
        return [json.dumps({"type": "lost", "ms": ms})]

    def end(self) -> list[str]:
        return [json.dumps({"type": "stop"})]


class ChanWebsocket:
    """One leg of two, a websocket channel of Asterisk's."""

    name = "chan_websocket"

    def __init__(self, leg: str, *, form: str = "slin16") -> None:
        self.query = f"?conversation={{conversation}}&leg={leg}&queue={QUEUE}&UCID={OWN['UCID']}"
        self.rate_hz = 16000 if form == "slin16" else 8000
        self._leg = leg
        self._form = form

    def start(self, conversation: str) -> list[str]:
        told = f"channel_id:1.{self._leg} format:{self._form} optimal_frame_size:640 ptime:20"
        return [f"MEDIA_START connection_id:trunkline channel:WebSocket/trunkline/0x1 {told}"]

    def audio(self, customer: bytes, agent: bytes) -> Sequence[bytes]:
        pcm = customer if self._leg == "customer" else agent
        return [encode(pcm, "PCMU") if self._form == "ulaw" else pcm]

    def lose(self, ms: int) -> list[str]:
        return []

    def end(self) -> list[str]:
        return []


class AudioSocket:
    """One leg of two, over TCP."""

    name = "audiosocket"
    query = ""

    def __init__(self, leg: str, *, rate_hz: int = 8000) -> None:
        self.rate_hz = rate_hz
        self._leg = leg

    def start(self, conversation: str) -> list[bytes]:
        uuid_bytes = uuid.UUID(uuid_of(conversation, "0" if self._leg == "customer" else "1")).bytes
        return [_message(1, uuid_bytes)]

    def audio(self, customer: bytes, agent: bytes) -> Sequence[bytes]:
        kind = 0x12 if self.rate_hz == 16000 else 0x10
        return [_message(kind, customer if self._leg == "customer" else agent)]

    def lose(self, ms: int) -> list[str]:
        return []

    def end(self) -> list[bytes]:
        return [_message(0, b"")]


def _message(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


class TcpConnection:
    """As much of a websocket's connection as a talk needs, over bare TCP."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.transport = self
        self.reader = reader
        self._writer = writer

    def abort(self) -> None:
        """As a machine that dies: a reset, not an end."""
        linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self._writer.close()

    async def send(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        self._writer.write(message)
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()


class Ports(NamedTuple):
    """Where streams are taken."""

    websocket: int
    tcp: int


class Talk:
    """One connection."""

    def __init__(self, client: Client, connection: ClientConnection | TcpConnection) -> None:
        self.client = client
        self.connection = connection
        self._over = False

    async def start(self, conversation: str) -> None:
        await self._send(self.client.start(conversation))

    async def stream(self, ms: int) -> None:
        """Noise of both, in real time."""
        client = self.client
        began = time.monotonic()
        customer = voice(ms, seed=1, rate_hz=client.rate_hz)
        agent = voice(ms, seed=2, rate_hz=client.rate_hz)
        size = 2 * client.rate_hz * STEP_MS // 1000
        for n in range(ms // STEP_MS):
            at = slice(n * size, (n + 1) * size)
            await self._send(client.audio(customer[at], agent[at]))
            await asyncio.sleep(max(0.0, began + (n + 1) * STEP_MS / 1000 - time.monotonic()))

    async def lose(self, ms: int) -> None:
        """The platform's clock runs on."""
        await self._send(self.client.lose(ms))
        await asyncio.sleep(ms / 1000)

    async def end(self) -> None:
        """In good order, if it did not break before."""
        if not self._over:
            self._over = True
            await self._send(self.client.end())
            await self.connection.close()

    def break_off(self) -> None:
        """As a machine that dies."""
        self._over = True
        self.connection.transport.abort()

    async def close(self) -> None:
        """Without a word."""
        self._over = True
        await self.connection.close()

    async def say(self, **message: object) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> str | bytes:
        """The next message of the websocket; ConnectionClosed if there is none."""
        assert isinstance(self.connection, ClientConnection)
        return await self.connection.recv()

    async def _send(self, messages: Sequence[str | bytes]) -> None:
        for message in messages:
            await self.connection.send(message)


@asynccontextmanager
async def talking(client: Client, ports: Ports, known: str = "") -> AsyncIterator[Talk]:
    """A connection that is let in, but has said nothing; `known`: what its URL may have to name."""
    if client.name == "audiosocket":
        reader, writer = await asyncio.open_connection("127.0.0.1", ports.tcp)
        yield Talk(client, TcpConnection(reader, writer))
        writer.close()
        return
    target = f"/{client.name}{client.query.format(conversation=known)}"
    async with connect(
        f"ws://127.0.0.1:{ports.websocket}{target}",
        additional_headers=headers(client.name, target),
        subprotocols=[Subprotocol("audio.jambonz.org")] if client.name == "jambonz" else None,
    ) as connection:
        yield Talk(client, connection)


@asynccontextmanager
async def conversing(
    parts: Sequence[Client], ports: Ports, known: str
) -> AsyncIterator[list[Talk]]:
    """Every connection of a conversation, begun; those that did not break are ended after it."""
    async with AsyncExitStack() as stack:
        talks = [await stack.enter_async_context(talking(part, ports, known)) for part in parts]
        for talk in talks:
            await talk.start(known)
        yield talks
        for talk in talks:
            await talk.end()


async def speak(talks: Sequence[Talk], ms: int) -> None:
    """All connections at once."""
    await asyncio.gather(*(talk.stream(ms) for talk in talks))


def clients(name: str) -> list[Client]:
    """What makes up a conversation of a dialect: one connection, or one a leg."""
    made: dict[str, Callable[[], list[Client]]] = {
        "twilio": lambda: [Twilio()],
        "signalwire": lambda: [Twilio("signalwire")],
        "telnyx": lambda: [Telnyx()],
        "vonage": lambda: [Vonage("customer"), Vonage("agent")],
        "freeswitch": lambda: [Forked("freeswitch")],
        "jambonz": lambda: [Forked("jambonz", rate_hz=8000)],
        "stream": lambda: [Plain()],
        "audiosocket": lambda: [AudioSocket("customer"), AudioSocket("agent")],
        "chan_websocket": lambda: [ChanWebsocket("customer"), ChanWebsocket("agent")],
    }
    return made[name]()


ALL = (
    *("twilio", "signalwire", "telnyx", "vonage", "freeswitch", "jambonz"),
    *("chan_websocket", "audiosocket", "stream"),
)
CELLS = {
    "start": ALL,
    "audio": ALL,
    "hold, pause": ("freeswitch", "jambonz", "stream"),
    "DTMF": (),
    "loss": ("twilio", "signalwire", "telnyx", "stream"),
    "reconnect": ALL,
    "end": ALL,
}
"""Which dialects show which behaviour in a call: the cells marked C of deploy/ingress/README.md."""


def conversation() -> str:
    """An id of its own."""
    return uuid.uuid4().hex


def id_of(name: str, known: str) -> str:
    """What the call's external id is."""
    return uuid_of(known, "0") if name == "audiosocket" else known
