"""Letters of a code: explained, written together with what they are like, at the end of a final."""

import pytest

from redaction.language.words import atoms_of
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import shown


@pytest.mark.parametrize(
    ("word", "letter"),
    [("Seeforcat,", "c"), ("Tforthomas", "t"), ("Enfornora", "n"), ("Exforx-ray.", "x")],
)
def test_a_letter_written_together_with_what_it_is_like_is_a_letter(word: str, letter: str) -> None:
    assert atoms_of([word])[0].value == letter


@pytest.mark.parametrize("word", ["before", "afforded", "enforcement", "Seaforth", "unlikely"])
def test_words_that_only_look_like_that_stay_words(word: str) -> None:
    assert len(atoms_of([word])) == 1


@pytest.mark.parametrize(
    ("dialogue", "last"),
    [
        # a code in which letters are explained, however they are heard
        ("A: And your PAN number?\nC: K for apple, Dfordelta, three one four", "[ssn]"),
        ("A: What's the IBAN?\nC: D be as an egg, thirty three sixty six", "[iban]"),
        ("A: Booking reference?\nC: Q P jay see R, five.", "[order]"),
        ("C: Is it this one? Z as in zoo, four oh nine", "Is it this [number]"),
        # what begins an answer
        ("A: What letters and numbers are in your code?\nC: be four tea nine K", "[otp]"),
        ("A: What's on the sticker?\nC: A serial, UKWFNB, so 4471", "A serial, [number]"),
        # the last of it
        ("A: I've got P W, three three eight, five one, A on here.", "I've got [number] on here."),
        ("A: What did you buy?\nC: A for sale sign, for one of the shops.", None),
    ],
)  # fmt: skip
def test_letters_of_a_code_go(policy: Policy, dialogue: str, last: str | None) -> None:
    said = dialogue.rpartition(": ")[2]
    assert shown(policy, dialogue)[-1] == (said if last is None else last)
