"""RTP packets (RFC 3550 section 5.1): parse and build."""

import struct
from typing import NamedTuple

VERSION = 2
_FIXED = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")


class Malformed(Exception):
    """The datagram is not an RTP packet."""


class Packet(NamedTuple):
    """One RTP packet, without its padding, CSRC list and header extension."""

    payload_type: int
    marker: bool
    sequence: int
    """16 bits."""

    timestamp: int
    """32 bits, in units of the codec's clock."""

    ssrc: int
    payload: bytes


def is_rtcp(data: bytes) -> bool:
    """True for RTCP that a peer multiplexes onto the RTP port (RFC 5761 section 4)."""
    return len(data) >= 8 and data[0] >> 6 == VERSION and 192 <= data[1] <= 223


def parse(data: bytes) -> Packet:
    """The packet in a datagram; Malformed if it is none."""
    if len(data) < 12:
        raise Malformed(f"{len(data)} bytes are no RTP header")
    flags, kind, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    if flags >> 6 != VERSION:
        raise Malformed(f"version {flags >> 6}")
    if flags == 0x80:  # no padding, extension or CSRC: nearly every packet of a call
        payload = data[12:]
    else:
        payload = data[_payload_start(data, flags) : _payload_end(data, flags)]
    return Packet(kind & 0x7F, kind >= 0x80, sequence, timestamp, ssrc, payload)


def _payload_start(data: bytes, flags: int) -> int:
    """The offset behind the CSRC list and the header extension."""
    start = 12 + 4 * (flags & 0x0F)
    if flags & 0x10:
        if start + 4 > len(data):
            raise Malformed("header extension cut off")
        start += 4 + 4 * _EXTENSION.unpack_from(data, start)[1]
    if start > len(data):
        raise Malformed("header longer than the datagram")
    if flags & 0x20 and start + data[-1] > len(data):
        raise Malformed(f"padding of {data[-1]} bytes reaches into the header")
    return start


def _payload_end(data: bytes, flags: int) -> int:
    """The offset of the padding, whose last byte counts it, itself included."""
    if not flags & 0x20:
        return len(data)
    if data[-1] == 0:
        raise Malformed("padding of 0 bytes")
    return len(data) - data[-1]


def build(packet: Packet) -> bytes:
    """The datagram of a packet, without padding, CSRC or extension."""
    kind = packet.payload_type | (0x80 if packet.marker else 0)
    head = _FIXED.pack(0x80, kind, packet.sequence, packet.timestamp, packet.ssrc)
    return head + packet.payload
