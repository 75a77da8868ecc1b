"""What only a Riva server can do: refuse, break, end a stream, ask for keys."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import grpc  # type: ignore[import-untyped]
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from prometheus_client import CollectorRegistry
from riva.client.proto.riva_asr_pb2 import (  # type: ignore[import-untyped]
    PipelineStates,
    StreamingRecognitionResult,
    StreamingRecognizeResponse,
    WordInfo,
)

from sip_gateway.events import Gap
from tests.services.riva import Conversation, Refused, Script, ScriptedRiva, audio_of, serving
from tests.services.speech import feed, frame, stream
from triton_models.events import RawTranscript
from triton_models.options import LegOptions, Phrase
from triton_models.riva.channel import Unusable
from triton_models.riva.client import RivaSpeech
from triton_models.settings import Riva, Settings

SECOND = np.zeros(16000, np.int16)
CANARY = "canary-passphrase"


def result(
    text: str, start_ms: int, end_ms: int, *, final: bool = False, tag: int = 0
) -> StreamingRecognizeResponse:
    """One word."""
    word = WordInfo(
        word=text, start_time=start_ms, end_time=end_ms, confidence=0.9, speaker_tag=tag
    )
    one = StreamingRecognitionResult(is_final=final, audio_processed=end_ms / 1000)
    one.alternatives.add(transcript=text, words=[word])
    return StreamingRecognizeResponse(results=[one])


def states() -> StreamingRecognizeResponse:
    one = StreamingRecognitionResult(pipeline_states=PipelineStates(vad_probabilities=[0.5]))
    return StreamingRecognizeResponse(results=[one])


async def listen(port: int, riva: Riva | None = None) -> RivaSpeech:
    settings = Settings(backend="riva", url=f"127.0.0.1:{port}", riva=riva or Riva())
    speech = RivaSpeech(settings, registry=CollectorRegistry())
    async with asyncio.timeout(10):
        while not speech.ready:
            await asyncio.sleep(0.01)
    return speech


async def until(speech: RivaSpeech, wanted: Callable[[RawTranscript | Gap], bool]) -> list[str]:
    """Results up to the first that is wanted, each in short."""
    found: list[str] = []
    async with asyncio.timeout(10):
        while True:
            one = await speech.receive()
            found.append(short(one))
            if wanted(one):
                return found


def short(one: RawTranscript | Gap) -> str:
    if isinstance(one, Gap):
        return f"gap {one.start_ms}-{one.end_ms} {one.why}"
    kind = "final" if one.is_final else "partial"
    said = " ".join(word.text for word in one.words)
    return f"{kind} {one.start_ms}-{one.end_ms} {one.speaker}: {said}"


async def rest(speech: RivaSpeech) -> list[str]:
    found: list[str] = []
    while True:
        try:
            async with asyncio.timeout(0.05):
                found.append(short(await speech.receive()))
        except TimeoutError:
            return found


def is_final(one: RawTranscript | Gap) -> bool:
    return isinstance(one, RawTranscript) and one.is_final


@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.INVALID_ARGUMENT,  # so Riva says that it forgot an idle stream
    ],
    ids=str,
)
async def test_a_stream_that_breaks_in_a_word_is_followed_by_another(
    code: grpc.StatusCode, caplog: pytest.LogCaptureFixture
) -> None:
    async def script(heard: Conversation) -> AsyncIterator[StreamingRecognizeResponse]:
        await heard.hear(1000)
        yield states()
        yield result(f"{CANARY}-{heard.number}", 100, 800)
        if heard.number == 1:
            raise Refused(code)
        async for _ in audio_of(heard):
            pass
        yield result(f"{CANARY}-{heard.number}", 100, 900, final=True)

    async with serving(ScriptedRiva(script)) as port:
        speech = await listen(port)
        speech.start_leg(stream("a"))
        at_ms = feed(speech, "a", SECOND)
        first = await until(speech, is_final)
        assert first[-1] == f"final 100-800 agent: {CANARY}-1"
        while len(found := await rest(speech)) == 0:
            at_ms = feed(speech, "a", SECOND, start_ms=at_ms)
        await speech.end_leg("a")
        found += await rest(speech)
        await speech.close()
    kinds = [one.split()[0] for one in found]
    assert kinds == ["gap", "partial", "final"]
    assert found[0].startswith("gap 800-") and found[0].endswith("recogniser_unavailable")
    assert int(found[0].split()[1].split("-")[1]) + 900 == int(found[2].split()[1].split("-")[1])
    assert CANARY not in caplog.text


async def test_a_server_that_ends_streams_at_a_length_loses_nothing_said_before() -> None:
    async def script(heard: Conversation) -> AsyncIterator[StreamingRecognizeResponse]:
        await heard.hear(2000)
        yield result(f"turn-{heard.number}", 200, 1900, final=True)
        async for _ in audio_of(heard) if heard.number == 2 else nothing():
            pass

    async with serving(ScriptedRiva(script)) as port:
        speech = await listen(port)
        speech.start_leg(stream("a"))
        feed(speech, "a", np.tile(SECOND, 2))
        found = await until(speech, is_final)
        for at_ms in range(2000, 6000, 100):
            speech.feed(frame("a", at_ms, SECOND[:1600]))
            await asyncio.sleep(0.01)
        await speech.end_leg("a")
        found += await rest(speech)
        await speech.close()
    finals = [one.split(": ")[1] for one in found if one.startswith("final")]
    assert finals == ["turn-1", "turn-2"]


async def nothing() -> AsyncIterator[bytes]:
    for pcm in tuple[bytes, ...]():
        yield pcm


async def test_legs_outlive_the_servers_death() -> None:
    async def script(heard: Conversation) -> AsyncIterator[StreamingRecognizeResponse]:
        await heard.hear(500)
        yield result("hello", 0, 400)
        async for _ in audio_of(heard):
            pass
        yield result("hello", 0, 450, final=True)

    async with serving(ScriptedRiva(script)) as port:
        speech = await listen(port)
        speech.start_leg(stream("a"))
        at_ms = feed(speech, "a", SECOND)
        await until(speech, lambda one: isinstance(one, RawTranscript))
    assert (await until(speech, is_final))[-1] == "final 0-400 agent: hello"
    async with asyncio.timeout(10):
        while speech.ready:
            await asyncio.sleep(0.01)
    at_ms = feed(speech, "a", np.tile(SECOND, 5), start_ms=at_ms)
    async with serving(ScriptedRiva(script), port=port):
        found = await until(speech, lambda one: isinstance(one, RawTranscript))
        await speech.end_leg("a")
        found += await rest(speech)
        await speech.close()
    assert found == [
        "gap 400-4000 recogniser_unavailable",
        "partial 4000-4400 agent: hello",
        "final 4000-4450 agent: hello",
    ]


async def test_without_a_server_a_leg_ends_with_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triton_models.riva.client.END_S", 0.2)
    settings = Settings(backend="riva", url="127.0.0.1:9")
    speech = RivaSpeech(settings, registry=CollectorRegistry())
    speech.start_leg(stream("a"))
    feed(speech, "a", np.tile(SECOND, 5))
    await speech.end_leg("a")
    assert await rest(speech) == ["gap 0-5000 recogniser_unavailable"]
    assert not speech.ready
    await speech.close()


async def test_a_server_that_takes_no_audio_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triton_models.riva.client.WRITE_S", 0.2)

    async def script(heard: Conversation) -> AsyncIterator[StreamingRecognizeResponse]:
        if heard.number == 1:
            await asyncio.sleep(60)
        async for _ in audio_of(heard):
            pass
        yield result("there", 0, 100, final=True)

    async with serving(ScriptedRiva(script)) as port:
        speech = await listen(port)
        speech.start_leg(stream("a"))
        at_ms = 0
        found: list[str] = []
        async with asyncio.timeout(20):
            while not found:
                at_ms = feed(speech, "a", np.tile(SECOND, 5), start_ms=at_ms)
                found = await rest(speech)
        assert found[0].startswith("gap 0-")
        await speech.end_leg("a")
        found += await rest(speech)
        await speech.close()
    assert found[-1].endswith("there")


async def test_what_a_leg_asks_for_reaches_the_server_and_speakers_come_back() -> None:
    async def script(heard: Conversation) -> AsyncIterator[StreamingRecognizeResponse]:
        async for _ in audio_of(heard):
            pass
        both = result("hello", 100, 300, final=True, tag=2)
        second = result("hi", 400, 600, final=True, tag=1)
        both.results.extend(second.results)
        yield both

    servicer = ScriptedRiva(script)
    async with serving(servicer) as port:
        speech = await listen(port, Riva(metadata={"Function-Id": "f"}))
        options = LegOptions(phrases=(Phrase(text=CANARY),), most_speakers=2)
        speech.start_leg(stream("a")._replace(options=options))
        feed(speech, "a", SECOND)
        await speech.end_leg("a")
        found = await rest(speech)
        await speech.close()
    (config,) = servicer.configs
    assert config.config.speech_contexts[0].phrases == [CANARY]
    assert config.config.diarization_config.max_speaker_count == 2
    assert servicer.metadata[0]["function-id"] == "f"
    assert found == ["final 100-300 speaker_1: hello", "final 400-600 speaker_2: hi"]


async def test_a_leg_whose_options_are_refused_goes_on_with_the_usual_ones() -> None:
    async def script(heard: Conversation) -> AsyncIterator[StreamingRecognizeResponse]:
        if heard.config.config.speech_contexts:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT)
        async for _ in audio_of(heard):
            pass
        yield result("hello", 0, 300, final=True)

    servicer = ScriptedRiva(script)
    async with serving(servicer) as port:
        speech = await listen(port)
        options = LegOptions(phrases=(Phrase(text=CANARY),), language="de", most_speakers=2)
        speech.start_leg(stream("a")._replace(options=options))
        feed(speech, "a", SECOND)
        async with asyncio.timeout(10):
            at_ms = 1000
            # A refusal that crosses our audio may reach us as a broken stream: asked again.
            while not any(not asked.config.speech_contexts for asked in servicer.configs):
                at_ms = feed(speech, "a", SECOND[:1600], start_ms=at_ms)
                await asyncio.sleep(0.02)
        await speech.end_leg("a")
        found = await rest(speech)
        await speech.close()
    usual = servicer.configs[-1].config
    assert (len(usual.speech_contexts), usual.language_code) == (0, "de-DE")
    assert found[0].startswith("gap 0-") and found[-1].endswith("agent: hello")


def certificate(folder: Path) -> grpc.ServerCredentials:
    """Of a server at 127.0.0.1, signed by itself; its PEM in `folder`/ca.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "riva")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = signed.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.pem").write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return grpc.ssl_server_credentials([(private, pem)])


