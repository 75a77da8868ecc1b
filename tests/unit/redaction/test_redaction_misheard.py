"""Names, addresses, e-mail addresses, codes and passwords that the recogniser garbled."""

from collections.abc import Sequence

import pytest

from redaction.language.sounds import sound_of
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine
from redaction.settings import Settings
from redaction.tagger.tags import Tag
from redaction.tagger.wordpiece import UNKNOWN, Vocabulary
from tests.unit.redaction.spoken_dialogue import shown


@pytest.mark.parametrize(
    ("dialogue", "last"),
    [
        (
            "A: And what's his name?\nC: All of our brands, that's B-R-A-N.",
            "[name] that's [name]",
        ),
        ("A: And the name on the order?\nC: Priya rammed bottom.", "[name]"),
        ("A: Who am I speaking with?\nC: Sure. hold on a second", "Sure. hold on a second"),
        (
            "A: And the home address?\nC: Forty one, seventeen, larks were lane, apartments six "
            "feet, Springfield.",
            "[address]",
        ),
        (
            "A: Where shall I send it?\nC: Unit three, twenty-two copper roll leads. Not today.",
            "[address] Not today.",
        ),
        ("A: What's the confirmation code?\nC: It's gay, seven P, Q, two X.", "It's [order]"),
        ("A: Your date of birth?\nC: The twelve of Marge, nineteen eighty-one.", "The [dob]"),
        ("A: Your date of birth?\nC: Twenty third of Arch 1981.", "[dob]"),
        ("A: Your date of birth?\nC: Fort of June, sixty two.", "[dob]"),
        (
            "A: Your date of birth?\nC: Sure. It's the first of many. June ninth, 1981.",
            "Sure. It's the first of many. [dob]",
        ),
        ("A: Your IP?\nC: One nine two dot one six eight, dart one dot fort one.", "[ip]"),
        (
            "A: Can you spell your surname?\nC: Be like bravo, O like Oscar, W-like whiskey, "
            "enlike November. Did you get that?",
            "[name] Did you get that?",
        ),
        (
            "A: Can I take the reg?\nC: Enfinancy, R 932, acts as an x-ray, e-like echo.",
            "[address]",
        ),
        (
            "A: And the postcode?\nC: E H one, dash are as an Romeo, J as in Juliet.",
            "[address]",
        ),
        (
            "A: What's it under?\nC: It's seven double nine, one King's Terrorist, the "
            "one with the blue door.",
            "It's [address] the one with the blue door.",
        ),
        ("A: What's the code on the back?\nC: It's o-too-too-nine.", "It's [cvv]"),
        ("C: It's a nine-to-five job.", "It's a nine-to-five job."),
        ("A: Can I take your full name?\nC: Will New yen, thanks.", "[name] thanks."),
        ("A: Can I take your name?\nC: Will you need it?", "Will you need it?"),
        (
            "C: It's martina.rossie at gmail.com.\nA: One S or two in Rossing.",
            "One S or two in [name]",
        ),
        ("C: Do I get one seat or two in economy?", "Do I get one seat or two in economy?"),
        (
            "A: We've a delivery for 633 Church Road, dot port, cheshire, and nobody was in.",
            "We've a delivery for [address] and nobody was in.",
        ),
        ("A: Your NI number?\nC: It's Q Q, 123456 dash be like bravo.", "It's [nino]"),
        (
            "A: Your policy number?\nC: It's S, 17, C for charlie, why B for victor.",
            "It's [policy]",
        ),
        ("A: Your policy number?\nC: D for tango see, T for tango, 31, 27, H.", "[policy]"),
        (
            "A: Your policy number?\nC: It's H, S, 17, see for yourself.",
            "It's [policy] see for yourself.",
        ),
        ("A: And your social?\nC: Oh, hundred, three, three, seven, free, one, five.", "[ssn]"),
        ("A: What's the code on the back?\nC: It's oo, two, nine.", "It's [cvv]"),
        ("A: Your policy number?\nC: It's in W dash, four, four, seven, one.", "It's [policy]"),
        ("C: My security code is four one nine.\nA: For one nine, thank you.", "[cvv] thank you."),
        (
            "A: And your password?\nC: We were seventy seven exclamation marks. Oh, sorry.",
            "[password] Oh, sorry.",
        ),
        ("A: And your password?\nC: About ten megabits, I think.", "About ten megabits, I think."),
        ("A: Which email?\nC: St. Whitpoon at example.co.uk.", "[email]"),
        ("A: What email?\nC: castellanos eight hang on, five at example dot org.", "[email]"),
        ("A: What email?\nC: priya ramsbottom example dot com", "[email]"),
        ("A: What email?\nC: jsmith at northwind thought com thanks", "[email] thanks"),
        ("C: It's on your website, example dot com.", "It's on your website, example dot com."),
        (
            "A: Who am I speaking with?\nC: Philip Ramsbottom.\nA: Thank you phillip ramsbotham.",
            "Thank you [name]",
        ),
    ],
)
def test_what_was_asked_for_goes_however_it_was_heard(
    policy: Policy, dialogue: str, last: str
) -> None:
    assert shown(policy, dialogue)[-1] == last


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ramsbottom", "ramsbotham"), ("Delaney", "delany"), ("Catherine", "kathryn")],
)
def test_names_that_sound_alike_share_a_key(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other) != ""


