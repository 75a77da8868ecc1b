"""Who the voices of one leg are: labels in order of arrival, live and again at the end (pure).

Live, a voice gets the label that its print is nearest to, or a new one if it is like nobody; when
a stretch of talk is over, all prints so far are shared out anew, and what is said from then on
profits from it. Labels that were told are taken back only by `corrected`, at the end of the call.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triton_models.speakers import clusters
from triton_models.speakers.listener import Voice
from triton_models.speakers.turns import SpeakerTurn

SOLID_MS = 700
"""A print of less talk names nobody new and moves no centre."""

STRANGER = 0.58
"""A voice less like than this to everybody known is somebody new, before there is enough of it
for `clusters.split`. Measured: stretches of 1 s against their own speaker's centre 0.66 and more,
against others' 0.3 to 0.6."""

STRANGER_MS = 1000
LIVE_ITEMS = 48
"""Live, so many prints are shared out: 5 ms. Older ones are put together, by label."""

JOINED_MS = 500
"""A shorter pause does not end a turn."""


@dataclass(slots=True, eq=False)
class _Told:
    voice: Voice
    label: int


@dataclass(slots=True, eq=False)
class _Item:
    """A print, and for how much talk it stands."""

    print: NDArray[np.float32]
    seconds: float
    label: int
    voices: list[_Told]


class Roster:
    """Contract: `receive` voices in the order in which they come; then ask."""

    def __init__(self, *, most: int) -> None:
        self._most = max(1, most)
        self._told: dict[tuple[int, int], _Told] = {}
        self._items: list[_Item] = []
        self._centres: dict[int, NDArray[np.float32]] = {}
        self._by_track: dict[int, int] = {}
        self._count = 0
        self._last = 0

    def receive(self, voice: Voice) -> None:
        """Label a voice, and learn from it if it is closed."""
        label = self._label(voice)
        told = self._told[voice.track, voice.start_ms] = _Told(voice, label)
        if voice.closed and voice.print and voice.alone_ms >= SOLID_MS:
            self._learn(told)
        self._by_track[voice.track] = self._last = told.label

    def turns(self, *, since_ms: int = 0) -> list[SpeakerTurn]:
        """What is believed now of talk that ends after `since_ms`."""
        return _turns([t for t in self._told.values() if t.voice.end_ms > since_ms])

    def speaker(self, voice: Voice) -> str:
        """Who a voice that was received is, as believed now."""
        return _name(self._told[voice.track, voice.start_ms].label)

    def corrected(self) -> list[SpeakerTurn]:
        """All turns by all that was heard: labels are numbered anew, in order of arrival."""
        told = sorted(self._told.values(), key=lambda t: (t.voice.start_ms, t.voice.track))
        solid = [t for t in told if t.voice.print and t.voice.alone_ms >= SOLID_MS]
        solid = sorted(solid, key=lambda t: -t.voice.alone_ms)[: clusters.MOST_ITEMS]
        if not solid:
            return _turns(told)
        prints = np.stack([_print(t.voice) for t in solid])
        seconds = np.array([t.voice.alone_ms / 1000 for t in solid], np.float32)
        found = clusters.split(prints, seconds, most=self._most)
        return _turns(_renumbered(_relabelled(told, found.centres)))

    def _label(self, voice: Voice) -> int:
        known = self._told.get((voice.track, voice.start_ms))
        if not voice.print:
            return known.label if known else self._by_track.get(voice.track, self._last)
        if not self._centres and voice.alone_ms < SOLID_MS:
            return 0
        if not self._centres:
            self._count = 1
            self._centres[0] = _print(voice)
            return 0
        alike = {label: float(c @ _print(voice)) for label, c in self._centres.items()}
        nearest = max(alike, key=lambda label: alike[label])
        is_new = alike[nearest] < STRANGER and voice.alone_ms >= STRANGER_MS
        if is_new and self._count < min(self._most, 2):
            self._count += 1
            self._centres[self._count - 1] = _print(voice)
            return self._count - 1
        return nearest

    def _learn(self, told: _Told) -> None:
        seconds_alone = told.voice.alone_ms / 1000
        self._items.append(_Item(_print(told.voice), seconds_alone, told.label, [told]))
        self._condense()
        prints = np.stack([item.print for item in self._items])
        seconds = np.array([item.seconds for item in self._items], np.float32)
        found = clusters.split(prints, seconds, most=self._most)
        if len(found.centres) < len(self._centres):
            self._recentre()  # what was believed of a short voice stands until there is more of it
            return
        names = self._names(found)
        for item, part in zip(self._items, found.labels, strict=True):
            item.label = names[int(part)]
            for one in item.voices:
                one.label = item.label
        self._centres = {names[part]: centre for part, centre in enumerate(found.centres)}

    def _names(self, found: clusters.Split) -> dict[int, int]:
        """Each part's label: that of the earliest of it that nobody earlier has; else a new one.

        Not that of most of it: who speaks second is often taken for the first at first.
        """
        names: dict[int, int] = {}
        for part, item in zip(found.labels, self._items, strict=True):
            if int(part) not in names and item.label not in names.values():
                names[int(part)] = item.label
        for part in range(len(found.centres)):
            if part not in names:
                names[part] = self._new_label(taken=set(names.values()))
        return names

    def _new_label(self, *, taken: set[int]) -> int:
        free = next(n for n in range(self._count + 1) if n not in taken)
        self._count = max(self._count, free + 1)
        return free

    def _recentre(self) -> None:
        for label in self._centres:
            own = [item for item in self._items if item.label == label]
            if own:
                self._centres[label] = _mean(own).print

    def _condense(self) -> None:
        """The two oldest prints of the label that has most become one."""
        while len(self._items) > LIVE_ITEMS:
            label, _ = Counter(item.label for item in self._items).most_common(1)[0]
            first, second = [item for item in self._items if item.label == label][:2]
            self._items[self._items.index(second)] = _mean([first, second])
            self._items.remove(first)


