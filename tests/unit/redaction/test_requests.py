"""One-shot requests: nobody asked, and the recogniser wrote words together."""

import pytest

from redaction.language.glued import taken_apart
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import shown

SAID = [
    ("C: forward it to rwillowsat exampledot com today", "forward it to [email] today"),
    ("C: mine is priya dotkendal atgmail dotcom thanks", "mine is [email] thanks"),
    ("C: write to desmond dot achebeat example dot org please", "write to [email] please"),
    ("C: the flat at forty is cheap dot", "the flat at forty is cheap dot"),
    (
        "C: I want a train from Ambleford to Kirkwhelp.",
        "I want a train from Ambleford to Kirkwhelp.",
    ),
    ("C: we have just moved to Kirkwhelp.", "we have just moved to [address]"),
    ("C: my uncle lives in kirkwhelp", "my uncle lives in [address]"),
    ("C: since march i'm unemployed", "since march i'm unemployed"),
    (
        "C: show me all from the 3rd to the 19th of Apr",
        "show me all from the 3rd to the 19th of Apr",
    ),
    ("A: Could you spell your name?\nC: B and R are EY n e LL.", "[name]"),
    ("A: Your name?\nC: I see T a S o us.", "[name]"),
    (
        "C: is there one before nine from Ambleford to Kirkwhelp?",
        "is there one before nine from Ambleford to Kirkwhelp?",
    ),
    (
        "C: a quiet inn to stay near Loch Ambler, please",
        "a quiet inn to stay near Loch Ambler, please",
    ),
    (
        "C: can I have the postcode and address for Ambler City?",
        "can I have the postcode and address for Ambler City?",
    ),
    (
        "C: I type 742 at the cash point, can you see it?",
        "I type 742 at the cash point, can you see it?",
    ),
    (
        "C: Our surnames, the last names are Ambler and Quoyle.",
        "Our surnames, the last names are [name]",
    ),
    ("A: Your client Quoyle rang.", "Your client [name] rang."),
    (
        "A: It's the passenger window and the patient portal.",
        "It's the passenger window and the patient portal.",
    ),
    (
        "A: My postcode is 30114 and the entrance fee is four pounds",
        "My postcode is [address] and the entrance fee is four pounds",
    ),
    ("A: So the QX4471 leaves at nine.", "So the QX4471 leaves at nine."),
    ("C: It's 41 Quoyle Inlet, apartment six bravo, Tucson", "It's [address]"),
    ("C: they moved to 208 quoyle ways", "they moved to [address]"),
    ("C: three lovely ways to pay and 20 nice wells", "three lovely ways to pay and 20 nice wells"),
    ("C: Unit two, charlie, 55 Quoyle Road", "[address]"),
    ("C: that is tony's birthday present", "that is [name] birthday present"),
    ("C: put mister brown through", "put [name] through"),
    ("C: the bank's number, please, mister", "the bank's number, please, mister"),
    ("A: The gallery is located at 88 Larkfield Avenue.", "The gallery is located at [address]"),
    ("A: Our office is at twelve Harbour Street.", "Our office is at [address]"),
]


@pytest.mark.parametrize(("dialogue", "expected"), SAID)
def test_a_request_shows_nothing_personal(dialogue: str, expected: str, policy: Policy) -> None:
    assert shown(policy, dialogue)[-1] == expected


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("atyahoodot", ["at", "yahoo", "dot"]),
        ("dotnet", ["dot", "net"]),
        ("anecdote", None),
        ("dotson", None),
        ("attached", None),
        ("what", None),
    ],
)
def test_joiners_are_taken_off_words_that_are_none(word: str, parts: list[str] | None) -> None:
    assert taken_apart(word) == parts