async def test_over_tls_the_key_is_sent_and_a_stranger_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(heard: Conversation) -> AsyncIterator[StreamingRecognizeResponse]:
        async for _ in audio_of(heard):
            pass
        yield result("hello", 100, 300, final=True)

    (tmp_path / "key").write_text("s3cret\n")
    servicer = ScriptedRiva(script)
    async with serving(servicer, tls=certificate(tmp_path)) as port:
        trusting = Riva(
            tls=True, ca_file=str(tmp_path / "ca.pem"), api_key_file=str(tmp_path / "key")
        )
        speech = await listen(port, trusting)
        speech.start_leg(stream("a"))
        feed(speech, "a", SECOND)
        await speech.end_leg("a")
        assert await rest(speech) == ["final 100-300 agent: hello"]
        assert servicer.metadata[0]["authorization"] == "Bearer s3cret"
        await speech.close()
        certificate(tmp_path)  # now another's is trusted
        settings = Settings(backend="riva", url=f"127.0.0.1:{port}", riva=trusting)
        speech = RivaSpeech(settings, registry=CollectorRegistry())
        speech.start_leg(stream("b"))
        monkeypatch.setattr("triton_models.riva.client.END_S", 0.5)
        feed(speech, "b", SECOND)
        await speech.end_leg("b")
        assert await rest(speech) == ["gap 0-1000 recogniser_unavailable"]
        await speech.close()


