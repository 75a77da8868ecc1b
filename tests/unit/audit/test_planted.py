import string
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trunkline.audit.canary_call import built_in, canary_call
from trunkline.audit.planted import SEAM, Planted
from trunkline.evaluate.leaks import ShownWord
from trunkline.evaluate.reference import Span, pieces, read_reference

CALLS = Path(__file__).parents[2] / "data" / "calls" / "dev"
CARD = "4988438843884305"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def span(kind: str, canonical: str) -> Span:
    return Span(
        kind=kind, turn=0, channel=1, start_ms=0, end_ms=4000, spoken="", canonical=canonical
    )


PLANTED = Planted(
    [
        span("CARD", CARD),
        span("CVV", "731"),
        span("EXPIRY", "09/29"),
        span("NAME", "Marcus Delaney"),
        span("NAME", "Marcus"),
        span("EMAIL", "m.delaney@example.org"),
        span("IBAN", "GB29NWBK60161331926819"),
    ]
)

separators = st.sampled_from(["", " ", "-", ".", ", ", "/", "\n", " - ", "_"])


@st.composite
def written(draw: st.DrawFn) -> str:
    """The card's number in groups, some of them spoken, with any separators."""
    out, at = "", 0
    while at < len(CARD):
        group = CARD[at : at + draw(st.integers(1, 6))]
        at += len(group)
        if draw(st.booleans()):
            said = " ".join(WORDS[int(digit)] for digit in group)
            out += f" {draw(st.sampled_from([said, said.upper(), said.title()]))} "
        else:
            out += group + draw(separators)
    return out


@given(written(), st.text(string.ascii_letters + " .,:", max_size=20), st.text(max_size=20))
def test_a_number_is_found_in_any_grouping_written_or_spoken(
    number: str, before: str, after: str
) -> None:
    assume(not after[:1].isalnum())
    assert "CARD" in PLANTED.anywhere(f"{before} {number} {after}")


@given(st.integers(0, 10), written())
def test_six_digits_in_a_row_are_enough(at: int, number: str) -> None:
    assert "CARD" in PLANTED.anywhere(f"x {CARD[at : at + 6]} y")
    assert "CARD" in PLANTED.anywhere(f"x {' '.join(WORDS[int(d)] for d in CARD[at : at + 6])} y")


@given(st.lists(st.text(string.digits, min_size=1, max_size=40), max_size=5), separators)
def test_other_numbers_are_not_found(numbers: list[str], separator: str) -> None:
    text = separator.join(numbers)
    digits = "".join(numbers)
    iban = "60161331926819"
    planted = [CARD[at : at + 6] for at in range(11)] + [iban[at : at + 6] for at in range(9)]
    assume(not any(part in digits for part in planted))
    assert PLANTED.anywhere(text) == set()
    assert PLANTED.anywhere(" ".join(WORDS[int(d)] for d in digits)) == set()


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_bytes_around_it_hide_nothing(before: bytes, after: bytes) -> None:
    assume(not before[-1:].isalnum() and not after[:1].isalnum())
    assert "CARD" in PLANTED.anywhere(before + CARD.encode() + after)


@pytest.mark.parametrize(
    "text",
    [
        "four nine double eight four three",
        "forty nine eighty eight forty three",
        "4,988,438,843,884,305",
        "４９８８４３８８",
        "4988, um, 4388",
        "four nine, eight, eight; 43",
        "0000000000004988438843884305000000000000",
        "0.5 4988438843884305 2026-01-01T00:00:00",
        '"revision":110009,"keys":498843,"start_ms":1',
    ],
)
def test_numbers_as_people_and_programs_write_them(text: str) -> None:
    assert "CARD" in PLANTED.anywhere(text)


@pytest.mark.parametrize(
    "text",
    [
        "ratio 0.4988438843884305 of",
        "2026-11-21T10:49:88.498843Z",
        "sha256 a49884388438843053f0c1d2e3f40516a49884388438843053f0c1d2e3f40516",
        '"revision":498843,"is_final":false,"start_ms":884388, "end_ms": 438843}',
        "the other card is 4988 1234 4305",
        "four nine eight",
    ],
)
def test_digits_that_are_there_by_chance_are_not_counted(text: str) -> None:
    assert PLANTED.anywhere(text) == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("MARCUS  DELANEY", "NAME"),
        ('{"first": "marcus", "x": 1} marcus_delaney', "NAME"),
        ("Delaney, Marcus", "NAME"),
        ("marcusdelaney", "NAME"),
        ("m-a-r-c-u-s", "NAME"),
        ("D E L A N E Y", "NAME"),
        ("M.Delaney@Example.Org", "EMAIL"),
        ("gb29 nwbk 6016 1331 9268 19", "IBAN"),
        ("xx 601613 yy", "IBAN"),
    ],
)
def test_names_and_codes_are_found_in_any_case_and_spelled(text: str, kind: str) -> None:
    assert kind in PLANTED.anywhere(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the code is 731.", "CVV"),
        ("seven three one", "CVV"),
        ("expires 09/29", "EXPIRY"),
        ("oh nine, twenty nine", "EXPIRY"),
        ("ends in 4305", "CARD"),
        ("thanks, Marcus!", "NAME"),
    ],
)
def test_short_values_are_found_in_what_belongs_to_the_call_only(text: str, kind: str) -> None:
    assert kind in PLANTED.of_the_call(text)
    assert PLANTED.anywhere(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "0197a3f2c0de4e0f9d1b2a3c4d5e6f70-1/000004305",
        "rtp from 127.0.0.1:4305",
        "media.py:731 receive",
        "port=731 build 7f3b731c",
        "at 2026-11-21T10:17:31.731+00:00",
        "the order 17312",
    ],
)
def test_short_numbers_in_names_of_things_are_chance(text: str) -> None:
    assert PLANTED.of_the_call(text) == set()


def test_words_with_times_are_read_together_and_one_kind_told_for_each_span() -> None:
    words = [ShownWord(WORDS[int(d)], 200 * n, 200 * n + 200, 1) for n, d in enumerate("4988")]
    assert PLANTED.in_words(words) == ("CARD",)
    assert PLANTED.in_words([word._replace(channel=0) for word in words]) == ()


@pytest.mark.parametrize("path", sorted(CALLS.glob("*.json")), ids=lambda path: path.stem)
def test_every_value_of_the_test_calls_is_found_as_spoken_and_clean_speech_holds_none(
    path: Path,
) -> None:
    reference = read_reference(path)
    for one in reference.pii:
        assert one.kind in Planted([one]).of_the_call(f"well {one.spoken} thanks"), one.kind
    clean = [piece.text for c in (0, 1) for piece in pieces(reference, c) if piece.span is None]
    planted = Planted(reference.pii)
    assert planted.anywhere(SEAM.join(clean)) == set()
    assert [text for text in clean if planted.of_the_call(text)] == []


def test_the_call_of_the_package_has_audio_and_a_truth_that_fits() -> None:
    call = canary_call(*built_in())
    planted = Planted(call.reference.pii)
    assert set(planted.kinds) == {"NAME", "CARD", "EXPIRY", "CVV"}
    assert call.wav.stat().st_size < 500_000
    turns = call.reference.turns
    assert all(one.spoken in turns[one.turn].text for one in planted.spans)
    found = planted.anywhere(" ".join(turn.text for turn in turns))
    assert found == {"CARD", "NAME"}
