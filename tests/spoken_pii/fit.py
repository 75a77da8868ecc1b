"""Learns the weights of the span classifier from the development calls.

    python -m tests.spoken_pii.fit [--without FILE ...] [--examples FILE] [--out FILE]

Every call is heard by the rules alone; each claim that the classifier may let go, and each listed
name that no rule found, is an example. All figures, found or not, are examples of their own, and so
is what stands beside found ones. Files named after `--without` teach nothing and are judged
instead: what of their true claims would be lost, and what of the false ones let go. The same texts
and rules give the same weights. `--examples` keeps what was heard, to learn from it again.
"""

import argparse
import json
import random
from collections.abc import Iterable, Iterator, Sequence, Set
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from redaction.call.redact import CallRedactor
from redaction.classifier.edges import edges
from redaction.classifier.evidence import Claim, Evidence, claims
from redaction.classifier.features import features
from redaction.classifier.figures import figures
from redaction.classifier.listed_names import SOURCE as LISTED
from redaction.classifier.span_classifier import (
    SIZE,
    STEP,
    WEIGHTS,
    Row,
    SpanClassifier,
    Verdict,
    doubted_claims,
    hashed,
    may_be_let_go,
    row_of,
)
from redaction.policy.prepared_policy import make_policy
from redaction.recognizers.found import Heard
from tests.spoken_pii import ours
from tests.spoken_pii.call import Call
from tests.spoken_pii.dialogues import FOLDER, calls_of
from tests.spoken_pii.errors import MEASURED
from tests.spoken_pii.stream import stream

ROOT = Path(__file__).parents[2]
CLEAN_ROUNDS = 3
"""Clean calls say less of interest: they are filled more often."""

CLEAN_WEIGHT = 4.0
"""A false claim in a clean call counts for so many."""

EPOCHS = 5
RATE = 0.07
DECAY = 1e-4
ROLE_UNKNOWN = 0.2
"""In so many calls nobody says who the agent is."""

NAMESAKES = 0.05
"""So many private people bear a famous name; the names of the benchmark are drawn at random."""


@dataclass(frozen=True)
class Example:
    """One claim, and whether it is personal."""

    file: str
    sources: tuple[str, ...]
    text: str
    """To be looked at by whoever improves the features."""
    is_clean: bool
    is_true: bool
    features: tuple[str, ...]


_Key = tuple[str, int, int, Row]
"""Of a claim: its speaker's leg, when its first and last word begin, what judges it."""


class Recorder:
    """Lets nothing go, takes no listed name, and notes what it was asked."""

    version = "recorder"

    def __init__(self) -> None:
        self.noted: dict[_Key, tuple[Heard, Claim, frozenset[str]]] = {}

    def judge(self, heard: Heard, evidence: Sequence[Evidence], *, before: int) -> Verdict:
        """All is kept."""
        told = [Claim(*one.found[:2], (one,)) for one in figures(heard)]
        beside = claims(edges(heard, evidence))
        for claim in (*doubted_claims(heard, evidence), *told, *beside):
            starts = heard.times.start_ms
            key = (heard.stream[0], starts[claim.first], starts[claim.last], row_of(claim.sources))
            if key not in self.noted and may_be_let_go(heard, claim):
                self.noted[key] = (heard, claim, features(heard, claim))
        return Verdict(list(evidence), [])


def examples_of(file: str, *, models: Path) -> list[Example]:
    """Those of one file of dialogues."""
    rounds = CLEAN_ROUNDS if file.startswith("clean_") else 1
    settled = ours.make(models, ner=True)
    found: list[Example] = []
    for call in calls_of(file, rounds=rounds, rates=MEASURED):
        recorder = Recorder()
        engine = settled.engine._replace(classifier=recorder)
        policy = make_policy(settled.settings, engine, key=settled.key)
        found += _examples(call, CallRedactor(policy, call_id=call.name), recorder, file)
    return found


def _examples(
    call: Call, redactor: CallRedactor, recorder: Recorder, file: str
) -> Iterator[Example]:
    truth: dict[tuple[str, int], int] = {}
    for heard in stream(call):
        if not heard.event.is_final:
            continue
        redactor.receive(heard.event)
        for word, said in zip(heard.event.words, heard.said, strict=True):
            if not said.free:
                truth[heard.event.leg_id, word.start_ms] = int(said.span is not None)
    chance = random.Random(f"role/{call.name}")
    unknown = chance.random() < ROLE_UNKNOWN
    for (leg_id, *_), (row, claim, seen) in recorder.noted.items():
        starts = row.times.start_ms[claim.first : claim.last + 1]
        told = [truth[leg_id, at_ms] for at_ms in starts if (leg_id, at_ms) in truth]
        if not told:
            continue
        begin = max(0, claim.first - 6)
        words = [
            f"<{atom.text}>" if claim.first <= i <= claim.last else atom.text
            for i, atom in enumerate(row.atoms[begin : claim.last + 5], begin)
        ]
        sources = tuple(sorted(claim.sources))
        left = {f for f in seen if not (unknown and f.startswith("role "))}
        if any(told) and chance.random() < NAMESAKES:
            left |= _famous(left)
        yield Example(file, sources, " ".join(words), call.clean, any(told), tuple(sorted(left)))


