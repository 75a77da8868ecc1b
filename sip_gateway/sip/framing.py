"""Cutting a byte stream into SIP messages by Content-Length (RFC 3261 sections 7.5 and 18.3)."""

import re

from sip_gateway.sip.parsing import MAX_BODY_BYTES, MAX_HEADER_BYTES

_CONTENT_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)


class StreamFraming:
    """One connection's incoming bytes.

    Contract: feed what arrived to `receive_data`; it returns the whole messages in it. Once
    `broken`, no message boundary is known any more: deliver what came, then close the connection.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._needed = 0
        """Bytes of the message that has begun, once its headers are there."""

        self.broken = False
        self.pings = 0
        """Keep-alives (RFC 5626 section 4.4.1: CRLF CRLF) not answered yet with a CRLF."""

    @property
    def partial(self) -> bool:
        """True while part of a message waits for its rest."""
        return bool(self._buffer)

    def receive_data(self, data: bytes) -> list[bytes]:
        """The whole messages that `data` completes."""
        messages: list[bytes] = []
        if not self.broken:
            self._buffer += data
            while not self.broken and (message := self._cut()) is not None:
                messages.append(message)
        return messages

    def _cut(self) -> bytes | None:
        if len(self._buffer) < self._needed:
            return None  # nor looked at again, whoever sends it byte by byte
        self._needed = 0
        while self._buffer.startswith(b"\r\n"):
            ping = self._buffer.startswith(b"\r\n\r\n")
            self.pings += ping
            del self._buffer[: 4 if ping else 2]
        end = self._buffer.find(b"\r\n\r\n", 0, MAX_HEADER_BYTES + 4)
        if end < 0:
            self.broken = len(self._buffer) > MAX_HEADER_BYTES
            return None
        head = bytes(self._buffer[: end + 4])
        length = _content_length(head)
        if length is None:
            # The headers alone: the parser refuses them with the right status.
            self.broken = True
            return head
        if len(self._buffer) < len(head) + length:
            self._needed = len(head) + length
            return None
        message = bytes(self._buffer[: len(head) + length])
        del self._buffer[: len(message)]
        return message


def _content_length(head: bytes) -> int | None:
    """The declared length; None if there are several, it is no number, or more than we take."""
    declared = {value.strip() for value in _CONTENT_LENGTH.findall(head)}
    if not declared:
        return 0
    value = declared.pop()
    if declared or not value.isdigit() or len(value) > 9 or int(value) > MAX_BODY_BYTES:
        return None
    return int(value)
