"""E-mail addresses of ordinary words, in pieces, and with hosts that are said alone."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

MAILBOXES = [
    (
        "A: Who gets the report?\nC: It's accounts at harbour council dot gov dot au.",
        "It's [email]",
    ),
    ("A: And an email?\nC: The tall bob 1960 at hotmail dot com.", "[email]"),
    ("A: An email for you?\nC: ida dot moss that example dot com.", "[email]"),
    (
        "A: And an email?\nC: J moss 4 at gmail dot com.\nA: Which host?\nC: i cloud dot com.",
        "[email]",
    ),
    ("A: Email?\nC: K like kite, 4, 2, gmail.", "[email]"),
    ("C: You can reach me on pond lady at hotmail dot com.", "You can reach me on [email]"),
    ("A: Where shall I send it?\nC: Salt and cinders at protonmail.com.", "[email]"),
    ("A: Email?\nC: Orders at thecopperkettle dot cafe.", "[email]"),
    (
        "C: The alias. Uh, snow watch plus six one at ridge survey dot org.",
        "The alias. Uh, [email]",
    ),
    (
        "C: It's also my email, second home sailing at gullmail dot org.",
        "It's also my email, [email]",
    ),
    ("A: Is he the old tom roofing at outlook dot com one?", "Is he the [email] one?"),
    ("C: It's the dog's, sir barkley woof at sky dot com.", "It's the dog's, [email]"),
    ("A: Your email?\nC: Not your dad at zoho dot com.", "[email]"),
    ("C: Can you forward all of it to jim bolt at example dot com?", "of it to [email]"),
    ("C: Try pat at moss lane dot k twelve dot oh us now.", "Try [email] now."),
    ("C: Mails go to ida_moss at outlook from now on.", "Mails go to [email] from now on."),
    ("A: What's after the at sign?\nC: Outlook.", "[email]"),
    ("C: My login's may the number 20 at i cloud dot com.", "My login's [email]"),
    ("C: Try jo dot and dot the dot pug, as they say.", "Try [email] as they say."),
    ("C: Orders hyphen desk at, wait, no, the other.", "[email] at, wait, no, the other."),
    ("C: Try moss underscore dot underscore ida maybe.", "Try [email] maybe."),
    ("A: Your email?\nC: Desk brindle at, hmm, let me look.", "[email] at, hmm, let me look."),
    (
        "A: I've an email starting desk at, is it yours?",
        "an email starting [email] at, is it yours?",
    ),
    ("A: Your email?\nC: It's four brass bells, all squashed up.", "It's [email] all squashed up."),
    ("A: Your email?\nC: Yeah mad about boats at gmail dot com.", "Yeah [email]"),
    ("A: Your email?\nC: Who let the cat out at gmail dot com.", "[email]"),
    ("A: Your email?\nC: The old one's two happy riders at gmail dot com.", "one's [email]"),
    ("C: Use mine. Head of stores at the blue house dot co dot uk.", "Use mine. [email]"),
    ("A: The bills go to zorvik period P something, right?", "go to [email] something, right?"),
    ("C: Or there's zorvik point letter A, maybe.", "Or there's [email] maybe."),
    ("A: I've an email starting desk at is it yours?", "starting [email] at is it yours?"),
    ("A: So that's M O double S E are at W I C K dot wales.", "So that's [email]"),
]
SPELLED = "A: What's your email?\nC: T as in toad, H, R, U, M, at yahoo dot com.\nA: Thrum, right?"
CLEAN = [
    "A: It's on our website at harbour dot com.",
    "C: I'll look at outlook for that.",
    "C: please look for it online at example dot com",
    "C: We hyphen looked at, well, three of them.",
    "C: It's on www dot harbour dot com, or it was.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("dialogue", "expected"), MAILBOXES)
def test_a_mailbox_goes_whatever_words_it_is_made_of(
    policy: Policy, dialogue: str, expected: str
) -> None:
    line = shown(policy, dialogue)[-1]
    assert line.endswith(expected)
    assert len(line) == len(expected) or not expected.startswith("[")


def test_a_mailbox_that_was_spelled_is_known_when_it_is_said(policy: Policy) -> None:
    assert shown(policy, SPELLED)[-1] == "[email] right?"


@pytest.mark.parametrize("line", CLEAN)
def test_a_place_of_the_net_is_no_mailbox(policy: Policy, line: str) -> None:
    assert shown(policy, line) == [line[3:]]


def test_a_host_of_one_letter_pair_is_no_hesitation(policy: Policy) -> None:
    dialogue = "A: What's your email?\nC: ida, seven seven, at proton dot me."
    assert not any("me" in text.split()[-1:] for text in ever_shown(policy, dialogue))


@pytest.mark.parametrize(
    "line",
    [
        "A: It bounced. hello at first house hyphen two dot io, it says.",
        "A: It's pat plus home at first house dot io, it says.",
    ],
)
def test_the_name_waits_while_its_host_is_said(policy: Policy, line: str) -> None:
    name = line.partition(" at ")[0].split()[-1]
    assert sum(f"{name} at" in text for text in ever_shown(policy, line)) == 0
