"""Two versions side by side on a real Triton: who gets which, who says so, what one's end costs."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
import tritonclient.grpc as triton_grpc
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from sip_gateway.events import Gap
from tests.services.speech import TritonServer, feed, leg_audio, stream
from triton_models.client import TritonSpeech
from triton_models.events import RawTranscript
from triton_models.loading import lineage
from triton_models.local import LocalSpeech
from triton_models.options import LegOptions
from triton_models.own_options import own_options
from triton_models.routes import Facts, Rule, read_change, resolve
from triton_models.settings import ServedModel, Settings
from triton_models.speech import Speech

CANARY: dict[str, object] = {"max_segment_ms": 4000}
SETTINGS = Settings(
    served=(
        ServedModel(name="asr_b", settings=CANARY),
        ServedModel(name="asr_broken", settings={"models_dir": "/nonexistent"}),
    )
)
RULE = Rule(1, 100, read_change('{"model": "asr_b"}'), share=0.5)


@pytest.fixture(scope="module")
def server(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TritonServer]:
    server = TritonServer(models_dir, tmp_path_factory.mktemp("side-by-side"), SETTINGS)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def speech(server: TritonServer) -> AsyncIterator[TritonSpeech]:
    speech = TritonSpeech(url=server.url, registry=CollectorRegistry())
    await until_listening(speech)
    yield speech
    await speech.close()


async def until_listening(speech: Speech) -> None:
    async with asyncio.timeout(30):
        while not speech.ready:
            await asyncio.sleep(0.02)


def chosen(call_id: str) -> LegOptions:
    """What a leg of this call gets."""
    facts = Facts("t", call_id)
    return resolve([RULE], facts, base=lambda model: own_options(SETTINGS, model)).options


async def results(speech: Speech, leg_ids: list[str]) -> list[RawTranscript | Gap]:
    """All that is said until these legs have ended."""
    found: list[RawTranscript | Gap] = []
    ending = asyncio.gather(*(speech.end_leg(leg_id) for leg_id in leg_ids))
    while True:
        try:
            async with asyncio.timeout(0.1):
                found.append(await speech.receive())
        except TimeoutError:
            if ending.done():
                return found


async def test_a_canary_gets_its_share_and_every_segment_names_its_model(
    speech: TritonSpeech,
) -> None:
    legs = {f"leg{n}": chosen(f"call-leg{n}") for n in range(8)}
    names = [options.model for options in legs.values()]
    assert 2 <= names.count("asr_b") <= 6 and set(names) == {"asr", "asr_b"}
    audio = leg_audio("agent", end_s=6.5)
    for leg_id, options in legs.items():
        speech.start_leg(stream(leg_id)._replace(options=options))
        feed(speech, leg_id, audio)
    found = await results(speech, list(legs))
    assert not [r for r in found if isinstance(r, Gap)]
    versions = {name: lineage(SETTINGS.of(name)).decoder for name in ("asr", "asr_b")}
    assert len(set(versions.values())) == 2
    for leg_id, options in legs.items():
        finals = [
            r for r in found if isinstance(r, RawTranscript) and r.leg_id == leg_id and r.is_final
        ]
        assert {r.decoder.partition("+")[0] for r in finals} == {versions[options.model]}
        assert all(r.model == "moonshine-tiny-en" and r.model_sha256 for r in finals)


def stub_of(server: TritonServer, model: str) -> int:
    """The process of that model."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        pid = int(path.parent.name)
        served = f"{server.embedded.repository}/{model}/1/model.py".encode()
        if b"stub" in words[0] and served in words:
            return pid
    raise AssertionError(f"no process of {model}")


async def until_ready(server: TritonServer, model: str) -> None:
    client = triton_grpc.InferenceServerClient(server.url)
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(client.is_model_ready, model):
            await asyncio.sleep(0.1)
    client.close()


