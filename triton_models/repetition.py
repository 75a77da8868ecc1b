"""Recognises a decoder that repeats itself (pure).

Speech has a rate: the turns of ten synthetic calls have at most 6.6 tokens a second, spelled
digits included. A loop runs until the token limit, or says one phrase over and over.
"""

from collections.abc import Sequence

_FREE_TOKENS = 4
"""Short utterances are denser."""

_MOST_PER_S = 8.0
_DENSE_PER_S = 7.0
"""At this rate even a phrase said twice is doubted."""

_LONGEST_PHRASE = 12


def most_tokens(samples: int) -> int:
    """More tokens than this were not said in so many samples at 16 kHz."""
    return _FREE_TOKENS + int(_MOST_PER_S * samples / 16000)


def first_loop(tokens: Sequence[int], *, samples: int) -> int | None:
    """Where a phrase starts to repeat beyond belief; None if none does.

    One or two different tokens may be said often ("one one one one" is how a card number can
    start): they need 18 in a row. Other phrases need five rounds (a card number has four groups,
    which may be alike), or two if all was said faster than anybody speaks.
    """
    dense = len(tokens) > _DENSE_PER_S * samples / 16000
    for at in range(len(tokens)):
        for size in range(1, _LONGEST_PHRASE + 1):
            few = len(set(tokens[at : at + size])) < 3
            need = -(-18 // size) if few else 2 if dense else 5
            if len(tokens) - at >= need * size and _rounds(tokens, at, size) >= need:
                return at + size
    return None


def _rounds(tokens: Sequence[int], at: int, size: int) -> int:
    """How many times in a row the phrase of `size` tokens at `at` is said."""
    phrase = list(tokens[at : at + size])
    rounds = 1
    while list(tokens[at + rounds * size : at + (rounds + 1) * size]) == phrase:
        rounds += 1
    return rounds
