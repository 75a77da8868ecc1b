"""Check digits of national and bank numbers, on canonical values (lower-case letters and digits).

They name what a number is. None of them ever releases one.
"""

from collections.abc import Sequence

from redaction.numbers.canonical import is_routing, luhn

_DIHEDRAL = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTED = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(w * int(d) for w, d in zip(weights, digits, strict=False))


def is_sin(value: str) -> bool:
    """Canadian Social Insurance Number: Luhn."""
    return luhn(value)


def is_aba(value: str) -> bool:
    """US routing number: ABA checksum."""
    return is_routing(value)


def is_nhs(value: str) -> bool:
    """NHS number: modulus 11, weights 10 to 2; a check of 10 is never issued."""
    return (11 - _weighed(value, range(10, 1, -1)) % 11) % 11 == int(value[9])


def is_verhoeff(value: str) -> bool:
    """Aadhaar: Verhoeff's dihedral checksum."""
    check = 0
    for i, digit in enumerate(reversed(value)):
        check = int(_DIHEDRAL[check][int(_PERMUTED[i % 8][int(digit)])])
    return check == 0


def is_steuer_id(value: str) -> bool:
    """German tax number: ISO 7064 MOD 11,10; of the first ten digits one comes twice or thrice."""
    counts = sorted((value[:10].count(d) for d in set(value[:10])), reverse=True)
    if value[0] == "0" or counts[0] not in (2, 3) or (len(counts) > 1 and counts[1] > 1):
        return False
    product = 10
    for digit in value[:10]:
        total = (int(digit) + product) % 10 or 10
        product = (2 * total) % 11
    return (11 - product) % 10 == int(value[10])


def is_icao(value: str) -> bool:
    """The last digit checks the rest with weights 7, 3, 1; letters count from 10 (ICAO 9303-3)."""
    total = sum((7, 3, 1)[i % 3] * int(c, 36) for i, c in enumerate(value[:-1]))
    return total % 10 == int(value[-1])


def is_nir(value: str) -> bool:
    """French NIR: the last two digits are 97 less the rest modulo 97; Corsica is 2A and 2B."""
    number = value[:13].replace("2a", "19", 1).replace("2b", "18", 1)
    return number.isdigit() and 97 - int(number) % 97 == int(value[13:])


def is_tfn(value: str) -> bool:
    """Australian Tax File Number: weighed sum divisible by 11."""
    return _weighed(value, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def is_au_medicare(value: str) -> bool:
    """Australian Medicare card: the ninth digit checks the first eight."""
    return _weighed(value[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(value[8])


def is_abn(value: str) -> bool:
    """Australian Business Number: one less in front, weighed sum divisible by 89."""
    weights = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
    return (_weighed(value, weights) - weights[0]) % 89 == 0
