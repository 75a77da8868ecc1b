"""What a question asks for, by its make."""

import pytest

from redaction.questions import questions_in
from redaction.words import atoms_of

ASKED = [
    ("And what's the property, please?", ["address"]),
    ("Where do you live at the moment?", ["address"]),
    ("And who is the beneficiary?", ["name"]),
    ("Which student are you calling about?", ["name"]),
    ("What did you call your childhood pet?", ["security_answer"]),
    ("Do you have the passphrase?", ["password"]),
    ("What's the hint you set?", ["security_answer"]),
    ("Where is the nearest store?", []),
    ("The one who called me was rude.", []),
    ("I would like to change my order.", []),
]


@pytest.mark.parametrize(("said", "kinds"), ASKED)
def test_a_question_asks_for_what_its_noun_or_pronoun_says(said: str, kinds: list[str]) -> None:
    wanted = {"address", "name", "security_answer", "password"}
    found = {question.kind for question in questions_in(atoms_of(said.split()))} & wanted
    assert found == set(kinds)


def test_the_word_that_asks_lies_in_the_clause_that_asks() -> None:
    said = "That is fine. And the city?"
    (question,) = [q for q in questions_in(atoms_of(said.split())) if q.kind == "address"]
    assert said.split()[question.at] == "city?"
