"""Names that nothing announces, in partials: held until the final, which decides on them.

The model is too slow to read every partial (5 ms for ten words, where a partial has 2). So it is
asked once about an unusual word, when that is about to be shown and has its right context, and only
about the words around it. Its answer masks nothing: what a final masks does not depend on partials.
"""

from redaction.call.segments import Segment
from redaction.language.common_words import COMMON_WORDS
from redaction.language.words import Atom
from redaction.recognizers.tagged import is_unusual_word, may_be_name
from redaction.tagger.tags import Tag, Tagger

_BEFORE = 5
_AFTER = 4
_MOST_WORDS = 12
_ENDINGS = ("s", "ed", "d", "ing", "ly", "er", "'s", "n't", "'ll", "'d", "ment", "able", "y")


def hold_names(segment: Segment, tagger: Tagger, *, hold: int) -> None:
    """Hold the words of a partial from what the model takes for a name on."""
    words = segment.raw.words
    shown = len(words) - hold
    if segment.held_from is not None:
        shown = min(shown, segment.held_from)
    masked = {i for span in segment.spans for i in range(span.first, span.last + 1)}
    about = [a for a in segment.atoms if a.word < shown and a.word not in masked]
    cased = any(a.capital and a.text[0] != "i" for a in segment.atoms)
    asked = [a for a in about if a.text not in segment.suspects and could_be_name(a, cased=cased)]
    if asked:
        _ask(segment, tagger, asked)
    named = [a.word for a in about if segment.suspects.get(a.text)]
    if named:
        segment.held_from = min(named)


def _ask(segment: Segment, tagger: Tagger, asked: list[Atom]) -> None:
    """Have the words around some of them tagged; what the window leaves out counts as a name."""
    first = max(0, asked[0].word - _BEFORE)
    until = min(asked[-1].word + 1 + _AFTER, first + _MOST_WORDS)
    tags = tagger.tag([word.text for word in segment.raw.words[first:until]])
    for atom in asked:
        at = atom.word - first
        segment.suspects[atom.text] = at >= len(tags) or _is_name(tags[at], atom)


def _is_name(tag: Tag, atom: Atom) -> bool:
    return tag is Tag.NAME or (tag is Tag.LIKE_NAME and is_unusual_word(atom))


def could_be_name(atom: Atom, *, cased: bool) -> bool:
    """Whether it is worth asking about: no form of an ordinary word, and written like a name."""
    if not may_be_name(atom):
        return False
    if cased and not atom.capital:
        return False
    for ending in _ENDINGS:
        stem = atom.text.removesuffix(ending)
        if stem != atom.text and (stem in COMMON_WORDS or stem + "e" in COMMON_WORDS):
            return atom.capital and atom.word > 0
    return True
