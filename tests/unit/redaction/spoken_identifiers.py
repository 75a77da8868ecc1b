"""National, driving and travel numbers, made up by their form, and calls in which they are said."""

import random

from tests.unit.redaction.spoken_calls import Call, Saying, Writer
from tests.unit.redaction.spoken_values import NATO, Words, digit_words, digits, grouped

FORMS = {
    "itin": "9dd 7d dddd", "driver_license": "l ddd dddd", "nino": "ll dd dd dd l",
    "nhs": "ddd ddd dddd", "sin": "ddd ddd ddd", "steuer_id": "dd ddd ddd ddd",
    "id_card": "l dd l dd l ddd", "nir": "d dd dd dd ddd ddd dd", "aadhaar": "dddd dddd dddd",
    "pan": "lllll dddd l", "tfn": "ddd ddd ddd", "medicare": "dddd ddddd d",
    "abn": "dd ddd ddd ddd", "passport": "ddd ddd ddd", "plate": "ll dd lll",
}  # fmt: skip
"""Groups as people say them: d any digit, l any letter; check digits mostly wrong."""

ASKED = {
    "itin": "ITIN", "driver_license": "driver's license number",
    "nino": "national insurance number", "nhs": "NHS number", "sin": "social insurance number",
    "steuer_id": "Steuer ID", "id_card": "Personalausweis number", "nir": "carte vitale number",
    "aadhaar": "Aadhaar number", "pan": "PAN number", "tfn": "tax file number",
    "medicare": "Medicare number", "abn": "ABN", "passport": "passport number",
    "plate": "number plate",
}  # fmt: skip

_TELLING = (
    ("A: Could I have your {cue} please?", "C: Sure, it's {value}.", "A?: So that's {=value}."),
    ("A: What's the {cue}?", "C: {value}.", "A?: {=value}, thank you."),
    ("C: My {cue} is {value}.", "A?: Okay, {=value}."),
    ("A: Do you have the {cue}?", "C: Let me look.", "A: Take your time.", "C: It's {value}."),
)


def _letter(rng: random.Random) -> str:
    letter = rng.choice("ABCDEFGHJKLMNPRSTWXYZ")
    return NATO[ord(letter) - ord("A")] if rng.random() < 0.3 else letter


def saying_of(kind: str) -> Saying:
    """Values of a kind, in groups: letters as letters or by the alphabet, digits as said."""

    def say(rng: random.Random) -> Words:
        words: Words = []
        for group in FORMS[kind].split():
            if set(group) == {"l"}:
                words += [_letter(rng) for _ in group]
                continue
            value = "".join(digits(1, rng) if c == "d" else c for c in group)
            said = grouped(value, [len(value)], rng) if "d" in group else digit_words(value, rng)
            said[-1] += "," if rng.random() < 0.4 else ""
            words += said
        words[-1] = words[-1].rstrip(",")
        return words

    return say


def identifier_call(kind: str, seed: int) -> Call:
    """A call in which one number of a kind is asked for or announced, said, and read back."""
    rng = random.Random(f"{kind}/{seed}")
    writer = Writer(rng, {kind: saying_of(kind)})
    values: dict[str, Words] = {}
    for line in rng.choice(_TELLING):
        if line[1] == "?" and rng.random() < 0.5:
            continue
        text = line[3:] if line[1] == ":" else line[4:]
        text = text.replace("{cue}", ASKED[kind]).replace("value}", f"{kind}}}")
        writer.say(line[0] == "A", text, values)
    writer.say(True, "Thanks, one moment while I look at that for you.")
    return Call(f"{kind}-{seed}", writer.turns)
