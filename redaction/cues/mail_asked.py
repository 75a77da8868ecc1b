"""Questions for an e-mail address that do not name one: `how does yours start?`."""

from collections.abc import Sequence

from redaction.language.tables import words_in

_BEGINS = words_in("start begin starts begins")
_WHOSE = words_in("yours it that hers his theirs this")
_SENDING = words_in("""
emailing firing forwarding mailing pinging popping sending shooting whizzing
""")
_TO = words_in("to too")
_WHO = words_in("who who's whom where which")
_SHORT = 4


def asks_for_mail(texts: Sequence[str]) -> bool:
    """Whether these words, a question, may ask for one: how it begins, whom something goes to."""
    how = next((i for i, text in enumerate(texts) if text == "how"), None)
    if how is not None and texts[-1] in _BEGINS:
        return len(texts) - how <= _SHORT + 1 and not _WHOSE.isdisjoint(texts[how:])
    to = texts[-1] in _TO and not _WHO.isdisjoint(texts)
    return to and not _SENDING.isdisjoint(texts)
