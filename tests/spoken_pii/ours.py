"""Our redaction as one of the systems under test."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from redaction.call.redact import CallRedactor
from redaction.classifier.span_classifier import SpanClassifier
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Country, Settings
from redaction.tagger.ner import MODEL, Ner
from tests.spoken_pii.score import Shown
from tests.spoken_pii.stream import Heard
from triton_models.weights import manifest

COUNTRIES: tuple[Country, ...] = ("US", "UK", "CA", "DE", "FR", "IN", "AU")


def make(models: Path, *, ner: bool) -> Policy:
    """The policy of the bench: everything is taken out, all country packs, the model of names."""
    tagger = None
    if ner:
        model = next(one for one in manifest(models) if one.name == MODEL)
        tagger = Ner(models / MODEL, sha256=model.sha256)
    engine = build_engine(tagger=tagger, classifier=SpanClassifier.load())
    return make_policy(Settings(countries=COUNTRIES), engine, key=b"b" * 32)


def redact(
    policy: Policy, call_id: str, heard: Iterable[Heard], *, slots: bool = False
) -> Iterator[Shown]:
    """What can be read after each event; with `slots`, which of its words are in open ones."""
    redactor = CallRedactor(policy, call_id=call_id)
    for one in heard:
        for redacted in redactor.receive(one.event):
            assert not redacted.fault, redacted.fault
            shown = _shown(
                redacted.raw.segment_id, redacted.raw.revision, redacted.rendered.sources
            )
            if slots and not redacted.is_correction:
                shown = shown._replace(in_slots=redactor.words_in_slots(one.event))
            yield shown
    for redacted in redactor.end():
        yield _shown(redacted.raw.segment_id, redacted.raw.revision, redacted.rendered.sources)


def _shown(segment_id: str, revision: int, sources: Iterable[int | None]) -> Shown:
    return Shown(segment_id, revision, frozenset(i for i in sources if i is not None))
