"""What was searched and what was found there: kinds and places, never a value (pure)."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

import msgspec

WITHHELD = "(its name holds a value)"

CLEAN, LEAKS, COULD_NOT = 0, 1, 2


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of place, and how much of it was read."""

    place: str
    looked: dict[str, int]
    """Rows, records, lines, files, bytes."""

    note: str = ""
    problem: str = ""
    """Why it could not be searched, or not all of it; empty: it was."""


class Hit(msgspec.Struct, frozen=True, order=True):
    """A planted value that can be read."""

    place: str
    where: str
    """Table and column, file, topic, process."""

    kind: str
    times: int
    """In so many rows, records, lines or files."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One audit."""

    schema_version: int = 1
    made_at: datetime
    call_id: str
    planted: dict[str, int]
    heard: dict[str, int]
    """Of these, so many were recognised: only what was heard could have leaked."""

    places: tuple[Place, ...]
    hits: tuple[Hit, ...]
    problems: tuple[str, ...] = ()
    cpu_s: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 nothing found, 1 something found, 2 not all could be searched."""
        if self.hits:
            return LEAKS
        return COULD_NOT if self.problems else CLEAN


class Tally:
    """Gathers both while the places are searched."""

    def __init__(self, reveals: Callable[[str], Collection[str]] = lambda _: ()) -> None:
        self._reveals = reveals
        self._looked: dict[str, Counter[str]] = {}
        self._notes: dict[str, str] = {}
        self._problems: dict[str, str] = {}
        self._hits: Counter[tuple[str, str, str]] = Counter()

    def look(self, place: str, **amounts: int) -> None:
        """So much of `place` was read: rows=3, bytes=100."""
        self._looked.setdefault(place, Counter()).update(amounts)

    def note(self, place: str, text: str) -> None:
        """What one has to know about `place`."""
        self.look(place)
        self._notes[place] = text

    def problem(self, place: str, why: str) -> None:
        """`place` could not be searched, or not all of it."""
        self.look(place)
        self._problems[place] = WITHHELD if self._reveals(why) else why

    def hit(self, place: str, where: str, kinds: Iterable[str]) -> None:
        """Values of these kinds can be read there; a name that is a value itself is not told."""
        where = WITHHELD if self._reveals(where) else where
        for kind in kinds:
            self._hits[place, where, kind] += 1

    @property
    def places(self) -> tuple[Place, ...]:
        """In the order in which they were searched."""
        return tuple(
            Place(
                place=place,
                looked=dict(amounts),
                note=self._notes.get(place, ""),
                problem=self._problems.get(place, ""),
            )
            for place, amounts in self._looked.items()
        )

    @property
    def hits(self) -> tuple[Hit, ...]:
        """By place."""
        return tuple(sorted(Hit(*at, times) for at, times in self._hits.items()))

    @property
    def problems(self) -> tuple[str, ...]:
        """Place and reason of each."""
        return tuple(f"{place}: {why}" for place, why in self._problems.items())


def _amount(what: str, count: int) -> str:
    if what == "bytes":
        return f"{count / 2**20:.1f} MiB" if count >= 2**20 else f"{count / 2**10:.1f} KiB"
    return f"{count} {what}"


def table(report: Report) -> list[str]:
    """The report as lines for a terminal."""
    lines = [f"{'place':<18} {'hits':>5}  searched"]
    for place in report.places:
        hits = sum(hit.times for hit in report.hits if hit.place == place.place)
        amounts = ", ".join(_amount(what, count) for what, count in place.looked.items())
        said = "; ".join(
            filter(None, (amounts, place.note, place.problem and f"PROBLEM: {place.problem}"))
        )
        lines.append(f"{place.place:<18} {hits:>5}  {said}")
    lines += [
        "",
        *(f"LEAK {hit.kind:<9} {hit.place}: {hit.where} ({hit.times})" for hit in report.hits),
    ]
    heard = ", ".join(
        f"{kind} {report.heard.get(kind, 0)} of {count}" for kind, count in report.planted.items()
    )
    lines.append(f"heard by the recogniser: {heard}")
    verdicts = {CLEAN: "clean", LEAKS: "LEAKS FOUND", COULD_NOT: "not all could be searched"}
    lines += [f"problem: {problem}" for problem in report.problems]
    lines.append(f"call {report.call_id}: {verdicts[report.exit_code]}")
    return lines
