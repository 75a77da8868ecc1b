"""Personal values that belong to nobody: published test numbers, reserved ranges, made-up rest.

Every value is a string in canonical form, made from a random source and a locale (us uk ca in au).
"""

import random

from tests.spoken_pii import names, places

Digits = str


def digits(rng: random.Random, count: int) -> Digits:
    """So many, the first not zero."""
    return rng.choice("123456789") + "".join(rng.choices("0123456789", k=count - 1))


def letters(rng: random.Random, count: int) -> str:
    """Capitals without I and O, as most codes have them."""
    return "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=count))


def luhn(body: Digits) -> Digits:
    """With its check digit (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def card(rng: random.Random, locale: str) -> Digits:
    """Under the prefixes that payment processors' test cards have."""
    prefix = rng.choice(("424242", "400005", "555555", "510510", "222300", "378282", "601111"))
    length = 15 if prefix.startswith("37") else 16
    middle = "".join(rng.choices("0123456789", k=length - 7))
    return luhn(prefix + middle)


def phone(rng: random.Random, locale: str) -> Digits:
    """Of the ranges kept for drama and documentation."""
    if locale == "uk":
        return rng.choice(("07700900", "02079460", "01174960", "01632960")) + _three(rng)
    if locale == "au":
        return rng.choice(("04915701", "02555001", "03701006")) + f"{rng.randrange(100):02d}"
    if locale == "in":
        return rng.choice("6789") + digits(rng, 9)
    area = rng.choice(("212", "415", "617", "503", "720", "305", "613", "416", "902", "808"))
    return f"{area}55501{rng.randrange(100):02d}"


def _three(rng: random.Random) -> Digits:
    return f"{rng.randrange(1000):03d}"


def routing(rng: random.Random, locale: str) -> Digits:
    """ABA with its check digit; sort code; transit and institution; BSB."""
    if locale == "us":
        body = rng.choice(("02", "11", "12", "26", "31")) + digits(rng, 6)
        total = sum(int(d) * (3, 7, 1)[i % 3] for i, d in enumerate(body))
        return body + str(-total % 10)
    if locale == "ca":
        return f"{rng.randrange(100, 99999):05d}{rng.choice(('001', '003', '004', '010'))}"
    if locale == "in":
        return rng.choice(("HDFC", "ICIC", "SBIN", "UTIB")) + "0" + digits(rng, 6)
    return (f"{rng.randrange(1, 99):02d}" if locale == "uk" else "06") + digits(rng, 4)


def iban(rng: random.Random, locale: str) -> str:
    """Right in its two check digits (ISO 13616)."""
    country, bank, count = rng.choice((("GB", "WEST", 14), ("DE", "", 18), ("IE", "AIBK", 14)))
    body = bank + "".join(rng.choices("0123456789", k=count))
    number = int("".join(str(int(c, 36)) for c in f"{body}{country}00"))
    return f"{country}{98 - number % 97:02d}{body}"


def national_id(rng: random.Random, locale: str) -> str:
    """SSN never issued; NINO, SIN, Aadhaar, TFN, Steuer-ID, NIR: their checks may not be right."""
    if locale == "us":
        return (
            f"{rng.choice(('666', '900', '987', '078'))}{rng.randrange(1, 99):02d}{digits(rng, 4)}"
        )
    if locale == "uk":
        return f"{rng.choice(('QQ', 'AB', 'JK', 'PW'))}{digits(rng, 6)}{rng.choice('ABCD')}"
    if locale == "ca":
        return luhn("0" + digits(rng, 7))
    return digits(rng, {"in": 12, "de": 11, "fr": 15}.get(locale, 9))


def license_number(rng: random.Random, locale: str) -> str:
    """Driving licences as some states and the UK write them."""
    if locale == "uk":
        return f"{letters(rng, 5)}{digits(rng, 6)}{letters(rng, 2)}9{letters(rng, 2)}"
    if locale == "in":
        return f"{rng.choice(('MH', 'KA', 'DL'))}{digits(rng, 13)}"
    return rng.choice((f"{letters(rng, 1)}{digits(rng, 7)}", digits(rng, 8), digits(rng, 9)))


def plate(rng: random.Random, locale: str) -> str:
    """Licence plates."""
    if locale == "uk":
        return f"{letters(rng, 2)}{rng.choice(('51', '64', '17', '22', '73'))}{letters(rng, 3)}"
    if locale == "in":
        state = rng.choice(("MH", "KA", "TN"))
        return f"{state}{rng.randrange(10, 60)}{letters(rng, 2)}{digits(rng, 4)}"
    return rng.choice(
        (f"{digits(rng, 1)}{letters(rng, 3)}{digits(rng, 3)}", f"{letters(rng, 3)}{digits(rng, 4)}")
    )


