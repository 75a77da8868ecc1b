"""Speakers on transcripts: finals cut where the speaker changes, roles from an agent's words."""

from datetime import UTC, datetime

from tests.unit.triton_models.speakers.voices import People
from triton_models.events import RawTranscript, Word
from triton_models.speakers.labels import LegLabels

AT = datetime(2024, 5, 1, tzinfo=UTC)


def transcript(
    text: str, start_ms: int, *, each_ms: int = 300, final: bool = True
) -> RawTranscript:
    """Words one after the other."""
    words = tuple(
        Word(text=w, start_ms=start_ms + n * each_ms, end_ms=start_ms + (n + 1) * each_ms,
             confidence=0.9)
        for n, w in enumerate(text.split())
    )  # fmt: skip
    end_ms = words[-1].end_ms if words else start_ms + 500
    return RawTranscript(
        tenant_id="t", call_id="c", leg_id="c-0", segment_id=f"c-0/{start_ms - 100:09d}",
        revision=4, is_final=final, start_ms=start_ms, end_ms=end_ms, words=words,
        speaker="speaker_1", channel=0, language="en", model="m", model_sha256="", decoder="",
        frozen_words=len(words), speech_final=True, utterance_end=True,
        audio_end_at=AT, recognised_at=AT,
    )  # fmt: skip


def labels_of(*talk: tuple[int, int, int], phrases: tuple[str, ...] = ()) -> LegLabels:
    """A leg on which (who, from, to) were heard."""
    people = People(3)
    labels = LegLabels(most=3, agent_phrases=phrases)
    for n, (who, start_ms, end_ms) in enumerate(talk):
        labels.hear([people.says(who, start_ms, end_ms, track=n)], done_ms=end_ms)
    return labels


def said(parts: list[RawTranscript]) -> list[tuple[str, str, str]]:
    return [(p.segment_id, p.speaker, " ".join(w.text for w in p.words)) for p in parts]


def test_a_final_of_two_speakers_becomes_two_segments() -> None:
    labels = labels_of((0, 0, 3000), (1, 3000, 6000))
    whole = transcript("a b c d e f g h", 1800)
    first, second = labels.final(whole)
    assert said([first, second]) == [
        (whole.segment_id, "speaker_1", "a b c d"),
        ("c-0/000003000", "speaker_2", "e f g h"),
    ]
    assert (first.revision, second.revision) == (4, 1)
    assert (first.end_ms, second.start_ms, second.end_ms) == (3000, 3000, 4200)
    assert (first.utterance_end, second.utterance_end) == (False, True)
    assert (first.frozen_words, second.frozen_words) == (4, 4)


def test_a_partial_has_the_speaker_of_most_of_it() -> None:
    labels = labels_of((0, 0, 3000), (1, 3000, 6000))
    assert labels.partial(transcript("d e f g", 2700, final=False)).speaker == "speaker_2"


def test_one_word_of_another_is_no_change_of_speaker() -> None:
    labels = labels_of((0, 0, 2000), (1, 2000, 2200), (0, 2200, 6000))
    (only,) = labels.final(transcript("a b c d e f g h", 1000, each_ms=200))
    assert only.speaker == "speaker_1" and len(only.words) == 8


def test_words_in_no_turn_go_with_what_was_before() -> None:
    labels = labels_of((0, 0, 3000), (1, 3000, 6000))
    labels.final(transcript("a b", 4000))
    (later,) = labels.final(transcript("c d", 9000))
    assert later.speaker == "speaker_2"


def test_without_any_voice_the_leg_is_one_speaker() -> None:
    labels = LegLabels(most=2)
    assert [p.speaker for p in labels.final(transcript("a b", 100))] == ["speaker_1"]
    assert labels.corrected() == {}


def test_a_final_without_words_keeps_its_name() -> None:
    labels = labels_of((0, 0, 3000))
    (taken_back,) = labels.final(transcript("", 1000))
    assert taken_back.segment_id == "c-0/000000900" and taken_back.words == ()


def test_who_says_the_greeting_is_the_agent_from_that_segment_on() -> None:
    phrases = ("Thank you for calling!",)
    labels = labels_of((0, 0, 3000), (1, 3000, 6000), (2, 6000, 9000), phrases=phrases)
    spoken = [
        labels.final(transcript(text, start_ms))[0].speaker
        for text, start_ms in (("hello", 500), ("thank you, for Calling us", 3300), ("bye", 500))
    ]
    assert spoken == ["speaker_1", "agent", "customer"]
    assert labels.corrected() == {"c-0/000000400": "customer"}


def test_words_with_the_same_start_still_get_names_in_order() -> None:
    labels = labels_of((0, 0, 3000), (1, 3000, 6000))
    whole = transcript("a b c d", 2400)
    assert len({p.segment_id for p in labels.final(whole)}) == 2
    assert [p.segment_id for p in labels.final(whole)] == sorted(
        p.segment_id for p in labels.final(whole)
    )
