"""What is taken out, and what stays, sentence by sentence."""
# ruff: noqa: E501 - tables of dialogues read best with one case a line

import pytest

from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

GONE = [
    ("A: Is the card still good?\nC: It expires next June.", "It expires [expiry]"),
    ("C: It's the end of March twenty nine.", "It's the end [expiry]"),
    ("A: And what month?\nC: Okay, so May of thirty one.", "Okay, so [expiry]"),
    ("A: And the C S C?\nC: Seven four six.", "[cvv]"),
    ("C: My card number is four two four two four two four two four two four two four two four two.", "My card number is [card]"),
    ("C: It's 4242 4242 4242 4242, thanks.", "It's [card] thanks."),
    ("C: four-one-one-one 1111, double 1, 111 1111 there", "[card] there"),
    ("C: American Express, three seven eight two, eight two two four six three, one oh oh oh five.", "American Express, [card]"),
    ("A: And the security code?\nC: Four oh, no sorry, four one nine.", "[cvv]"),
    ("A: And the security code?\nC: 4-0, sorry for 19.", "[cvv]"),
    ("A: And the three digits on the back?\nC: 7-3-1.", "[cvv]"),
    ("A: And the three digits on the back?\nC: Sure, 7.31.", "Sure, [cvv]"),
    ("A: When does it expire?\nC: September of twenty nine.", "[expiry]"),
    ("A: And the expiration date?\nC: 0929.", "[expiry]"),
    ("A: And the expiration date?\nC: oh nine, 29.", "[expiry]"),
    ("C: My social is two one nine, oh nine, four nines.", "My social is [ssn]"),
    ("A: What's the best number to reach you?\nC: plus four four seven seven double oh nine double oh one two nine", "[phone]"),
    ("C: You can call me back on 617-555-0147 any time.", "You can call me back on [phone] any time."),
    ("C: It's j dot smith at example dot com, please.", "It's [email] please."),
    ("C: Send it to m underscore b, at example dot co dot uk.", "Send it to [email]"),
    ("C: my email is W, H, I, T at gmail dot com thanks", "my email is [email] thanks"),
    ("A: What's your date of birth?\nC: Ninth of the eleventh, seventy six.", "[dob]"),
    ("C: The sort code is ten, eighty eight, double oh.", "The sort code is [routing]"),
    ("C: The IBAN is G B 82 W E S T 1234 5698 7654 32.", "The IBAN is [iban]"),
    ("C: It's two oh three, dot zero, dot one one three, dot seventy six.", "It's [ip]"),
    ("A: Can you read it to me?\nC: Um, eight three oh, four four one.", "Um, [otp]"),
    ("C: My PIN is forty two nineteen.", "My PIN is [pin]"),
    ("C: Confirmation code K as in king, seven, P as in Paul, Q, two, X.", "Confirmation code [order]"),
    ("C: My name is Marcus Delaney and I need help.", "My name is [name] and I need help."),
    ("c: my name is marcus delaney and i need help", "my name is [name] and i need help"),
    ("A: Who am I speaking with?\nC: Marcus Delaney.", "[name]"),
    ("A: Am I speaking with Miss Harriet Oduya?", "Am I speaking with [name]"),
    ("A: And the home address?\nC: Forty one seventeen Larkspur Lane, apartment six B, Springfield.", "[address]"),
    ("A: And the postcode?\nC: B S eight, one T H.", "[address]"),
    ("C: My password is bluebird seventy seven.", "My password is [password]"),
    ("A: Is that the card ending in four two four two?", "Is that the card ending in [card]"),
    ("C: 731 is my security code.", "[cvv] is my security code."),
]  # fmt: skip


@pytest.mark.parametrize(("dialogue", "last"), GONE)
def test_personal_data_is_replaced_by_its_kind(policy: Policy, dialogue: str, last: str) -> None:
    assert shown(policy, dialogue)[-1] == last