def passport(rng: random.Random, locale: str) -> str:
    """Nine digits, or letters and digits."""
    if locale == "uk":
        return digits(rng, 9)
    return {"ca": letters(rng, 2) + digits(rng, 6), "in": letters(rng, 1) + digits(rng, 7)}.get(
        locale, letters(rng, 1) + digits(rng, 8)
    )


def reference(rng: random.Random, locale: str) -> str:
    """Account, policy, order and ticket numbers: every company has a scheme of its own."""
    made = (
        lambda: digits(rng, rng.randrange(6, 11)),
        lambda: letters(rng, 2) + digits(rng, rng.randrange(5, 8)),
        lambda: letters(rng, 3) + digits(rng, 6),
        lambda: "".join(rng.choices("ABCDEFGHJKMNPQRSTUVWXYZ23456789", k=6)) + digits(rng, 1),
        lambda: digits(rng, 3) + letters(rng, 1) + digits(rng, 4),
    )
    return rng.choice(made)()


def account(rng: random.Random, locale: str) -> Digits:
    """Bank accounts."""
    return digits(rng, {"uk": 8, "ca": 7, "in": 11, "au": 9}.get(locale, rng.choice((9, 10, 12))))


def pin(rng: random.Random, locale: str) -> Digits:
    """Four digits, sometimes six."""
    return "".join(rng.choices("0123456789", k=rng.choice((4, 4, 4, 6))))


def otp(rng: random.Random, locale: str) -> Digits:
    """One-time codes."""
    return "".join(rng.choices("0123456789", k=rng.choice((4, 5, 6, 6, 6, 8))))


def cvv(rng: random.Random, locale: str) -> Digits:
    """Three digits, or four."""
    return "".join(rng.choices("0123456789", k=rng.choice((3, 3, 3, 4))))


def ip(rng: random.Random, locale: str) -> str:
    """Of the documentation networks (RFC 5737) and private ones."""
    net = rng.choice(("192.0.2", "198.51.100", "203.0.113", "10.0.14", "192.168.1", "172.16.40"))
    return f"{net}.{rng.randrange(2, 254)}"


def password(rng: random.Random, locale: str) -> str:
    """Words, as people say them to an agent."""
    words = rng.sample(names.SECRET_WORDS, rng.choice((1, 1, 2, 2, 3)))
    return " ".join(words) + rng.choice(("", "", f" {rng.randrange(1, 99)}", f" {digits(rng, 3)}"))


def security_answer(rng: random.Random, locale: str) -> str:
    """A pet, a school, a street, a team."""
    return rng.choice(names.ANSWERS)


def name(rng: random.Random, locale: str) -> str:
    """First and last; names of many peoples in each locale."""
    pool = names.BY_LOCALE.get(locale, names.COMMON) if rng.random() < 0.6 else names.COMMON
    return f"{rng.choice(pool[0])} {rng.choice(pool[1])}"


def email(rng: random.Random, locale: str) -> str:
    """Under domains kept for documentation, or those that callers really have."""
    first, last = name(rng, locale).lower().replace("'", "").replace("-", "").split(" ", 1)
    last = last.replace(" ", "")
    user = rng.choice(
        (f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}", f"{last}.{first[0]}",
         f"{first}{rng.randrange(1, 99)}", f"{first}-{last}",
         rng.choice(names.SECRET_WORDS) + str(rng.randrange(100)))
    )  # fmt: skip
    hosts = ("example.com", "example.org", "gmail.com", "outlook.com", "yahoo.com", "icloud.com")
    local = {
        "uk": ("example.co.uk", "btinternet.com"),
        "au": ("bigpond.com",),
        "ca": ("rogers.com",),
    }
    return f"{user}@{rng.choice(hosts + local.get(locale, ()))}"


def dob(rng: random.Random, locale: str) -> str:
    """YYYY-MM-DD."""
    return f"{rng.randrange(1934, 2008)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"


def expiry(rng: random.Random, locale: str) -> str:
    """MM/YY."""
    return f"{rng.randrange(1, 13):02d}/{rng.randrange(26, 34):02d}"


def address(rng: random.Random, locale: str) -> str:
    """House|unit|street|city|region|postal code; parts may be empty."""
    house = str(
        rng.choice((rng.randrange(1, 99), rng.randrange(100, 999), rng.randrange(1000, 9999)))
    )
    unit = rng.choice(
        ("", "", "", f"{rng.randrange(1, 40)}", f"{rng.randrange(1, 20)}{rng.choice('ABCD')}")
    )
    city, region, code = places.place(rng, locale)
    return "|".join((house, unit, places.street(rng, locale), city, region, code))


MADE = {
    "card": card, "cvv": cvv, "expiry": expiry, "account": account, "routing": routing,
    "iban": iban, "national_id": national_id, "phone": phone, "email": email, "address": address,
    "dob": dob, "name": name, "reference": reference, "password": password, "pin": pin,
    "otp": otp, "security_answer": security_answer, "ip": ip, "plate": plate,
    "passport": passport, "license": license_number,
}  # fmt: skip
"""Every kind, and what makes a value of it."""
