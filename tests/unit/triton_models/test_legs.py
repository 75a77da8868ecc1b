"""All legs of one worker: what they know of the recogniser's load."""

from datetime import UTC, datetime

import msgspec
from prometheus_client import CollectorRegistry

from sip_gateway.events import AudioFrame
from triton_models.events import Word
from triton_models.hypothesis import Answer, Hypothesis
from triton_models.legs import Legs
from triton_models.speech import LegStream

AT = datetime(2026, 1, 1, tzinfo=UTC)
NAME = "trunkline_triton_models_"


def fed(registry: CollectorRegistry, *, seconds: int = 0) -> Legs:
    legs = Legs(registry)
    legs.start(LegStream("t", "c", "c-0", 0, "agent", "en"))
    legs.online()
    for at in range(10 * seconds + 1):
        legs.feed(
            AudioFrame(
                tenant_id="t",
                call_id="c",
                leg_id="c-0",
                start_ms=100 * at,
                rate_hz=16000,
                pcm=bytes(3200),
                captured_at=AT,
            )
        )
    return legs


def answer(*, load: float, capacity: float = 0.0, put_off: bool = False) -> Answer:
    return Answer(
        hypotheses=(),
        done_ms=0,
        model="m",
        model_sha256="",
        decoder="",
        load=load,
        capacity=capacity,
        put_off=put_off,
    )


def test_the_recognisers_own_word_is_passed_on_and_metered() -> None:
    registry = CollectorRegistry()
    legs = fed(registry)
    assert legs.load < 0.2
    (sending,) = legs.steps()
    legs.answered(sending.token, answer(load=0.7, capacity=14.0, put_off=True))
    assert legs.load == 0.7
    assert registry.get_sample_value(NAME + "load") == 0.7
    assert registry.get_sample_value(NAME + "capacity_legs") == 14.0
    assert registry.get_sample_value(NAME + "partials_put_off_total") == 1.0


def heard(text: str, *, revision: int, is_final: bool = False) -> Hypothesis:
    return Hypothesis(
        segment_ms=0,
        revision=revision,
        is_final=is_final,
        start_ms=0,
        end_ms=100,
        audio_end_ms=100,
        words=tuple(Word(text=one, start_ms=0, end_ms=100, confidence=0.9) for one in text.split()),
    )


def test_shown_words_that_changed_are_counted() -> None:
    registry = CollectorRegistry()
    legs = fed(registry)
    (sending,) = legs.steps()
    partial = heard("my name is mark", revision=1)
    final = heard("my game is mark us", revision=2, is_final=True)
    told = msgspec.structs.replace(answer(load=0.0), hypotheses=(partial, final))
    legs.answered(sending.token, told)
    assert registry.get_sample_value(NAME + "shown_words_total") == 6
    assert registry.get_sample_value(NAME + "changed_words_total") == 1


def test_audio_that_waits_is_load_too() -> None:
    assert fed(CollectorRegistry(), seconds=2).load == 2.0


async def test_without_legs_there_is_no_load() -> None:
    assert Legs(CollectorRegistry()).load == 0.0
