"""Country packs: check digits, cues, forms; spoken, in numerals, mixed, corrected."""
# ruff: noqa: E501 - tables of dialogues read best with one case a line

from collections.abc import Callable

import pytest

from redaction.language.lexicon import DIGITS
from redaction.numbers import checksums
from redaction.numbers.identifiers import COUNTRIES, ENTITY_OF, IDENTIFIERS, of_countries
from redaction.policy.kinds import kind_of
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine
from redaction.policy.rules import Rules
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

CHECKED = [
    (checksums.is_sin, "046454286"),
    (checksums.is_aba, "021000021"),
    (checksums.is_nhs, "9434765919"),
    (checksums.is_verhoeff, "234123412346"),
    (checksums.is_steuer_id, "86095742719"),
    (checksums.is_icao, "l01x00t471"),
    (checksums.is_nir, "255081416802538"),
    (checksums.is_tfn, "123456782"),
    (checksums.is_au_medicare, "2123456701"),
    (checksums.is_abn, "51824753556"),
]  # fmt: skip
"""Numbers that the issuers print as examples, which belong to nobody."""


@pytest.mark.parametrize(("check", "number"), CHECKED, ids=lambda v: getattr(v, "__name__", ""))
def test_an_issuers_own_example_passes_and_no_other_last_digit_does(
    check: Callable[[str], bool], number: str
) -> None:
    checked = len(number) - (2 if check is checksums.is_au_medicare else 1)
    passing = [d for d in "0123456789" if check(number[:checked] + d + number[checked + 1 :])]
    assert passing == [number[checked]]


def test_corsican_departments_count_as_numbers() -> None:
    assert checksums.is_nir("1850" + "52a" + "004008" + f"{97 - 1850519004008 % 97:02}")


def test_every_identifier_has_an_entity_a_country_that_exists_and_a_form_it_can_reach() -> None:
    for one in IDENTIFIERS:
        assert one.countries <= set(COUNTRIES)
        assert kind_of(ENTITY_OF.get(one.kind, "")) == one.kind or one.kind == "routing"
        assert one.longest > 0 and not one.form.fullmatch("")


@pytest.fixture(scope="module")
def everywhere(engine: Engine) -> Policy:
    return make_policy(Settings(countries=COUNTRIES), engine, key=b"k" * 32)


ASKED = [
    # spoken, in numerals, mixed, corrected
    ("A: And your ITIN?\nC: nine one two, seven oh, one two three four.", "[itin]"),
    ("C: my ITIN is 912-70-1234 thanks", "my ITIN is [itin] thanks"),
    ("A: What's your driver's license number?\nC: D one two three, 4567.", "[driver_license]"),
    ("C: My driving licence is MORGA 657054 S M 9 I J.", "My driving licence is [driver_license]"),
    ("A: And your national insurance number?\nC: Q Q one two three four five six C.", "[nino]"),
    ("A: And your national insurance number?\nC: A B 12 34, no sorry, 12 44 56 C.", "[nino]"),
    ("C: It's alpha bravo one two three four five six charlie.", "It's [nino]"),
    ("A: Do you have your NHS number?\nC: nine four three, four seven six, five nine one nine.", "[nhs]"),
    ("C: My NHS number is 943 476 5919.", "My NHS number is [nhs]"),
    ("C: The sort code is 20-00-00.", "The sort code is [routing]"),
    ("A: Your social insurance number?\nC: oh four six, four five four, two eight six.", "[sin]"),
    ("A: Your SIN number?\nC: 046 454, I mean 464, 286.", "[sin]"),
    ("C: My Steuer ID is eight six oh nine five, 742 719.", "My Steuer ID is [steuer_id]"),
    ("C: my Personalausweis is L zero one X double zero T four seven one", "my Personalausweis is [id_card]"),
    ("C: The IBAN is D E 89 3704 0044 0532 0130 00.", "The IBAN is [iban]"),
    ("A: The number on the carte vitale?\nC: one eight five oh five 78 double oh six oh eight four 91.", "[nir]"),
    ("C: my Aadhaar is two three four one, 2341, two three four six", "my Aadhaar is [aadhaar]"),
    ("A: And the PAN number?\nC: A B C P E one two three four F.", "[pan]"),
    ("C: My tax file number is 123 456, er, seven eight two.", "My tax file number is [tfn]"),
    ("A: And your Medicare number?\nC: two one two three, four five six seven oh one.", "[medicare]"),
    ("C: The ABN is fifty one, eight two four, seven five three, five five six.", "The ABN is [abn]"),
    ("A: What's the passport number?\nC: five three three, three eight oh, double zero six.", "[passport]"),
    ("A: What's the passport number?\nC: X 1234, sorry, 1235 6 7 8.", "[passport]"),
    ("A: And the number plate?\nC: A B five one, C D E.", "[plate]"),
    ("C: My license plate is seven X Y Z 123.", "My license plate is [plate]"),
]  # fmt: skip


