"""Key presses as a phone sends them: telephone-events (RFC 4733) in place of audio packets."""

import struct
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sip_gateway.caller.plan import Keys

CODES = "0123456789*#ABCD"
PACKET_MS, PACKET_SAMPLES = 20, 160
HELD, ENDS = 3, 3
"""Packets while a key is down; then its end, thrice (section 2.5.1.4)."""

EVERY = 10
"""Packets from one key to the next: 200 ms."""

_EVENT = struct.Struct("!BBH")
_END, _VOLUME = 0x80, 10


class EventPacket(NamedTuple):
    """What goes out in place of one packet of audio."""

    began_at: int
    """The packet in whose place the key went down: its timestamp is that of all."""

    payload: bytes


def event_packets(pressed: Iterable[Keys], *, stream: int) -> Mapping[int, EventPacket]:
    """By the number of the packet."""
    packets: dict[int, EventPacket] = {}
    for keys in pressed:
        if keys.stream != stream:
            continue
        for at, key in enumerate(keys.keys):
            first = keys.at_ms // PACKET_MS + EVERY * at
            for n in range(HELD + ENDS):
                down = min(n + 1, HELD) * PACKET_SAMPLES
                flags = _VOLUME | (_END if n >= HELD else 0)
                payload = _EVENT.pack(CODES.index(key), flags, down)
                packets[first + n] = EventPacket(first, payload)
    return packets


def length_ms(keys: str) -> int:
    """How long they take."""
    return len(keys) * EVERY * PACKET_MS
