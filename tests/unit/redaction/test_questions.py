"""What a question asks for, by its make."""

import pytest

from redaction.cues.questions import questions_in
from redaction.language.words import atoms_of

ASKED = [
    ("And what's the property, please?", ["address"]),
    ("Where do you live at the moment?", ["address"]),
    ("And who is the beneficiary?", ["name"]),
    ("Which student are you calling about?", ["name"]),
    ("What did you call your childhood pet?", ["security_answer"]),
    ("Do you have the passphrase?", ["password"]),
    ("What's the hint you set?", ["security_answer"]),
    ("And I'd be posting the certificate to?", ["address"]),
    ("Where's this one off to?", ["address"]),
    ("And the suburb on your membership?", ["address"]),
    ("Does he rent his home, and where is it?", ["address"]),
    ("And home is?", ["address"]),
    ("And here would be?", ["address"]),
    ("Remind me how the new vet gets to you.", ["address"]),
    ("How do I get to you?", []),
    ("Hang on, which one are you?", ["address"]),
    ("It's your favourite ice cream I need.", ["security_answer"]),
    ("And the city you honeymooned in?", ["security_answer"]),
    ("Your prompt is the mascot of your old school.", ["security_answer"]),
    ("Lastly there's a note here, where'd you go for your honeymoon?", ["security_answer"]),
    ("And lastly what you wanted to be.", ["security_answer"]),
    ("Just three words with dashes between.", ["password"]),
    ("Tell me a new word for the gate.", ["password"]),
    ("Tell me in your own words.", []),
    ("What time did you want to be seen?", []),
    ("The city you fly to?", []),
    ("I've a question on my mother's policy.", []),
    ("A quick word with the boss?", []),
    ("Have you sent it to them?", []),
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
