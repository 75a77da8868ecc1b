"""Made-up personal data, and the many ways in which people say it. Deterministic by seed.

Nobody here is real: payment-test prefixes, 555-01xx and Ofcom drama numbers, SSNs never issued,
documentation addresses, example domains.
"""

import random
from collections.abc import Callable

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
FIRST = [
    "Marcus",
    "Priya",
    "Oliver",
    "Harriet",
    "Nadia",
    "Walter",
    "Desmond",
    "Ingrid",
    "Yusuf",
    "Chloe",
    "Tobias",
    "Leilani",
    "Rosalind",
    "Dmitri",
    "Wanjiru",
    "Santiago",
    "Beatrix",
    "Callum",
    "Anneliese",
    "Kofi",
    "Mireille",
    "Hamish",
    "Noor",
    "Esteban",
]
LAST = [
    "Delaney",
    "Ramsbottom",
    "Kowalczyk",
    "Oduya",
    "Whitcombe",
    "Brandt",
    "Okafor",
    "Lindqvist",
    "Petrosyan",
    "Featherstone",
    "Achterberg",
    "Nakamura",
    "Villanueva",
    "McAllister",
    "Szabo",
    "Oyelaran",
    "Pemberton",
    "Castellanos",
    "Haugen",
]
STREETS = [
    "Larkspur",
    "Copper",
    "Beech",
    "Juniper",
    "Thornhill",
    "Maplewood",
    "Quarry",
    "Windermere",
    "Sycamore",
]
STREET_WORDS = ["Lane", "Row", "Close", "Street", "Road", "Avenue", "Drive", "Court", "Terrace"]
TOWNS = ["Springfield", "Leeds", "Fairhaven", "Ashby", "Riverton", "Kettleby", "Norwich", "Dunmore"]
DOMAINS = ("example dot com", "example dot org", "example dot net", "example dot co dot uk")
PETS = ["Bluebird", "Thunderhead", "Marzipan", "Snowdrop", "Walnut", "Periwinkle"]
NATO = [
    "alpha",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliet",
    "kilo",
    "lima",
    "mike",
    "november",
    "oscar",
    "papa",
    "quebec",
    "romeo",
    "sierra",
    "tango",
    "uniform",
    "victor",
    "whiskey",
    "x-ray",
    "yankee",
    "zulu",
]
KINGS = dict(
    zip(
        "abcdefghijklmnoprstvwz",
        [
            "apple",
            "boy",
            "charlie",
            "delta",
            "echo",
            "frank",
            "golf",
            "henry",
            "india",
            "john",
            "king",
            "london",
            "mother",
            "nancy",
            "oscar",
            "peter",
            "robert",
            "sugar",
            "tommy",
            "victor",
            "william",
            "zebra",
        ],
        strict=True,
    )
)

Words = list[str]