async def until_heard_again(
    speech: TritonSpeech, leg_id: str, audio: NDArray[np.int16]
) -> list[RawTranscript | Gap]:
    """All that is said until the leg, fed from 10 s on, is recognised again: the last of it."""
    found: list[RawTranscript | Gap] = []
    clock_ms = 10_000
    async with asyncio.timeout(60):
        while True:
            at = (clock_ms - 10_000) * 16 % (len(audio) - 16000)
            clock_ms = feed(speech, leg_id, audio[at : at + 1600], start_ms=clock_ms)
            try:
                async with asyncio.timeout(0.1):
                    found.append(await speech.receive())
            except TimeoutError:
                continue
            told = found[-1]
            again = isinstance(told, RawTranscript) and told.start_ms >= 10_000
            if again and told.leg_id == leg_id:
                return found


async def test_the_death_of_one_model_leaves_the_legs_of_the_other_alone(
    server: TritonServer, speech: TritonSpeech
) -> None:
    models = {"safe": "asr", "hit": "asr_b"}
    audio = leg_audio("agent", end_s=8.0)
    for leg_id, model in models.items():
        options = own_options(SETTINGS, model)
        speech.start_leg(stream(leg_id)._replace(options=options))
    half = len(audio) // 2 // 1600 * 1600
    for leg_id in models:
        feed(speech, leg_id, audio[:half])
    found: list[RawTranscript | Gap] = []
    async with asyncio.timeout(30):
        while {r.leg_id for r in found} != set(models):
            found.append(await speech.receive())
    os.kill(stub_of(server, "asr_b"), signal.SIGKILL)
    for leg_id in models:
        feed(speech, leg_id, audio[half:], start_ms=half // 16)
    found += await until_heard_again(speech, "hit", audio)
    found += await results(speech, list(models))
    assert {r.leg_id for r in found if isinstance(r, Gap)} == {"hit"}
    safe = [r for r in found if isinstance(r, RawTranscript) and r.leg_id == "safe"]
    said = " ".join(w.text for r in safe if r.is_final for w in r.words).lower()
    assert "thank you for calling" in said and "how can i help" in said
    await until_ready(server, "asr_b")
    speech.start_leg(stream("next")._replace(options=own_options(SETTINGS, "asr_b")))
    feed(speech, "next", audio)
    after = await results(speech, ["next"])
    versions = {r.decoder.partition("+")[0] for r in after if isinstance(r, RawTranscript)}
    assert versions == {lineage(SETTINGS.of("asr_b")).decoder}  # it was loaded anew


async def test_a_model_that_could_not_be_loaded_costs_its_legs_a_gap_and_no_more(
    speech: TritonSpeech,
) -> None:
    options = own_options(SETTINGS, "asr_broken")
    speech.start_leg(stream("a")._replace(options=options))
    audio = leg_audio("agent", end_s=8.0)
    feed(speech, "a", audio[:16000])
    await asyncio.sleep(0.3)
    feed(speech, "a", audio[16000:], start_ms=1000)
    found = await results(speech, ["a"])
    gap, *finals = [r for r in found if isinstance(r, Gap) or r.is_final]
    assert isinstance(gap, Gap) and gap.why == "recogniser_unavailable"
    said = " ".join(w.text for r in finals if isinstance(r, RawTranscript) for w in r.words)
    assert "how can i help" in said.lower()


async def test_without_triton_the_models_stand_side_by_side_in_the_process(
    models_dir: Path,
) -> None:
    settings = Settings(served=(ServedModel(name="asr_b", settings=CANARY),))
    speech = LocalSpeech(settings, models_dir=models_dir, registry=CollectorRegistry())
    await until_listening(speech)
    for name in settings.model_names:
        speech.start_leg(stream(name)._replace(options=own_options(settings, name)))
        feed(speech, name, leg_audio("agent", end_s=6.5))
    found = await results(speech, list(settings.model_names))
    await speech.close()
    versions = {
        (r.leg_id, r.decoder.partition("+")[0]) for r in found if isinstance(r, RawTranscript)
    }
    assert versions == {(name, lineage(settings.of(name)).decoder) for name in ("asr", "asr_b")}
