"""What a response of Riva says, on the clock of its stream."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from riva.client.proto.riva_asr_pb2 import (  # type: ignore[import-untyped]
    SpeechRecognitionAlternative,
    StreamingRecognitionResult,
    StreamingRecognizeResponse,
)


class SaidWord(NamedTuple):
    """One word; times are -1 where Riva gave none, as it may in partials."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    tag: int
    """Riva's number for its speaker; 0: none."""


class Said(NamedTuple):
    """One hypothesis of the utterance that is open on the stream."""

    words: tuple[SaidWord, ...]
    is_final: bool
    processed_ms: int
    """Audio of the stream that Riva has dealt with; 0: it does not say."""

    paused: bool = False
    """Of a partial: `stop_history_eou` of silence followed it."""


def said(response: StreamingRecognizeResponse) -> list[Said]:
    """The finals of a response, each for itself; its other results are one partial's parts.

    Results without alternatives (they carry the states of the pipeline) say nothing.
    """
    found: list[Said] = []
    for result in response.results:
        if not result.alternatives:
            continue
        one = _said(result)
        if found and not one.is_final and not found[-1].is_final:
            before = found.pop()
            processed_ms = max(before.processed_ms, one.processed_ms)
            paused = before.paused and one.paused
            one = Said(before.words + one.words, False, processed_ms, paused)
        found.append(one)
    return found


def _said(result: StreamingRecognitionResult) -> Said:
    words = tuple(_words(result.alternatives[0], stability=result.stability))
    paused = not result.is_final and result.stability >= 1.0
    return Said(words, result.is_final, round(result.audio_processed * 1000), paused)


def _words(best: SpeechRecognitionAlternative, *, stability: float) -> Iterator[SaidWord]:
    texts = best.transcript.split()
    # Where there are no words with times, a partial is only as sure as it is stable.
    whole = _probability(best.confidence, words=len(texts)) or min(1.0, max(0.0, stability))
    if not best.words:
        for text in texts:
            yield SaidWord(text, -1, -1, whole, 0)
        return
    # The transcript is punctuated; the words of some models are not.
    punctuated = texts if len(texts) == len(best.words) else [info.word for info in best.words]
    for text, info in zip(punctuated, best.words, strict=True):
        confidence = _probability(info.confidence, words=1) or whole
        timed = info.end_time > 0
        start_ms, end_ms = (info.start_time, info.end_time) if timed else (-1, -1)
        yield SaidWord(text, start_ms, end_ms, confidence, info.speaker_tag)


def _probability(confidence: float, *, words: int) -> float:
    """Some models give probabilities, others their logarithm; 0 is none."""
    if confidence < 0:
        confidence = math.exp(confidence / max(1, words))
    return min(1.0, confidence)
