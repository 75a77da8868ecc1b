"""Speech recognised by Triton: one gRPC stream for all legs of the worker.

The stream is kept open for as long as the worker lives. When it breaks, or Triton leaves a step
unanswered for `ANSWER_S`, legs go on and start anew on the next stream.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

import grpc.aio  # type: ignore[import-untyped]
import msgspec
from prometheus_client import CollectorRegistry, Gauge
from tritonclient.grpc import service_pb2, service_pb2_grpc

from sip_gateway.events import AudioFrame, Gap
from triton_models import tensors
from triton_models.events import RawTranscript
from triton_models.hypothesis import Answer
from triton_models.legs import Legs, Sending
from triton_models.options import LegOptions
from triton_models.speech import LegStream

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


class _Stream(Protocol):
    """What is used of `grpc.aio.StreamStreamCall`."""

    async def write(self, request: service_pb2.ModelInferRequest) -> None: ...

    async def read(self) -> service_pb2.ModelStreamInferResponse: ...


class _Broken(Exception):
    """The stream is of no more use; the message says why."""


class TritonSpeech:
    """`Speech` over Triton at `url` (`host:port`). Made within a running event loop."""

    def __init__(
        self, *, url: str, registry: CollectorRegistry, default: LegOptions | None = None
    ) -> None:
        self._url = url
        self._legs = Legs(registry, default=default)
        self._is_up = False
        self._connected = Gauge(
            "trunkline_triton_models_connected", "1 while Triton answers", registry=registry
        )
        self._running = asyncio.create_task(self._run(), name="triton-stream")
        self._running.add_done_callback(self._legs.stopped)

    @property
    def ready(self) -> bool:
        """True while there is a stream to a Triton that has the default model."""
        return self._is_up

    def start_leg(self, leg: LegStream) -> None:
        """Audio of this leg follows."""
        self._legs.start(leg)

    def feed(self, frame: AudioFrame) -> None:
        """Take the leg's next audio."""
        self._legs.feed(frame)

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """What the leg said is finished; its next audio starts a new sequence."""
        self._legs.hold(leg_id)

    async def end_leg(self, leg_id: str) -> None:
        """Return once the leg's last result is in `receive`'s queue."""
        await self._legs.end(leg_id)

    async def receive(self) -> RawTranscript | Gap:
        """The next result of any leg."""
        return await self._legs.take()

    async def close(self) -> None:
        """Disconnect; legs not ended get no more results."""
        self._running.cancel()
        await asyncio.wait([self._running])

    async def _run(self) -> None:
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
        request = service_pb2.ModelReadyRequest(name=tensors.MODEL)
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
                await stream.write(_request(sending))

    async def _receive(self, stream: _Stream) -> None:
        while (response := await stream.read()) is not grpc.aio.EOF:
            token = response.infer_response.id
            if response.error_message:
                self._legs.refused(token, why=response.error_message)
            else:
                content = response.infer_response.raw_output_contents[0]
                self._legs.answered(token, _answer(content))
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


def _answer(content: bytes) -> Answer:
    """A BYTES element is its length in four bytes, then itself."""
    try:
        return msgspec.json.decode(content[4:], type=Answer)
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
