"""What one policy adds to the rules of all: country packs, an operator's own kinds, what stays."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from redaction.cues.cue_index import CueIndex
from redaction.language.words import atoms_of
from redaction.numbers.identifiers import Identifier, cues_of, of_countries
from redaction.numbers.shape import Shape

_SLIPS = 6
"""A number may be said twice, and be so much longer than that: corrected, or said twice in part."""


class OwnKind(NamedTuple):
    """An operator's own recogniser, as its policy file describes it."""

    kind: str
    pattern: re.Pattern[str] | None = None
    """Of a whole canonical value: digits and lower-case letters, as spoken or written."""
    cues: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Phrases that are masked as they are."""
    only_after_cue: bool = False
    """Its pattern says nothing where no cue was heard."""


class Rules:
    """Which kinds there are beside the built-in ones, and which are left in."""

    def __init__(
        self,
        identifiers: Sequence[Identifier],
        *,
        own: Sequence[OwnKind] = (),
        left_in: frozenset[str] = frozenset(),
    ) -> None:
        self._identifiers = tuple(identifiers)
        self._own = tuple(own)
        self.left_in = left_in
        self.phrases = tuple(
            (tuple(atom.text for atom in atoms_of(phrase.split())), one.kind)
            for one in own
            for phrase in one.words
        )
        phrases = cues_of(identifiers)
        for one in own:
            phrases[one.kind] = (*phrases.get(one.kind, ()), *one.cues)
        self.cues = CueIndex(phrases)
        self._longest: dict[str, int] = {}
        for identifier in identifiers:
            known = self._longest.get(identifier.kind, 0)
            self._longest[identifier.kind] = max(known, identifier.longest)
        # `routing` is older than the packs and has a rule of its own.
        self._longest.pop("routing", None)
        self._own_kinds = frozenset(one.kind for one in own)

    def takes_out(self, kind: str) -> bool:
        """Whether this kind is masked."""
        return kind not in self.left_in

    def spells(self, kind: str) -> bool:
        """Whether letters alone may be part of a value of this kind."""
        return kind in self._longest or kind in self._own_kinds

    def fits(self, kind: str, shape: Shape) -> bool | None:
        """Whether a run may be a value of this kind, whole or in part; None if not known here."""
        if kind not in self._longest:
            return None
        return not shape.dated and shape.digits + shape.letters <= 2 * self._longest[kind] + _SLIPS

    def is_whole(self, kind: str, shape: Shape) -> bool | None:
        """Whether the run is a whole value, so that no more is expected; None if not known here."""
        if kind in self._own_kinds:
            return self.own_kind(shape, asked=frozenset({kind})) == kind
        if kind not in self._longest:
            return None
        return any(i.kind == kind and i.form.fullmatch(shape.value) for i in self._identifiers)

    def own_kind(self, shape: Shape, *, asked: frozenset[str]) -> str | None:
        """The operator's own kind whose pattern the run has."""
        for one in self._own:
            if one.pattern is None or (one.only_after_cue and one.kind not in asked):
                continue
            if one.pattern.fullmatch(shape.value):
                return one.kind
        return None

    def proved(self, shape: Shape, *, asked: frozenset[str]) -> str | None:
        """The identifier that the value itself is, by a form and check digits few others have."""
        for i in self._identifiers:
            if (i.is_sure or (i.kind in asked and i.check)) and i.is_of(shape.value):
                return i.kind
        return None

    def likely(self, shape: Shape) -> str | None:
        """The identifier of a long number of no other kind, by its check digits."""
        for i in self._identifiers:
            if i.check and i.is_of(shape.value):
                return i.kind
        return None


DEFAULT_RULES = Rules(of_countries(("US", "UK")))
"""Of a policy that says nothing."""
