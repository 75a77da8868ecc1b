"""Reads the word and phrase tables of the policy, which are written as plain text."""


def words_in(text: str) -> frozenset[str]:
    """The words of a table, separated by white space."""
    return frozenset(text.split())


def phrases_in(text: str) -> tuple[str, ...]:
    """The phrases of a table, separated by commas."""
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())
