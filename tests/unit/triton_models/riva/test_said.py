"""Reading Riva's responses."""

import math
from collections.abc import Sequence

import pytest
from riva.client.proto.riva_asr_pb2 import (  # type: ignore[import-untyped]
    PipelineStates,
    SpeechRecognitionAlternative,
    StreamingRecognitionResult,
    StreamingRecognizeResponse,
    WordInfo,
)

from triton_models.riva.said import Said, SaidWord, said


def result(
    transcript: str, *, final: bool = False, stability: float = 0.0, words: Sequence[WordInfo] = ()
) -> StreamingRecognitionResult:
    best = SpeechRecognitionAlternative(transcript=transcript, words=words)
    return StreamingRecognitionResult(
        alternatives=[best, SpeechRecognitionAlternative(transcript="something else")],
        is_final=final,
        stability=stability,
        audio_processed=1.25,
    )


def read(*results: StreamingRecognitionResult) -> list[Said]:
    return said(StreamingRecognizeResponse(results=list(results)))


def test_the_likeliest_alternative_is_read_with_its_words_times() -> None:
    words = [
        WordInfo(word="hello", start_time=80, end_time=400, confidence=0.75, speaker_tag=2),
        WordInfo(word="you", start_time=400, end_time=640, confidence=0.5),
    ]
    (one,) = read(result("Hello, you.", final=True, words=words))
    assert one == Said(
        (SaidWord("Hello,", 80, 400, 0.75, 2), SaidWord("you.", 400, 640, 0.5, 0)), True, 1250
    )


def test_words_stand_for_themselves_where_the_transcript_has_others() -> None:
    words = [WordInfo(word="twenty", end_time=300), WordInfo(word="one", end_time=500)]
    (one,) = read(result("21", final=True, words=words))
    assert [word.text for word in one.words] == ["twenty", "one"]


def test_states_of_the_pipeline_and_empty_results_say_nothing() -> None:
    states = StreamingRecognitionResult(pipeline_states=PipelineStates(vad_probabilities=[0.1]))
    assert read(states) == []
    assert said(StreamingRecognizeResponse()) == []
    (empty,) = read(result("", final=True))
    assert empty == Said((), True, 1250)


def test_the_parts_of_a_partial_are_one_and_finals_stay_apart() -> None:
    found = read(
        result("first", final=True),
        result("second", final=True),
        result("and then", stability=0.9),
        result("more", stability=0.1),
    )
    assert [" ".join(w.text for w in one.words) for one in found] == [
        "first",
        "second",
        "and then more",
    ]
    assert [w.confidence for w in found[2].words] == [pytest.approx(c) for c in (0.9, 0.9, 0.1)]


def test_a_partial_of_stability_one_is_a_pause() -> None:
    assert [read(result("a", stability=s))[0].paused for s in (0.5, 1.0)] == [False, True]
    assert not read(result("a", stability=1.0, final=True))[0].paused
    assert not read(result("a", stability=1.0), result("b", stability=0.1))[0].paused


@pytest.mark.parametrize(
    ("given", "meant"), [(0.25, 0.25), (1.5, 1.0), (math.log(0.5), 0.5), (-100.0, 0.0)]
)
def test_confidences_may_be_probabilities_or_their_logarithms(given: float, meant: float) -> None:
    (one,) = read(result("a", words=[WordInfo(word="a", end_time=10, confidence=given)]))
    assert one.words[0].confidence == pytest.approx(meant, abs=1e-6)


def test_a_word_without_confidence_has_that_of_its_sentence() -> None:
    best = SpeechRecognitionAlternative(
        transcript="a b", confidence=2 * math.log(0.5), words=[WordInfo(word="a"), WordInfo()]
    )
    response = StreamingRecognitionResult(alternatives=[best], is_final=True)
    (one,) = read(response)
    assert [word.confidence for word in one.words] == [pytest.approx(0.5)] * 2
    assert [word.start_ms for word in one.words] == [-1, -1]
