"""Speech recognised by NVIDIA Riva: one stream for each leg, over one channel."""

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import Protocol

import grpc  # type: ignore[import-untyped]
import grpc.aio  # type: ignore[import-untyped]
from prometheus_client import CollectorRegistry
from riva.client.proto.riva_asr_pb2 import (  # type: ignore[import-untyped]
    RivaSpeechRecognitionConfigRequest,
    StreamingRecognitionConfig,
    StreamingRecognizeRequest,
    StreamingRecognizeResponse,
)
from riva.client.proto.riva_asr_pb2_grpc import (  # type: ignore[import-untyped]
    RivaSpeechRecognitionStub,
)

from sip_gateway.events import AudioFrame, Gap
from triton_models.events import RawTranscript
from triton_models.feed import OVERLOAD, UNAVAILABLE
from triton_models.legs import BACKLOG_MS, END_S, OFFLINE_BACKLOG_MS
from triton_models.options import LegOptions
from triton_models.results import Results
from triton_models.riva.channel import call_metadata, open_channel
from triton_models.riva.config import RATE_HZ, decoder_hash, streaming_config
from triton_models.riva.leg import Action, Audio, Close, Drop, Open, RivaLeg
from triton_models.riva.meters import Meters
from triton_models.riva.offer import Offered, chosen, offered
from triton_models.riva.said import said
from triton_models.settings import Settings
from triton_models.speech import LegStream

log = logging.getLogger(__name__)

WRITE_S = 5.0
"""A stream that takes no audio for so long: Riva hangs, or the network does."""

ASK_S = 3.0
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
LOOK_S = 10.0
"""A server that answered is asked again so often."""

_BAD_OPTIONS = {
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.UNIMPLEMENTED,
}
"""Said at once to a stream whose model, phrases or speakers the server does not have or take."""

_REFUSALS = _BAD_OPTIONS | {
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNAUTHENTICATED,
}
"""The same request will hardly be answered otherwise in a moment."""


class _Call(Protocol):
    """What is used of `grpc.aio.StreamStreamCall`."""

    async def write(self, request: StreamingRecognizeRequest) -> None: ...

    async def read(self) -> StreamingRecognizeResponse: ...

    async def done_writing(self) -> None: ...

    def cancel(self) -> bool: ...


class _Leg:
    """A leg, its newest call, and what wakes its task."""

    def __init__(self, leg: RivaLeg) -> None:
        self.core = leg
        self.options = leg.leg.options
        """What is asked for: the leg's own, until the server refuses them."""

        self.call: _Call | None = None
        self.wake = asyncio.Event()
        self.ending = False
        self.done = asyncio.Event()

    @property
    def told(self) -> dict[str, str]:
        """For the log."""
        return {"call_id": self.core.leg.call_id, "leg_id": self.core.leg.leg_id}


