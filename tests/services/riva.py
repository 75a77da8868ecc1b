"""A Riva server for tests, of Riva's own stubs: over our recogniser, or over a script."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from itertools import count
from pathlib import Path

import grpc  # type: ignore[import-untyped]
import grpc.aio  # type: ignore[import-untyped]
import numpy as np
from prometheus_client import CollectorRegistry
from riva.client.proto.riva_asr_pb2 import (  # type: ignore[import-untyped]
    RivaSpeechRecognitionConfigRequest,
    RivaSpeechRecognitionConfigResponse,
    StreamingRecognitionConfig,
    StreamingRecognitionResult,
    StreamingRecognizeRequest,
    StreamingRecognizeResponse,
    WordInfo,
)
from riva.client.proto.riva_asr_pb2_grpc import (  # type: ignore[import-untyped]
    RivaSpeechRecognitionServicer,
    add_RivaSpeechRecognitionServicer_to_server,
)

from triton_models import weights
from triton_models.hypothesis import Hypothesis, Step
from triton_models.loading import load
from triton_models.options import Endpointing, LegOptions
from triton_models.riva.client import RivaSpeech
from triton_models.settings import Settings

Models = Mapping[str, Mapping[str, str]]
ENGLISH: Models = {
    weights.RECOGNISER: {"language_code": "en-US", "type": "online", "streaming": "True"},
    "something-offline": {"language_code": "en-US", "type": "offline"},
}


class Context:
    """What is used of `grpc.aio.ServicerContext`."""

    async def abort(self, code: grpc.StatusCode, details: str) -> None: ...

    def invocation_metadata(self) -> Sequence[tuple[str, str]]: ...  # type: ignore[empty-body]


class Conversation:
    """One stream as the server's script sees it."""

    def __init__(self, requests: AsyncIterator[StreamingRecognizeRequest], number: int) -> None:
        self.requests = requests
        self.number = number
        """1 for the server's first stream."""

        self.config = StreamingRecognitionConfig()
        self.heard_ms = 0
        self.ended = False

    async def hear(self, until_ms: int) -> None:
        """Return once so much audio came, or no more follows."""
        while self.heard_ms < until_ms:
            request = await anext(self.requests, None)
            if request is None:
                self.ended = True
                return
            self.heard_ms += len(request.audio_content) // 32

    async def begin(self) -> None:
        """Take the first message."""
        self.config = (await anext(self.requests)).streaming_config


class Refused(Exception):
    """The script ends the stream with this code."""

    def __init__(self, code: grpc.StatusCode) -> None:
        super().__init__(code)
        self.code = code


Script = Callable[[Conversation], AsyncIterator[StreamingRecognizeResponse]]


class ScriptedRiva(RivaSpeechRecognitionServicer):  # type: ignore[misc]
    """Answers each stream with what `script` yields."""

    def __init__(self, script: Script, *, models: Models | None = None) -> None:
        self.script = script
        self.models = ENGLISH if models is None else models
        self.configs: list[StreamingRecognitionConfig] = []
        self.metadata: list[dict[str, str]] = []

    async def GetRivaSpeechRecognitionConfig(
        self, request: RivaSpeechRecognitionConfigRequest, context: Context
    ) -> RivaSpeechRecognitionConfigResponse:
        answer = RivaSpeechRecognitionConfigResponse()
        for name, parameters in self.models.items():
            answer.model_config.add(model_name=name, parameters=parameters)
        return answer

    async def StreamingRecognize(
        self, requests: AsyncIterator[StreamingRecognizeRequest], context: Context
    ) -> AsyncIterator[StreamingRecognizeResponse]:
        conversation = Conversation(requests, len(self.configs) + 1)
        await conversation.begin()
        self.configs.append(conversation.config)
        self.metadata.append({key: value for key, value in context.invocation_metadata()})
        try:
            async for response in self.script(conversation):
                yield response
        except Refused as refusal:
            await context.abort(refusal.code, "as the script says")


class RivaOverRecogniser:
    """Our recogniser speaking Riva's protocol: real partials, finals, times and confidences."""

    def __init__(self, models_dir: Path) -> None:
        self._recogniser = load(Settings(), models_dir, threads=1, clock=time.monotonic)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="riva-recogniser")
        self._sequences = count(1)

    async def __call__(self, stream: Conversation) -> AsyncIterator[StreamingRecognizeResponse]:
        sequence = next(self._sequences)
        options = _options(stream.config)
        begun = False
        async for pcm in audio_of(stream):
            samples = np.frombuffer(pcm, np.int16)
            at_ms = stream.heard_ms - len(samples) // 16
            step = Step(sequence, samples, at_ms, starts=not begun, options=options)
            begun = True
            for hypothesis in await self._step(step):
                yield _response(hypothesis, stream.heard_ms)
        end = Step(sequence, np.zeros(0, np.int16), stream.heard_ms, starts=not begun, ends=True)
        for hypothesis in await self._step(end):
            yield _response(hypothesis, stream.heard_ms)

    async def _step(self, step: Step) -> list[Hypothesis]:
        loop = asyncio.get_running_loop()
        (found,) = await loop.run_in_executor(self._thread, self._recogniser.step, [step])
        return found


async def audio_of(stream: Conversation) -> AsyncIterator[bytes]:
    """The audio of a stream until its client ends it."""
    async for request in stream.requests:
        stream.heard_ms += len(request.audio_content) // 32
        yield request.audio_content


@asynccontextmanager
async def serving(
    servicer: ScriptedRiva, *, port: int = 0, tls: grpc.ServerCredentials | None = None
) -> AsyncIterator[int]:
    """The server's port; it is gone, with all its streams, when left."""
    server = grpc.aio.server()
    add_RivaSpeechRecognitionServicer_to_server(servicer, server)
    address = f"127.0.0.1:{port}"
    bound: int = server.add_secure_port(address, tls) if tls else server.add_insecure_port(address)
    await server.start()
    try:
        yield bound
    finally:
        await server.stop(grace=None)


@cache
def _over_recogniser(models_dir: Path) -> RivaOverRecogniser:
    return RivaOverRecogniser(models_dir)


@asynccontextmanager
async def riva_speech(models_dir: Path) -> AsyncIterator[RivaSpeech]:
    """Our client of a server that recognises with our models, which are loaded once."""
    async with serving(ScriptedRiva(_over_recogniser(models_dir))) as port:
        settings = Settings(backend="riva", url=f"127.0.0.1:{port}")
        speech = RivaSpeech(settings, registry=CollectorRegistry())
        yield speech
        await speech.close()


def _options(config: StreamingRecognitionConfig) -> LegOptions:
    asked = config.config.endpointing_config
    return LegOptions(
        endpointing=Endpointing(
            start_history_ms=asked.start_history,
            stop_history_ms=asked.stop_history,
            stop_history_eou_ms=asked.stop_history_eou,
        )
    )


def _response(hypothesis: Hypothesis, heard_ms: int) -> StreamingRecognizeResponse:
    """A hypothesis of a leg whose clock began with the stream."""
    words = [
        WordInfo(
            start_time=word.start_ms, end_time=word.end_ms, word=word.text,
            confidence=word.confidence,
        )
        for word in hypothesis.words
    ]  # fmt: skip
    result = StreamingRecognitionResult(
        is_final=hypothesis.is_final,
        stability=1.0 if hypothesis.speech_final else 0.5,
        audio_processed=heard_ms / 1000,
    )
    result.alternatives.add(
        transcript=" ".join(word.text for word in hypothesis.words), words=words
    )
    return StreamingRecognizeResponse(results=[result])
