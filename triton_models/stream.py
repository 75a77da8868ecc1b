"""One gRPC stream to a model on Triton, for all legs of the worker.

The stream is kept open for as long as the worker lives. When it breaks, or Triton leaves a step
unanswered for `ANSWER_S`, legs go on and start anew on the next stream.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Generic, Protocol, TypeVar

import grpc.aio  # type: ignore[import-untyped]
import msgspec
from prometheus_client import Gauge
from tritonclient.grpc import service_pb2, service_pb2_grpc

from triton_models import tensors
from triton_models.legs import Sending

log = logging.getLogger(__name__)

ANSWER_S = 15.0
"""A step unanswered for so long: Triton hangs, or the network does."""

TICK_S = 0.5
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
READY_S = 3.0

_OPTIONS = (
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


A = TypeVar("A")
_A = TypeVar("_A", contravariant=True)


class Traffic(Protocol[_A]):
    """Who has steps to send and wants their answers: `legs.Legs`, `speakers.legs.VoiceLegs`."""

    wake: asyncio.Event

    def steps(self) -> Iterator[Sending]:
        """Everything that can be sent now."""
        ...

    def answered(self, token: str, answer: _A) -> None:
        """The model answered a step."""
        ...

    def refused(self, token: str, *, why: str) -> None:
        """The model did not take a step."""
        ...

    def online(self) -> None:
        """There is a stream."""
        ...

    def offline(self) -> None:
        """There is none, and what was open on it is lost."""
        ...

    def look_again(self) -> None:
        """Time passed: every leg may have something due."""
        ...

    def oldest_unanswered_s(self) -> float:
        """How long the longest unanswered step has waited."""
        ...


class _Stream(Protocol):
    """What is used of `grpc.aio.StreamStreamCall`."""

    async def write(self, request: service_pb2.ModelInferRequest) -> None: ...

    async def read(self) -> service_pb2.ModelStreamInferResponse: ...


class _Broken(Exception):
    """The stream is of no more use; the message says why."""


class TritonStream(Generic[A]):
    """Carries the steps of `traffic` to Triton at `url` and brings answers of type `answer`."""

    def __init__(
        self, traffic: Traffic[A], answer: type[A], *, url: str, model: str, connected: Gauge
    ) -> None:
        self._legs = traffic
        self._answer = answer
        self._url = url
        self._model = model
        self._connected = connected
        self._is_up = False

    @property
    def is_up(self) -> bool:
        """True while there is a stream to a Triton that has the model."""
        return self._is_up

    async def run(self) -> None:
        """A stream, and after it the next, until cancelled."""
        wait_s = FIRST_WAIT_S
        async with grpc.aio.insecure_channel(self._url, options=_OPTIONS) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            while True:
                try:
                    await self._wait_for_model(stub)
                    wait_s = FIRST_WAIT_S
                    await self._converse(stub)
                except (_Broken, grpc.aio.AioRpcError) as error:
                    if self._is_up:
                        log.warning("the stream to Triton broke: %s", _why(error))
                finally:
                    self._set_up(False)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _wait_for_model(self, stub: service_pb2_grpc.GRPCInferenceServiceStub) -> None:
        request = service_pb2.ModelReadyRequest(name=self._model)
        answer = await stub.ModelReady(request, timeout=READY_S)
        if not answer.ready:
            raise _Broken("the model is not ready")

    async def _converse(self, stub: service_pb2_grpc.GRPCInferenceServiceStub) -> None:
        """Send steps and take answers until the stream breaks."""
        stream = stub.ModelStreamInfer()
        self._set_up(True)
        parts: list[Callable[[_Stream], Awaitable[None]]] = [self._send, self._receive, self._watch]
        tasks = [asyncio.ensure_future(part(stream)) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            stream.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _send(self, stream: _Stream) -> None:
        while True:
            await self._legs.wake.wait()
            self._legs.wake.clear()
            for sending in self._legs.steps():
                try:
                    await stream.write(_request(sending))
                except asyncio.InvalidStateError:  # what grpc says of a stream that just ended
                    raise _Broken("it ended under a write") from None

    async def _receive(self, stream: _Stream) -> None:
        while (response := await stream.read()) is not grpc.aio.EOF:
            token = response.infer_response.id
            if response.error_message:
                self._legs.refused(token, why=response.error_message)
            else:
                content = response.infer_response.raw_output_contents[0]
                self._legs.answered(token, self._read(content))
        raise _Broken("Triton closed it")

    async def _watch(self, stream: _Stream) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._legs.look_again()
            if self._legs.oldest_unanswered_s() > ANSWER_S:
                raise _Broken(f"no answer for {ANSWER_S:.0f} s")

    def _set_up(self, up: bool) -> None:
        self._is_up = up
        self._connected.set(up)
        if up:
            self._legs.online()
        else:
            self._legs.offline()

    def _read(self, content: bytes) -> A:
        """A BYTES element is its length in four bytes, then itself."""
        try:
            return msgspec.json.decode(content[4:], type=self._answer)
        except msgspec.MsgspecError:
            raise _Broken(
                "an answer that is none: does Triton serve another release's model?"
            ) from None


def _why(error: Exception) -> str:
    return str(error.code()) if isinstance(error, grpc.aio.AioRpcError) else str(error)


def _request(sending: Sending) -> service_pb2.ModelInferRequest:
    """The step as Triton takes it: tensors raw, the sequence in the parameters."""
    step = sending.step
    request = service_pb2.ModelInferRequest(model_name=sending.model, id=sending.token)
    request.parameters["sequence_id"].int64_param = step.sequence
    request.parameters["sequence_start"].bool_param = step.starts
    request.parameters["sequence_end"].bool_param = step.ends
    _add(request, tensors.SAMPLES, step.samples.tobytes(), size=len(step.samples))
    _add(request, tensors.START_MS, step.start_ms.to_bytes(8, "little", signed=True))
    if step.options is not None:
        text = msgspec.json.encode(step.options)
        _add(request, tensors.OPTIONS, len(text).to_bytes(4, "little") + text)
    return request


def _add(
    request: service_pb2.ModelInferRequest, tensor: tensors.Tensor, raw: bytes, *, size: int = 1
) -> None:
    request.inputs.add(name=tensor.name, datatype=tensor.datatype, shape=(1, size))
    request.raw_input_contents.append(raw)
