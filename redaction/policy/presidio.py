"""Presidio around our rules: the registry, an operator's own recognisers, and the operators.

`AnalyzerEngine()` without an engine of its own would fetch a model, and `EmailRecognizer` a list of
top-level domains, from the network. Both are replaced here: nothing is ever downloaded.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

import spacy
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    PhoneRecognizer,
    UsSsnRecognizer,
)
from presidio_anonymizer.entities import OperatorConfig
from presidio_anonymizer.operators import OperatorsFactory, OperatorType

from redaction.call.allowed import Allowed
from redaction.call.analysis import analyse
from redaction.call.memory import Memory
from redaction.call.segments import Span
from redaction.classifier.span_classifier import Classifier
from redaction.cues.cue_index import cues_in
from redaction.cues.expected import Expectations, meant
from redaction.cues.slots import Limits, TimedCue
from redaction.language.words import Atom, atoms_of
from redaction.numbers.runs import Times
from redaction.policy.kinds import ENTITY_OF, kind_of
from redaction.policy.operators import operators_factory
from redaction.recognizers.found import Heard
from redaction.tagger.tags import Tagger

LANGUAGE = "en"
MIN_SCORE = 0.4
_MIN_PHONE_DIGITS = 7


class BlankNlp(SpacyNlpEngine):
    """spaCy's English tokenizer and nothing else; loads no model."""

    def __init__(self) -> None:
        super().__init__(models=[{"lang_code": LANGUAGE, "model_name": "blank"}])
        self.nlp = {LANGUAGE: spacy.blank(LANGUAGE)}  # type: ignore[assignment]

    def load(self) -> None:
        """Nothing to load."""


class WrittenEmail(EmailRecognizer):
    """Presidio's e-mail pattern without the look-up of the top-level domain."""

    def validate_result(self, pattern_text: str) -> bool | None:
        """The pattern is enough."""
        return None


class WrittenPhone(PhoneRecognizer):
    """Presidio's telephone numbers, in texts with digits enough for one that counts (`_span`)."""

    def __init__(self) -> None:
        super().__init__(name="PhoneRecognizer")

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Nothing where no number can be long enough: eight countries' patterns take their time."""
        if sum(c.isdigit() for c in text) < _MIN_PHONE_DIGITS:
            return []
        return list(super().analyze(text, entities, nlp_artifacts))  # type: ignore[arg-type]


