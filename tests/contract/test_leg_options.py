"""Legs that ask for a model or options that cannot be had: recognised otherwise, and said."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sip_gateway.events import Gap
from tests.services.speech import TritonServer, feed, leg_audio, stream
from triton_models.client import TritonSpeech
from triton_models.events import RawTranscript
from triton_models.local import LocalSpeech
from triton_models.options import Endpointing, LegOptions
from triton_models.settings import Settings
from triton_models.speech import Speech


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture(params=["triton", "local"])
async def speech(
    request: pytest.FixtureRequest, models_dir: Path, registry: CollectorRegistry
) -> AsyncIterator[Speech]:
    speech: Speech
    if request.param == "triton":
        server: TritonServer = request.getfixturevalue("triton")
        speech = TritonSpeech(url=server.url, registry=registry)
    else:
        speech = LocalSpeech(Settings(), models_dir=models_dir, registry=registry)
    async with asyncio.timeout(30):
        while not speech.ready:
            await asyncio.sleep(0.02)
    yield speech
    await speech.close()


async def heard(speech: Speech, *leg_ids: str) -> dict[str, list[RawTranscript | Gap]]:
    """Finals and gaps of the legs, which end."""
    found: list[RawTranscript | Gap] = []
    ending = asyncio.gather(*(speech.end_leg(leg_id) for leg_id in leg_ids))
    while True:
        try:
            async with asyncio.timeout(0.05):
                found.append(await speech.receive())
        except TimeoutError:
            if ending.done():
                break
    told = [r for r in found if isinstance(r, Gap) or r.is_final]
    return {leg_id: [r for r in told if r.leg_id == leg_id] for leg_id in leg_ids}


def said(results: list[RawTranscript | Gap]) -> str:
    return " ".join(w.text for r in results if isinstance(r, RawTranscript) for w in r.words)


def fallbacks(registry: CollectorRegistry, why: str) -> float | None:
    return registry.get_sample_value("trunkline_triton_models_fallbacks_total", {"why": why})


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (LegOptions(model="asr_of_nobody", language="de"), "unknown_model"),
        (LegOptions(endpointing=Endpointing(start_threshold=7.0)), "bad_options"),
    ],
)
async def test_a_leg_that_cannot_have_what_it_asks_is_heard_otherwise_and_no_other_notices(
    speech: Speech, registry: CollectorRegistry, asked: LegOptions, why: str
) -> None:
    audio = leg_audio("agent", end_s=8.0)
    speech.start_leg(stream("other"))
    speech.start_leg(stream("a")._replace(language=asked.language, options=asked))
    for at in range(0, len(audio), 16000):
        for leg_id in ("other", "a"):
            feed(speech, leg_id, audio[at : at + 16000], start_ms=at // 16)
        await asyncio.sleep(0.1)
    results = await heard(speech, "a", "other")
    gap, *finals = results["a"]
    assert isinstance(gap, Gap) and gap.leg_id == "a"
    assert gap.start_ms == 0 and gap.end_ms <= 4000
    assert not [r for r in finals if isinstance(r, Gap)]  # one, where the refusal was
    assert {r.language for r in finals if isinstance(r, RawTranscript)} == {"en"}
    assert "how can i help" in said(finals).lower()
    assert fallbacks(registry, why) == 1
    assert "thank you for calling" in said(results["other"]).lower()
    assert not [r for r in results["other"] if isinstance(r, Gap)]


async def test_options_that_are_right_change_nothing_else(
    speech: Speech, registry: CollectorRegistry
) -> None:
    asked = LegOptions(endpointing=Endpointing(stop_history_ms=700))
    speech.start_leg(stream("a")._replace(options=asked))
    feed(speech, "a", leg_audio("agent", end_s=8.0))
    results = (await heard(speech, "a"))["a"]
    assert results and not [r for r in results if isinstance(r, Gap)]
    assert fallbacks(registry, "bad_options") is None
