"""English as speech recognition is scored everywhere: Whisper's text normalisation.

Case, punctuation, fillers, contractions, British spelling and the many ways to write a number do
not count as errors (Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision",
appendix C).
"""

from functools import cache

from whisper_normalizer.english import (  # type: ignore[import-untyped]
    EnglishTextNormalizer,
)


@cache
def _normaliser() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


def normalise(text: str) -> list[str]:
    """The words that count."""
    return str(_normaliser()(text)).split()


def plain(word: str) -> str:
    """A word without case and punctuation, for finding the same word again."""
    return "".join(c for c in word.casefold() if c.isalnum())