def test_a_key_is_not_sent_in_the_clear(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret")
    for riva, why in (
        (Riva(api_key_file=str(tmp_path / "key")), "tls = true"),
        (Riva(tls=True, ca_file=str(tmp_path / "none.pem")), "No such file"),
    ):
        settings = Settings(backend="riva", url="127.0.0.1:9", riva=riva)
        with pytest.raises(Unusable, match=why):
            RivaSpeech(settings, registry=CollectorRegistry())
    with pytest.raises(Unusable, match="url"):
        RivaSpeech(Settings(backend="riva"), registry=CollectorRegistry())


async def test_a_server_that_tells_nothing_of_its_models_is_used(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    async def script(heard: Conversation) -> AsyncIterator[StreamingRecognizeResponse]:
        async for _ in audio_of(heard):
            pass
        yield result(CANARY, 100, 300, final=True)

    async with serving(Quiet(script)) as port:
        speech = await listen(port)
        speech.start_leg(stream("a"))
        feed(speech, "a", SECOND)
        await speech.end_leg("a")
        final = await speech.receive()
        await speech.close()
    assert isinstance(final, RawTranscript)
    assert (final.model, final.model_sha256, len(final.decoder)) == ("riva", "", 12)
    assert CANARY not in caplog.text


class Quiet(ScriptedRiva):
    """Does not have the call that lists models."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)

    async def GetRivaSpeechRecognitionConfig(self, request, context):  # type: ignore[no-untyped-def]
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "no such call")