@pytest.mark.parametrize(("dialogue", "last"), ASKED)
def test_a_number_that_was_asked_for_or_announced_gets_its_name(
    everywhere: Policy, dialogue: str, last: str
) -> None:
    assert shown(everywhere, dialogue)[-1] == last


@pytest.mark.parametrize(("dialogue", "last"), ASKED)
def test_no_digit_of_it_is_ever_shown(everywhere: Policy, dialogue: str, last: str) -> None:
    for text in ever_shown(everywhere, dialogue):
        assert not any(c.isdigit() for c in text)
        assert not DIGITS.keys() & set(text.replace(",", " ").lower().split())


UNASKED = [
    ("C: so it's A B C P E one two three four F then", "so it's [pan] then"),
    ("C: so it's eight six oh nine five seven four two seven one nine then", "so it's [steuer_id] then"),
    ("C: so it's five one eight two four seven five three five five six then", "so it's [abn] then"),
    ("C: so it's oh four six four five four two eight six then", "so it's [sin] then"),
    ("C: so it's one eight five oh five seven eight double oh six oh eight four nine one then", "so it's [nir] then"),
]  # fmt: skip


@pytest.mark.parametrize(("dialogue", "last"), UNASKED)
def test_check_digits_name_a_long_number_that_nobody_asked_for(
    everywhere: Policy, dialogue: str, last: str
) -> None:
    assert shown(everywhere, dialogue)[-1] == last


def test_wrong_check_digits_never_release_a_number(everywhere: Policy) -> None:
    dialogue = "A: And your NHS number?\nC: nine four three four seven six five nine one eight."
    assert shown(everywhere, dialogue)[-1] == "[nhs]"
    assert shown(everywhere, "C: so it's oh four six four five four two eight four then") == [
        "so it's [number] then"
    ]


def test_a_card_is_a_card_whatever_was_asked_for(everywhere: Policy) -> None:
    dialogue = "A: And your passport number?\nC: 4242 4242 4242 4242."
    assert shown(everywhere, dialogue)[-1] == "[card]"


def test_a_pack_that_is_off_changes_the_name_not_the_masking(policy: Policy) -> None:
    spoken = "C: my Aadhaar is two three four one, two three four one, two three four six"
    assert shown(policy, spoken) == ["my Aadhaar is [number]"]
    dialogue = "A: Your social insurance number?\nC: oh four six, four five four, two eight six."
    assert shown(policy, dialogue)[-1] == "[ssn]"


@pytest.mark.parametrize(
    "said",
    [
        "I left my passport at home for three days.",
        "The licence costs forty two pounds.",
        "I renewed my driving licence two years ago.",
        "The business number of staff is twelve people.",
        "We pan fried two steaks.",
        "The medicare office opens at nine thirty.",
    ],
)
def test_talk_about_papers_stays(everywhere: Policy, said: str) -> None:
    assert shown(everywhere, f"C: {said}") == [said]


def test_rules_of_no_country_know_only_what_is_everywhere() -> None:
    rules = Rules(of_countries(()))
    assert rules.spells("passport") and not rules.spells("nino")
