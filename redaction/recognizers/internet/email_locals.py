"""Where an e-mail address begins: the part before its `at`, spelled out or said in words."""

from collections.abc import Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.lexicon import SOUND_ALIKES, SPELLING_ALPHABET, SYMBOL_PAIRS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.runs import aside_length
from redaction.recognizers.found import Heard
from redaction.recognizers.internet.email_domains import (
    AT,
    FIGURES,
    IN_TWO,
    PROVIDERS,
    SURE_PROVIDERS,
)

_SAID_OF_LOCAL = words_in("""
all capital capitals caps case characters dots joined letter letters lower lowercase no number
numbers one sign small space spaces symbol the then together up word words
""")
_ABBREVIATED = words_in("dr jr mr mrs ms sr st")
"""Written with a full stop that ends no sentence; recognisers hear them in local parts."""

_SUBJECTS = words_in("he i it she that there they this we who you")
_NUMBERED = frozenset({"number", "numbers", "the"})
_SPELLS = words_in("that's thats so spelled spelt")
_MAX_LOCAL = 60
_SITES = words_in("""
available book check details find form go help information link look map more online page portal
read shop sign site store us visit website
""")
"""Of these one says that they are at a place of the net: no mailbox."""

_TELLS = words_in("""
address also an and as be called changed correct email emails emailed e-mail from got has id in is
it's its just mail maybe mine name on one or personal please probably put says school sent so still
sure that that's them then there to try under use using via was with work write yeah yes
""")
"""What stands before an address, and is none of it."""

_TALKED = FUNCTION_WORDS - words_in("""
and little thing things everything nothing mister miss doctor again great good lots today together
""")
_SENDS = frozenset({"to", "from"})
_MOST_WORDS = 4


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
    begins = atoms[first].cls in FIGURES or atoms[first].text in _NUMBERED
    begins = begins or atoms[first].text in SOUND_ALIKES
    k = first - 1
    while k > 0 and atoms[k].text in _NUMBERED:
        k -= 1
    named = atoms[k].cls in (Class.OTHER, Class.MONTH) and atoms[k].text not in FUNCTION_WORDS
    will = atoms[k].text == "will" and (k == 0 or atoms[k - 1].text not in _SUBJECTS)
    return k if begins and (named or will) and not atoms[k].stop else first


def role_before(heard: Heard, at: int) -> int | None:
    """`accounts at riverside dot gov`, `hello at ...`: the one ordinary word before an `at` behind
    which a domain follows."""
    atoms = heard.atoms
    if not at or atoms[at - 1].stop or atoms[at - 1].cls not in (Class.OTHER, Class.GLUE):
        return None
    text = atoms[at - 1].text
    if text in _SITES or text in _TELLS or (text in _TALKED and text != "me"):
        return None
    if (joined := _joined_before(heard, at)) is not None:
        return joined
    before = atoms[at - 2] if at > 1 else None
    told = before is None or bool(before.stop) or before.text in _TELLS
    if told or _is_mailbox(heard, at):
        return at - 1
    return _sent_to(heard, at)


def _sent_to(heard: Heard, at: int) -> int | None:
    """`from front desk at harbour lodge dot net`: several ordinary words behind `from` or `to`."""
    atoms = heard.atoms
    for k in range(at - 2, max(at - 1 - _MOST_WORDS, -1), -1):
        if atoms[k].text in _SENDS:
            return k + 1
        if atoms[k].stop or atoms[k].cls is not Class.OTHER or not _is_told(atoms[k]):
            return None
        if atoms[k].text in _SITES:
            return None
    return None


def _joined_before(heard: Heard, at: int) -> int | None:
    """`nora dot moves again at gmail`: a word too many between the joiners and the `at`."""
    atoms = heard.atoms
    joined = at > 3 and atoms[at - 3].cls is Class.SYMBOL and atoms[at - 3].value in "._-"
    if not joined or atoms[at - 2].stop or not _is_mailbox(heard, at):
        return None
    first = start_of_local(heard, at - 1)
    return first if first < at - 3 else None


def with_words(heard: Heard, first: int, *, at: int) -> int:
    """`the real mike 1974 at`: ordinary words before, back to where the address was begun."""
    atoms = heard.atoms
    k = first
    while k and first - k < _MOST_WORDS and k not in heard.times.breaks:
        before = atoms[k - 1]
        word = before.cls in (Class.OTHER, Class.MONTH) or before.text == "the"
        word = word or (before.cls is Class.LETTER and before.text not in ("a", "i"))
        if _links(atoms, k - 1):
            k -= 1
        elif before.stop or before.text in _TELLS or not word:
            break
        k -= 1
    article = k < first and atoms[k].text in ("the", "my", "mister", "miss")
    inside = atoms[k + article : first]
    plain = all(a.text not in _TALKED and a.text not in _SITES for a in inside)
    begun = k == 0 or bool(atoms[k - 1].stop) or atoms[k - 1].text in _TELLS
    return k if k < first and plain and begun and _is_mailbox(heard, at) else first


def may_begin(atoms: Sequence[Atom], k: int) -> bool:
    """Whether an address that is being said may have this word in it."""
    atom = atoms[k]
    if atom.text in AT or atom.text == "and" or atom.text in _NUMBERED:
        return True
    if atom.cls in (Class.LETTER, Class.SYMBOL, Class.CODE) or atom.cls in FIGURES:
        return atom.text not in ("a", "i")
    word = atom.cls in (Class.OTHER, Class.MONTH)
    return word and _is_told(atom)


def _is_told(atom: Atom) -> bool:
    return atom.text not in FUNCTION_WORDS and atom.text not in _TELLS


def _links(atoms: Sequence[Atom], k: int) -> bool:
    """The `and` of `roots and twigs at`, where the first of the two begins the clause."""
    if atoms[k].text != "and" or not k or atoms[k].stop or atoms[k - 1].stop:
        return False
    named = atoms[k - 1].cls is Class.OTHER and _is_told(atoms[k - 1])
    return named and (k == 1 or bool(atoms[k - 2].stop) or atoms[k - 2].text in _TELLS)


def _is_mailbox(heard: Heard, at: int) -> bool:
    """Whether an address is talked of, or a host follows that has nothing but mailboxes."""
    behind = heard.atoms[at + 1 : at + 3]
    host, point, _ = behind[0].text.partition(".") if behind else ("",) * 3
    dotted = bool(point) or (len(behind) > 1 and behind[1].value == "." and not behind[0].stop)
    sure = host in SURE_PROVIDERS or (dotted and host in PROVIDERS)
    if len(behind) > 1 and (host, behind[1].text.partition(".")[0]) in IN_TWO:
        return True
    return sure or is_talked_of(heard, at)


_LATELY_MS = 20_000


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
    if text in _SPELLS and before.stop == "," and before.text not in COMMON_WORDS:
        # `will 92, that's W I double L 92`
        return atoms[k + 1].cls is Class.LETTER
    spelled = before.cls in (Class.LETTER, Class.SYMBOL) or before.cls in FIGURES
    if atoms[k].cls is Class.FILLER and before.text in _NUMBERED:
        return True
    if text in ("in", "as", "for", "like"):
        return spelled or before.text == "as"
    hesitates = atoms[k].cls in (Class.FILLER, Class.CORRECTION) or text in (
        "then",
        "and",
        "number",
    )
    return hesitates and spelled
