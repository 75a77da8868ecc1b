"""How a name sounds, roughly: the same for spellings that a recogniser confuses.

A Metaphone of our own, for names of two consonants or more: vowels after the first letter are
dropped, consonants that sound alike share a letter.
"""

import re

_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[^a-z]", ""),
        (r"^(kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^x", "s"),
        (r"^wh", "w"),
        (r"mbe?$", "m"),
        (r"tch|ch|sh|sch|cz|sci?(?=[ei])", "x"),
        (r"ti(?=[ao])|si(?=[ao])", "x"),
        (r"dg(?=[eiy])", "j"),
        (r"ph|gh(?=$|t)", "f"),
        (r"gh", ""),
        (r"ck|q|c(?=[^eiy]|$)", "k"),
        (r"c", "s"),
        (r"g(?=[eiy])", "j"),
        (r"z", "s"),
        (r"th", "t"),
        (r"d", "t"),
        (r"v", "f"),
        (r"b", "p"),
        (r"j", "x"),
        (r"g", "k"),
        (r"h(?![aeiou])|(?<=[aeiou])[wy](?![aeiou])", ""),
        (r"^[aeiouy]+", "a"),
        (r"(?<=.)[aeiouyhw]+", ""),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)s$", ""),
    )
)
_SHORTEST = 3
_SHORTEST_WORD = 5


def sound_of(word: str) -> str:
    """A key of the word's consonants; empty where too little is left to tell words apart."""
    if len(word) < _SHORTEST_WORD:
        return ""
    key = word.lower()
    for pattern, sound in _RULES:
        key = pattern.sub(sound, key)
    return key if len(key) >= _SHORTEST else ""
