"""RTCP (RFC 3550 section 6): what senders say is read, and how well they are heard is told.

A BYE is nothing to us: a leg ends when signalling says so.
"""

import struct
from typing import NamedTuple

from sip_gateway.rtp.packet import VERSION, Malformed
from sip_gateway.rtp.reception import Block

EVERY_S = 5.0
"""Section 6.2: the least interval, of two parties."""

_HEAD = struct.Struct("!BBH")
_SENDER_REPORT, _RECEIVER_REPORT, _DESCRIPTION = 200, 201, 202
_CNAME = 1


class SenderReport(NamedTuple):
    """What we use of one."""

    ssrc: int
    ntp_middle: int
    """The middle 32 bits of its time."""


def parse(data: bytes) -> list[SenderReport]:
    """The sender reports in a compound packet, or a reduced one (RFC 5506); Malformed."""
    found = []
    at = 0
    while at < len(data):
        if len(data) - at < _HEAD.size:
            raise Malformed("RTCP header cut off")
        flags, kind, words = _HEAD.unpack_from(data, at)
        end = at + 4 * (words + 1)
        if flags >> 6 != VERSION or not 192 <= kind <= 223 or end > len(data):
            raise Malformed("no RTCP packet, or one cut off")
        if kind == _SENDER_REPORT:
            if end - at < 28 + 24 * (flags & 0x1F):
                raise Malformed("sender report too short")
            ssrc, ntp_middle = struct.unpack_from("!I2xI", data, at + 4)
            found.append(SenderReport(ssrc, ntp_middle))
        at = end
    return found


class Reports:
    """Our reports on one leg.

    Contract: `receive` all RTCP of the leg; when `is_due`, send `report`. Times are seconds on one
    monotonic clock; this class never reads it.
    """

    def __init__(self, *, ssrc: int, cname: str) -> None:
        self._ssrc = ssrc
        self._cname = cname.encode()
        self._heard: dict[int, tuple[int, float]] = {}
        self._due_at: float | None = None

    def receive(self, data: bytes, *, now: float) -> None:
        """A datagram of RTCP; Malformed."""
        for report in parse(data):
            if len(self._heard) >= 8:
                self._heard.clear()
            self._heard[report.ssrc] = (report.ntp_middle, now)

    def is_due(self, *, now: float) -> bool:
        """Whether a report should go out; the first half an interval after the first question."""
        if self._due_at is None:
            self._due_at = now + EVERY_S / 2
        return now >= self._due_at

    def report(self, block: Block | None, *, jitter: int, now: float) -> bytes:
        """A receiver report; `jitter` is in units of the codec's clock."""
        self._due_at = now + EVERY_S
        body = struct.pack("!I", self._ssrc)
        if block is not None:
            body += self._about(block, jitter=jitter, now=now)
        count = 0x80 | (block is not None)
        head = _HEAD.pack(count, _RECEIVER_REPORT, len(body) // 4)
        return head + body + self._description()

    def _about(self, block: Block, *, jitter: int, now: float) -> bytes:
        ntp_middle, at = self._heard.get(block.ssrc, (0, now))
        delay = min(0xFFFFFFFF, round(max(0.0, now - at) * 65536))
        return struct.pack(
            "!IB3sIIII",
            block.ssrc,
            block.fraction_lost,
            (block.lost & 0xFFFFFF).to_bytes(3, "big"),
            block.highest,
            min(0xFFFFFFFF, jitter),
            ntp_middle,
            delay if ntp_middle else 0,
        )

    def _description(self) -> bytes:
        """A compound packet needs one (section 6.1); its name says nothing (RFC 7022)."""
        body = struct.pack("!IBB", self._ssrc, _CNAME, len(self._cname)) + self._cname
        body += bytes(4 - len(body) % 4)
        return _HEAD.pack(0x81, _DESCRIPTION, len(body) // 4) + body
