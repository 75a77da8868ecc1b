"""A stream to Triton that ends just as a step is written to it."""

import asyncio

import pytest

from triton_models import stream
from triton_models.stream import _Broken


class Legs:
    """One step that waits to be sent."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self.wake.set()

    def steps(self) -> list[object]:
        return [object()]


class Ended:
    """What grpc.aio does with a write to a call that is done."""

    async def write(self, request: object) -> None:
        raise asyncio.InvalidStateError("RPC already finished.")


def test_a_write_to_a_stream_that_just_ended_breaks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_request", lambda sending: sending)
    conversation = object.__new__(stream.TritonStream)
    monkeypatch.setattr(conversation, "_legs", Legs(), raising=False)
    with pytest.raises(_Broken):
        asyncio.run(conversation._send(Ended()))  # type: ignore[arg-type]
