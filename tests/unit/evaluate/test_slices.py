import pytest

from tests.known_call import REFERENCE, masked, score, segments
from trunkline.evaluate.align import total_errors
from trunkline.evaluate.reference import Noise, Reference, ReferenceWord, Turn
from trunkline.evaluate.slices import DIGITS, ENTITIES, OTHER, OVERLAP, leg_slices, turn_slices


def call(*texts: str, **more: object) -> Reference:
    turns = tuple(
        Turn(speaker="agent", channel=at % 2, start_ms=at * 1000, end_ms=at * 1000 + 900, text=text)
        for at, text in enumerate(texts)
    )
    return Reference(name="x", duration_ms=9000, turns=turns, **more)  # type: ignore[arg-type]


def test_a_legs_slices_are_its_accent_noise_line_and_what_else_is_said_of_it() -> None:
    reference = call(
        "hello",
        lang="en-gb",
        noise={
            "agent": Noise(kind="babble", snr_db=12.0),
            "customer": Noise(kind="line", snr_db=40),
        },
        crosstalk_db=-40.0,
        slices={"codec": "pcma"},
    )
    assert list(leg_slices(reference, 0)) == [
        "accent:en-gb", "noise:babble", "snr:below 15 dB", "crosstalk:yes", "codec:pcma",
    ]  # fmt: skip
    assert "snr:30 dB or more" in leg_slices(reference, 1)
    assert list(leg_slices(call("hello"), 0)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Good morning to you.", [OTHER]),
        ("That is forty two dollars.", [DIGITS]),
        ("One moment please.", [OTHER]),
    ],
)
def test_a_turns_slices_are_what_is_said_in_it(text: str, expected: list[str]) -> None:
    assert list(turn_slices(call(text), 0)) == expected


def test_turns_with_personal_data_hold_entities_and_its_digits() -> None:
    at = {span.kind: span.turn for span in REFERENCE.pii}
    assert {DIGITS, ENTITIES} <= set(turn_slices(REFERENCE, at["CARD"]))
    assert DIGITS not in turn_slices(REFERENCE, next(s.turn for s in REFERENCE.pii))


def test_speech_over_the_other_party_is_a_slice() -> None:
    both = call("hello there", "yes")
    late = Turn(speaker="customer", channel=1, start_ms=500, end_ms=1200, text="yes")
    reference = Reference(name="x", duration_ms=2000, turns=(both.turns[0], late))
    assert OVERLAP in turn_slices(reference, 0) and OVERLAP in turn_slices(reference, 1)
    assert OVERLAP not in turn_slices(both, 0)


def test_an_error_counts_in_the_slices_of_its_turn_only() -> None:
    turn = next(t for t in REFERENCE.turns if "speaking with" in t.text)

    def misheard(word: ReferenceWord) -> str:
        inside = turn.start_ms <= word.start_ms < turn.end_ms
        return "seeking" if inside and word.text == "speaking" else masked(word)

    got = score(segments(misheard))
    slices = got.measures.slices
    wrong = {name for name, errors in slices.items() if errors.substitutions}
    assert wrong == {
        "accent:en-us", "noise:line", "snr:30 dB or more", "crosstalk:no", OTHER,
    }  # fmt: skip
    assert got.errors.substitutions == 1
    said = [slices[name] for name in (DIGITS, OTHER) if name in slices]
    assert total_errors(said).words <= got.errors.words
    assert slices["accent:en-us"] == got.errors
