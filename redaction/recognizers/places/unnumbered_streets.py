"""Streets without a number: known by a name that nobody knows, or by the address told before."""

from collections.abc import Sequence

from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom
from redaction.recognizers.people.name_shape import is_cased, is_strange
from redaction.recognizers.places.street_parts import MAX_NAME, names_street
from redaction.recognizers.places.street_words import ALWAYS_STREET

_THEIR_OWN = words_in(
    "branch branches bus depot office our shop station stop store stores train we"
)
_LEADS = words_in("on off at along down in up into from is it's")


def told_on(atoms: Sequence[Atom], street: int) -> int | None:
    """`round the back, on Tannery Row`: no number, but a name, and an address was given before."""
    name = street
    while name and street - name < MAX_NAME and names_street(atoms[name - 1]):
        if atoms[name - 1].stop or atoms[name - 1].text in _LEADS:
            break
        if not (atoms[name - 1].capital or is_strange(atoms[name - 1])):
            break
        name -= 1
    led = name > 0 and atoms[name - 1].text in _LEADS and not atoms[name - 1].stop
    proper = atoms[street].capital or not is_cased(atoms, street)
    return name if led and name < street and proper else None


def is_known_street(atoms: Sequence[Atom], first: int, street: int) -> bool:
    """`just off bixteth street`, where nothing has a capital: a name that nobody knows."""
    led = first > 0 and atoms[first - 1].text in _LEADS and not atoms[first - 1].stop
    if not led or atoms[street].text not in ALWAYS_STREET or is_cased(atoms, street):
        return False
    if not all(is_strange(atom) for atom in atoms[first:street]):
        return False
    return _THEIR_OWN.isdisjoint(sentence_before(atoms, first))
