import pytest

from redaction.language.words import atoms_of
from redaction.numbers.canonical import groups, is_card, is_iban, is_routing
from redaction.numbers.number_marks import mark_numbers


def value(text: str) -> str:
    atoms = atoms_of(text.split())
    numbers = [i for i, number in enumerate(mark_numbers(atoms)) if number]
    return "".join(groups(atoms, numbers, literal=True))


@pytest.mark.parametrize(
    ("spoken", "digits"),
    [
        ("four two four two", "4242"),
        ("double four triple oh", "44000"),
        ("forty two forty two", "4242"),
        ("oh nine twenty nine", "0929"),
        ("two one nine oh nine four nines", "219099999"),
        ("oh double seven hundred nine hundred four five eight", "07700900458"),
        ("1111, double 1, 111", "111111111"),
        ("twenty, nine", "209"),
        ("four two for two", "4242"),
        ("nineteen eighty two", "1982"),
        ("K seven P Q two X", "k7pq2x"),
        ("kilo seven papa quebec two x-ray", "k7pq2x"),
        ("203 dot 0 dot 113 dot 76", "203011376"),
    ],
)
def test_the_canonical_value_is_what_was_meant(spoken: str, digits: str) -> None:
    assert value(spoken) == digits


def test_checksums_know_the_published_test_values() -> None:
    assert is_card("4242424242424242") and is_card("378282246310005")
    assert not is_card("4242424242424241") and not is_card("4242")
    assert is_routing("021000021") and not is_routing("021000022")
    assert is_iban("GB82WEST12345698765432") and not is_iban("GB83WEST12345698765432")
