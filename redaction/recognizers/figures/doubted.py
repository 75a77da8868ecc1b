"""`is that a six or an eight`: digits that somebody cannot make out, while a number is told."""

from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard

_COUNTED = frozenset({"card", "cvv", "expiry", "otp", "pin", "ssn", "routing"})
_DOUBTED_MS = 60_000


def find_doubted(heard: Heard) -> list[Found]:
    """`is that a six or an eight`, while a number is being told."""
    atoms = heard.atoms
    found: list[Found] = []
    for i, atom in enumerate(atoms if "or" in heard.texts else ()):
        if atom.text != "or" or not 1 < i < len(atoms) - 1:
            continue
        right = i + 2 if atoms[i + 1].text in ("a", "an") else i + 1
        left = i - 1
        sides = [atoms[at] for at in (left, right) if at < len(atoms)]
        doubts = atoms[left - 1].text in ("a", "an") or right == i + 2
        digits = len(sides) == 2 and all(_is_digit(side) for side in sides)
        if doubts and digits and _tells_number(heard, i):
            why = "one digit or another of a number"
            found += [Found(at, at, "number", why=why) for at in (left, right)]
        elif doubts and len(sides) == 2 and _is_digit(sides[1]) and _tells_number(heard, i):
            found.append(Found(right, right, "number", why="one digit or another of a number"))
    return found


def _is_digit(atom: Atom) -> bool:
    return atom.cls is Class.DIGIT or (atom.cls is Class.NUMERAL and len(atom.value) == 1)


def _tells_number(heard: Heard, at: int) -> bool:
    """Whether some number was given in the last minute."""
    if any(slot.kind in _COUNTED for slot in heard.slots_at(at)):
        return True
    lately = heard.given_lately(at, within_ms=_DOUBTED_MS)
    return any(given.kind not in ("name", "address", "dob") for given in lately)
