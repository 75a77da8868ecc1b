"""Phrases that an operator's policy names: project names, product codes, people of its own."""

from redaction.recognizers.found import Found, Heard


def find_phrases(heard: Heard) -> tuple[list[Found], list[int]]:
    """Phrases, and where undecided ones begin: those whose rest may still come."""
    found: list[Found] = []
    undecided: list[int] = []
    texts = [atom.text for atom in heard.atoms] if heard.rules.phrases else []
    for phrase, kind in heard.rules.phrases:
        for first, text in enumerate(texts):
            if text.removesuffix("'s") not in (phrase[0], phrase[0].removesuffix("'s")):
                continue
            said = tuple(texts[first : first + len(phrase)])
            last = first + len(phrase) - 1
            if said == phrase or (*said[:-1], said[-1].removesuffix("'s")) == phrase:
                found.append(Found(first, last, kind, complete=True, why="a phrase of the policy"))
            elif (heard.is_open or heard.may_go_on) and phrase[: len(said)] == said:
                undecided.append(first)
    return found, undecided


def words_of(heard: Heard, found: Found) -> list[str]:
    """Nothing: the policy knows them anyway."""
    return []
