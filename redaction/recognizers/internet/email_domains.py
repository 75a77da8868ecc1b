"""What stands behind the `at` of an e-mail address: providers and dots, however they were heard."""

from collections.abc import Sequence

from redaction.language.english import is_english
from redaction.language.lexicon import LETTER_ALIKES
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard

TOP_LEVEL = words_in("""
ac ai app au biz ca ch co com de dev dk edu es eu example fr gov ie in info io it ltd me mil net
nl no nz org plc se tv uk us
""")
PROVIDERS = words_in("""
aol bellsouth bigpond btinternet comcast earthlink example fastmail gmail gmx googlemail hotmail
icloud iinet live msn ntlworld optusnet outlook proton protonmail rediffmail rocketmail rogers shaw
sky sympatico talktalk telus tiscali tutanota verizon virgin yahoo ymail zoho
""")
SURE_PROVIDERS = words_in("""
bellsouth bigpond btinternet fastmail gmail googlemail gmx hotmail icloud ntlworld optusnet
protonmail rediffmail rocketmail sympatico tiscali tutanota yahoo ymail
""")
"""Of these, the ones that nothing else is called, or nearly so."""

IN_TWO = frozenset({("i", "cloud"), ("g", "mail"), ("hot", "mail"), ("big", "pond"),
                     ("bt", "internet"), ("t", "internet"), ("proton", "mail"),
                     ("out", "look"), ("rediff", "mail"), ("fast", "mail"),
                     ("talk", "talk")})  # fmt: skip
"""Providers that are heard as two words."""

AT = frozenset({"at", "@", "ad", "add", "att"})
FIGURES = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.MULTIPLIER,
           Class.DECIMAL, Class.ORDINAL, Class.MAGNITUDE}  # fmt: skip
_TAILS = words_in("com dotcom dot-com org net")
"""Ends of domains that are no words, so that the `dot` may be missing or misheard."""

_SHORT = 4
"""A word with `at` at its end is longer, if it is part of an address."""

_ALSO_WORDS = words_in("app in info it me no us")
_SURE_TOP_LEVEL = TOP_LEVEL - _ALSO_WORDS
_HESITATES = words_in("and then okay so let me see hang on hold")


def end_of_domain(heard: Heard, i: int) -> int | None:
    """The last atom of the domain, if atom `i` is the `at` of an address or a written one."""
    atoms = heard.atoms
    if atoms[i].cls is Class.EMAIL:
        cut = i + 1 < len(atoms) and atoms[i].stop == "." and atoms[i + 1].text in _TAILS
        return after_dots(atoms, i + 1) or i + cut
    if atoms[i].text not in AT:
        return None
    for at in range(i + 1, min(i + 7, len(atoms))):
        if "." in atoms[at].text.strip(".") and atoms[at].cls is Class.OTHER:
            # `example.co.u k`: the last letter apart
            cut = at + 1 < len(atoms) and atoms[at].text[-2] == "." and not atoms[at].stop
            cut = cut and atoms[at + 1].cls is Class.LETTER
            return after_dots(atoms, at + 1) or at + cut
        if _is_dot(atoms[at]) and at > i + 1 and (end := after_dots(atoms, at)):
            # `742 at the cash point, can I`
            return end if atoms[at].text != "point" or atoms[end].text in TOP_LEVEL else None
        if at > i + 1 and atoms[at].text in _TAILS and _asked(heard, i):
            return at
        if at + 1 < len(atoms) and atoms[at + 1].text in PROVIDERS:
            continue
        in_two = (atoms[at - 1].text, atoms[at].text) in IN_TWO
        if (in_two or atoms[at].text in PROVIDERS) and (
            in_two
            or atoms[at].text in SURE_PROVIDERS
            or _is_spelled_before(atoms, i)
            or _asked(heard, i)
            or (at + 1 < len(atoms) and atoms[at + 1].text in TOP_LEVEL)
        ):
            nxt = _past_hesitation(atoms, at + 1)
            if nxt < len(atoms) and (_is_dot(atoms[nxt]) or atoms[nxt].text in TOP_LEVEL):
                return after_dots(atoms, nxt) or nxt
            return at
        if atoms[at].stop in ("?", "!") or (atoms[at].stop == "." and len(atoms[at].text) > 2):
            following = atoms[at + 1] if at + 1 < len(atoms) else None
            if following is None or not _is_dot(following):
                return None
    return None


def _is_spelled_before(atoms: Sequence[Atom], i: int) -> bool:
    """`W like water 74 at outlook`: letters, figures or a joiner right before the `at`."""
    before = atoms[max(0, i - 2) : i]
    if not before or atoms[i].stop:
        return False
    if any(a.cls in (Class.LETTER, Class.SYMBOL) or a.cls in FIGURES for a in before):
        return True
    written = "_" in before[-1].text or "." in before[-1].text
    # `N as in november at`
    return written or (i > 3 and atoms[i - 3].text == "as" and atoms[i - 4].cls is Class.LETTER)


