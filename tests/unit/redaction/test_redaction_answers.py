"""Answers to whatever was asked: words, numbers that are all that is said, slips, letters."""

from collections.abc import Sequence

import pytest

from redaction.call.redact import CallRedactor
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine, build_engine
from redaction.settings import Settings
from redaction.tagger.tags import Tag
from tests.unit.redaction.spoken_dialogue import events, shown, text_of

SECURITY_ANSWERS = [
    ("A: What was the name of your first pet?\nC: Biscuit.", "[security_answer]"),
    ("A: and your memorable place\nC: it's lake garda", "it's [security_answer]"),
    ("A: In what city were you born?\nC: Um, Springfield.", "Um, [security_answer]"),
    ("A: make of your first car\nC: ford fiesta", "[security_answer]"),
    ("A: What street did you grow up on?\nC: I don't remember.", "I don't remember."),
    ("A: Your password?\nC: correct horse battery", "[password]"),
    ("A: And your password?\nC: About ten megabits.", "About ten megabits."),
]
ORDINARY_NAMES = [
    ("A: And your last name?\nC: Stone.", "[name]"),
    ("A: first name\nC: bill", "[name]"),
    ("A: Your full name?\nC: Why do you need that?", "Why do you need that?"),
    ("A: What was the name of the plan?\nC: The unlimited one.", "The unlimited one."),
    ("C: my name's noah price my number is", "my name's [name] my number is"),
    ("C: My name is Will Banks.", "My name is [name]"),
    ("C: Ewan Hughes, H as in hotel, U, G like golf, H.", "[name]"),
]
NUMBERS = [
    ("A: Did the text come through?\nC: Yes, one four six six two.", "Yes, [number]"),
    ("A: How much is it?\nC: Four ninety nine.", "Four ninety nine."),
    ("A: So that's four one nine.", "So that's [number]"),
    ("A: that's 4929 1234 5678 9012\nC: no it's 9013 at the end", "no it's [card] at the end"),
    ("C: card 4929 1234 5678 9012\nA: thank you\nC: 365", "[card]"),
    ("A: c v c please\nC: to oh ate", "[cvv]"),
    ("A: cvv\nC: it's forty nine seventy won as you see", "it's [cvv] as you see"),
    ("A: card number\nC: right for one one one 1111 1111 1111", "right [card]"),
    ("A: security code\nC: four oh no sorry for one night", "[cvv]"),
    ("A: So, March third, eighty eight.", "So, [dob]"),
    ("A: so that's ten slash twenty eight", "so that's [expiry]"),
    ("A: date of birth\nC: it's the January January tenth, 19, 51.", "it's the [dob]"),
    ("A: it expires\nC: april slash twenty thirty", "[expiry]"),
    ("A: Your case number?\nC: four four one seven two", "[ticket]"),
    (
        "C: it says one ninety two dot one hundred sixty eight point one point eighty",
        "it says [ip]",
    ),
]
CODES = [
    ("A: Booking reference?\nC: why for yankee, Q, six zero zero.", "[order]"),
    ("A: booking reference\nC: N like Mary, H as in Harry, 3 6", "[order]"),
    ("A: Booking reference?\nC: It's nine, in, H, Y, two, four, seven.", "It's [order]"),
    ("A: your reference\nC: ak 110 49", "[order]"),
    ("A: The I ban?\nC: It's GB, 05, WEST, 4159, 054.", "It's [iban]"),
    ("A: spell it\nC: mike bravo oscar november golf", "[name]"),
]
ADDRESSES = [
    ("C: deliver it to p o box three four one", "deliver it to [address]"),
    ("C: I'm at fourteen, The Grove, Belfast.", "I'm at [address]"),
    ("C: It's 6 Peachtree Road, El Paso, Texas 79914. Thanks.", "It's [address] Thanks."),
    ("C: nine hundred west end avenue new york", "[address]"),
    ("C: Forty one, large berlain, apartments six feet, Springfield.", "[address]"),
    ("A: and the city\nC: dayton ohio", "[address]"),
    ("A: where should we ship it\nC: twelve oak hill", "[address]"),
]


@pytest.mark.parametrize(
    ("dialogue", "last"), SECURITY_ANSWERS + ORDINARY_NAMES + NUMBERS + CODES + ADDRESSES
)
def test_what_answers_is_masked_and_what_declines_is_not(
    policy: Policy, dialogue: str, last: str
) -> None:
    assert shown(policy, dialogue)[-1] == last


@pytest.mark.parametrize("dialogue", [d for d, last in SECURITY_ANSWERS + CODES if last[0] == "["])
def test_no_partial_shows_any_of_it(policy: Policy, dialogue: str) -> None:
    said = set(dialogue.splitlines()[-1][2:].split())
    redactor = CallRedactor(policy, call_id="c")
    ever: set[str] = set()
    for event in events(dialogue, partials=True):
        for redacted in redactor.receive(event):
            if redacted.raw.channel == 1:
                ever |= set(text_of(redacted).split())
    assert not ever & said


class OneName:
    """Takes one word for a name, and counts how often it is asked."""

    version = "one"

    def __init__(self) -> None:
        self.asked = 0

    def tag(self, words: Sequence[str]) -> list[Tag]:
        self.asked += 1
        return [Tag.NAME if word == "rashid" else Tag.NONE for word in words]


def _with(tagger: OneName) -> Policy:
    engine: Engine = build_engine(tagger=tagger)
    return make_policy(Settings(), engine, key=b"k" * 32)


def test_an_unannounced_name_is_held_in_partials_and_the_model_is_asked_once_about_it() -> None:
    tagger = OneName()
    redactor = CallRedactor(_with(tagger), call_id="c")
    dialogue = "C: and then someone there rashid it was told me that it would be done by now"
    texts: list[str] = []
    for event in events(dialogue, partials=True):
        if event.is_final:
            assert tagger.asked == 1
        texts += [text_of(one) for one in redactor.receive(event)]
    assert all("rashid" not in text for text in texts)
    assert texts[-1].startswith("and then someone there [name]")


def test_a_word_the_model_takes_for_no_name_is_shown_as_soon_as_without_it() -> None:
    said = "C: and then the dreadful flumph in the corner made a noise again today"
    with_model, without = (
        [text_of(one) for event in events(said, partials=True) for one in redactor.receive(event)]
        for redactor in (
            CallRedactor(_with(OneName()), call_id="c"),
            CallRedactor(make_policy(Settings(), build_engine(), key=b"k" * 32), call_id="c"),
        )
    )
    assert with_model == without
