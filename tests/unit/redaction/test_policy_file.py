"""A tenant's policy file: what it decides, and how it is refused."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from redaction.call.redact import CallRedactor
from redaction.events import RedactedWord
from redaction.language.words import TOKEN, atoms_of
from redaction.numbers.identifiers import ENTITY_OF
from redaction.policy.operators import value_of
from redaction.policy.policies import Policies, build_policy
from redaction.policy.policy_file import PolicyError, read_policy, warnings_of
from redaction.policy.prepared_policy import Policy
from redaction.policy.presidio import Engine
from redaction.policy.sample import try_out
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import events, ever_shown, shown, text_of

Made = Callable[..., Policy]
ROOT = Path(__file__).parents[3]
SECRET = bytes(range(32))


@pytest.fixture
def made(tmp_path: Path, engine: Engine) -> Made:
    """The policy of a file with this text, for a tenant."""

    def make(text: str, *, tenant: str = "t", settings: Settings | None = None) -> Policy:
        path = tmp_path / f"{tenant}.toml"
        path.write_text(text)
        (tmp_path / "secret.key").write_bytes(SECRET)
        (tmp_path / "short.key").write_bytes(b"short")
        file = read_policy(path)
        keys = (b"m" * 32, tenant)
        return build_policy(settings or Settings(), file, path=path, engine=engine, keys=keys)

    return make


CARD = "C: My card number is four two four two, 4242 4242, double four two two."
WHOLE = "C: My card number is four two four two, 4242 4242, four two four two, thanks."
NAMED = "A: Who am I speaking with?\nC: Margaret Thornbury."


def test_an_empty_file_is_the_settings_own_policy(made: Made) -> None:
    assert shown(made(""), WHOLE) == ["My card number is [card] thanks."]


def test_kinds_left_in_are_shown_and_all_others_are_not(made: Made) -> None:
    policy = made('leave_in = ["order"]')
    assert shown(policy, "C: My order number is 7 3 1 1 9 2.") == [
        "My order number is 7 3 1 1 9 2."
    ]
    assert shown(policy, WHOLE) == ["My card number is [card] thanks."]


def test_letters_of_a_number_that_is_left_in_stay_with_it(made: Made) -> None:
    said = "My booking reference is S as in sugar N C five seven seven oh nine two."
    assert shown(made('leave_in = ["order"]'), f"C: {said}") == [said]
    assert "[" in shown(made(""), f"C: {said}")[0]


def test_only_the_kinds_named_are_taken_out(made: Made) -> None:
    policy = made('take_out = ["card", "cvv"]')
    assert shown(policy, NAMED)[-1] == "Margaret Thornbury."
    assert shown(policy, "A: And the security code?\nC: 7-3-1.")[-1] == "[cvv]"


def test_what_may_be_a_card_is_none_of_the_kinds_left_in(made: Made) -> None:
    policy = made('leave_in = ["order", "account", "number"]')
    wrong_digit = "C: My order number is 4242 4242 4242 4241."
    assert shown(policy, wrong_digit) == ["My order number is [card]"]


def test_a_slot_that_is_left_in_does_not_swallow_what_was_asked_for_last(made: Made) -> None:
    policy = made('leave_in = ["order"]')
    dialogue = """
        C: About my order.
        A: And your security code?
        C: Four oh, no sorry, four one nine."""
    assert shown(policy, dialogue)[-1] == "[cvv]"


def test_a_partial_holds_a_number_until_it_is_known_to_be_left_in(made: Made) -> None:
    policy = made('leave_in = ["order"]')
    revisions = ever_shown(policy, "C: My order number is 7 3 1 1 9 2 and it is late now.")
    assert revisions[-1] == "My order number is 7 3 1 1 9 2 and it is late now."
    assert not any("1" in text and "2" not in text for text in revisions)


def test_the_last_four_of_a_card_show_only_where_its_check_digit_holds(made: Made) -> None:
    policy = made('[render]\ncard = "last_four"')
    assert shown(policy, WHOLE) == ["My card number is [card:4242] thanks."]
    assert shown(policy, CARD) == ["My card number is [card]"]
    ending = "A: Is that the card ending in four two four two?"
    assert shown(policy, ending) == ["Is that the card ending in [card]"]


def test_a_mask_tells_no_length(made: Made) -> None:
    policy = made('[render]\ndefault = "mask"')
    assert shown(policy, WHOLE) == ["My card number is **** thanks."]
    assert shown(policy, "C: my PIN is 4 2 4 2 thanks") == ["my PIN is **** thanks"]


HASHED = 'key_file = "secret.key"\n[render]\ndefault = "hash"\n'


def test_a_hash_is_the_same_for_one_value_however_said_and_other_for_another_tenant(
    made: Made,
) -> None:
    policy = made(HASHED)
    (spoken,), (numerals,) = (
        [line.split()[3] for line in shown(policy, f"C: my phone is {number} thanks")]
        for number in ("six one seven, five five five, oh one double four", "617-555-0144")
    )
    assert spoken == numerals and TOKEN.fullmatch(spoken)
    (other,) = shown(made(HASHED, tenant="u"), "C: my phone is 617-555-0144 thanks")
    assert other.split()[3] != spoken


def test_codes_and_passwords_are_not_even_hashed(made: Made) -> None:
    assert shown(made(HASHED), "C: my PIN is 4 2 4 2 thanks") == ["my PIN is [pin] thanks"]


def test_a_made_up_value_is_the_same_for_one_value(made: Made) -> None:
    policy = made('key_file = "secret.key"\n[render]\nname = "synthetic"\nphone = "synthetic"')
    first, again = shown(policy, NAMED)[-1], shown(policy, NAMED)[-1]
    assert first == again and "Thornbury" not in first and len(first.split()) == 2
    (phone,) = shown(policy, "C: my phone is 617-555-0144 thanks")
    assert phone.split()[3].startswith("555-01")


def test_tokens_with_more_in_them_are_not_redacted_again() -> None:
    for token in ("[card:4242]", "[name:abcdefghijkl]", "****"):
        assert not any(atom.value for atom in atoms_of([token]))
    assert any(atom.value for atom in atoms_of(["[card:4242424242424242]"]))


def test_one_spelling_of_a_value() -> None:
    assert value_of("six one seven, double five") == value_of("617 55") == "61755"
    assert value_of("uh Margaret, Thornbury's") == value_of("margaret thornbury")


OWN = """
[[recognizers]]
kind = "badge"
pattern = '[a-z]{2}\\d{4}'
cues = ["Staff Badge"]
words = ["project blue heron"]
"""


@pytest.mark.parametrize(
    ("dialogue", "last"),
    [
        ("C: it's x y four four one two then", "it's [badge] then"),
        ("C: it's XY4412 then", "it's [badge] then"),
        ("C: it's x-ray yankee double four 12 then", "it's [badge] then"),
        ("A: And your staff badge?\nC: nine oh, no sorry, nine one.", "[badge]"),
        ("C: I work on Project Blue Heron's plan.", "I work on [badge] plan."),
        ("C: I work on a project.", "I work on a project."),
    ],
)
def test_an_operators_own_kind(made: Made, dialogue: str, last: str) -> None:
    assert shown(made(OWN), dialogue)[-1] == last


def test_a_phrase_of_the_policy_is_held_until_it_is_whole(made: Made) -> None:
    revisions = ever_shown(made(OWN), "C: I work on project blue heron as you know.")
    assert not any("blue" in text or "heron" in text for text in revisions)


def test_a_pattern_that_counts_only_after_its_cue(made: Made) -> None:
    policy = made(OWN.replace('words = ["project blue heron"]', "only_after_cue = true"))
    assert shown(policy, "C: it's x y four four one two then") == ["it's [number] then"]
    assert shown(policy, "C: my staff badge is x y four four one two") == [
        "my staff badge is [badge]"
    ]


def test_the_version_changes_with_whatever_decides(made: Made, tmp_path: Path) -> None:
    texts = ("", 'countries = ["CA"]', 'leave_in = ["order"]', HASHED, OWN, "hold_last_words = 4")
    versions = {made(text).version for text in texts}
    assert len(versions) == len(texts)
    assert made("").version == made("").version
    before = made(HASHED)
    (tmp_path / "secret.key").write_bytes(b"another" * 6)
    path = tmp_path / "t.toml"
    file = read_policy(path)
    after = build_policy(Settings(), file, path=path, engine=before.engine, keys=(b"m", "t"))
    assert after.version != before.version


WRONG = [
    ("leave = []", "leave"),
    ("leave_in = [", "not valid TOML"),
    ('leave_in = ["cards"]', "leave_in: no kind is called 'cards'"),
    ('leave_in = ["order"]\ntake_out = ["card"]', "take_out, leave_in"),
    ('countries = ["XX"]', "countries"),
    ("hold_last_words = -1", "hold_last_words"),
    ('[render]\ncard = "blur"', "render"),
    ('[render]\nphone = "last_four"', "render.phone: last_four is for card only"),
    ('[render]\nname = "hash"', "render.name: hash needs key_file"),
    ('key_file = "secret.key"\n[render]\ncvv = "hash"', "render.cvv"),
    ('key_file = "secret.key"\n[render]\ndob = "synthetic"', "render.dob"),
    ('key_file = "none.key"\n[render]\nname = "hash"', "key_file"),
    ('key_file = "short.key"\n[render]\nname = "hash"', "32 bytes"),
    ('[[recognizers]]\nkind = "Badge"\ncues = ["badge"]', "recognizers[0].kind"),
    ('[[recognizers]]\nkind = "badge"', "expected pattern, cues or words"),
    ('[[recognizers]]\nkind = "badge"\npattern = "("', "recognizers[0].pattern"),
    ('[[recognizers]]\nkind = "badge"\npattern = ".*"', "matches nothing at all"),
    ('[[recognizers]]\nkind = "badge"\ncues = ["?!"]', "recognizers[0].cues"),
    ('python = ["os:getcwd"]', "allow_policy_code"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_wrong_file_is_refused_with_its_name_and_key(made: Made, text: str, said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        made(text)
    assert said in str(refused.value) and "t.toml" in str(refused.value)


def test_python_recognisers_are_loaded_where_the_operator_allows_code(made: Made) -> None:
    allowing = Settings(allow_policy_code=True)
    name = "tests.unit.redaction.own_recognizer:Badges"
    policy = made(f'python = ["{name}"]\n[render]\nbadge = "mask"', settings=allowing)
    assert shown(policy, "C: I have the blue badge here.") == ["I have the **** here."]
    for wrong in ("os:getcwd", "no.such:Thing", "tests.unit.redaction.own_recognizer:NONE"):
        with pytest.raises(PolicyError, match="python: "):
            made(f'python = ["{wrong}"]', settings=allowing)


@pytest.mark.parametrize(
    "said",
    [
        "our number is 0800 111 2222 please note.",
        "call oh eight hundred, triple one, double two double two today.",
        "write to help@acme.example please",
        "my name is Margaret Thornbury Limited",
    ],
)
def test_what_is_allowed_stays_however_it_is_written(made: Made, said: str) -> None:
    allow = 'allow = ["0800 111 2222", "help@acme.example", "Margaret Thornbury Limited"]'
    assert shown(made(allow), f"A: {said}") == [said]
    assert shown(made(""), f"A: {said}") != [said] or "oh eight" in said


def test_what_is_allowed_hides_nothing_else(made: Made) -> None:
    policy = made('allow = ["0800 111 2222"]')
    said = "A: call 0800 111 2222 or 617-555-0144 or 0800 111 2223"
    assert "617" not in shown(policy, said)[0] and "2223" not in shown(policy, said)[0]


def test_what_may_not_be_meant_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text('leave_in = ["cvv", "number"]\ncountries = []')
    assert len(warnings_of(read_policy(path))) == 3
    path.write_text("")
    assert warnings_of(read_policy(path)) == []


def folder(tmp_path: Path, engine: Engine, **files: str) -> Policies:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text)
    return Policies(Settings(policies_dir=str(tmp_path)), key=b"m" * 32, engine=engine)


def test_each_tenant_has_its_own_policy_and_others_the_default(
    tmp_path: Path, engine: Engine
) -> None:
    policies = folder(tmp_path, engine, a='leave_in = ["name"]', default="")
    assert shown(policies.policy_of("a"), NAMED)[-1] == "Margaret Thornbury."
    for other in ("b", "", "../a", "a/../a", "."):
        assert shown(policies.policy_of(other), NAMED)[-1] == "[name]"


def test_a_tenant_without_a_policy_is_refused_and_others_are_not(
    tmp_path: Path, engine: Engine
) -> None:
    policies = folder(tmp_path, engine, a="", broken="leave = 1")
    for tenant in ("b", "broken"):
        with pytest.raises(PolicyError):
            policies.policy_of(tenant)
    assert policies.policy_of("a") and policies.unusable == 2


def test_a_policy_is_read_again_when_its_file_or_key_changes(
    tmp_path: Path, engine: Engine
) -> None:
    (tmp_path / "k").write_bytes(SECRET)
    policies = folder(tmp_path, engine, a='key_file = "k"')
    first = policies.policy_of("a")
    assert policies.policy_of("a") is first
    (tmp_path / "k").write_bytes(SECRET + b"more")
    second = policies.policy_of("a")
    assert second.version != first.version
    (tmp_path / "a.toml").write_text('leave_in = ["name"]')
    assert policies.policy_of("a").version not in (first.version, second.version)
    (tmp_path / "a.toml").unlink()
    with pytest.raises(PolicyError, match="No such file"):
        policies.policy_of("a")


def test_a_broken_policy_is_logged_once_and_by_its_key_alone(
    tmp_path: Path, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    policies = folder(tmp_path, engine, a="leave = 1")
    for _ in range(3):
        with pytest.raises(PolicyError):
            policies.policy_of("a")
    (record,) = caplog.records
    assert "leave" in str(record.__dict__["reason"])


def test_without_a_folder_all_tenants_have_the_settings_policy(engine: Engine) -> None:
    policies = Policies(Settings(), key=b"m", engine=engine)
    assert policies.policy_of("a") is policies.policy_of("../b")


def test_a_sample_shows_what_is_masked_and_why(made: Made) -> None:
    first, second = try_out(made(""), ["A: And the security code?", "C: Four one nine."])
    assert first.masked == () and first.after == first.before
    (masked,) = second.masked
    assert (masked.kind, masked.words) == ("cvv", "Four one nine.")
    assert masked.why == "answers a question for cvv"
    assert second.after == "[cvv]"


def test_a_sample_explains_every_kind_of_a_pack(made: Made) -> None:
    policy = made('countries = ["IN"]')
    (line,) = try_out(policy, ["it's A B C P E one two three four F"])
    assert line.masked[0].kind == "pan" and "form and check digits" in line.masked[0].why
    assert "pan" in ENTITY_OF


FOR_ROLES = """
key_file = "secret.key"
[render]
card = "mask"
[for.supervisor]
card = "last_four"
[for.crm]
card = "hash"
name = "synthetic"
"""


def tokens(policy: Policy, dialogue: str, *, final: bool) -> list[RedactedWord]:
    """The tokens of its finals, or of all of its partials."""
    redactor = CallRedactor(policy, call_id="c")
    return [
        word
        for event in events(dialogue, partials=True)
        for one in redactor.receive(event)
        for word in one.rendered.words
        if event.is_final is final and word.kind
    ]


def test_each_role_has_its_own_form_beside_the_strictest(made: Made) -> None:
    (card,) = tokens(made(FOR_ROLES), WHOLE, final=True)
    assert card.text == "****" and card.shown
    assert card.shown["supervisor"] == "[card:4242]"
    assert TOKEN.fullmatch(card.shown["crm"]) and "4242" not in card.shown["crm"]
    assert card.shown.keys() == {"supervisor", "crm"}


def test_no_form_of_any_role_holds_the_value(made: Made) -> None:
    said = "C: my name is Margaret Thornbury thanks"
    (name,) = tokens(made(FOR_ROLES), said, final=True)
    assert name.shown and "argaret" not in str(name) and "hornbury" not in str(name)


def test_a_role_sees_nothing_of_a_number_that_is_still_being_said(made: Made) -> None:
    for text in (FOR_ROLES, '[render]\ncard = "last_four"'):
        partials = tokens(made(text), WHOLE[:-1] + " and now what do I do", final=False)
        assert partials
        assert not [token for token in partials if token.shown or "4242" in token.text]


def test_last_four_wait_for_a_number_that_is_as_long_as_its_issuers_are(made: Made) -> None:
    # Thirteen digits with a good check digit, as one in ten beginnings of a number has them.
    policy = made('[render]\ncard = "last_four"')
    thirteen = "C: My card number is 4222 2222 2222 2"
    assert shown(policy, thirteen) == ["My card number is [card]"]
    amex = "C: My card number is 3782 822463 10005 thanks"
    assert shown(policy, amex) == ["My card number is [card:0005] thanks"]


def test_a_card_said_in_two_segments_shows_its_last_four_at_the_last(made: Made) -> None:
    policy = made('[render]\ncard = "last_four"')
    split = "C: My card number is 4242 4242\nA: Mm-hm.\nC: 4242 4242 thanks."
    assert shown(policy, split) == ["My card number is [card]", "Mm-hm.", "[card:4242] thanks."]
    three = "C: My card number is 4000 0025\nC: 0000\nC: 3155 thanks."
    assert shown(policy, three) == ["My card number is [card]", "[card]", "[card:3155] thanks."]


def test_a_split_number_has_one_hash_and_it_is_that_of_the_whole(made: Made) -> None:
    policy = made(HASHED)
    (whole,) = shown(policy, "C: My card number is 4242 4242 4242 4242 thanks.")
    first, last = shown(policy, "C: My card number is 4242 4242 4242\nC: 4242 thanks.")
    assert (first, last) == ("My card number is [card]", f"{whole.split()[4]} thanks.")
    # Also when the beginning comes after the end.
    redactor = CallRedactor(policy, call_id="c")
    said = list(events("C: My card number is 4242 4242 4242\nC: 4242 thanks."))
    late = {one.raw.segment_id: one for event in said[::-1] for one in redactor.receive(event)}
    late |= {one.raw.segment_id: one for one in redactor.end()}
    assert [text_of(late[key]) for key in sorted(late)] == [first, last]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[for.supervisor]\ncard = "raw"', "for.supervisor.card: 'raw' is none of"),
        ('[for.supervisor]\ncard = "plain"', "the value itself is in no event"),
        ('[for.supervisor]\ncvv = "hash"', "needs key_file"),
        ('key_file = "secret.key"\n[for.crm]\ncvv = "hash"', "must not be kept in any form"),
        ('[for.supervisor]\nphone = "last_four"', "last_four is for card only"),
        ('[for.supervisor]\nshoe = "mask"', "no kind is called 'shoe'"),
        ('[for.supervisor]\ndefault = "mask"', "each is named by itself"),
        ('[for."Super Visor"]\ncard = "mask"', "a role is lower-case"),
        ('leave_in = ["card"]\n[for.crm]\ncard = "mask"', "everybody sees it"),
        (
            '[render]\ncard = "last_four"\n[for.crm]\ncard = "mask"',
            "that must be token or mask, the strictest",
        ),
    ],
)
def test_what_no_role_may_be_shown_is_refused_and_says_why(made: Made, text: str, why: str) -> None:
    with pytest.raises(PolicyError, match=re.escape(why)):
        made(text)


def test_a_role_that_no_key_has_and_a_hash_beside_last_four_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(FOR_ROLES + '[for.superviser]\ncard = "token"\n')
    notes = " / ".join(warnings_of(read_policy(path)))
    assert "for.superviser: no key has this role" in notes and "3.5.1" in notes


def test_the_example_of_the_documentation_is_a_good_file(tmp_path: Path) -> None:
    text = (ROOT / "redaction" / "policies.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "acme.toml"
    path.write_text(example, encoding="utf-8")
    assert set(read_policy(path).for_roles) == {"supervisor", "crm"}