def end_without_at(heard: Heard, i: int) -> int | None:
    """The end of a domain whose `at` was misheard: only where an address was asked for."""
    atoms = heard.atoms
    if i and _is_host_alone(atoms, i):
        return after_dots(atoms, i + 1) or i
    if i == 0 or i + 1 >= len(atoms) or _is_dot(atoms[i - 1]):
        return None
    if not (atoms[i].cls is Class.OTHER or atoms[i].text == "a"):
        return None
    provided = atoms[i].text in PROVIDERS and atoms[i + 1].text in _TAILS
    if not (provided or _is_dot(atoms[i + 1])) or not heard.answers(i, "email"):
        return None
    if provided:
        return i + 1
    end = after_dots(atoms, i + 1) if _is_dot(atoms[i + 1]) else None
    named = end is not None and atoms[end].text in _SURE_TOP_LEVEL
    return end if named and not any(atom.text in AT for atom in atoms[i : i + 6]) else None


def _is_host_alone(atoms: Sequence[Atom], i: int) -> bool:
    """`B L H forty two, gmail`: letters or figures, and no `at` before who keeps the mail."""
    k = i - 1 if i and (atoms[i - 1].text, atoms[i].text) in IN_TWO else i
    if not k or (atoms[i].text not in SURE_PROVIDERS and k == i):
        return False
    return atoms[k - 1].cls in FIGURES or atoms[k - 1].cls is Class.LETTER


def end_after_glued(atoms: Sequence[Atom], i: int) -> int | None:
    """The end of the domain behind a word that swallowed its `at`: `mooreat outlook dot com`."""
    atom = atoms[i]
    if (
        atom.cls is not Class.OTHER
        or len(atom.text) <= _SHORT
        or atom.stop
        or is_english(atom.text)
    ):
        return None
    host = atoms[i + 1] if i + 1 < len(atoms) else None
    if host is None or host.cls is not Class.OTHER:
        return None
    if host.text.rpartition(".")[0] and host.text.rpartition(".")[2] in _SURE_TOP_LEVEL:
        return i + 1
    end = after_dots(atoms, i + 2)
    return end if end is not None and atoms[end].text in _SURE_TOP_LEVEL else None


def _is_dot(atom: Atom) -> bool:
    return atom.cls is Class.SYMBOL and atom.value == "."


def after_dots(atoms: Sequence[Atom], at: int) -> int | None:
    """The end of `dot co dot uk` that begins at `at`, hesitations passed over."""
    end: int | None = None
    while (at := _past_hesitation(atoms, at)) < len(atoms) and _is_dot(atoms[at]):
        at = _past_hesitation(atoms, at + 1)
        if at >= len(atoms):
            return end
        spelt = atoms[at].text in ("oh", "o") and at + 1 < len(atoms)
        spelt = spelt and (_is_dot(atoms[at + 1]) or _spells_on(atoms, at + 1))
        if not spelt and not _is_label(atoms[at], first=end is None):
            return end
        end = at
        at += 1
        while at < len(atoms) and _spells_on(atoms, at):
            end = at
            at += 1
    return end


def _spells_on(atoms: Sequence[Atom], at: int) -> bool:
    """`dot c o m`, `dot k twelve dot oh us`: the label is spelled out."""
    before = atoms[at - 1]
    if before.stop in (".", "?", "!") and len(before.text) > 1:
        return False
    if before.cls is not Class.LETTER and before.text not in LETTER_ALIKES:
        return False
    if atoms[at].cls is Class.LETTER or (before.text == "oh" and atoms[at].text in TOP_LEVEL):
        return True
    return atoms[at].cls in FIGURES and at + 1 < len(atoms) and _is_dot(atoms[at + 1])


def _is_label(atom: Atom, *, first: bool) -> bool:
    """A top-level domain; after the first dot any word will do."""
    if atom.cls is Class.LETTER or atom.text in TOP_LEVEL or atom.text.split(".")[-1] in TOP_LEVEL:
        return True
    return first and atom.text.isalpha() and atom.cls not in (*FIGURES, Class.SYMBOL)


def _is_me(atoms: Sequence[Atom], at: int) -> bool:
    """`dot me`: not `let me see`."""
    return atoms[at].text == "me" and at > 0 and atoms[at - 1].text != "let"


def _past_hesitation(atoms: Sequence[Atom], at: int) -> int:
    limit = at + 4
    while at < min(limit, len(atoms)) and (
        atoms[at].cls in (Class.FILLER, Class.CORRECTION)
        or (atoms[at].text in _HESITATES and not _is_me(atoms, at))
        or (_is_dot(atoms[at]) and at + 1 < len(atoms) and _is_dot(atoms[at + 1]))
    ):
        at += 1
    return at


def _asked(heard: Heard, i: int) -> bool:
    return heard.may_expect("email") and any(s.kind == "email" for s in heard.slots_at(i))
