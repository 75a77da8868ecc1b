from collections.abc import Iterator
from pathlib import Path

import pytest

from trunkline.evaluate.leaks import Secret, ShownWord, leaked
from trunkline.evaluate.readable import letter_runs, numbers, runs
from trunkline.evaluate.reference import Reference, Span, read_reference, words

CALLS = Path(__file__).parents[2] / "data" / "calls" / "dev"
REFERENCES = [read_reference(path) for path in sorted(CALLS.glob("*.json"))]
SPANS = [(reference, at) for reference in REFERENCES for at in range(len(reference.pii))]


def span(kind: str, canonical: str, *, spoken: str = "", channel: int = 1) -> Span:
    return Span(
        kind=kind,
        turn=0,
        channel=channel,
        start_ms=10_000,
        end_ms=14_000,
        spoken=spoken,
        canonical=canonical,
    )


def shown(text: str, *, at_ms: int = 10_000, channel: int = 1) -> list[ShownWord]:
    """Words of 250 ms; `[x]` is a token."""
    return [
        ShownWord(
            word, at_ms + 250 * n, at_ms + 250 * n + 250, channel, word if word[0] == "[" else None
        )
        for n, word in enumerate(text.split())
    ]


def perfect(reference: Reference, *, but: Span | None = None) -> Iterator[ShownWord]:
    """The call as a perfect recogniser and redactor would show it, `but` one span left as it is."""
    for channel in (0, 1):
        for word in words(reference, channel):
            kind = word.span.kind.lower() if word.span and word.span is not but else None
            text = f"[{kind}]" if kind else word.text
            yield ShownWord(text, word.start_ms, word.end_ms, channel, kind)


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda one: one.name)
def test_nothing_leaks_where_every_span_is_a_token(reference: Reference) -> None:
    assert leaked(reference.pii, list(perfect(reference))) == []


