"""Digits of a secret told by their place: `two's one, three's eight`, `the last was four`.

Who is asked for some digits of a PIN tells each alone, and after a slip another one: so as long as
somebody waits for them, a lone figure that ends a clause is one of them.
"""

from collections.abc import Sequence

from redaction.cues.asked_numbers import QUANTITY
from redaction.cues.cue_index import Strength
from redaction.cues.slots import TimedCue
from redaction.language.lexicon import DIGITS, ORDINALS, SOUND_ALIKES
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard

_SECRETS = frozenset({"cvv", "otp", "password", "pin"})
_ASKED_MS = 60_000
_PLACES = frozenset({*ORDINALS, "last", "final", "next", "other"})
_LEADS = words_in("a an be digit figure is it's number one one's that's was would")
_FEW = 4
_TELLING = (Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.LETTER, Class.SYMBOL)


def find_placed(heard: Heard) -> tuple[list[Found], list[int]]:
    """Lone figures, where digits of a secret were asked for."""
    if _SECRETS.isdisjoint(heard.expected.kinds):
        return [], []
    why = "is a lone figure, where digits of a secret were asked for"
    found = []
    for i, atom in enumerate(heard.atoms):
        if not (_is_figure(atom) or atom.text in SOUND_ALIKES) or not _ends_clause(heard, i):
            continue
        placed = _is_placed(heard.atoms, i)
        if (placed or _is_last_said(heard, i)) and (kind := _asked(heard, i, anyhow=placed)):
            found.append(Found(i, i, kind, why=why))
    return found, []


def words_of(heard: Heard, found: Found) -> list[str]:
    """None: they are figures."""
    return []


def _is_figure(atom: Atom) -> bool:
    return atom.cls is Class.DIGIT or (atom.cls is Class.NUMERAL and len(atom.value) == 1)


def _ends_clause(heard: Heard, i: int) -> bool:
    """Whether nothing that it could count follows."""
    after = i + 1
    if after == len(heard.atoms):
        return not heard.is_open
    pauses = bool(heard.atoms[i].stop) or after in heard.times.breaks or after in heard.starts
    behind = heard.atoms[after]
    return pauses or behind.text == "and" or behind.cls is Class.FILLER or _is_place(behind)


def _is_place(atom: Atom) -> bool:
    """`third`, `three's`."""
    text = atom.text.removesuffix("'s")
    return text in _PLACES or (text != atom.text and text in DIGITS)


def _is_placed(atoms: Sequence[Atom], i: int) -> bool:
    """`fourth is one`, `three's ate`, `the last one was a two`."""
    at = i - 1
    while at >= 0 and i - at < _FEW and not atoms[at].stop:
        if _is_place(atoms[at]):
            return at < i - 1 or atoms[at].text.endswith("'s")
        if atoms[at].text not in _LEADS and atoms[at].cls is not Class.FILLER:
            return False
        at -= 1
    return False


def _is_last_said(heard: Heard, i: int) -> bool:
    """`they made me change it, eight`: alone at the end of what is said; `one` is a word too."""
    atoms = heard.atoms
    if not _is_figure(atoms[i]) or atoms[i].text == "one":
        return False
    before = atoms[i - 1] if i else None
    if before and not before.stop and (before.cls in _TELLING or before.text in SOUND_ALIKES):
        return False
    after = i + 1
    ends = after == len(atoms) or after in heard.starts or after in heard.times.breaks
    return ends or atoms[i].stop in (".", "?", "!")


def _asked(heard: Heard, i: int, *, anyhow: bool) -> str | None:
    """The secret of which the other speaker waits for digits, or has them all if that is enough."""
    if heard.asked_of_numbers(i) == QUANTITY:
        return None
    at_ms = heard.times.start_ms[i]
    for cue in reversed(heard.expected.near(at_ms)):
        asked = cue.kind in _SECRETS and cue.strength is Strength.STRONG
        lately = 0 <= at_ms - cue.end_ms <= _ASKED_MS and cue.stream != heard.stream
        waits = anyhow or cue.kind == "password" or not _was_given(heard, cue, at_ms=at_ms)
        if asked and lately and waits:
            return cue.kind
    return None


def _was_given(heard: Heard, cue: TimedCue, *, at_ms: int) -> bool:
    return any(cue.start_ms <= one.end_ms <= at_ms for one in heard.given(cue.kind))
