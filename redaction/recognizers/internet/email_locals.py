"""Where an e-mail address begins: the part before its `at`, spelled out or said in words."""

from collections.abc import Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.lexicon import LETTER_ALIKES, SOUND_ALIKES, SPELLING_ALPHABET, SYMBOL_PAIRS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.runs import aside_length
from redaction.recognizers.found import Heard
from redaction.recognizers.internet.email_domains import AT, FIGURES

_SAID_OF_LOCAL = words_in("""
all capital capitals caps case characters dots joined letter letters lower lowercase no number
numbers one sign small space spaces symbol the then together up word words
""")
_ABBREVIATED = words_in("dr jr mr mrs ms sr st")
"""Written with a full stop that ends no sentence; recognisers hear them in local parts."""

SUBJECTS = words_in("he i it she that there they this we who you")
NUMBERED = frozenset({"number", "numbers", "the"})
_SPELLS = words_in("that's thats so spelled spelt")
_MAX_LOCAL = 60
_LATELY_MS = 20_000


def start_of_local(heard: Heard, at: int) -> int:
    """Where the part before `at` begins: back over letters, digits, joiners and unusual words."""
    atoms = heard.atoms
    first, plain = at, 0
    floor = max(0, at - _MAX_LOCAL)
    aside = _asides(atoms, floor, at)
    k = at - 1
    while k >= floor:
        if k in aside:
            k -= 1
            continue
        if _ends_before(heard, k, first=first):
            break
        if _is_local(atoms, k, first):
            spelt = atoms[k].cls in (*FIGURES, Class.LETTER) or atoms[k].text in SPELLING_ALPHABET
            plain = 0 if spelt else plain + 1
            first = k
        elif atoms[k].cls is Class.FILLER and first == at:
            # `george, um, at example`
            pass
        elif atoms[k].text in COMMON_WORDS or atoms[k].cls in (
            Class.GLUE,
            Class.FILLER,
            Class.CORRECTION,
        ):
            if not _passes(atoms, k):
                break
        elif plain < 3 and atoms[k].text[-2:] != "'s":
            first, plain = k, plain + 1
        else:
            break
        k -= 1
    return _with_name(atoms, first, at)


def _with_name(atoms: Sequence[Atom], first: int, at: int) -> int:
    """`will number ninety two at example`: a name that is a word too, before figures."""
    if not 0 < first < at:
        return first
    begins = atoms[first].cls in FIGURES or atoms[first].text in NUMBERED
    begins = begins or atoms[first].text in SOUND_ALIKES
    k = first - 1
    while k > 0 and atoms[k].text in NUMBERED:
        k -= 1
    named = atoms[k].cls in (Class.OTHER, Class.MONTH) and atoms[k].text not in FUNCTION_WORDS
    will = atoms[k].text in ("will", "may") and (k == 0 or atoms[k - 1].text not in SUBJECTS)
    return k if begins and (named or will) and not atoms[k].stop else first


def is_talked_of(heard: Heard, i: int) -> bool:
    """Whether an address was asked for here, announced, or given just before."""
    if heard.may_expect("email") and any(slot.kind == "email" for slot in heard.slots_at(i)):
        return True
    if not heard.given("email"):
        return False
    return any(one.kind == "email" for one in heard.given_lately(i, within_ms=_LATELY_MS))


def _asides(atoms: Sequence[Atom], first: int, last: int) -> set[int]:
    """Atoms of what people say while they look for the next letter: `hang on`, `let me see`."""
    found: set[int] = set()
    for i in range(first, last):
        if i not in found and atoms[i].cls is Class.OTHER:
            found.update(range(i, min(i + aside_length(atoms, i), last)))
    return found


def _ends_before(heard: Heard, k: int, *, first: int) -> bool:
    """Whether a sentence ends at `k`, or the speaker paused after it for long."""
    atom = heard.atoms[k]
    ended = atom.stop == "." and len(atom.text) > 1 and atom.text not in _ABBREVIATED
    if atom.stop in ("?", "!", ":") or ended:
        return not _joined(heard.atoms, k)
    return heard.times.start_ms[min(k + 1, first)] - heard.times.end_ms[k] > 6000


def _joined(atoms: Sequence[Atom], k: int) -> bool:
    """A full stop that the recogniser put inside an address."""
    following = atoms[k + 1] if k + 1 < len(atoms) else None
    return following is not None and (
        following.text in AT or following.cls is Class.SYMBOL or atoms[k].cls is Class.SYMBOL
    )


def _is_local(atoms: Sequence[Atom], k: int, first: int) -> bool:
    """A letter, digit or joiner; or a word beside a joiner."""
    cls = atoms[k].cls
    if atoms[k].text in SPELLING_ALPHABET or _is_alike(atoms, k, first):
        return True
    if cls is Class.LETTER or cls in FIGURES or cls is Class.SYMBOL or cls is Class.EMAIL:
        joined = k > 0 and atoms[k - 1].cls is Class.SYMBOL
        return joined or atoms[k].text not in ("a", "i") or first <= k + 1
    if k + 1 < len(atoms) and atoms[k + 1].cls is Class.SYMBOL:
        return True
    if k + 2 < len(atoms) and (atoms[k + 1].text, atoms[k + 2].text) in SYMBOL_PAIRS:
        return True
    if k and atoms[k - 1].cls is Class.SYMBOL:
        return True
    as_in = k > 2 and (atoms[k - 2].text, atoms[k - 1].text) == ("as", "in")
    letter = k - 2 - as_in
    explained = as_in or (k > 1 and atoms[k - 1].text in ("in", "for", "like"))
    return explained and atoms[letter].cls is not Class.OTHER


def _is_alike(atoms: Sequence[Atom], k: int, first: int) -> bool:
    """`fifty free at`, `too zero at`: heard for a figure beside one; `to` and `for` behind one."""
    if atoms[k].text not in SOUND_ALIKES or not k:
        return False
    if atoms[k - 1].cls in FIGURES and not atoms[k - 1].stop:
        return True
    beside = k + 1 == first and first < len(atoms) and atoms[first].cls in FIGURES
    return beside and atoms[k].text not in ("to", "for")


def _passes(atoms: Sequence[Atom], k: int) -> bool:
    """An ordinary word inside a local part: `all one word`, `as in`, a filler."""
    text = atoms[k].text
    before = atoms[k - 1] if k else None
    if before is None:
        return False
    if text in _SAID_OF_LOCAL:
        return True
    if text in LETTER_ALIKES and atoms[k + 1].text in AT and before.cls is Class.LETTER:
        # `S E are at`
        return not before.stop and not atoms[k].stop
    if text in _SPELLS and before.stop == "," and before.text not in COMMON_WORDS:
        # `will 92, that's W I double L 92`
        return atoms[k + 1].cls is Class.LETTER
    spelled = before.cls in (Class.LETTER, Class.SYMBOL) or before.cls in FIGURES
    if atoms[k].cls is Class.FILLER and before.text in NUMBERED:
        return True
    if text in ("in", "as", "for", "like"):
        return spelled or before.text == "as"
    hesitates = atoms[k].cls in (Class.FILLER, Class.CORRECTION) or text in (
        "then",
        "and",
        "number",
    )
    return hesitates and spelled
