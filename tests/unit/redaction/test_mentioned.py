"""Secrets that nobody calls a password: words that are mentioned, not used."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

SECRETS = [
    ("A: And to prove it's you?\nC: Rhubarb.", "[password]"),
    ("A: There's a note to ask for a word.\nC: Oh, it's thistle.", "Oh, it's [password]"),
    (
        "C: How do we get online?\nA: Sure. Then you type pelican 22.",
        "Sure. Then you type [password]",
    ),
    ("C: I'm locked out.\nA: What did you set?\nC: Bramble jelly.", "[password]"),
    (
        "C: He changed it and won't say.\nA: Oh dear.\nC: He says try walrus.",
        "He says try [password]",
    ),
    ("A: What are you typing?\nC: Capital K, small j, 9, dollar sign.", "[password]"),
    ("A: You'd have a phrase on for that.\nC: The herons fly sideways.", "[password]"),
    ("A: A temporary one.\nA: Set to quince 9.\nC: Quince 9.", "[password]"),
    ("C: He'll give the release word, parsnip.\nA: Parsnip it is.", "[password] it is."),
    (
        "A: The gate's on a keypad. Put in green walrus.",
        "The gate's on a keypad. Put in [password]",
    ),
    ("A: There's a porting word. Do you recall it?\nC: Snow globe.", "[password]"),
    ("A: It needs a password.\nC: Let's have paper lantern.", "Let's have [password]"),
    (
        "A: Has she still got your login?\nC: It was otter pancake when we shared.",
        "It was [password] when we shared.",
    ),
    (
        "A: I'm sending the reset link.\nC: So no going back to hazy lagoon?",
        "So no going back to [password]",
    ),
    ("A: Did you reset the password?\nC: He made it garden gate please.", "He made it [password]"),
    (
        "C: They gave you a code word last time, purple tractor.",
        "They gave you a code word last time, [password]",
    ),
    ("A: What's the phrase?\nC: Oh my days. Dinner at midnight?", "Oh my days. [password]"),
    ("A: I need the passphrase.\nC: Hm.\nA: Just four words.\nC: Ferns.", "[password]"),
    ("A: Which word shall I store?\nC: Numbat.", "[password]"),
    ("A: Now kindly share one new word for your locker.\nC: Papaya.", "[password]"),
    ("A: I'll need the cleaner's word.\nC: Gherkin.", "[password]"),
    (
        "A: Nobody gets in without a word that you decide.\nC: She'd guess walrus.",
        "She'd guess [password]",
    ),
    (
        "A: I've got the safe word down as turnstile, right?",
        "I've got the safe word down as [password] right?",
    ),
    (
        "A: We had an activation at the shop.\nC: It's only me. Sorry. Gherkin.",
        "It's only me. Sorry. [password]",
    ),
    ("C: What will he tell me at the door?\nA: Today's. Puffin.", "Today's. [password]"),
    (
        "C: The wifi wants a code. She must have put bramble house rules.",
        "The wifi wants a code. She must have put [password]",
    ),
    ("A: There's a funny little word you left with us.\nC: Pangolin.", "[password]"),
    ("A: State your recorded phrase.\nC: Otters sleep holding hands.", "[password]"),
    (
        "A: Three letters of your memorable word?\nC: G and T.\nA: The last?\nC: B for bravo.",
        "[password]",
    ),
    (
        "A: The word you gave us?\nC: Walrus.\nA: Not what I've got.\nC: Was it pangolin, then?",
        "Was it [password] then?",
    ),
    ("A: Name the word you gave us.\nC: Walrus.\nA: Nope.\nC: Pangolin then.", "[password] then."),
    (
        "C: It wants the network key.\nA: Three words with dashes.\nC: Badge, turnip, rocket?",
        "[password]",
    ),
    ("A: It just reads, what's under the stairs?\nC: Gherkins.", "[password]"),
    (
        "A: And your release phrase?\nC: phrase is brave soldiers march again.",
        "phrase is [password]",
    ),
    (
        "A: What are we making the word now?\nC: From walrus to gherkin.",
        "From [password] to [password]",
    ),
    (
        "A: Is there a code for the club?\nC: Sure, the code's gherkin.",
        "Sure, the code's [password]",
    ),
    (
        "A: I have the code word down as turnstile does it fit",
        "I have the code word down as [password] does it fit",
    ),
    ("A: Only if they give word that you pick.\nC: Walrus.", "[password]"),
    ("C: My brother said to say wombat to you.", "My brother said to say [password] to you."),
    ("A: What's the word they left?\nC: Velvet, teapot, and then, November.", "[password]"),
]
ACCESS = [
    ("C: The tablet kicked me off.\nA: It says what?\nC: I see Thimble 1 1.", "I see [password]"),
    ("C: It's a digital safe.\nA: What's it on?\nC: It's on gherkin.", "It's on [password]"),
    ("A: Click the little eye.\nC: Okay. Dandelion soup.", "Okay. [password]"),
]
CLEAN = [
    "C: You sent me a code word in the mail, but I lost it.",
    "A: Is there a password on it?\nC: Yes, we changed it to something else.",
    "A: Shall I move the delivery?\nC: I changed it yesterday to the afternoon slot.",
    "C: The website says error 299.",
    "C: The wifi is down.\nA: What are the lights doing?\nC: It's blinking.\nA: Try restarting it.",
    "C: I can't log in.\nA: Is that on the laptop?\nC: It's frozen.",
    "A: Can I have a word with the manager?\nC: Certainly.",
    "C: I can't log in.\nA: Since when?\nC: It was terribly slow before the update.",
    "A: Let's go through security.\nC: I had problems before.",
    "A: I logged in.\nC: Can I go back to paper bills?",
    "A: What'd you use on the gate?\nC: Satin.",
    "A: How much water did you put?\nC: Not much. And oregano.",
    "C: The wifi drops.\nA: Is it slow upstairs?\nC: Yes.\nA: Scroll down to the bottom.",
    "C: The wifi drops.\nA: What's the router doing?\nC: It's humming.",
    "C: The wifi drops.\nA: What's the router doing?\nC: It's flashing.",
    "A: The browser asks for a new one.\nC: What do I do?\nA: Now choose a colour.",
    "A: I go from walrus tanks to seals.",
    "C: The error code's wrong.\nA: The code's expired.",
    "A: Tell me in your own words.\nC: Scaffolding came down.",
    "A: I'd put it in other words.\nC: Scaffolding.",
    "A: What did he say at the desk?\nC: It's upstairs.",
    "C: The alarm company is coming.\nA: When?\nC: It's Thursday.",
    "C: I can't log in.\nA: Do I see a tick?\nC: Kitchen shelf.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("dialogue", "expected"), SECRETS)
def test_a_word_that_is_mentioned_where_a_secret_is_talked_of_goes(
    policy: Policy, dialogue: str, expected: str
) -> None:
    assert shown(policy, dialogue)[-1] == expected


@pytest.mark.parametrize(("dialogue", "expected"), ACCESS)
def test_so_does_one_where_doors_devices_and_proofs_are_talked_of(
    policy: Policy, dialogue: str, expected: str
) -> None:
    assert shown(policy, dialogue)[-1] == expected


@pytest.mark.parametrize("dialogue", CLEAN)
def test_words_that_are_used_stay(policy: Policy, dialogue: str) -> None:
    assert shown(policy, dialogue) == [line[3:] for line in dialogue.splitlines()]
