"""Speech waits for its labels, in order and for a bounded time; a lost diariser loses no words."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from tests.unit.triton_models.speakers.test_labels import transcript
from tests.unit.triton_models.speakers.voices import People
from triton_models.events import RawTranscript
from triton_models.options import LegOptions
from triton_models.results import Results
from triton_models.scripted import ScriptedSpeech
from triton_models.speakers import speech as speech_module
from triton_models.speakers.diariser import Heard, VoiceLegs
from triton_models.speakers.serving import VoicesHeard
from triton_models.speakers.speech import DiarisedSpeech
from triton_models.speech import LegStream

LEG = LegStream("t", "c", "c-0", 0, "speaker_1", "en", LegOptions(most_speakers=2))


class ToldDiariser:
    """A diariser that hears what the test tells it."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard
        self.ready = True
        self.legs = VoiceLegs(heard, registry=CollectorRegistry())

    def tell(self, who: int, start_ms: int, end_ms: int, *, track: int) -> None:
        voice = PEOPLE.says(who, start_ms, end_ms, track=track)
        self.heard(
            "c-0",
            VoicesHeard(
                hypotheses=(), voices=(voice,), done_ms=end_ms, model="", model_sha256="",
                decoder="",
            ),
        )  # fmt: skip

    async def close(self) -> None:
        """Nothing to close."""


PEOPLE = People(2)


class ToldSpeech(ScriptedSpeech):
    """Says what the test puts into `said`."""

    def __init__(self) -> None:
        super().__init__({})
        self.said = Results()

    async def receive(self) -> RawTranscript:
        result = await self.said.take()
        assert isinstance(result, RawTranscript)
        return result


def made() -> tuple[DiarisedSpeech, ToldSpeech, ToldDiariser]:
    diarisers: list[ToldDiariser] = []

    def make(heard: Heard) -> ToldDiariser:
        diarisers.append(ToldDiariser(heard))
        return diarisers[0]

    inner = ToldSpeech()
    return DiarisedSpeech(inner, make, registry=CollectorRegistry()), inner, diarisers[0]


async def taken(speech: DiarisedSpeech) -> list[str]:
    """Speakers of what is out by now."""
    for _ in range(5):
        await asyncio.sleep(0)
    found: list[str] = []
    while True:
        taking = asyncio.ensure_future(speech.receive())
        for _ in range(3):
            await asyncio.sleep(0)
        if not taking.done():
            taking.cancel()
            return found
        result = taking.result()
        assert isinstance(result, RawTranscript)
        found.append(result.speaker + ("" if result.is_final else "?"))


async def test_a_final_waits_for_its_voice_and_the_next_partial_behind_it() -> None:
    speech, inner, diariser = made()
    speech.start_leg(LEG)
    diariser.tell(0, 0, 3000, track=0)
    inner.said.put(transcript("a b c", 4000))
    inner.said.put(transcript("d", 6000, final=False))
    assert await taken(speech) == []
    diariser.tell(1, 3900, 6300, track=1)
    assert await taken(speech) == ["speaker_2", "speaker_2?"]
    await speech.close()


async def test_while_the_diariser_is_away_nothing_waits() -> None:
    speech, inner, diariser = made()
    diariser.ready = False
    speech.start_leg(LEG)
    inner.said.put(transcript("a b c", 4000))
    assert await taken(speech) == ["speaker_1"]
    await speech.close()


async def test_a_diariser_that_says_nothing_is_waited_for_no_longer_than_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speech_module, "WAIT_S", 0.02)
    speech, inner, _ = made()
    speech.start_leg(LEG)
    inner.said.put(transcript("a b c", 4000))
    async with asyncio.timeout(10):
        result = await speech.receive()
    assert isinstance(result, RawTranscript) and result.speaker == "speaker_1"
    await speech.close()


async def test_a_leg_of_one_party_is_left_alone() -> None:
    speech, inner, _ = made()
    speech.start_leg(LEG._replace(speaker="agent", options=LegOptions()))
    inner.said.put(transcript("a b c", 4000))
    assert await taken(speech) == ["speaker_1"]  # as the recogniser says
    await speech.end_leg("c-0")
    assert speech.corrections("c") == []
    await speech.close()