STAYS = [
    "I had a payment of forty two dollars and fifty cents bounce.",
    "I'm on flight four eighteen to Denver, on the twelfth.",
    "About twelve hundred homes are affected.",
    "It started at nine twenty this morning.",
    "Room six twelve, king bed. Check in is at three.",
    "You're in seat fourteen C, boarding at gate twenty two.",
    "It's running version eight point two, and the disk is at ninety eight percent.",
    "A full freezer holds for around forty eight hours.",
    "There were two of us in the car, on Route nine.",
    "He's seven years old and he's had a cough for ten days.",
    "We're open nine to five, Monday to Friday.",
    "Your next appointment is on March fourteenth at two thirty.",
    "It's $42.50 for 3 months, that's 20% off.",
    "The model number is seven two zero.",
    "I've been a customer since nineteen ninety eight.",
    "It's one of those things.",
    "Thanks for calling Harbor Point Bank, how can I help?",
    "Hello, Tansy and Thorne customer care.",
    "This is the front desk.",
]


@pytest.mark.parametrize("sentence", STAYS)
@pytest.mark.parametrize("role", ["A", "C"])
def test_clean_speech_is_left_alone(policy: Policy, role: str, sentence: str) -> None:
    assert shown(policy, f"{role}: {sentence}") == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "It's forty two dollars.",
        "That's three nights for two adults.",
        "I paid about two hundred pounds.",
        "I was stopped on Route nine, about two fifteen in the afternoon.",
        "I'm on flight four eighteen.",
    ],
)
def test_evidence_releases_a_number_where_a_card_was_asked_for(
    policy: Policy, sentence: str
) -> None:
    assert shown(policy, f"A: And the card number?\nC: {sentence}")[-1] == sentence


def test_a_number_goes_on_over_segments_and_the_others_back_channel(policy: Policy) -> None:
    dialogue = """
    C: You want it now? Five five eight five | five five eight five
    A: mm-hm
    C: five five eight five | five five eight three.
    """
    assert shown(policy, dialogue) == [
        "You want it now? [card]", "[card]", "mm-hm", "[card]", "[card]",
    ]  # fmt: skip


def test_a_read_back_is_known_without_being_asked_for(policy: Policy) -> None:
    dialogue = """
    C: My membership number is seven three one oh four four.
    A: Let me look. It is raining here. I have been at it all day long, you know how it goes.
    C: Yes I know. It rained here as well, all of the day.
    A: Fine. I have one oh four four here.
    """
    assert shown(policy, dialogue)[-1] == "Fine. I have [account] here."


def test_a_later_turn_corrects_an_earlier_final(policy: Policy) -> None:
    dialogue = """
    C: That would be Ramsbottom whatever you do with it.
    A: Am I speaking with Ramsbottom?
    """
    assert shown(policy, dialogue)[0] == "That would be [name] whatever you do with it."


def test_a_name_is_known_again(policy: Policy) -> None:
    dialogue = """
    A: Who am I speaking with?
    C: Marcus Delaney.
    A: That went through. Have a good one, Marcus.
    """
    assert shown(policy, dialogue)[-1] == "That went through. Have a good one, [name]"


def test_partials_show_no_digit_of_a_card_at_any_time(eager_policy: Policy) -> None:
    dialogue = """
    A: And the new card number, whenever you're ready.
    C: Okay, it's four two four two, um, four two, no sorry, four three four two, then nine
    A: four two four two
    C: and expires oh nine twenty nine, and the code is seven three one. Thank you.
    """
    spoken = {"four", "two", "three", "nine", "oh", "twenty", "seven", "one"}
    for text in ever_shown(eager_policy, dialogue):
        assert spoken.isdisjoint(word.strip(".,").lower() for word in text.split()), text


def test_an_unfinished_number_at_the_end_of_a_final_waits(policy: Policy) -> None:
    texts = ever_shown(policy, "C: The website says two twenty.\nA: Let me look at that for you.")
    final = texts.index("The website says")
    assert "The website says two twenty." in texts[final + 1 :]


def test_an_allowed_phrase_stays(policy: Policy) -> None:
    from redaction.policy.prepared_policy import make_policy
    from redaction.settings import Settings

    allowing = make_policy(Settings(allow=("617 555 0100",)), policy.engine, key=policy.key)
    said = "C: You can dial six one seven five five five oh one oh oh for help."
    assert shown(policy, said) == ["You can dial [phone] for help."]
    assert shown(allowing, said) == [said[3:]]
    assert allowing.version != policy.version
