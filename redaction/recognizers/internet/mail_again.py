"""Addresses of ordinary words, said again: `mum of four`, once `mum of four at ...` was given.

Unusual words of an address are known alone (`email.words_of`), ordinary ones by what stood beside
them, shortly after: two such words in a row, or all that a clause has but how it is written
(`nineteen as figures?`).
"""

from collections.abc import Mapping, Sequence

from redaction.call.memory import Memory
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.internet.email_domains import AT, FIGURES

_AGAIN_MS = 90_000
_ASKED_MS = 20_000
_BEGUN_MS = 10_000
"""So long before it, an address was begun that is begun again."""

_ROW = 3
"""So many words in a row, one of them of weight, are no chance."""

_LONGEST_GLUED = 4
_SHORTEST_GLUED = 6
_SHORTEST_PLURAL = 3
_PASSED = words_in("number numbers letter letters")
_REMARKED = words_in("""
all capital capitals caps case characters joined lower lowercase space spaces together word words
sign symbol then
""")
"""How an address is written: nothing goes on over these."""

_AS = words_in("as in is with spelled spelt having or all no one two")
_WRITTEN = words_in("""
digit digits figure figures letter letters number numbers numeral numerals word words dash dashes
dot dots gap hyphen hyphens space spaces underscore underscores
""")
_LONGEST_REMARK = 4
_WHY = "is of an address given before"


class _Known:
    """What the call has told of addresses."""

    def __init__(self, memory: Memory, words: Mapping[str, str]) -> None:
        self._memory, self._words = memory, words

    def has(self, row: str) -> bool:
        """Whether this was said of one."""
        return self._words.get(row) == "email" or self._memory.word(row) == "email"


def rows_of(atoms: Sequence[Atom]) -> list[str]:
    """What to remember of an address: every word with the next, and alone; all words as one."""
    rows: list[str] = []
    part: list[str] = []
    whole = ""
    for atom in (*atoms, None):
        if atom is not None and _is_passed(atom):
            continue
        if atom is None or atom.text in AT or atom.text in _REMARKED:
            rows += [f"{a}+{b}" for a, b in zip(part, part[1:], strict=False)]
            rows += [whole] if len(part) > 1 else []
            part, whole = [], ""
            continue
        part.append(_bare(atom))
        whole += atom.text.replace("'", "")
        if _weighs(atom):
            rows.append("+" + part[-1])
    return rows


def mails_again(
    heard: Heard, memory: Memory, words: Mapping[str, str]
) -> tuple[list[Found], list[int]]:
    """What is said again of addresses, and where what may be so begins.

    `words` of this row itself: somebody begins, breaks off and begins again.
    """
    if not heard.given("email") or not (memory.has_words or words):
        return [], []
    known = _Known(memory, words)
    atoms = heard.atoms
    said = [i for i, atom in enumerate(atoms) if not _is_passed(atom) and _is_lately(heard, i)]
    found: list[Found] = []
    undecided: list[int] = []
    at = 0
    while at < len(said):
        end = at + 1
        while end < len(said) and _goes_on(heard, known, said, end):
            end += 1
        row = said[at:end]
        glued = _glued(heard, known, said, at)
        if _is_row(heard, known, row) or _is_asked_about(heard, known, row):
            found.append(Found(row[0], row[-1], "email", why=_WHY))
        elif glued:
            end = at + glued
            found.append(Found(row[0], said[end - 1], "email", why=_WHY))
        elif heard.is_open and end == len(said) and _is_of_one(known, atoms[row[0]]):
            undecided.append(row[0])
        at = end
    return found, undecided


def _is_passed(atom: Atom) -> bool:
    return atom.cls in (Class.SYMBOL, Class.FILLER) or atom.text in _PASSED


def _bare(atom: Atom) -> str:
    """Without what makes it one's or several: who asks back may hear it so."""
    text = atom.text.removesuffix("'s")
    return text[:-1] if len(text) > _SHORTEST_PLURAL and text[-1] == "s" else text


def _weighs(atom: Atom) -> bool:
    """Whether it is a figure or a word that is no word of sentences."""
    if atom.cls in FIGURES:
        return True
    return atom.cls in (Class.OTHER, Class.MONTH) and atom.text not in FUNCTION_WORDS


def _is_lately(heard: Heard, i: int) -> bool:
    at_ms = heard.times.start_ms[i]
    return any(
        0 <= at_ms - one.end_ms <= _AGAIN_MS
        or (one.stream == heard.stream and 0 < one.start_ms - at_ms <= _BEGUN_MS)
        for one in heard.given("email")
    )


def _is_of_one(known: _Known, atom: Atom) -> bool:
    return atom.cls is Class.OTHER and known.has("+" + _bare(atom))


def _goes_on(heard: Heard, known: _Known, said: Sequence[int], n: int) -> bool:
    """Whether the word goes on with the one before it as it did in an address."""
    before, atom = heard.atoms[said[n - 1]], heard.atoms[said[n]]
    if before.stop in (".", "?", "!"):
        return False
    rows = heard.kept.rows
    if said[n] not in rows:
        rows[said[n]] = known.has(f"{_bare(before)}+{_bare(atom)}")
    return rows[said[n]]


def _is_known(heard: Heard, known: _Known, i: int) -> bool:
    """Whether it is an unusual word of an address."""
    text = heard.atoms[i].text
    if heard.atoms[i].cls is not Class.OTHER or text in COMMON_WORDS:
        return False
    return known.has(text.removesuffix("'s"))


def _is_row(heard: Heard, known: _Known, row: Sequence[int]) -> bool:
    """Whether so many words of an address, or such words, stand in a row by no chance."""
    if len(row) == 1:
        return False
    atoms = [heard.atoms[i] for i in row]
    if all(atom.cls in FIGURES or not _weighs(atom) for atom in atoms):
        return False
    several = sum(map(_weighs, atoms)) > 1 or len(row) >= _ROW
    return several or any(_is_known(heard, known, i) for i in row)


def _is_asked_about(heard: Heard, known: _Known, row: Sequence[int]) -> bool:
    """`nineteen as figures?`: it begins a clause, and how it is written is all that follows."""
    atoms, first, after = heard.atoms, row[0], row[-1] + 1
    begun = not first or bool(atoms[first - 1].stop) or first in heard.starts
    if not begun or not heard.given_lately(first, within_ms=_ASKED_MS):
        return False
    if not all(known.has("+" + _bare(atoms[i])) for i in row if _weighs(atoms[i])):
        return False
    if not any(_weighs(atoms[i]) for i in row) or atoms[after - 1].stop not in ("", ","):
        return False
    rest = atoms[after : after + _LONGEST_REMARK]
    return bool(rest) and rest[0].text in _AS and any(a.text in _WRITTEN for a in rest[1:])


def _glued(heard: Heard, known: _Known, said: Sequence[int], at: int) -> int:
    """How many words from here on are one that was written together, as `mumoffour`."""
    text = ""
    for n, i in enumerate(said[at : at + _LONGEST_GLUED], 1):
        text += heard.atoms[i].text
        if n > 1 and len(text) >= _SHORTEST_GLUED and known.has(text):
            return n
        if heard.atoms[i].stop:
            break
    return 0
