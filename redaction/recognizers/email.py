"""E-mail addresses, spoken (`j dot smith at example dot com`) and written."""

from collections.abc import Sequence

from redaction.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.evidence import RIGHT_CONTEXT
from redaction.lexicon import LETTER_ALIKES, SPELLING_ALPHABET, SYMBOL_PAIRS
from redaction.recognizers.found import Found, Heard
from redaction.runs import aside_length
from redaction.tables import words_in
from redaction.words import Atom, Class

TOP_LEVEL = words_in("""
ac ai app au biz ca ch co com de dev dk edu es eu example fr gov ie in info io it ltd me mil net
nl no nz org plc se tv uk us
""")
PROVIDERS = words_in("""
aol btinternet comcast example gmail gmx googlemail hotmail icloud live msn outlook proton
protonmail sky verizon virgin yahoo
""")
SURE_PROVIDERS = words_in("btinternet gmail googlemail gmx hotmail icloud protonmail yahoo")
"""Of these, the ones that nothing else is called, or nearly so."""

_IN_TWO = frozenset({("i", "cloud"), ("g", "mail"), ("hot", "mail"), ("big", "pond"),
                     ("bt", "internet"), ("t", "internet"), ("proton", "mail"),
                     ("out", "look")})  # fmt: skip
"""Providers that are heard as two words."""

_AT = frozenset({"at", "@", "ad", "add", "att"})
SAID_OF_LOCAL = words_in("""
all capital capitals caps case characters dots joined letter letters lower lowercase no number
numbers one sign small space spaces symbol the then together up word words
""")
_NUMERIC = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.MULTIPLIER,
            Class.DECIMAL, Class.ORDINAL, Class.MAGNITUDE}  # fmt: skip
_TAILS = words_in("com dotcom dot-com org net")
"""Ends of domains that are no words, so that the `dot` may be missing or misheard."""

_FOR_AT = words_in("a an and app as bat hat it that the")
"""What `at` is misheard as, where only the domain after it shows that there was one."""

_ALSO_WORDS = words_in("app in info it me no us")
_SURE_TOP_LEVEL = TOP_LEVEL - _ALSO_WORDS
_OF_DOMAINS = PROVIDERS | TOP_LEVEL
_ABBREVIATED = words_in("dr jr mr mrs ms sr st")
"""Written with a full stop that ends no sentence; recognisers hear them in local parts."""

SUBJECTS = words_in("he i it she that there they this we who you")
_NUMBERED = frozenset({"number", "numbers", "the"})
_SPELLS = words_in("that's thats so spelled spelt")
_HESITATES = words_in("and then okay so let me see hang on hold")
_MAX_LOCAL = 60


