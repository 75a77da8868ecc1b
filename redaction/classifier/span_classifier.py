"""Lets go what the rules found and is hardly personal; takes names, figures, and words beside
numbers that no rule found.

Linear, over hashed features (Weinberger et al., Feature Hashing, ICML 2009), learned from the
development calls of the spoken-PII benchmark (`python -m tests.spoken_pii.fit`). Cards, codes,
national and other long numbers of a known kind, figures and months beside a card, what an
operator's own rules found, and all that is said while nobody knows what was asked are never let go.
"""

import hashlib
from collections.abc import Iterable, Sequence, Set
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from redaction.classifier.edges import SOURCES as EDGES
from redaction.classifier.edges import edges
from redaction.classifier.evidence import Claim, Evidence, claims
from redaction.classifier.features import AFTER, features
from redaction.classifier.figures import SOURCE as FIGURES
from redaction.classifier.figures import is_beside_card, left_figures, tells_date
from redaction.classifier.listed_names import SOURCE as LISTED
from redaction.classifier.listed_names import listed_names
from redaction.language import proper_names
from redaction.numbers.date_parts import parts_of_date
from redaction.recognizers.found import Found, Heard

SIZE = 1 << 16
"""Weights; features that share one by chance share it."""

STEP = 1 / 16
"""What a weight of one stands for: weights are whole numbers of -127 to 127."""

WEIGHTS = Path(__file__).with_name("weights.npy")

_DOUBTED = frozenset({
    "address", "answers", "asked_places", "framed_places", "mentioned", "person",
    "secret", "short_answers", "tagged", "unannounced_names", "unusual",
})  # fmt: skip
"""Recognisers whose claims may be let go."""

_OF_NUMBERS = frozenset({"numbers", "birth_dates"})
"""Recognisers of figures, of which short ones may be let go."""

_DOUBTED_NUMBERS = frozenset({"number", "address", "name"})
"""Kinds of numbers that may be, beside words."""

_DOUBTED_ALONE = frozenset({
    "account", "address", "dob", "name", "nhs", "order", "password", "phone", "plate", "policy",
    "security_answer", "ticket",
})  # fmt: skip
"""Kinds that may be without any, if they are short; those of no known kind may be at any length."""

_SHORT = 5

_OF_MODEL = frozenset({LISTED, FIGURES, *EDGES})
"""Claims of nobody else."""

_LET_GO = {"address": -1.5, "number": -1.5, "password": -2.0, "security_answer": -2.0}
_LET_GO_ELSE = -3.2
"""Below these scores spans of these kinds are let go; a claim of several goes by the least."""

_TAKE = -2.8


class Verdict(NamedTuple):
    """What becomes of the evidence of one row."""

    kept: list[Evidence]
    """With what no rule found."""
    open_from: list[int]
    """Where claims begin of which too little is heard yet."""


class Classifier(Protocol):
    """Judges what was found in one speaker's row of atoms."""

    version: str
    """Goes into the policy's version."""

    def judge(self, heard: Heard, evidence: Sequence[Evidence], *, before: int) -> Verdict:
        """`before`: from this atom on the rules have not decided on numbers."""


class Row(IntEnum):
    """Which weights judge a claim."""

    SPANS = 0
    """What the rules found, and listed names."""
    FIGURES = 1
    """What is figures and no rule found."""
    EDGES = 2
    NUMBERS = 3
    """What only the rules for numbers and birth dates found."""


_LEAST = {Row.FIGURES: 0.5, Row.EDGES: -1.0, Row.NUMBERS: -3.5}