def number_under_100(n: int) -> Words:
    if n < 10:
        return [ONES[n]]
    if n < 20:
        return [TEENS[n - 10]]
    tens = [TENS[n // 10 - 2]]
    return tens if n % 10 == 0 else [*tens, ONES[n % 10]]


def zero(rng: random.Random) -> str:
    return rng.choice(("oh", "oh", "zero"))


def digit_words(digits: str, rng: random.Random, *, doubles: float = 0.3) -> Words:
    """Digit by digit, with `double` and `triple` now and then."""
    words: Words = []
    naught = zero(rng)
    i = 0
    while i < len(digits):
        run = 1
        while i + run < len(digits) and digits[i + run] == digits[i] and run < 3:
            run += 1
        name = naught if digits[i] == "0" else ONES[int(digits[i])]
        if run > 1 and rng.random() < doubles:
            words += ["double" if run == 2 else "triple", name]
            i += run
        else:
            words.append(name)
            i += 1
    return words


def pair_words(digits: str, rng: random.Random) -> Words:
    """Two by two: `forty two forty two`."""
    words: Words = []
    for i in range(0, len(digits), 2):
        pair = digits[i : i + 2]
        if len(pair) == 2 and pair[0] != "0":
            words += number_under_100(int(pair))
        else:
            words += digit_words(pair, rng, doubles=0.0)
    return words


def grouped(digits: str, sizes: list[int], rng: random.Random) -> Words:
    """In groups, each said digit by digit or in pairs, commas between."""
    words: Words = []
    at = 0
    pairs = rng.random() < 0.2
    for size in sizes:
        group = digits[at : at + size]
        at += size
        if group[1:] == "00" and rng.random() < 0.4:
            said = [*digit_words(group[0], rng), "hundred"]
        elif pairs and size % 2 == 0:
            said = pair_words(group, rng)
        else:
            said = digit_words(group, rng)
        said[-1] += ","
        words += said
    words[-1] = words[-1].rstrip(",")
    return words


def luhn_card(prefix: str, length: int, rng: random.Random) -> str:
    body = prefix + "".join(rng.choice("0123456789") for _ in range(length - len(prefix) - 1))
    total = 0
    for i, digit in enumerate(reversed(body)):
        n = int(digit) * (2 - i % 2)
        total += n - 9 if n > 9 else n
    return body + str(-total % 10)


def digits(n: int, rng: random.Random) -> str:
    return "".join(rng.choice("0123456789") for _ in range(n))


def card(rng: random.Random) -> Words:
    if rng.random() < 0.25:
        return grouped(luhn_card("37", 15, rng), [4, 6, 5], rng)
    return grouped(luhn_card(rng.choice(("4", "51", "6011")), 16, rng), [4, 4, 4, 4], rng)


def card_part(rng: random.Random) -> Words:
    return digit_words(digits(4, rng), rng)


def cvv(rng: random.Random) -> Words:
    return digit_words(digits(rng.choice((3, 3, 3, 4)), rng), rng)


def expiry(rng: random.Random) -> Words:
    month, year = rng.randint(1, 12), rng.randint(25, 34)
    way = rng.randrange(5)
    if way == 0:
        return [MONTHS[month - 1], *number_under_100(year)]
    if way == 1:
        return [MONTHS[month - 1], "of", *number_under_100(year)]
    if way == 2:
        return [MONTHS[month - 1], "twenty", *number_under_100(year)]
    said = ["oh", ONES[month]] if month < 10 else number_under_100(month)
    if way == 3:
        said[-1] += ","
    return [*said, *number_under_100(year)]


def ssn(rng: random.Random) -> Words:
    return grouped("9" + digits(8, rng), [3, 2, 4], rng)


def phone_us(rng: random.Random) -> Words:
    return grouped(
        rng.choice(("617", "212", "415", "312")) + "55501" + digits(2, rng), [3, 3, 4], rng
    )


def phone_uk(rng: random.Random) -> Words:
    number = "07700900" + digits(3, rng)
    if rng.random() < 0.25:
        return ["plus", "four", "four", *grouped(number[1:], [4, 3, 3], rng)]
    return grouped(number, rng.choice(([5, 3, 3], [5, 6], [4, 4, 3])), rng)


def phone(rng: random.Random) -> Words:
    return rng.choice((phone_us, phone_uk))(rng)


def spelled(word: str, rng: random.Random) -> Words:
    words: Words = []
    for letter in word.lower():
        words.append(letter.upper())
        if letter in KINGS and rng.random() < 0.15:
            words += ["as", "in", KINGS[letter]]
        words[-1] += ","
    words[-1] = words[-1].rstrip(",")
    return words


def email(rng: random.Random) -> Words:
    first, last = rng.choice(FIRST).lower(), rng.choice(LAST).lower()
    way = rng.randrange(6)
    if way == 0:
        local = [first[0], "dot", last]
    elif way == 1:
        local = [first, "dot", last]
    elif way == 2:
        local = [first, "underscore", last[0]]
    elif way == 3:
        local = [last, *digit_words(digits(2, rng), rng)]
    elif way == 4:
        local = spelled(last[:6], rng)
    else:
        local = [first, last]
    return [*local, "at", *rng.choice(DOMAINS).split()]


def name(rng: random.Random) -> Words:
    return [rng.choice(FIRST), rng.choice(LAST)]


def address(rng: random.Random) -> Words:
    number = rng.choice(
        (
            number_under_100(rng.randint(11, 99)),
            [*number_under_100(rng.randint(11, 99)), *number_under_100(rng.randint(11, 99))],
        )
    )
    words = [*number, rng.choice(STREETS), rng.choice(STREET_WORDS)]
    if rng.random() < 0.3:
        words[-1] += ","
        words += ["apartment", *number_under_100(rng.randint(2, 40)), rng.choice("BCD")]
    if rng.random() < 0.6:
        words[-1] += ","
        words.append(rng.choice(TOWNS))
    return words


def postcode(rng: random.Random) -> Words:
    if rng.random() < 0.5:
        return digit_words(digits(5, rng), rng)
    letters = [rng.choice("BCDEGHLMNPRSTW") for _ in range(4)]
    return [
        letters[0],
        letters[1],
        ONES[rng.randint(1, 9)] + ",",
        ONES[rng.randint(1, 9)],
        letters[2],
        letters[3],
    ]


def dob(rng: random.Random) -> Words:
    day, month, year = rng.randint(1, 20), rng.randint(0, 11), rng.randint(1940, 2003)
    if year < 2000:
        said = (
            ["nineteen", *number_under_100(year % 100)]
            if year % 100 >= 10
            else ["nineteen", "oh", ONES[year % 10]]
        )
    else:
        said = ["two", "thousand"] + (["and", ONES[year % 10]] if year % 10 else [])
    way = rng.randrange(4)
    if way == 0:
        return [MONTHS[month], DAYS[day - 1] + ",", *said]
    if way == 1:
        return [DAYS[day - 1], "of", MONTHS[month] + ",", *said]
    if way == 2 and year < 2000 and year % 100 >= 10:
        return [DAYS[day - 1], "of", "the", DAYS[month] + ",", *number_under_100(year % 100)]
    return [*number_under_100(month + 1), *number_under_100(day), *said]


def account(rng: random.Random) -> Words:
    n = rng.choice((8, 8, 10, 12))
    return grouped(digits(n, rng), [4] * (n // 4) + ([n % 4] if n % 4 else []), rng)


def code(rng: random.Random) -> Words:
    """Letters and digits, as policies and bookings have them."""
    words: Words = []
    for _ in range(rng.choice((2, 2, 3))):
        letter = rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ")
        way = rng.random()
        if way < 0.12 and letter.lower() in KINGS:
            words += [letter, "as", "in", KINGS[letter.lower()]]
        elif way < 0.24:
            words += [NATO[ord(letter) - ord("A")], ONES[rng.randint(1, 9)]]
        else:
            words.append(letter)
    return [*words, *digit_words(digits(rng.choice((4, 5, 6)), rng), rng)]


def routing(rng: random.Random) -> Words:
    if rng.random() < 0.5:
        return grouped(digits(6, rng), [2, 2, 2], rng)
    return grouped("0" + digits(8, rng), [3, 3, 3], rng)


def iban(rng: random.Random) -> Words:
    return [
        "G",
        "B",
        *digit_words(digits(2, rng), rng),
        "W",
        "E",
        "S",
        "T",
        *grouped(digits(14, rng), [4, 4, 4, 2], rng),
    ]


def ip(rng: random.Random) -> Words:
    words: Words = []
    for part in ("203", "0", "113", str(rng.randint(1, 254))):
        words += [*digit_words(part, rng), "dot"]
    return words[:-1]


def pin(rng: random.Random) -> Words:
    return rng.choice((digit_words, pair_words))(digits(4, rng), rng)


def otp(rng: random.Random) -> Words:
    return grouped(digits(6, rng), [3, 3], rng)


def password(rng: random.Random) -> Words:
    words = [rng.choice(PETS), *number_under_100(rng.randint(11, 99))]
    return [*words, "exclamation", "mark"] if rng.random() < 0.4 else words


SAYINGS: dict[str, Callable[[random.Random], Words]] = {
    "card": card,
    "card_part": card_part,
    "cvv": cvv,
    "expiry": expiry,
    "ssn": ssn,
    "phone": phone,
    "email": email,
    "name": name,
    "address": address,
    "postcode": postcode,
    "dob": dob,
    "account": account,
    "policy": code,
    "order": code,
    "routing": routing,
    "iban": iban,
    "ip": ip,
    "pin": pin,
    "otp": otp,
    "password": password,
}