class SpokenRecognizer(EntityRecognizer):
    """Our rules as a Presidio recogniser.

    Inside a call the redactor has already judged the words with the whole call in mind, and lends
    its result; on a text alone the same rules run on that text.
    """

    def __init__(self) -> None:
        self._lent: ContextVar[Sequence[RecognizerResult] | None] = ContextVar("lent", default=None)
        super().__init__(
            supported_entities=sorted(ENTITY_OF.values()),
            name="SpokenRecognizer",
            supported_language=LANGUAGE,
        )

    def load(self) -> None:
        """Nothing to load."""

    @contextmanager
    def in_call(self, results: Sequence[RecognizerResult]) -> Iterator[None]:
        """Answer the next `analyze` with what the call's redactor found."""
        token = self._lent.set(results)
        try:
            yield
        finally:
            self._lent.reset(token)

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Personal data in `text`, by character."""
        lent = self._lent.get()
        if lent is not None:
            return list(lent)
        words = text.split(" ")
        return _results(_spans_alone(words), words)


def _spans_alone(words: Sequence[str]) -> list[Span]:
    """What the rules find in a text without a call around it."""
    atoms = atoms_of(words)
    times = Times([a.word for a in atoms], [a.word for a in atoms])
    stream = ("", 0, "")
    cues = [
        TimedCue(c.kind, c.strength, stream, atoms[c.first].word, atoms[c.last].word)
        for c in cues_in(atoms)
    ]
    cues = meant(cues, card_told=False)
    expected = Expectations(cues, [], filled=[], blind=[], limits=Limits(1, 1e6))
    heard = Heard(atoms, times, stream=stream, is_open=False, expectations=expected)
    found = analyse(heard, Memory(b"", call_id=""), allowed=Allowed([], [])).found
    return [Span(_word(atoms, f.first), _word(atoms, f.last), f.kind) for f in found]


def _word(atoms: Sequence[Atom], i: int) -> int:
    return atoms[i].word


def _results(spans: Sequence[Span], words: Sequence[str]) -> list[RecognizerResult]:
    """Spans of words as Presidio results, by character."""
    starts = _offsets(words)
    return [
        RecognizerResult(
            entity_type=ENTITY_OF.get(span.kind, span.kind.upper()),
            start=starts[span.first],
            end=starts[span.last] + len(words[span.last]),
            score=1.0,
        )
        for span in spans
    ]


def _offsets(words: Sequence[str]) -> list[int]:
    """Where each word begins in the words joined by single spaces."""
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word) + 1
    return starts


class Engine(NamedTuple):
    """One process's Presidio: build it with `build_engine`, share it between calls."""

    analyzer: AnalyzerEngine
    spoken: SpokenRecognizer
    has_own: bool
    """The operator brought recognisers, which must see every final."""
    operators: Mapping[str, OperatorConfig]
    factory: OperatorsFactory
    names: tuple[str, ...]
    """The operator's recognisers, for the policy version."""
    for_roles: Mapping[str, Mapping[str, OperatorConfig]] = {}
    """Role -> entity -> the operator for what it sees instead."""
    tagger: Tagger | None = None
    """The model that finals are read with besides; None: by rules alone."""
    classifier: Classifier | None = None
    """Judges what the rules found; None: all of it is masked."""

    @property
    def models(self) -> str:
        """The versions of the models; empty without any."""
        models = (model for model in (self.tagger, self.classifier) if model)
        return " ".join(model.version for model in models)

    def find(self, words: Sequence[str], spans: Sequence[Span]) -> list[Span]:
        """`spans` of the spoken rules, with what the other recognisers find in a final's text."""
        text = " ".join(words)
        if not (self.has_own or any(c.isdigit() or c == "@" for c in text)):
            return list(spans)
        with self.spoken.in_call(_results(spans, words)):
            results = self.analyzer.analyze(text, language=LANGUAGE, score_threshold=MIN_SCORE)
        starts = _offsets(words)
        found = {_span(result, words, starts=starts, text=text) for result in results}
        return sorted(span for span in found if span is not None)

    def found_by(self, words: Sequence[str]) -> dict[Span, str]:
        """Which recogniser of Presidio's, or the operator's own, finds what in a final's text."""
        text, found = " ".join(words), dict[Span, str]()
        with self.spoken.in_call(()):
            results = self.analyzer.analyze(text, language=LANGUAGE, score_threshold=MIN_SCORE)
        for result in results:
            span = _span(result, words, starts=_offsets(words), text=text)
            if span is not None:
                named = result.recognition_metadata or {}
                found[span] = str(named.get(RecognizerResult.RECOGNIZER_NAME_KEY, ""))
        return found

    def token(self, kind: str, spoken: str) -> str:
        """What stands in place of a span, by the operator configured for its entity."""
        config = self.operators.get(ENTITY_OF.get(kind, kind.upper()))
        config = config or self.operators.get("DEFAULT")
        if config is None:
            config = OperatorConfig("replace", {"new_value": f"[{kind}]"})
        return self._operated(config, kind, spoken=spoken)

    def shown(self, kind: str, spoken: str) -> dict[str, str]:
        """What roles see in place of a span, where that is not the token."""
        entity, token = ENTITY_OF.get(kind, kind.upper()), self.token(kind, spoken)
        forms = {
            role: self._operated(operators[entity], kind, spoken=spoken)
            for role, operators in self.for_roles.items()
            if entity in operators
        }
        return {role: form for role, form in forms.items() if form != token}

    def _operated(self, config: OperatorConfig, kind: str, *, spoken: str) -> str:
        operator = self.factory.create_operator_class(config.operator_name, OperatorType.Anonymize)
        params = dict(config.params) | {"entity_type": kind}
        operator.validate(params)
        return str(operator.operate(spoken, params))


def _span(
    result: RecognizerResult, words: Sequence[str], *, starts: Sequence[int], text: str
) -> Span | None:
    """The words that a result touches; None for a telephone number too short to be one."""
    digits = sum(c.isdigit() for c in text[result.start : result.end])
    if result.entity_type == "PHONE_NUMBER" and result.score < 1 and digits < _MIN_PHONE_DIGITS:
        return None
    # By bisection: a long segment of many numbers must not be gone through once for each.
    first, last = bisect_right(starts, result.start) - 1, bisect_left(starts, result.end) - 1
    if starts[first] + len(words[first]) <= result.start:
        first += 1
    return Span(first, last, kind_of(result.entity_type)) if first <= last else None


def build_engine(
    recognizers: Sequence[EntityRecognizer] = (),
    *,
    operators: Mapping[str, OperatorConfig] | None = None,
    tagger: Tagger | None = None,
    classifier: Classifier | None = None,
) -> Engine:
    """The registry with our rules, Presidio's patterns for written forms, and `recognizers`."""
    spoken = SpokenRecognizer()
    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    patterns = (
        WrittenEmail,
        WrittenPhone,
        CreditCardRecognizer,
        IbanRecognizer,
        IpRecognizer,
        UsSsnRecognizer,
    )
    for recognizer in (spoken, *(pattern() for pattern in patterns), *recognizers):
        registry.add_recognizer(recognizer)
    analyzer = AnalyzerEngine(
        registry=registry, nlp_engine=BlankNlp(), supported_languages=[LANGUAGE]
    )
    return Engine(
        analyzer,
        spoken,
        bool(recognizers),
        operators or {},
        operators_factory(),
        tuple(type(r).__name__ for r in recognizers),
        tagger=tagger,
        classifier=classifier,
    )
