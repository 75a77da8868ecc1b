"""Names that nothing announces are known by how people are spoken of."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

NAMES = [
    ("I'll put you through to Heather for that.", "I'll put you through to [name] for that."),
    ("She went back to Stone after the divorce.", "She went back to [name] after the divorce."),
    ("Is Rosemary around today?", "Is [name] around today?"),
    ("And if it's Jean she'll tell you.", "And if it's [name] she'll tell you."),
    ("I think it was Poppy, she fitted it.", "I think it was [name] she fitted it."),
    ("Now what I can do, Farida, one moment.", "Now what I can do, [name] one moment."),
    ("It's Frank and his brother who pay.", "It's [name] and his brother who pay."),
    ("Here's my husband. Drew, it's the bank.", "Here's my husband. [name] it's the bank."),
    ("and if it isn't bev it's nobody", "and if it isn't [name] it's nobody"),
    ("I've got Gaskin down for nine.", "I've got [name] down for nine."),
    ("I see the Tolliver party of six.", "I see the [name] party of six."),
    ("I've a Mateo Banks on that one.", "I've a [name] on that one."),
]
TOLD = [
    ("hello it's me i'm june the niece", "hello it's me i'm [name] the niece"),
    ("It's the dad of Idris, he's unwell.", "It's the dad of [name] he's unwell."),
    ("happy birthday hazel in gold", "happy birthday [name] in gold"),
    ("I asked. He's Zubin Kavarana, aged nine.", "I asked. He's [name] aged nine."),
    ("my brother idris then hope and joy", "my brother [name] then [name] and [name]"),
    ("the guard is called stu here", "the guard is called [name] here"),
    ("I have you as Haddad, comma, Grace.", "I have you as [name]"),
    ("That's coming up as Will Rivers now.", "That's coming up as [name] now."),
    ("it's tolliver over at the mill", "it's [name] over at the mill"),
    ("may i speak to franks", "may i speak to [name]"),
    ("it's under rose or my husband", "it's under [name] or my husband"),
]
AGAIN = [
    (
        "C: My niece, Summer.",
        "Okay Summer, it'll be here by ten.",
        "Okay [name] it'll be here by ten.",
    ),
    ("C: My niece, Autumn.", "Autumn, yeah. It's here.", "[name] yeah. It's here."),
    ("C: My niece, Summer.", "Okay, in summer it's open.", "Okay, in summer it's open."),
    ("C: In summer.", "Okay summer it is.", "Okay summer it is."),
]
OTHERS = [
    "He's Canadian, as far as I know.",
    "It's the mother of all bills.",
    "Open them, then mark it as paid and send it.",
    "We go in june, the family goes later.",
    "Is the Water Bill in here?",
    "And I wonder, Will you send it again?",
    "I've gone back to the old tariff, is it still available?",
    "Put me through to somebody, he said he'd call.",
    "It's on the Tesco website, she said.",
    "Is Spotify down again?",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("said", "expected"), NAMES)
def test_who_is_spoken_of_is_masked(policy: Policy, said: str, expected: str) -> None:
    assert shown(policy, f"A: Hello.\nC: {said}")[-1] == expected


@pytest.mark.parametrize("said", OTHERS)
def test_what_is_spoken_of_otherwise_stays(policy: Policy, said: str) -> None:
    assert shown(policy, f"A: Hello.\nC: {said}")[-1] == said


@pytest.mark.parametrize(("said", "expected"), TOLD)
def test_who_is_told_beside_others_is_masked(policy: Policy, said: str, expected: str) -> None:
    assert shown(policy, f"A: Hello.\nC: {said}")[-1] == expected


@pytest.mark.parametrize(("told", "said", "expected"), AGAIN)
def test_a_name_that_is_a_common_word_is_known_again_where_somebody_is_spoken_to(
    policy: Policy, told: str, said: str, expected: str
) -> None:
    assert shown(policy, f"A: Who collects it?\n{told}\nA: {said}")[-1] == expected


def test_who_acts_answers_a_question_for_somebody(policy: Policy) -> None:
    last = "C: June can. She's next door."
    assert shown(policy, f"A: Who can feed the cat?\n{last}")[-1] == "[name] can. She's next door."
    when = f"A: When does it open?\n{last}"
    assert shown(policy, when)[-1] == "June can. She's next door."
