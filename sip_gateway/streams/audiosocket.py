"""Asterisk's AudioSocket: a TCP connection a leg, audio behind a UUID that says whose it is.

https://docs.asterisk.org/Configuration/Channel-Drivers/AudioSocket/: a byte of kind, two of
length, a payload. Asterisk itself never says 0x00 (res_audiosocket.c of 18 to 23): it closes.
The protocol has no place for a proof, so the UUID is one: deploy/ingress.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple
from uuid import UUID

from sip_gateway.streams.about import About, BadMessage, Leg, parties_of
from sip_gateway.streams.dialect import Dialect, Reason, Told
from sip_gateway.streams.forked import QUIET_S
from sip_gateway.streams.heard import StreamEnded, StreamOpened
from sip_gateway.streams.interleaved import Arriving
from sip_gateway.streams.signature import SignedRequest

NAME = "audiosocket"
HEADER = 3
"""Bytes."""

HANGUP, IDENTITY = 0x00, 0x01
RATE_HZ = {
    0x10: 8000,
    0x12: 16000,
    0x13: 24000,
    0x14: 32000,
    0x16: 48000,
    0x17: 96000,
    0x18: 192_000,
}
"""`slin`, and `slin16` to `slin192`."""

OTHER_RATES = frozenset((0x11, 0x15))
"""slin12 and slin44."""

NONCE, PROOF = 12, 19
"""Hexadecimal digits of a signed UUID; the one that is left is the leg's."""

LEGS: tuple[Leg, ...] = ("customer", "agent", "mixed")
"""By the last digit."""


class Whose(NamedTuple):
    """What a UUID says."""

    conversation: str
    leg: Leg


Read = Callable[[UUID], Whose]
"""BadMessage: a UUID that opens nothing here."""


def proof(key: bytes, nonce: str) -> str:
    """What a dialplan computes as `${SHA1(KEY-NONCE):0:19}`."""
    return hashlib.sha1(key + b"-" + nonce.encode()).hexdigest()[:PROOF]


def of_leg(uuid: UUID) -> Whose:
    """The legs of a conversation share all but the last digit."""
    last = int(uuid.hex[-1], 16)
    if last >= len(LEGS):
        raise BadMessage("the UUID's last digit is no leg: 0 customer, 1 agent, 2 both mixed")
    return Whose(str(uuid)[:-1] + "0", LEGS[last])


def of_anybody(uuid: UUID) -> Whose:
    """Each UUID is a conversation of its own, everybody mixed."""
    return Whose(str(uuid), "mixed")


def signed(keys: Mapping[str, bytes]) -> Read:
    """UUIDs made with one of these keys."""

    def read(uuid: UUID) -> Whose:
        nonce, shown = uuid.hex[:NONCE], uuid.hex[NONCE : NONCE + PROOF]
        known = [hmac.compare_digest(proof(key, nonce), shown) for key in keys.values()]
        if not any(known):
            raise BadMessage("a UUID that no key known here made")
        return of_leg(uuid)

    return read


class AudioSocketSession(Told):
    """Contract: as `StreamSession` says; `receive_audio` takes bytes, cut anywhere.

    Nothing is ever sent: closing hangs up.
    """

    def __init__(self, read: Read) -> None:
        super().__init__()
        self._read = read
        self._buffer = bytearray()
        self._whose = Whose("", "mixed")
        self._rate_hz = 0
        self._audio: Arriving | None = None

    def receive_text(self, text: str) -> None:
        """Messages are not of this protocol."""
        self._break("a text message")

    def receive_audio(self, data: bytes, *, now: float) -> None:
        """Take bytes; what breaks the protocol ends the session."""
        self._buffer += data
        try:
            while not self.closed and (message := self._next()):
                self._receive(*message, now=now)
        except BadMessage as error:
            self._break(str(error))

    def receive_close(self) -> None:
        """Without 0x00 before, which Asterisk never says, it is as good as broken."""

    def disconnect(self, reason: Reason, info: str) -> None:
        """Closing says it."""
        self.closed = True

    def _break(self, how: str) -> None:
        if not self.closed:
            self.broke = how
            self.closed = True

    def _next(self) -> tuple[int, bytes] | None:
        """Kind and payload of the next message, once it is whole."""
        if self._buffer and not self.opened and self._buffer[0] not in (HANGUP, IDENTITY):
            raise BadMessage("the UUID comes first")
        length = int.from_bytes(self._buffer[1:HEADER], "big")
        if len(self._buffer) < HEADER + length or len(self._buffer) < HEADER:
            return None
        kind, payload = self._buffer[0], bytes(self._buffer[HEADER : HEADER + length])
        del self._buffer[: HEADER + length]
        return kind, payload

    def _receive(self, kind: int, payload: bytes, *, now: float) -> None:
        """Keys pressed, errors and what we do not know are passed over."""
        if kind == HANGUP:
            self._stop()
        elif kind == IDENTITY:
            self._identify(payload)
        elif kind in RATE_HZ:
            self._hear(payload, RATE_HZ[kind], now=now)
        elif kind in OTHER_RATES:
            raise BadMessage("no such rate: neither slin12 nor slin44")

    def _identify(self, payload: bytes) -> None:
        if self.opened:
            raise BadMessage("the UUID was said before")
        if len(payload) != 16:
            raise BadMessage("a UUID has 16 bytes")
        self._whose = self._read(UUID(bytes=payload))
        self.opened = True

    def _hear(self, payload: bytes, rate_hz: int, *, now: float) -> None:
        """The stream begins with its first audio, which tells the rate."""
        if self._audio is None:
            parties, carries = parties_of(About(), self._whose.leg)
            self._rate_hz, self._audio = rate_hz, Arriving("l16", rate_hz, carries or (0,))
            opened = StreamOpened(self._whose.conversation, parties, carries=carries)
            self._events.append(opened._replace(codec=self._audio.codec))
        if rate_hz != self._rate_hz:
            raise BadMessage("the rate changed")
        self._events += self._audio.receive(payload, now=now)

    def _stop(self) -> None:
        self.closed = True
        if self._audio:
            self._events.append(StreamEnded("end"))


def dialect(keys: Mapping[str, bytes], *, uuid: Literal["signed", "legs", "any"]) -> Dialect:
    """Connections whose UUID is made with one of these keys, or needs none."""
    read = {"signed": signed(keys), "legs": of_leg, "any": of_anybody}[uuid]

    def admit(request: SignedRequest, now: float) -> AudioSocketSession:
        """There is no request: the proof comes first on the connection."""
        return AudioSocketSession(read)

    return Dialect(NAME, admit, silent_s=QUIET_S)
