"""What `trunkline policy test` prints: the dialogue, and a table of what was masked for whom."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from redaction.policy.compared import Difference
from redaction.policy.sample import Masked, Shown

WIDEST = 44
"""Of what was said: longer words are cut."""


def dialogue(lines: Iterable[Shown]) -> Iterator[str]:
    """Each line before and after."""
    for line in lines:
        yield ""
        yield f"  before  {line.speaker}: {line.before}"
        yield f"  after   {line.speaker}: {line.after}"


def masked(lines: Sequence[Shown]) -> Iterator[str]:
    """One row a span, and the counts."""
    rows = [
        (str(number), one.kind, _quoted(one.words), one.text, _for_whom(one), one.why)
        for number, line in enumerate(lines, 1)
        for one in line.masked
    ]
    if rows:
        yield ""
        head = ("LINE", "KIND", "WORDS", "SHOWN AS", "TO SOME ROLES", "DECIDED BY")
        yield from _table(head, rows)
    counts = Counter(one.kind for line in lines for one in line.masked)
    total = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    yield ""
    yield f"taken out: {total or 'nothing'}"


def compared(found: Sequence[Difference], *, names: tuple[str, str]) -> Iterator[str]:
    """One row a difference."""
    yield ""
    if not found:
        yield "no difference in this sample"
        return
    rows = [
        (str(d.line), d.kind, _quoted(d.words), d.role or "everybody else", d.one, d.other, d.why)
        for d in found
    ]
    head = ("LINE", "KIND", "WORDS", "SEEN BY", *names, "DECIDED BY")
    yield from _table(head, rows)
    yield ""
    yield f"differences: {len(found)}"


def _for_whom(one: Masked) -> str:
    return ", ".join(f"{role} {form}" for role, form in sorted(one.shown.items())) or "-"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head) - 1)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=True)]
        yield "  ".join([*cells, line[-1]]).rstrip()


def _quoted(words: str) -> str:
    return f'"{words if len(words) <= WIDEST else words[: WIDEST - 1] + "…"}"'
