"""The firm that an agent says on answering, which is nobody's name: `good morning, Larch Heating`.

An agent's own name is a name like any other: of a person who did not ask to be in a transcript.
"""

from redaction.cues.slots import DIRECT_ANSWER
from redaction.language.tables import words_in
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.well_known import FIRM_WORDS

_AGENT = "agent"
_OPENS_MS = 15_000
_LEADS = words_in("""
afternoon and at calling day evening for from g'day good hello here hey hi is it's morning namaskar
namaste reached thank thanks this through to welcome you you're you've
""")
_AFTER = 2
"""So many words after what was taken for a name the firm's trade may stand."""


def without_firm(heard: Heard, found: Found) -> Found | None:
    """What is left of a name if it is, or begins with, the firm's, in the first words of whoever
    answers."""
    if found.kind != "name" or heard.stream[2] != _AGENT or not _opens(heard, found.first):
        return found
    atoms = heard.atoms
    if any(atom.text not in _LEADS for atom in atoms[_begins(heard, found.first) : found.first]):
        return found
    for at in range(found.first + 1, min(found.last + 1 + _AFTER, len(atoms))):
        if atoms[at - 1].stop:
            break
        if atoms[at].text in FIRM_WORDS:
            return found._replace(first=at + 1) if at < found.last else None
    return found


def _opens(heard: Heard, i: int) -> bool:
    """Whether nobody has spoken to this speaker since the first words."""
    turns, at_ms = heard.expected.turns, heard.times.start_ms[i]
    if at_ms > heard.expected.limits.seconds * 1000 * DIRECT_ANSWER:
        return False  # Nobody looks back to the first words any more.
    first = next((turn for turn in turns.all if turn.stream == heard.stream), None)
    if first is None or at_ms - first.start_ms > _OPENS_MS:
        return False
    since, after_ms = first.stream, first.start_ms
    return turns.changes_of_speaker(since=since, after_ms=after_ms, until_ms=at_ms) == 0


def _begins(heard: Heard, i: int) -> int:
    """The first word of the row, or of the sentence `i` is in."""
    while i and heard.atoms[i - 1].stop not in (".", "?", "!"):
        i -= 1
    return i