class RivaSpeech:
    """`Speech` over Riva at `settings.url`. Made within a running event loop.

    Raises `Unusable` where `settings.riva` cannot be used.
    """

    def __init__(self, settings: Settings, *, registry: CollectorRegistry) -> None:
        self._settings = settings.riva
        self._metadata = call_metadata(settings.riva)
        self._channel = open_channel(settings.url, settings.riva)
        self._stub = RivaSpeechRecognitionStub(self._channel)
        self._legs: dict[str, _Leg] = {}
        self._started: asyncio.Queue[_Leg] = asyncio.Queue()  # emptied at once by `_run`
        self._results = Results()
        self._is_up = False
        self._models: tuple[Offered, ...] = ()
        self._doubt = asyncio.Event()
        self._meters = Meters(registry)
        self._meters.watch(legs=lambda: len(self._legs), backlog_ms=self._backlog_ms)
        self._running = asyncio.create_task(self._run(), name="riva")
        self._running.add_done_callback(self._stopped)

    @property
    def ready(self) -> bool:
        """True while the server answers."""
        return self._is_up

    @property
    def load(self) -> float:
        """Not told by Riva."""
        return 0.0

    def start_leg(self, leg: LegStream) -> None:
        """Audio of this leg follows."""
        core = RivaLeg(leg, longest_stream_s=self._settings.longest_stream_s)
        one = self._legs[leg.leg_id] = _Leg(core)
        self._started.put_nowait(one)

    def feed(self, frame: AudioFrame) -> None:
        """Take the leg's next audio; of a leg not started, or ended, it is dropped."""
        one = self._legs.get(frame.leg_id)
        if one is None or one.ending:
            return
        if frame.rate_hz != RATE_HZ:
            raise ValueError(f"speech takes {RATE_HZ} Hz, not {frame.rate_hz}")
        one.core.receive_frame(frame, now=time.monotonic())
        self._limit(one)
        one.wake.set()

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """What the leg said is finished; its next audio opens a new stream."""
        if (one := self._legs.get(leg_id)) is not None:
            one.core.hold()
            one.wake.set()

    async def end_leg(self, leg_id: str) -> None:
        """Return once the leg's last result is in `receive`'s queue, after `END_S` at most."""
        one = self._legs.get(leg_id)
        if one is None or one.ending:
            return
        one.ending = True
        one.core.end()
        one.wake.set()
        try:
            async with asyncio.timeout(END_S):
                await one.done.wait()
        except TimeoutError:
            log.warning("the leg's last words were not recognised in time", extra=one.told)
            one.core.give_up(now=time.monotonic())
            self._deliver(one)
            one.wake.set()
        finally:
            self._legs.pop(leg_id, None)

    async def receive(self) -> RawTranscript | Gap:
        """The next result of any leg."""
        return await self._results.take()

    async def close(self) -> None:
        """Disconnect; legs not ended get no more results."""
        self._running.cancel()
        await asyncio.wait([self._running])

    async def _run(self) -> None:
        async with self._channel, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look(), name="riva-server")
            while True:
                one = await self._started.get()
                tasks.create_task(self._serve(one), name="riva-leg")

    async def _serve(self, one: _Leg) -> None:
        """Do what the leg wants until it ended."""
        async with asyncio.TaskGroup() as streams:
            while not one.core.finished:
                now = time.monotonic()
                action = one.core.next_action(now=now, online=self._is_up)
                self._deliver(one)
                if action is not None:
                    await self._act(one, action, streams)
                elif not one.core.finished:
                    await self._wait(one, now=now)
            self._deliver(one)
            if one.call is not None:
                one.call.cancel()
            one.done.set()

    async def _act(self, one: _Leg, action: Action, streams: asyncio.TaskGroup) -> None:
        match action:
            case Open(stream):
                config = self._config_for(one)
                one.call = self._stub.StreamingRecognize(metadata=self._metadata)
                streams.create_task(self._read(one, stream, one.call), name="riva-stream")
                await self._write(one, stream, StreamingRecognizeRequest(streaming_config=config))
            case Audio(stream, pcm):
                await self._write(one, stream, StreamingRecognizeRequest(audio_content=pcm))
            case Close():
                assert one.call is not None
                await one.call.done_writing()
            case Drop():
                assert one.call is not None
                one.call.cancel()

    async def _write(self, one: _Leg, stream: int, request: StreamingRecognizeRequest) -> None:
        assert one.call is not None
        try:
            async with asyncio.timeout(WRITE_S):
                await one.call.write(request)
        except TimeoutError:
            self._lost(one, stream, why="it takes no audio")
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            await asyncio.sleep(0)  # it is over: its reader says why

    async def _read(self, one: _Leg, stream: int, call: _Call) -> None:
        """Take what a stream says until its end."""
        try:
            while (response := await call.read()) is not grpc.aio.EOF:
                now, at = time.monotonic(), datetime.now(UTC)
                one.core.receive_said(stream, said(response), now=now, at=at)
                self._deliver(one)
            one.core.receive_closed(stream, now=time.monotonic())
        except grpc.aio.AioRpcError as error:
            refused = error.code() in _REFUSALS and not self._asked_less(one, error.code())
            self._lost(one, stream, why=str(error.code()), refused=refused)
        one.wake.set()

    def _asked_less(self, one: _Leg, code: grpc.StatusCode) -> bool:
        """True if the leg's options were refused, and it goes on with the usual ones."""
        usual = LegOptions(language=one.options.language)
        if code not in _BAD_OPTIONS or one.core.answered or one.options == usual:
            return False
        one.options = usual
        self._meters.fallbacks.labels("bad_options").inc()
        return True

    def _lost(self, one: _Leg, stream: int, *, why: str, refused: bool = False) -> None:
        # The code alone: Riva's own words may repeat phrases of the request.
        log.warning("a leg's stream to Riva broke: %s", why, extra=one.told)
        one.core.receive_broken(stream, now=time.monotonic(), refused=refused)
        self._meters.restarts.inc()
        self._limit(one)
        self._deliver(one)
        self._doubt.set()

    async def _wait(self, one: _Leg, *, now: float) -> None:
        """Until there is news of the leg, or its timer is due."""
        timer = one.core.next_timer()
        try:
            async with asyncio.timeout(timer - now if timer is not None and timer > now else None):
                await one.wake.wait()
        except TimeoutError:
            return
        one.wake.clear()

    async def _look(self) -> None:
        """Ask the server what it has: at first, now and then, and when a stream broke."""
        wait_s = FIRST_WAIT_S
        while True:
            self._doubt.clear()
            self._set_up(await self._ask())
            wait_s = FIRST_WAIT_S if self._is_up else min(2 * wait_s, LONGEST_WAIT_S)
            if not self._is_up:
                await asyncio.sleep(wait_s)
                continue
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._doubt.wait()
                await asyncio.sleep(FIRST_WAIT_S)  # many legs break at once
            except TimeoutError:
                pass

    async def _ask(self) -> bool:
        """True if the server answers; keeps what it has."""
        request = RivaSpeechRecognitionConfigRequest()
        try:
            answer = await self._stub.GetRivaSpeechRecognitionConfig(
                request, metadata=self._metadata, timeout=ASK_S
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNIMPLEMENTED:
                return True  # it is there, and says nothing of its models
            if self._is_up:
                log.warning("Riva does not answer: %s", error.code())
            return False
        self._models = offered([(one.model_name, one.parameters) for one in answer.model_config])
        return True

    def _set_up(self, up: bool) -> None:
        changed, self._is_up = up != self._is_up, up
        self._meters.connected.set(up)
        if changed:
            for one in self._legs.values():
                self._limit(one)
                one.wake.set()

    def _config_for(self, one: _Leg) -> StreamingRecognitionConfig:
        choice = chosen(one.options, self._models, model=self._settings.model)
        config = streaming_config(one.options, choice, riva=self._settings)
        one.core.origin = choice.origin(decoder_hash(config))
        return config

    def _limit(self, one: _Leg) -> None:
        if self._is_up and not one.core.failures:
            one.core.limit(BACKLOG_MS, why=OVERLOAD)
        else:
            one.core.limit(OFFLINE_BACKLOG_MS, why=UNAVAILABLE)

    def _deliver(self, one: _Leg) -> None:
        results, one.core.results = one.core.results, []
        for result in results:
            self._meters.count(result)
            self._results.put(result)

    def _stopped(self, task: asyncio.Task[None]) -> None:
        """If by a fault, `receive` raises it: nobody would recognise."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._results.fail(fault)

    def _backlog_ms(self) -> int:
        return max((one.core.backlog_ms for one in self._legs.values()), default=0)
