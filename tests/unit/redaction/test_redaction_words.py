import pytest

from redaction.language.words import Class, atoms_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("four", [(Class.DIGIT, "4")]),
        ("oh,", [(Class.DIGIT, "0")]),
        ("4242,", [(Class.NUMERAL, "4242")]),
        ("7-3-1", [(Class.NUMERAL, "7"), (Class.NUMERAL, "3"), (Class.NUMERAL, "1")]),
        ("four-one-one-one", [(Class.DIGIT, "4")] + [(Class.DIGIT, "1")] * 3),
        ("555-0147", [(Class.NUMERAL, "555"), (Class.NUMERAL, "0147")]),
        ("+44", [(Class.SYMBOL, "+"), (Class.NUMERAL, "44")]),
        ("K7PQ2X", [(Class.CODE, "k7pq2x")]),
        ("W,H,I", [(Class.LETTER, "w"), (Class.LETTER, "h"), (Class.LETTER, "i")]),
        ("$42.50", [(Class.AMOUNT, "4250")]),
        ("20%", [(Class.AMOUNT, "20")]),
        ("1,200", [(Class.AMOUNT, "1200")]),
        ("9s", [(Class.PLURAL, "9")]),
        ("12th", [(Class.ORDINAL, "12")]),
        ("09/29", [(Class.DATE, "0929")]),
        ("9:29", [(Class.CLOCK, "929")]),
        ("fe80::1:2:3:4", [(Class.IP, "fe80::1:2:3:4")]),
        ("j.smith@example.com", [(Class.EMAIL, "j.smith@example.com")]),
        ("I'm", [(Class.OTHER, "")]),
        ("[card]", [(Class.OTHER, "")]),
        ("...", []),
    ],
)
def test_a_written_word_becomes_what_it_can_be(
    text: str, expected: list[tuple[Class, str]]
) -> None:
    assert [(atom.cls, atom.value) for atom in atoms_of([text])] == expected


def test_atoms_know_their_word_and_the_punctuation_after_it() -> None:
    atoms = atoms_of(["It's", "7-3-1.", "Thanks"])
    assert [(atom.word, atom.stop) for atom in atoms] == [
        (0, ""), (1, ""), (1, ""), (1, "."), (2, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", " ", "-", "“”", "\u200b", "💳", "٤٢٤٢", "½", "a" * 5000])
def test_any_text_can_be_classified(text: str) -> None:
    assert all(atom.word == 0 for atom in atoms_of([text]))


def test_numbers_with_dots_between_are_taken_apart_so_that_pieces_of_them_add_up() -> None:
    whole, pieces = atoms_of(["192.0.2.17"]), atoms_of(["192.0.2", "dot", "17"])
    assert [atom.value for atom in whole] == [atom.value for atom in pieces]
    assert {atom.cls for atom in whole} == {Class.NUMERAL, Class.SYMBOL}


def test_a_joiner_may_be_said_in_two_words() -> None:
    atoms = atoms_of(["anna", "under", "score", "may", "at", "sign"])
    assert [(a.cls, a.value) for a in atoms[1:3]] == [(Class.FILLER, ""), (Class.SYMBOL, "_")]
    assert atoms[4].text == "at" and atoms[5].cls is Class.FILLER