def test_short_words_have_no_sound() -> None:
    assert sound_of("flip") == sound_of("Oduya") == ""


class ScriptedTagger:
    """Takes the words of a list for names, or for places."""

    version = "scripted"

    def __init__(self, **tags: Tag) -> None:
        self._tags = tags

    def tag(self, words: Sequence[str]) -> list[Tag]:
        return [self._tags.get(word.strip(".,?").lower(), Tag.NONE) for word in words]


@pytest.mark.parametrize(
    ("dialogue", "last"),
    [
        ("C: So yesterday Priya told me so.", "So yesterday [name] told me so."),
        ("A: Hello, Priya and Oduya customer care.", "Hello, Priya and Oduya customer care."),
        ("A: Thank you for calling Oduya, hello.", "Thank you for calling Oduya, hello."),
        ("C: The account is fine.", "The account is fine."),
        ("A: Yes, Priya speaking.", "Yes, [name] speaking."),
        ("C: It takes the Allen key.", "It takes the Allen key."),
        ("C: We drank two thousand sixteen shiraz.", "We drank two thousand sixteen shiraz."),
        ("C: We flew to Leeds.", "We flew to Leeds."),
        ("A: What's your address?\nC: It's in Leeds.", "It's in [address]"),
    ],
)
def test_the_model_adds_names_but_no_firms_and_places_only_where_asked(
    engine: Engine, dialogue: str, last: str
) -> None:
    named = dict.fromkeys(("priya", "oduya", "account", "speaking", "allen", "shiraz"), Tag.NAME)
    tagger = ScriptedTagger(**named, leeds=Tag.PLACE)
    policy = make_policy(Settings(), engine._replace(tagger=tagger), key=b"k" * 32)
    assert shown(policy, dialogue)[-1] == last


def test_the_model_is_part_of_the_version(engine: Engine, policy: Policy) -> None:
    tagged = make_policy(Settings(), engine._replace(tagger=ScriptedTagger()), key=b"k" * 32)
    assert tagged.version != policy.version


def test_words_are_cut_into_the_longest_known_pieces() -> None:
    vocabulary = Vocabulary([UNKNOWN, "rams", "##bottom", "##b", "o", "'", "brien", "e"])
    assert vocabulary.pieces("Ramsbottom") == [1, 2]
    assert vocabulary.pieces("O'Brien") == [4, 5, 6]
    assert vocabulary.pieces("É") == [7]
    assert vocabulary.pieces("xyz") == [0]
