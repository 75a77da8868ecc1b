"""Messages of the worker protocol over a stream: JSON behind a 4-byte big-endian length."""

import asyncio
import struct

import msgspec

from sip_gateway.worker_protocol import FromWorker, ToWorker

MAX_MESSAGE_BYTES = 1 << 20
_LENGTH = struct.Struct("!I")
_DECODER: msgspec.json.Decoder[ToWorker] = msgspec.json.Decoder(ToWorker)


class Disconnected(Exception):
    """The signalling process is gone, or talks nonsense."""


async def read_message(reader: asyncio.StreamReader) -> ToWorker:
    """The next message to this worker."""
    try:
        (size,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if size > MAX_MESSAGE_BYTES:
            raise Disconnected(f"message of {size} bytes")
        return _DECODER.decode(await reader.readexactly(size))
    except (OSError, asyncio.IncompleteReadError) as error:
        raise Disconnected("connection closed") from error
    except msgspec.DecodeError as error:
        raise Disconnected("not a message to a worker") from error


def write_message(writer: asyncio.StreamWriter, message: FromWorker) -> None:
    """Send without waiting; these messages are few and small."""
    body = msgspec.json.encode(message)
    writer.write(_LENGTH.pack(len(body)) + body)
