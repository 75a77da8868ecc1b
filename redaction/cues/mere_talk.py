"""Cues that are only talk of a word that is secret: `we'd never ask for your password`.

Whoever asks for a secret, or announces it, has a word for it, and so has whoever warns of it, or
says what it is for. These open nothing. It is so of secrets that are words only: told not to say a
PIN, people say it. Nor does an agent's own name, told with an offer of help.
"""

from collections.abc import Sequence

from redaction.language.tables import words_in
from redaction.language.words import Atom

KINDS = frozenset({"password", "security_answer", "name"})

_NEVER = words_in("never wouldn't won't")
_ASK = words_in("accept accepts ask asks take takes")
_BE = words_in("be been being get gets got was")
_OWN = words_in("a an any full her his my normal old own regular same the their this usual your")
_OF_THEIRS = words_in("your usual normal regular")
_ITS_THINGS = words_in("""
box field manager managers page pages policy prompt protected reset resets rules screen settings
""")
_REACH = 9
_HELPS = words_in("help assist")
_OFFER = 12
"""Words after a name in which help is offered."""
_STOPS = (".", "?", "!", ";")


def is_mere_talk(atoms: Sequence[Atom], first: int, last: int, *, kind: str) -> bool:
    """Whether the cue from `first` to `last` is part of a warning, or of the name of a thing."""
    after = atoms[last + 1].text if last + 1 < len(atoms) and not atoms[last].stop else ""
    if kind == "name":
        return _is_introduction(atoms, first, last)
    if after in _ITS_THINGS:
        return True
    before = _before(atoms, first)
    led = [text for text in before if text not in _OWN]
    if led[-1:] == ["with"] and before[-1] in _OF_THEIRS:
        return after not in ("is", "of", "as")  # `sign in with your usual password`
    if led[-2:] == ["asked", "for"] and not _BE.isdisjoint(led[:-2]):
        return True
    never = next((i for i, text in enumerate(before) if text in _NEVER), None)
    return never is not None and not _ASK.isdisjoint(before[never + 1 :])


def _is_introduction(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`my name is Kavitha, how may I help you?`: who says so asks for nobody's name."""
    own = "my" in (atom.text for atom in atoms[max(0, first - 1) : first + 1])
    after = [atom.text for atom in atoms[last + 1 : last + _OFFER]]
    return own and "how" in after and not _HELPS.isdisjoint(after)


def _before(atoms: Sequence[Atom], first: int) -> list[str]:
    """The words before it in its sentence."""
    at = first
    while at and first - at < _REACH and atoms[at - 1].stop not in _STOPS:
        at -= 1
    return [atom.text for atom in atoms[at:first]]