class SpanClassifier:
    """With weights of shape (len(Row), SIZE), int8."""

    def __init__(self, weights: NDArray[np.int8]) -> None:
        self._weights = weights
        decides = weights.tobytes() + proper_names.fingerprint().encode()
        self.version = hashlib.blake2b(decides, digest_size=8).hexdigest()

    @classmethod
    def load(cls) -> "SpanClassifier":
        """The one that comes with Trunkline."""
        return cls(np.load(WEIGHTS, allow_pickle=False))

    def judge(self, heard: Heard, evidence: Sequence[Evidence], *, before: int) -> Verdict:
        """Each claim by itself; what is beside figures, behind those."""
        verdict = Verdict([], [])
        left = left_figures(heard, evidence, before=before)
        self._decide(heard, doubted_claims(heard, (*evidence, *left)), verdict)
        self._decide(heard, claims(edges(heard, verdict.kept)), verdict)
        return verdict

    def _decide(self, heard: Heard, judged: Iterable[Claim], verdict: Verdict) -> None:
        for claim in judged:
            if not may_be_let_go(heard, claim):
                verdict.kept.extend(claim.evidence)
            elif _is_cut(heard, claim):
                verdict.open_from.append(claim.first)
            elif self._is_personal(heard, claim):
                verdict.kept.extend(claim.evidence)

    def _is_personal(self, heard: Heard, claim: Claim) -> bool:
        """As it was decided at the partial before, or now."""
        decided = heard.kept.claims
        if claim not in decided:
            score = self.score(features(heard, claim), row=row_of(claim.sources))
            decided[claim] = score >= _least(claim)
        return decided[claim]

    def score(self, of: Iterable[str], *, row: Row) -> float:
        """The log-odds that a claim with these features is personal."""
        return float(self._weights[row, hashed(of)].sum()) * STEP


def hashed(of: Iterable[str]) -> list[int]:
    """The weights of features."""
    return sorted({crc32(feature.encode()) % SIZE for feature in of})


def doubted_claims(heard: Heard, evidence: Sequence[Evidence]) -> Iterable[Claim]:
    """All claims of a row, with those of listed names that no rule found."""
    return claims((*evidence, *listed_names(heard, evidence)))


def may_be_let_go(heard: Heard, claim: Claim) -> bool:
    """Whether the model is asked about it."""
    if heard.is_blind(claim.first):
        return False
    if claim.sources <= _OF_MODEL:
        return True
    atoms = heard.atoms[claim.first : claim.last + 1]
    if any(map(tells_date, atoms)) and is_beside_card(heard, claim.first):
        return False
    if claim.sources <= _OF_NUMBERS:
        return all(_may_be_none(heard, one.found) for one in claim.evidence)
    for source, found in claim.evidence:
        if source == "numbers":
            if found.kind not in _DOUBTED_NUMBERS:
                return False
        elif source not in _DOUBTED | _OF_MODEL:
            return False
    return True


def _may_be_none(heard: Heard, found: Found) -> bool:
    """Whether it may be no number of anybody's, by its kind; what reads as a card's date is one."""
    if found.kind == "number":
        atoms = heard.atoms[found.first : found.last + 1]
        return not all(parts_of_date(atoms, found.value))
    return found.kind in _DOUBTED_ALONE and len(found.value) <= _SHORT


def _is_cut(heard: Heard, claim: Claim) -> bool:
    """Whether words that the model looks at are still to come."""
    newest = heard.starts[-1] if heard.starts else 0
    return heard.is_open and newest <= claim.last and claim.last + AFTER >= len(heard.atoms)


def row_of(sources: Set[str]) -> Row:
    """The weights for a claim of these."""
    if FIGURES in sources:
        return Row.FIGURES
    if sources <= _OF_NUMBERS:
        return Row.NUMBERS
    return Row.SPANS if sources.isdisjoint(EDGES) else Row.EDGES


def _least(claim: Claim) -> float:
    """The score from which on it is masked."""
    row = row_of(claim.sources)
    if row is not Row.SPANS:
        return _LEAST[row]
    if claim.sources == {LISTED}:
        return _TAKE
    return min(_LET_GO.get(one.found.kind, _LET_GO_ELSE) for one in claim.evidence)