def _famous(features_seen: Set[str]) -> set[str]:
    """What else is seen of a claim of the same kind with a famous name."""
    claimed = [f for f in features_seen if f.startswith("by all ") and "," not in f]
    return {"is famous", *(f"{by_all}, is famous" for by_all in claimed)}


def learn(examples: Sequence[Example]) -> NDArray[np.int8]:
    """The weights of every row."""
    return np.stack([_row([e for e in examples if row_of(set(e.sources)) is row]) for row in Row])


def _row(examples: Sequence[Example]) -> NDArray[np.int8]:
    """Weights of a logistic regression, averaged over its epochs; int8, in steps of `STEP`.

    AdaGrad (Duchi, Hazan, Singer, 2011), one example at a time, in an order drawn by a fixed seed.
    """
    weights, squares, total = np.zeros(SIZE), np.full(SIZE, 1e-6), np.zeros(SIZE)
    rows = [np.array(hashed(one.features)) for one in examples]
    counts = [1.0 if one.is_true or not one.is_clean else CLEAN_WEIGHT for one in examples]
    order, rng = list(range(len(rows))), random.Random(0)
    for _ in range(EPOCHS):
        rng.shuffle(order)
        for i in order:
            row = rows[i]
            chance = 1 / (1 + np.exp(-np.clip(weights[row].sum(), -30, 30)))
            step = (chance - examples[i].is_true) * counts[i] + DECAY * weights[row]
            squares[row] += step * step
            weights[row] -= RATE * step / np.sqrt(squares[row])
        total += weights
    steps: NDArray[np.int8] = np.clip(np.rint(total / EPOCHS / STEP), -127, 127).astype(np.int8)
    return steps


def judged(
    weights: NDArray[np.int8], examples: Iterable[Example]
) -> Iterator[tuple[float, Example]]:
    """Each with its score."""
    classifier = SpanClassifier(weights)
    for one in examples:
        yield classifier.score(one.features, row=row_of(set(one.sources))), one


def report(name: str, scored: Sequence[tuple[float, Example]]) -> str:
    """What of false claims is below the score that so many true ones are below."""
    true = sorted(score for score, one in scored if one.is_true)
    false = {
        clean: [score for score, one in scored if not one.is_true and one.is_clean == clean]
        for clean in (True, False)
    }
    if not true:
        return f"{name}: {len(false[True])} false in clean calls, none true"
    shares = []
    for lost in (0.0025, 0.005, 0.01, 0.02, 0.04):
        at = true[int(lost * len(true))]
        below = [
            100 * sum(score < at for score in scores) / max(1, len(scores))
            for scores in (false[True], false[False])
        ]
        shares.append(f"{100 * lost:.2f} % ({at:+.1f}): {below[0]:.0f}/{below[1]:.0f}")
    sizes = f"{len(true)} true, {len(false[True])} false in clean calls, {len(false[False])} beside"
    return f"{name} ({sizes}): " + "  ".join(shares)


def kind_of(one: Example) -> str:
    """By whom it is claimed."""
    sources = set(one.sources)
    row = row_of(sources)
    if row is not Row.SPANS:
        return row.name.lower()
    if sources == {LISTED}:
        return "listed names"
    return "words"


def main() -> None:
    """Learn, report, write."""
    options = _arguments()
    examples = _heard(options)
    without = set(options.without)
    weights = learn([one for one in examples if one.file not in without])
    for name in ("words", "listed names", "figures", "edges", "numbers"):
        apart = [one for one in examples if one.file in without and kind_of(one) == name]
        if apart:
            print(report(name, list(judged(weights, apart))))
    if not without or options.out != WEIGHTS:
        np.save(options.out, weights)
        print(f"{len(examples)} claims, {np.count_nonzero(weights)} weights: {options.out}")


def _heard(options: argparse.Namespace) -> list[Example]:
    if options.examples and options.examples.exists():
        lines = options.examples.read_text(encoding="utf-8").splitlines()
        return [Example(**json.loads(line)) for line in lines]
    files = sorted(p.name for p in (*FOLDER.glob("dev*.txt"), *FOLDER.glob("clean_dev*.txt")))
    files = [file for file in files if not file.endswith("_short.txt")]
    with ProcessPoolExecutor(max_workers=2) as pool:
        found = pool.map(partial(examples_of, models=options.models), files)
        examples = [one for of_file in found for one in of_file]
    if options.examples:
        lines = [json.dumps(asdict(one)) + "\n" for one in examples]
        options.examples.write_text("".join(lines), encoding="utf-8")
    return examples


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--models", type=Path, default=ROOT / ".cache" / "models")
    parser.add_argument("--without", nargs="*", default=(), metavar="FILE")
    parser.add_argument("--examples", type=Path, help="read them from here, or write them there")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
