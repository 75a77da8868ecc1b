"""A leg's options as the first message of its stream to Riva."""

import hashlib
from collections.abc import Sequence

from riva.client.proto.riva_asr_pb2 import (  # type: ignore[import-untyped]
    EndpointingConfig,
    RecognitionConfig,
    SpeakerDiarizationConfig,
    SpeechContext,
    StreamingRecognitionConfig,
)
from riva.client.proto.riva_audio_pb2 import LINEAR_PCM  # type: ignore[import-untyped]

from triton_models.options import Endpointing, LegOptions, Phrase
from triton_models.riva.offer import Chosen
from triton_models.settings import Riva

RATE_HZ = 16000

_START_SHARE = 0.2
_STOP_SHARE = 0.98
"""Riva's own defaults. Its thresholds are shares of a window in which the acoustic model says
something (to start) or nothing (to stop), ours are voice probabilities; so our defaults become
its defaults, and what is harder to start or to stop with us is so with Riva."""


def streaming_config(
    options: LegOptions, chosen: Chosen, *, riva: Riva
) -> StreamingRecognitionConfig:
    """How Riva is to recognise a leg: verbatim, with partials, word times and confidences."""
    config = RecognitionConfig(
        encoding=LINEAR_PCM,
        sample_rate_hertz=RATE_HZ,
        audio_channel_count=1,
        language_code=chosen.language,
        model=chosen.model,
        max_alternatives=1,
        profanity_filter=options.profanity_filter,
        speech_contexts=_contexts(options.phrases, boost=riva.boost),
        enable_word_time_offsets=True,
        enable_automatic_punctuation=riva.automatic_punctuation,
        # Numbers in words: redaction reads what was spoken, the written form comes after it.
        verbatim_transcripts=True,
        endpointing_config=_endpointing(options.endpointing),
        custom_configuration=riva.custom,
    )
    if options.most_speakers > 1:
        config.diarization_config.CopyFrom(
            SpeakerDiarizationConfig(
                enable_speaker_diarization=True, max_speaker_count=options.most_speakers
            )
        )
    return StreamingRecognitionConfig(config=config, interim_results=True)


def decoder_hash(config: StreamingRecognitionConfig) -> str:
    """Short hash of all that was asked for."""
    return hashlib.sha256(config.SerializeToString(deterministic=True)).hexdigest()[:12]


def _contexts(phrases: Sequence[Phrase], *, boost: float) -> list[SpeechContext]:
    """One context for each weight."""
    by_weight: dict[float, list[str]] = {}
    for phrase in phrases:
        by_weight.setdefault(phrase.weight, []).append(phrase.text)
    return [
        SpeechContext(phrases=texts, boost=weight * boost) for weight, texts in by_weight.items()
    ]


def _endpointing(ours: Endpointing) -> EndpointingConfig:
    usual = Endpointing()
    stop = _share(1 - ours.stop_threshold, usual=1 - usual.stop_threshold, becomes=_STOP_SHARE)
    start = _share(ours.start_threshold, usual=usual.start_threshold, becomes=_START_SHARE)
    return EndpointingConfig(
        start_history=ours.start_history_ms,
        start_threshold=start,
        stop_history=ours.stop_history_ms,
        stop_threshold=stop,
        stop_history_eou=ours.stop_history_eou_ms,
        stop_threshold_eou=stop,
    )


def _share(value: float, *, usual: float, becomes: float) -> float:
    """Two straight lines that leave 0 and 1 where they are and take `usual` to `becomes`."""
    if value <= usual:
        return value / usual * becomes
    return becomes + (value - usual) / (1 - usual) * (1 - becomes)
