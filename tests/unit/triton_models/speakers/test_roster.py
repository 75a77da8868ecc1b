"""Labels in order of arrival, live and again at the end."""

from tests.unit.triton_models.speakers.voices import People
from triton_models.speakers.listener import Voice
from triton_models.speakers.roster import LIVE_ITEMS, Roster
from triton_models.speakers.turns import SpeakerTurn


def dialogue(people: People, turns: int, *, from_ms: int = 0) -> list[Voice]:
    """0 and 1 in turn, 2.5 s each, each turn a track of its own, half a second apart."""
    starts = [from_ms + n * 3100 for n in range(turns)]
    return [people.says(n % 2, at, at + 2500, track=n) for n, at in enumerate(starts)]


def told(voices: list[Voice], *, most: int = 2) -> tuple[list[str], Roster]:
    """The label of each voice as it was told when it came."""
    roster = Roster(most=most)
    labels = []
    for voice in voices:
        roster.receive(voice)
        labels.append(roster.turns(since_ms=voice.start_ms)[-1].speaker)
    return labels, roster


def test_two_speakers_get_labels_in_order_of_arrival_and_keep_them() -> None:
    labels, roster = told(dialogue(People(2), 20))
    assert labels == ["speaker_1", "speaker_2"] * 10
    assert [turn.speaker for turn in roster.corrected()] == labels


def test_a_long_call_stays_bounded_and_its_labels_stable() -> None:
    labels, roster = told(dialogue(People(2), 4 * LIVE_ITEMS))
    assert labels == ["speaker_1", "speaker_2"] * (2 * LIVE_ITEMS)


def test_one_speaker_alone_is_one_label() -> None:
    people = People(1)
    voices = [people.says(0, n * 3000, n * 3000 + 2000, track=n) for n in range(15)]
    labels, roster = told(voices, most=4)
    assert set(labels) == {"speaker_1"}
    assert {turn.speaker for turn in roster.corrected()} == {"speaker_1"}


def test_a_voice_too_short_to_tell_goes_with_its_track() -> None:
    people = People(2)
    voices = dialogue(people, 6)
    labels, _ = told([*voices, people.says(0, 20_000, 20_200, track=4)])
    assert labels[-1] == "speaker_1"


def test_what_was_told_early_and_wrong_is_corrected() -> None:
    people = People(2, alike=0.75)  # so alike that the second is taken for the first at first
    voices = [
        people.says(0, 0, 3000, track=0),
        people.says(1, 3600, 4500, track=1),
        *(people.says(n % 2, 6000 + n * 3000, 8500 + n * 3000, track=2 + n) for n in range(14)),
    ]
    labels, roster = told(voices)
    assert labels[1] == "speaker_1"
    corrected = roster.corrected()
    assert [turn.speaker for turn in corrected][:4] == [
        "speaker_1",
        "speaker_2",
        "speaker_1",
        "speaker_2",
    ]


def test_short_pauses_join_and_overlaps_stay_two_turns() -> None:
    people = People(2)
    voices = dialogue(people, 4)
    roster = Roster(most=2)
    for voice in voices:
        roster.receive(voice)
    roster.receive(people.says(1, 12_200, 13_000, track=9))
    roster.receive(people.says(1, 13_300, 14_300, track=9))
    roster.receive(people.says(0, 13_000, 15_500, track=10))
    assert roster.turns(since_ms=12_000) == [
        SpeakerTurn(12_200, 14_300, "speaker_2"),
        SpeakerTurn(13_000, 15_500, "speaker_1"),
    ]


def test_an_open_voice_is_replaced_by_its_longer_self() -> None:
    people, roster = People(1), Roster(most=2)
    roster.receive(people.says(0, 0, 900, closed=False))
    roster.receive(people.says(0, 0, 2400))
    assert roster.turns() == [SpeakerTurn(0, 2400, "speaker_1")]
    assert Roster(most=2).corrected() == []


def test_a_cough_before_the_first_word_does_not_change_the_order() -> None:
    people, roster = People(2), Roster(most=2)
    cough = people.says(1, 0, 400, track=99)
    roster.receive(cough)
    for voice in dialogue(people, 12, from_ms=1000):
        roster.receive(voice)
    assert [turn.speaker for turn in roster.corrected()][1:5] == ["speaker_1", "speaker_2"] * 2
