"""When cards run out: as it is asked for, said and misheard; and what of words in open slots."""

import pytest

from redaction.call.redact import CallRedactor
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import events, shown

EXPIRY = [
    ("A: Expiry?\nC: May to thousand thirty.", "[expiry]"),
    ("A: great and it expires\nC: won slash thirty", "[expiry]"),
    ("A: And when does it expire?\nC: So 09 slash three too.", "So [expiry]"),
    ("A: Expiry?\nC: The fifth of twenty eight.", "The [expiry]"),
    ("A: Expiry?\nC: The ninth month of twenty seven.", "The [expiry] month of [expiry]"),
    ("A: Card validity please?\nC: Twenty thirty, month seven.", "[expiry] month [expiry]"),
    ("A: The expiration date?\nC: Month then.", "Month [expiry]"),
    ("A: What's the expiration?\nC: Next month.", "[expiry]"),
    ("A: valid from and valid up to please\nC: from ten thirty one", "from [expiry]"),
    ("C: It was 5/29 on the old card.", "It was [expiry] on the old card."),
    ("A: How far does that one go?\nC: That'd be seven twenty seven.", "That'd be [expiry]"),
    (
        "A: Up to what date can we use it?\nC: Live until seven, twenty eight.",
        "Live until [expiry]",
    ),
    ("A: Which year does it go up to?\nC: Twenty eight.", "[expiry]"),
    ("A: Your card went past December of 2027.", "Your card went past [expiry]"),
    ("C: Expiry's 09, oh, hang on.", "Expiry's [expiry] oh, hang on."),
    ("C: Well I see November, then a slash, then thirty three.", "Well I see [expiry]"),
]
BESIDE_CARD = [
    ("C: 4242 4242 4242 4242, from now till 8/28.", "[card] from now till [expiry]"),
    ("C: 4242 4242 4242 4242. That's till five twenty six.", "[card] That's till [expiry]"),
    ("A: How long has that card got?\nC: Till twenty thirty one.", "Till [expiry]"),
    ("A: Expiry?\nC: June 29.\nA: Security?\nC: It's gone to 7996.", "It's gone to [cvv]"),
    (
        "A: The expiry was 5/29?\nC: The month's right, twelve, but the year is thirty three.",
        "The month's right, [expiry] but the year is [expiry]",
    ),
    (
        "C: 4242 4242 4242 4242\nA: Up when?\nC: Hang on, August, no, May of twenty nine.",
        "Hang on, [expiry] no, [expiry]",
    ),
    ("C: 4242 4242 4242 4242\nA: When's it up?\nC: In August.", "In [expiry]"),
    (
        "C: 4242 4242 4242 4242\nA: What year?\nC: Twenty eight. Month is June.",
        "[expiry] Month is [expiry]",
    ),
    (
        "C: The Visa, 09/31\nA: The back?\nC: It's let me see 14, if you must.",
        "It's let me see [cvv] if you must.",
    ),
    ("A: And the end date?\nC: May thirty one, and then two, four, seven.", "[expiry]"),
    ("A: C V V?\nC: Six eight three. Am I too fast?", "[cvv] Am I too fast?"),
    ("A: C V V?\nC: six eight three am i too fast", "[cvv] am i too fast"),
    (
        "C: Five hundred. 4242 4242 4242 4242",
        "Five hundred. [card]",
    ),
]
NO_EXPIRY = [
    (
        "C: May twenty nine is on my card.\nA: And his jab is in July.",
        "And his jab is in July.",
    ),
    (
        "C: 4242 4242 4242 4242\nA: Thanks. We have been here since twenty twenty four.",
        "Thanks. We have been here since twenty twenty four.",
    ),
    ("C: Can I check in?\nA: The check in date is the fifth.", "The check in date is the fifth."),
    ("A: When does it leave?\nC: At ten thirty.", "At ten thirty."),
    ("C: it was five thirty on my card", "it was five thirty on my card"),
    ("C: It takes up to a thousand.", "It takes up to a thousand."),
]
CODES = [
    ("A: And the number?\nC: Ends too seven six.", "Ends [number]"),
    ("A: The sort code?\nC: oh to one too six five", "[routing]"),
    (
        "A: What's the mobile?\nC: oh seven seven double oh nine double oh two four, day or night.",
        "[phone] day or night.",
    ),
    (
        "A: The pin?\nC: 4411.\nA: Fine.\nC: The other has only 5636 under the silver.",
        "The other has only [pin] under the silver.",
    ),
    ("A: And the letter?\nC: C.", "[name]"),
    ("A: Your cvv?\nC: It's one too nine.", "It's [cvv]"),
    ("A: And the pin?\nC: Three hundred, oh.", "[pin]"),
    ("A: First five of the social?\nC: Nine hundred, five.", "[ssn]"),
    ("C: My ni number's a b 82 four three 8 4 see", "My ni number's [nino]"),
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(countries=("US", "UK")), build_engine(), key=b"k" * 32)


@pytest.mark.parametrize(("dialogue", "last"), EXPIRY + BESIDE_CARD + CODES)
def test_dates_and_codes_are_masked_as_they_are_said_and_heard(
    policy: Policy, dialogue: str, last: str
) -> None:
    assert shown(policy, dialogue)[-1] == last


@pytest.mark.parametrize(("dialogue", "last"), NO_EXPIRY)
def test_other_dates_and_amounts_stay(policy: Policy, dialogue: str, last: str) -> None:
    assert shown(policy, dialogue)[-1] == last


@pytest.mark.parametrize(
    ("dialogue", "in_slots"),
    [
        ("A: What's your name?\nC: Hang on", {0, 1}),
        ("C: My name is rather long", {2, 3, 4}),
        ("A: What's the weather like?\nC: Hang on", set()),
        ("C: I lost my card yesterday", set()),
    ],
)
def test_words_in_slots_are_those_asked_for_or_announced_in_words(
    policy: Policy, dialogue: str, in_slots: set[int]
) -> None:
    redactor = CallRedactor(policy, call_id="c")
    said = list(events(dialogue))
    for event in said:
        redactor.receive(event)
    assert redactor.words_in_slots(said[-1]) == in_slots
