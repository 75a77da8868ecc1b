"""A leg's options as Riva's configuration, and the model that is asked for."""

import pytest
from riva.client.proto.riva_asr_pb2 import RecognitionConfig  # type: ignore[import-untyped]
from riva.client.proto.riva_audio_pb2 import LINEAR_PCM  # type: ignore[import-untyped]

from triton_models.options import Endpointing, LegOptions, Phrase
from triton_models.riva.config import decoder_hash, streaming_config
from triton_models.riva.offer import Chosen, Offered, Origin, chosen, offered
from triton_models.settings import Riva

CHOSEN = Chosen("", "en-US", None)


def config(options: LegOptions) -> RecognitionConfig:
    return streaming_config(options, CHOSEN, riva=Riva()).config


def test_partials_word_times_and_verbatim_text_are_asked_for() -> None:
    whole = streaming_config(LegOptions(), CHOSEN, riva=Riva(custom={"a": "b"}))
    asked = whole.config
    assert whole.interim_results
    assert (asked.encoding, asked.sample_rate_hertz) == (LINEAR_PCM, 16000)
    assert asked.language_code == "en-US"
    assert asked.enable_word_time_offsets and asked.verbatim_transcripts
    assert asked.enable_automatic_punctuation
    assert not asked.profanity_filter
    assert not asked.HasField("diarization_config")
    assert dict(asked.custom_configuration) == {"a": "b"}


def test_our_usual_endpointing_is_rivas() -> None:
    asked = config(LegOptions()).endpointing_config
    assert (asked.start_history, asked.stop_history, asked.stop_history_eou) == (96, 500, 192)
    assert asked.start_threshold == pytest.approx(0.2)
    assert asked.stop_threshold == asked.stop_threshold_eou == pytest.approx(0.98)


def test_what_starts_or_stops_harder_here_does_so_there() -> None:
    def thresholds(start: float, stop: float) -> tuple[float, float]:
        endpointing = Endpointing(start_threshold=start, stop_threshold=stop)
        asked = config(LegOptions(endpointing=endpointing)).endpointing_config
        return asked.start_threshold, asked.stop_threshold

    starts = [thresholds(start, 0.35)[0] for start in (0.1, 0.5, 0.9)]
    stops = [thresholds(0.5, stop)[1] for stop in (0.1, 0.35, 0.5)]
    assert starts == sorted(starts) and stops == sorted(stops, reverse=True)
    assert all(0 < share < 1 for share in starts + stops)


def test_phrases_are_boosted_by_their_weight() -> None:
    phrases = (Phrase(text="Harbour Trust"), Phrase(text="Zylo", weight=4.0), Phrase(text="Vega"))
    contexts = config(LegOptions(phrases=phrases)).speech_contexts
    assert [(list(c.phrases), c.boost) for c in contexts] == [
        (["Harbour Trust", "Vega"], 20.0),
        (["Zylo"], 40.0),
    ]


def test_speakers_and_profanity_filter_are_asked_for_where_wanted() -> None:
    asked = config(LegOptions(most_speakers=3, profanity_filter=True))
    assert asked.profanity_filter
    assert asked.diarization_config.enable_speaker_diarization
    assert asked.diarization_config.max_speaker_count == 3


def test_another_wish_is_another_decoder() -> None:
    usual, other = (
        streaming_config(LegOptions(profanity_filter=wish), CHOSEN, riva=Riva())
        for wish in (False, True)
    )
    assert decoder_hash(usual) != decoder_hash(other)
    assert len(decoder_hash(usual)) == 12


MODELS = offered(
    [
        ("parakeet-en", {"language_code": "en-US", "type": "online"}),
        ("whisper", {"language_code": "en-US", "type": "offline"}),
        ("multi", {"language_code": "de-DE,en-GB", "type": "online"}),
    ]
)


@pytest.mark.parametrize(
    ("language", "model", "language_code", "name"),
    [
        ("en", "", "en-US", "parakeet-en"),
        ("en-GB", "", "en-GB", "multi"),
        ("en", "multi", "en-GB", "multi"),
        ("de", "", "de-DE", "multi"),
        ("fr", "", "fr-FR", "riva"),
        ("fr", "multi", "fr-FR", "multi"),
        ("sv-SE", "", "sv-SE", "riva"),
        ("en", "not there", "en-US", "not there"),
    ],
)
def test_the_model_is_one_of_the_legs_language(
    language: str, model: str, language_code: str, name: str
) -> None:
    choice = chosen(LegOptions(language=language), MODELS, model=model)
    assert (choice.language, choice.model) == (language_code, model)
    assert choice.origin("d").model == name


def test_a_legs_own_model_goes_before_the_configured_one() -> None:
    choice = chosen(LegOptions(model="multi", language="de"), MODELS, model="parakeet-en")
    assert (choice.model, choice.language) == ("multi", "de-DE")


def test_offline_models_are_not_offered_and_a_changed_model_is_another() -> None:
    assert [one.name for one in MODELS] == ["parakeet-en", "multi"]
    parameters = {"language_code": "en-US", "type": "online"}
    same, other = offered([("parakeet-en", parameters), ("parakeet-en", parameters | {"v": "2"})])
    assert same == MODELS[0]
    assert other.sha256 != same.sha256
    assert Chosen("", "en-US", same).origin("d") == Origin("parakeet-en", same.sha256, "d")


def test_a_server_that_tells_nothing_chooses_itself() -> None:
    nothing: tuple[Offered, ...] = ()
    assert chosen(LegOptions(), nothing, model="") == Chosen("", "en-US", None)
    assert Chosen("", "en-US", None).origin("d") == Origin("riva", "", "d")