def find_emails(heard: Heard) -> tuple[list[Found], list[int]]:
    """Addresses, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    atoms = heard.atoms
    expected = heard.may_expect("email")
    for i, atom in enumerate(atoms):
        if found and i <= found[-1].last:
            continue
        last = _end_of_address(heard, i) if atom.text in _AT or atom.cls is Class.EMAIL else None
        if expected:
            last = last or _end_without_at(heard, i)
        if last is None:
            continue
        misheard = i > 1 and atom.text not in _AT and atoms[i - 1].text in _FOR_AT
        first = start_of_local(heard, i - misheard)
        if atom.cls is not Class.EMAIL and first == i:
            continue
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "email", complete=True))
    if heard.is_open or heard.may_go_on:
        undecided += _unfinished(heard, after=found[-1].last if found else -1)
    return found, undecided


def _end_of_address(heard: Heard, i: int) -> int | None:
    """The last atom of the domain, if atom `i` is the `at` of an address or a written one."""
    atoms = heard.atoms
    if atoms[i].cls is Class.EMAIL:
        cut = i + 1 < len(atoms) and atoms[i].stop == "." and atoms[i + 1].text in _TAILS
        return after_dots(atoms, i + 1) or i + cut
    if atoms[i].text not in _AT:
        return None
    for at in range(i + 1, min(i + 7, len(atoms))):
        if "." in atoms[at].text.strip(".") and atoms[at].cls is Class.OTHER:
            # `example.co.u k`: the last letter apart
            cut = at + 1 < len(atoms) and atoms[at].text[-2] == "." and not atoms[at].stop
            cut = cut and atoms[at + 1].cls is Class.LETTER
            return after_dots(atoms, at + 1) or at + cut
        if is_dot(atoms[at]) and at > i + 1 and (end := after_dots(atoms, at)):
            return end
        if at > i + 1 and atoms[at].text in _TAILS and _asked(heard, i):
            return at
        if at + 1 < len(atoms) and atoms[at + 1].text in PROVIDERS:
            continue
        in_two = (atoms[at - 1].text, atoms[at].text) in _IN_TWO
        if (in_two or atoms[at].text in PROVIDERS) and (
            in_two
            or atoms[at].text in SURE_PROVIDERS
            or _is_spelled_before(atoms, i)
            or _asked(heard, i)
            or (at + 1 < len(atoms) and atoms[at + 1].text in TOP_LEVEL)
        ):
            nxt = _past_hesitation(atoms, at + 1)
            if nxt < len(atoms) and (is_dot(atoms[nxt]) or atoms[nxt].text in TOP_LEVEL):
                return after_dots(atoms, nxt) or nxt
            return at
        if atoms[at].stop in ("?", "!") or (atoms[at].stop == "." and len(atoms[at].text) > 2):
            following = atoms[at + 1] if at + 1 < len(atoms) else None
            if following is None or not is_dot(following):
                return None
    return None


def _is_spelled_before(atoms: Sequence[Atom], i: int) -> bool:
    """`W like water 74 at outlook`: letters, figures or a joiner right before the `at`."""
    before = atoms[max(0, i - 2) : i]
    return any(a.cls in (Class.LETTER, Class.SYMBOL) or a.cls in _NUMERIC for a in before) and not (
        atoms[i].stop
    )


def _end_without_at(heard: Heard, i: int) -> int | None:
    """The end of a domain whose `at` was misheard: only where an address was asked for."""
    atoms = heard.atoms
    if i == 0 or i + 1 >= len(atoms) or is_dot(atoms[i - 1]):
        return None
    if not (atoms[i].cls is Class.OTHER or atoms[i].text == "a"):
        return None
    provided = atoms[i].text in PROVIDERS and atoms[i + 1].text in _TAILS
    if not (provided or is_dot(atoms[i + 1])) or not heard.answers(i, "email"):
        return None
    if provided:
        return i + 1
    end = after_dots(atoms, i + 1) if is_dot(atoms[i + 1]) else None
    named = end is not None and atoms[end].text in _SURE_TOP_LEVEL
    return end if named and not any(atom.text in _AT for atom in atoms[i : i + 6]) else None


def is_dot(atom: Atom) -> bool:
    return atom.cls is Class.SYMBOL and atom.value == "."


def after_dots(atoms: Sequence[Atom], at: int) -> int | None:
    """The end of `dot co dot uk` that begins at `at`, hesitations passed over."""
    end: int | None = None
    while (at := _past_hesitation(atoms, at)) < len(atoms) and is_dot(atoms[at]):
        at = _past_hesitation(atoms, at + 1)
        if at >= len(atoms) or not _is_label(atoms[at], first=end is None):
            return end
        end = at
        at += 1
        # `dot c o m`: the label is spelled out
        while (
            at < len(atoms)
            and atoms[at].cls is Class.LETTER
            and (atoms[at - 1].cls is Class.LETTER or atoms[at - 1].text in LETTER_ALIKES)
        ):
            end = at
            at += 1
    return end


def _is_label(atom: Atom, *, first: bool) -> bool:
    """A top-level domain; after the first dot any word will do."""
    if atom.cls is Class.LETTER or atom.text in TOP_LEVEL or atom.text.split(".")[-1] in TOP_LEVEL:
        return True
    return first and atom.text.isalpha() and atom.cls not in (*_NUMERIC, Class.SYMBOL)


def _past_hesitation(atoms: Sequence[Atom], at: int) -> int:
    limit = at + 4
    while at < min(limit, len(atoms)) and (
        atoms[at].cls in (Class.FILLER, Class.CORRECTION)
        or atoms[at].text in _HESITATES
        or (is_dot(atoms[at]) and at + 1 < len(atoms) and is_dot(atoms[at + 1]))
    ):
        at += 1
    return at


def _asked(heard: Heard, i: int) -> bool:
    return heard.may_expect("email") and any(s.kind == "email" for s in heard.slots_at(i))


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
            spelt = atoms[k].cls in (*_NUMERIC, Class.LETTER) or atoms[k].text in SPELLING_ALPHABET
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
        elif plain < 3:
            first, plain = k, plain + 1
        else:
            break
        k -= 1
    return _with_name(atoms, first, at)


def _with_name(atoms: Sequence[Atom], first: int, at: int) -> int:
    """`will number ninety two at example`: a name that is a word too, before figures."""
    if not 0 < first < at:
        return first
    begins = atoms[first].cls in _NUMERIC or atoms[first].text in _NUMBERED
    k = first - 1
    while k > 0 and atoms[k].text in _NUMBERED:
        k -= 1
    named = atoms[k].cls in (Class.OTHER, Class.MONTH) and atoms[k].text not in FUNCTION_WORDS
    will = atoms[k].text == "will" and (k == 0 or atoms[k - 1].text not in SUBJECTS)
    return k if begins and (named or will) and not atoms[k].stop else first


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
        following.text in _AT or following.cls is Class.SYMBOL or atoms[k].cls is Class.SYMBOL
    )


def _is_local(atoms: Sequence[Atom], k: int, first: int) -> bool:
    """A letter, digit or joiner; or a word beside a joiner."""
    cls = atoms[k].cls
    if atoms[k].text in SPELLING_ALPHABET:
        return True
    if cls is Class.LETTER or cls in _NUMERIC or cls is Class.SYMBOL or cls is Class.EMAIL:
        return atoms[k].text not in ("a", "i") or first <= k + 1
    if k + 1 < len(atoms) and atoms[k + 1].cls is Class.SYMBOL:
        return True
    if k + 2 < len(atoms) and (atoms[k + 1].text, atoms[k + 2].text) in SYMBOL_PAIRS:
        return True
    if k and atoms[k - 1].cls is Class.SYMBOL:
        return True
    return (
        k > 1 and atoms[k - 1].text in ("in", "for", "like") and atoms[k - 2].cls is not Class.OTHER
    )


def _passes(atoms: Sequence[Atom], k: int) -> bool:
    """An ordinary word inside a local part: `all one word`, `as in`, a filler."""
    text = atoms[k].text
    before = atoms[k - 1] if k else None
    if before is None:
        return False
    if text in SAID_OF_LOCAL:
        return True
    if text in _SPELLS and before.stop == "," and before.text not in COMMON_WORDS:
        # `will 92, that's W I double L 92`
        return atoms[k + 1].cls is Class.LETTER
    spelled = before.cls in (Class.LETTER, Class.SYMBOL) or before.cls in _NUMERIC
    if text in ("in", "as", "for", "like"):
        return spelled or before.text == "as"
    hesitates = atoms[k].cls in (Class.FILLER, Class.CORRECTION) or text in (
        "then",
        "and",
        "number",
    )
    return hesitates and spelled


def _unfinished(heard: Heard, *, after: int) -> list[int]:
    """The start of what may become an address: joiners, or an `at`, among the last words."""
    atoms = heard.atoms
    for i in range(max(after + 1, len(atoms) - 12), len(atoms)):
        joiner = atoms[i].cls is Class.SYMBOL and i > 0 and atoms[i].value in "._-"
        joiner = joiner and not _is_decimal(atoms, i)
        spelled = (
            atoms[i].text in _AT
            and i > 0
            and (atoms[i - 1].cls in (Class.LETTER, Class.SYMBOL) or atoms[i - 1].cls in _NUMERIC)
        )
        if joiner or (spelled and atoms[i - 1].cls is Class.LETTER) or _may_be_at(atoms, i):
            return [start_of_local(heard, i)]
    return []


def _is_decimal(atoms: Sequence[Atom], i: int) -> bool:
    """`eighty two point seven percent`: a point between figures that an ordinary word has ended."""
    after = i + 1
    while after < len(atoms) and atoms[after].cls in _NUMERIC:
        after += 1
    if atoms[i].text != "point" or atoms[i - 1].cls not in _NUMERIC or after == i + 1:
        return False
    ends = atoms[after : after + 1]
    return bool(ends) and ends[0].cls is Class.OTHER and ends[0].text not in _AT


def _may_be_at(atoms: Sequence[Atom], i: int) -> bool:
    """`clive 62 at`, `gmoreau at sign examp`: an `at` that what comes next may show to be one."""
    if i == 0 or atoms[i].text not in ("at", "@") or atoms[i - 1].stop:
        return False
    after = [
        atom
        for atom in atoms[i + 1 :]
        if atom.text not in ("sign", "symbol") and atom.cls is not Class.SYMBOL
    ]
    if len(after) > 1 or any(
        atom.text in COMMON_WORDS and atom.text not in PROVIDERS for atom in after
    ):
        return False
    before = atoms[i - 2] if atoms[i - 1].text == "then" and i > 1 else atoms[i - 1]
    if before.cls in _NUMERIC or before.cls is Class.SYMBOL:
        return True
    return before.cls is Class.OTHER and before.text not in COMMON_WORDS


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of an address, to be known again when they are said alone."""
    return [
        atom.text
        for atom in heard.atoms[found.first : found.last + 1]
        if atom.cls is Class.OTHER
        and len(atom.text) > 3
        and atom.text not in COMMON_WORDS
        and atom.text not in _OF_DOMAINS
        and atom.text.isalpha()
    ]