@pytest.mark.parametrize(
    ("reference", "at"), SPANS, ids=[f"{r.name}-{r.pii[at].kind}-{at}" for r, at in SPANS]
)
def test_each_span_of_the_test_calls_is_found_if_it_is_shown_as_spoken(
    reference: Reference, at: int
) -> None:
    planted = reference.pii[at]
    assert planted in leaked(reference.pii, list(perfect(reference, but=planted)))


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (span("CARD", "4242424242424242"), "it's four two four two [card]"),
        (span("CARD", "4242424242424242"), "it's 4242 [card]"),
        (span("CARD", "4242424242424242"), "it's 42, 42, uh, [card]"),
        (span("CARD", "4242424242424242"), "forty two forty two"),
        (span("CARD", "4242424242424242"), "for two for two"),
        (span("CARD", "378282246310005"), "one triple oh five"),
        (span("CARD", "5555555555554444"), "four fours"),
        (span("CVV", "731"), "seven three one"),
        (span("CVV", "731"), "seven, um, 31."),
        (span("CVV", "8816"), "eighty eight sixteen"),
        (span("EXPIRY", "09/29"), "oh nine twenty nine"),
        (span("EXPIRY", "09/29"), "September 2029"),
        (span("EXPIRY", "12/27"), "December twenty seven"),
        (span("DOB", "1982-03-14"), "March fourteenth"),
        (span("DOB", "1982-03-14"), "fourteenth [dob] eighty two"),
        (span("DOB", "2019-08-02"), "the second of August"),
        (span("SSN", "219-09-9999"), "zero nine four nines"),
        (span("PHONE", "07700900458"), "oh double seven hundred"),
        (span("PHONE", "07700900458"), "07700 900458"),
        (span("PHONE", "216"), "ends in two one six"),
        (span("POLICY", "NW-4471920"), "N W dash four four"),
        (span("POLICY", "NW-4471920"), "NW4471920"),
        (span("ORDER", "K7PQ2X"), "K as in king, seven, P as in Paul, Q"),
        (span("ORDER", "K7PQ2X"), "K for king 7 P for papa Q"),
        (span("ADDRESS", "BS8 1TH"), "BS8 1TH"),
        (span("ADDRESS", "BS8 1TH"), "b s eight one"),
        (span("ADDRESS", "62704"), "six two seven oh [address]"),
        (span("ADDRESS", "19 Beech Close"), "[address] beech close"),
        (span("NAME", "Marcus Delaney"), "Marcus [name]"),
        (span("NAME", "Marcus Delaney"), "[name] de Laney"),
        (span("NAME", "Kowalczyk"), "kowal chyk"),
        (span("NAME", "Whitcombe"), "W H I T C [name]"),
        (span("NAME", "Brandt"), "B R A N D as in delta"),
        (span("EMAIL", "t.whitcombe@example.co.uk"), "t dot Whitcombe [email]"),
        (span("EMAIL", "t.whitcombe@example.co.uk"), "[email] at example dot co"),
        (span("PASSWORD", "Bluebird77!"), "blue bird [password]"),
        (span("IP", "203.0.113.76"), "203.0. [ip]"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
def test_a_planted_leak_is_found(secret: Span, text: str) -> None:
    assert Secret(secret).readable_in(shown(text))


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (span("CARD", "4242424242424242"), "it's [card]"),
        (span("CARD", "4242424242424242"), "four two four [card]"),
        (span("CARD", "4242424242424242"), "forty two [card] forty two"),
        (span("CARD", "4242424242424242"), "forty two fifty went through"),
        (span("CARD", "4242424242424242"), "two of us for two days"),
        (span("CVV", "731"), "seven [cvv] one"),
        (span("CVV", "731"), "three digits on the back"),
        (span("EXPIRY", "09/29"), "nine of them"),
        (span("EXPIRY", "09/29"), "in thirty days"),
        (span("DOB", "1982-03-14"), "[dob] March"),
        (span("DOB", "1982-03-14"), "three of us at two fifteen"),
        (span("PHONE", "07700900458"), "oh double seven [phone]"),
        (span("POLICY", "NW-4471920"), "N W [policy]"),
        (span("ADDRESS", "4117 Larkspur Lane, Apt 6B, Springfield"), "[address] lane apartment"),
        (span("NAME", "Marcus Delaney"), "Thanks [name]. And the new card"),
        (span("NAME", "Reyes"), "Doctor [name]"),
        (span("EMAIL", "nadia_f@example.net"), "[email] dot net"),
        (span("PASSWORD", "Bluebird77!"), "[password] exclamation mark"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
def test_what_does_not_tell_the_value_is_no_leak(secret: Span, text: str) -> None:
    assert not Secret(secret).readable_in(shown(text))


CARD = span("CARD", "4242424242424242")
CVV = span("CVV", "731")


def test_a_short_value_counts_only_near_its_place_on_its_leg() -> None:
    assert Secret(CVV).readable_in(shown("seven three one", at_ms=15_400))
    assert not Secret(CVV).readable_in(shown("seven three one", at_ms=16_100))
    assert not Secret(CVV).readable_in(shown("seven three one", channel=0))


def test_a_long_value_read_back_anywhere_is_found_by_six_in_a_row() -> None:
    assert Secret(CARD).readable_in(shown("four two four two four two", at_ms=90_000, channel=0))
    assert not Secret(CARD).readable_in(shown("four two four two", at_ms=90_000, channel=0))


def test_digits_of_two_segments_of_a_leg_are_read_together() -> None:
    both = shown("four two", at_ms=10_000) + shown("four two", at_ms=12_000)
    assert Secret(CARD).readable_in(both)


def test_a_text_without_times_is_searched_for_long_values_only() -> None:
    assert Secret(CARD).readable_untimed("digits 4242 4242 seen")
    assert not Secret(CARD).readable_untimed("took 4242 ms")
    assert not Secret(CVV).readable_untimed("731")
    email = span("EMAIL", "t.whitcombe@example.co.uk")
    assert Secret(email).readable_untimed("to Whitcombe")
    assert not Secret(email).readable_untimed("sip:agent@example.com")


def test_readings_of_numbers_and_letters() -> None:
    assert runs(["oh", "double", "seven", "hundred", "nine"], homophones=False) == ["077009"]
    assert runs(["B,", "S", "eight", "one", "T", "H", "please"], homophones=False) == ["BS81TH"]
    assert runs(["4242,4242", None, "7"], homophones=False) == ["42424242", "7"]
    assert numbers(["nineteen", "eighty", "two", "and", "14th"]) == [19, 82, 14]
    assert letter_runs(["R,", "E,", "Y", "as", "in", "yankee", "E", "S", "thanks"]) == ["REYES"]