def _print(voice: Voice) -> NDArray[np.float32]:
    return np.frombuffer(voice.print, "<f4")


def _mean(items: list[_Item]) -> _Item:
    total = np.sum([item.print * item.seconds for item in items], axis=0)
    length = max(float(np.linalg.norm(total)), 1e-6)
    seconds = sum(item.seconds for item in items)
    voices = [told for item in items for told in item.voices]
    return _Item((total / length).astype(np.float32), seconds, items[0].label, voices)


def _relabelled(told: list[_Told], centres: NDArray[np.float32]) -> list[_Told]:
    """Each voice by the nearest centre; one too short to tell, as its track or the one before."""
    out: list[_Told] = []
    by_track: dict[int, Counter[int]] = {}
    for one in told:
        if one.voice.print and one.voice.alone_ms >= SOLID_MS:
            label = int((centres @ _print(one.voice)).argmax())
            by_track.setdefault(one.voice.track, Counter())[label] += one.voice.alone_ms
    last = 0
    for one in told:
        voice = one.voice
        if voice.print and (voice.alone_ms >= SOLID_MS or voice.track not in by_track):
            last = int((centres @ _print(voice)).argmax())
        elif voice.track in by_track:
            last = by_track[voice.track].most_common(1)[0][0]
        out.append(_Told(voice, last))
    return out


def _renumbered(told: list[_Told]) -> list[_Told]:
    """In order of arrival; a cough before the first word is nobody's arrival."""
    solid = [one for one in told if one.voice.alone_ms >= SOLID_MS]
    order = {label: n for n, label in enumerate(dict.fromkeys(t.label for t in solid + told))}
    return [_Told(one.voice, order[one.label]) for one in told]


def _turns(told: list[_Told]) -> list[SpeakerTurn]:
    """In order; stretches of one speaker with a short pause between them are one turn."""
    out: dict[int, list[SpeakerTurn]] = {}
    for one in sorted(told, key=lambda t: t.voice.start_ms):
        start_ms, end_ms = one.voice.start_ms, one.voice.end_ms
        own = out.setdefault(one.label, [])
        if own and start_ms - own[-1].end_ms <= JOINED_MS:
            start_ms, end_ms = own[-1].start_ms, max(end_ms, own.pop().end_ms)
        own.append(SpeakerTurn(start_ms, end_ms, _name(one.label)))
    return sorted((turn for own in out.values() for turn in own), key=lambda t: t.start_ms)


def _name(label: int) -> str:
    return f"speaker_{label + 1}"
