"""What of a call was shown: whole spans, spans ever seen in part, clean words taken."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.spoken_pii.call import QUANTITY, Call, Said
from tests.spoken_pii.stream import Heard


class Shown(NamedTuple):
    """After some event: which words of a segment's revision one can read now."""

    segment_id: str
    revision: int
    words: frozenset[int]
    in_slots: frozenset[int] = frozenset()
    """Words of this revision in an open slot, as the system under test says itself."""


@dataclass(slots=True)
class CallScore:
    """One call's counts, by kind where there is one."""

    clean: bool
    dialogue: str = ""
    spans: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    """Of which a word can be read at the end."""

    leaked: Counter[str] = field(default_factory=Counter)
    """Of which a word could be read at any moment, the end included."""

    clean_words: int = 0
    clean_masked: int = 0
    clean_segments: int = 0
    clean_touched: int = 0
    waits: Counter[int] = field(default_factory=Counter)
    """Clean words by how many more words of their segment were heard before they were shown."""

    outside_waits: Counter[int] = field(default_factory=Counter)
    """The same of those that were heard while no slot was open."""

    number_waits: Counter[int] = field(default_factory=Counter)
    """The same of the words of numbers, which are held until they are known to be nobody's."""

    shown_late: int = 0
    """Clean words that were shown only after the final had come, as a correction."""

    misses: list[str] = field(default_factory=list)
    """Each a line of text, for whoever may see it."""


def score(call: Call, heard: Iterable[Heard], shown: Sequence[Shown]) -> CallScore:
    """Compare what was shown with what was said."""
    revisions = {(h.event.segment_id, h.event.revision): h for h in heard}
    said = {key: h.said for key, h in revisions.items()}
    last: dict[str, Shown] = {}
    leaked: dict[int, str] = {}
    for one in shown:
        last[one.segment_id] = one
        for value, text in _read(revisions[one.segment_id, one.revision], one.words):
            leaked.setdefault(value, text)
    result = CallScore(call.clean, call.dialogue)
    _count_waits(result, revisions, shown)
    kinds: dict[int, str] = {}
    missed: set[int] = set()
    final = {segment_id: words for (segment_id, _), words in sorted(said.items(), key=_revision)}
    for segment_id, words in final.items():
        one = last.get(segment_id, Shown(segment_id, 0, frozenset()))
        readable = one.words if said.get((segment_id, one.revision)) == words else frozenset()
        kinds |= {w.span: w.kind for w in words if w.span is not None and not w.free}
        missed |= {span for i in readable if (span := _told(words[i])) is not None}
        _count_clean(result, words, readable)
        _note(result, words, readable)
    result.spans.update(kinds.values())
    result.missed.update(kinds[span] for span in missed)
    result.leaked.update(kinds[span] for span in leaked if span in kinds)
    result.misses += [
        f"partial {kinds[value]}: {text}"
        for value, text in leaked.items()
        if value in kinds and value not in missed
    ]
    return result


def _read(heard: Heard, words: frozenset[int]) -> Iterator[tuple[int, str]]:
    """Spans of which a word can be read, and the revision as it was."""
    for i in words:
        told = _told(heard.said[i])
        if told is not None:
            texts = [word.text for word in heard.event.words]
            texts[i] = f"<{texts[i]}>"
            yield told, " ".join(texts)


def _revision(item: tuple[tuple[str, int], object]) -> int:
    return item[0][1]


def _count_waits(
    result: CallScore, revisions: dict[tuple[str, int], Heard], shown: Sequence[Shown]
) -> None:
    """Words heard between a clean word and the revision that first showed it."""
    seen: set[tuple[str, int]] = set()
    slots: dict[tuple[str, int], bool] = {}
    first: dict[tuple[str, int], int] = {}
    finals: set[str] = set()
    for (segment_id, _), heard in revisions.items():
        for i in range(len(heard.said)):
            first.setdefault((segment_id, i), len(heard.said))
    for one in shown:
        heard = revisions[one.segment_id, one.revision]
        for i in range(len(heard.said)):
            # The state when the word was heard first.
            slots.setdefault((one.segment_id, i), i in one.in_slots)
        is_late = one.segment_id in finals
        if heard.event.is_final:
            finals.add(one.segment_id)
        for i in one.words - {i for s, i in seen if s == one.segment_id}:
            word = heard.said[i]
            seen.add((one.segment_id, i))
            if word.span is not None or word.free:
                continue
            if is_late:
                result.shown_late += 1
            else:
                count = len(heard.said) - first[one.segment_id, i]
                if word.kind == QUANTITY:
                    result.number_waits[count] += 1
                    continue
                result.waits[count] += 1
                result.outside_waits[count] += not slots[one.segment_id, i]


def _told(word: Said) -> int | None:
    return None if word.free else word.span


def _count_clean(result: CallScore, words: tuple[Said, ...], readable: frozenset[int]) -> None:
    clean = [i for i, word in enumerate(words) if word.span is None and not word.free]
    hidden = sum(1 for i in clean if i not in readable)
    result.clean_words += len(clean)
    result.clean_masked += hidden
    if clean and all(word.span is None for word in words):
        result.clean_segments += 1
        result.clean_touched += hidden > 0


def _note(result: CallScore, words: tuple[Said, ...], readable: frozenset[int]) -> None:
    open_words = [i for i in readable if _told(words[i]) is not None]
    hidden = [i for i, w in enumerate(words) if w.span is None and not w.free and i not in readable]
    if open_words:
        kinds = sorted({words[i].kind for i in open_words})
        result.misses.append(f"miss {'/'.join(kinds)}: {_marked(words, open_words)}")
    if hidden:
        result.misses.append(f"over: {_marked(words, hidden)}")


def _marked(words: tuple[Said, ...], marked: list[int]) -> str:
    return " ".join(f"<{w.text}>" if i in marked else w.text for i, w in enumerate(words))
