"""A large list of English words: a word in it is no name or place unless something else says so.

`common_words.py` and `household_words.py` are what people say on the telephone, and small on
purpose: where a name was asked for, the words of this list may well be names.
"""

from pathlib import Path

from redaction.language.tables import fingerprint_of, lines_in, words_in

_FILE = Path(__file__).with_name("english_words.txt")
_WORDS = lines_in(_FILE)
_SHORTEST = 3
_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "est", "r", "st", "ers", "ings", "ish", "ness",
            "less", "ful", "ment", "able", "y", "like", "wise")  # fmt: skip
_OF_Y = ("ies", "ied", "iest", "ier", "ily")
_JOINTS = words_in("""
and anti at by co down ex for fro half hour in inch inside like mid mini minute month multi non odd
of off on out over part post pre pro proof re semi size sub super the to type ultra under up week
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety second third
""")
"""Parts of a compound that no surname is."""
_MADE = ("ed", "ing", "free", "ly")
_BEFORE = ("un", "re", "pre", "non", "over", "mini", "super", "mid", "anti", "dis", "mis")


def is_english(word: str) -> bool:
    """Whether a lower-case word, or what it is a regular form of, is in the list."""
    if _is_form(word) or ("-" in word and _is_compound(word)):
        return True
    if not word.startswith(_BEFORE):
        return False
    return any(word.startswith(b) and _is_form(word[len(b) :]) for b in _BEFORE)


def _is_compound(word: str) -> bool:
    """`father-in-law`, `non-uniform`, `seventy-minute`, `flat-pack`: none of two surnames, which
    two nouns of the dictionary may be."""
    parts = word.removesuffix("'s").split("-")
    if not all(part in _JOINTS or is_english(part) for part in parts):
        return False
    return any(part in _JOINTS or part.endswith(_MADE) for part in parts)


def fingerprint() -> str:
    """Of the list, for the policy's version."""
    return fingerprint_of([_FILE])


def _is_form(word: str) -> bool:
    word = word.removesuffix("'s")
    if word in _WORDS:
        return len(word) >= _SHORTEST
    # Most words that are none have no such ending at all.
    for ending in _ENDINGS if word.endswith(_ENDINGS) else ():
        if word.endswith(ending):
            stem = word[: -len(ending)]
            doubled = stem[:-1] if stem[-1:] == stem[-2:-1] else ""
            if any(len(s) >= _SHORTEST and s in _WORDS for s in (stem, stem + "e", doubled)):
                return True
    return any(word.endswith(e) and word[: -len(e)] + "y" in _WORDS for e in _OF_Y)
