"""What Hypothesis draws for the properties of redaction: calls, cuts, policies; and how a call is
played. Calls are generated ones as some recogniser writes them, or soups of dangerous words."""

import random
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence

from hypothesis import settings
from hypothesis import strategies as st

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.classifier.span_classifier import SpanClassifier
from redaction.language.tables import words_in
from redaction.numbers.identifiers import of_countries
from redaction.policy.operators import operator_for
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine
from redaction.policy.rules import OwnKind, Rules
from redaction.settings import Settings
from redaction.tagger.tags import Tag
from tests.unit.redaction.spoken_calls import Call, Said, Turn, as_recognised, make_call
from tests.unit.redaction.spoken_score import Cut, events
from triton_models.events import RawTranscript

STYLES = ("said", "lower", "digits", "mixed", "noisy")
NUMBERS = words_in("card cvv expiry ssn phone dob account routing iban ip pin otp card_part")
"""Kinds of which no figure may be read, wherever a call was cut and whatever broke."""

SPOKEN_DIGITS = words_in("""
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
""")
SOUP = sorted(
    words_in("""
four two oh nine seven one double triple twenty nineteen eighty five hundred thousand and then um no
sorry wait dollars percent days at dot com example card number security code pin is my name Marcus
Delaney thanks the of March fourteenth W H I T K as in king 4242 7-3-1 09/29 $5 9:20 8.2
203.0.113.76 j@example.com flight gate expires social postcode Lane street I a o password what's
your email it's reach me on B S eight T sort account seven, three. two? [card] mm-hm okay
""")
)


def examples(count: int) -> settings:
    """So many examples, the same ones each time; under the profile `deep` more, and new ones."""
    # Asked here: at the import of this module the profile of the command line is not loaded yet.
    if settings.get_current_profile_name() == "deep":
        return settings(deadline=None)
    return settings(max_examples=count, derandomize=True, deadline=None)


seeds = st.integers(0, 10_000)
cuts = st.builds(Cut, st.sampled_from((0, 3, 6)), st.sampled_from((0, 1, 2, 4)), seeds)
soups = st.lists(st.sampled_from(SOUP), min_size=1, max_size=24)


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """A generated call, or a soup of dangerous words."""
    if draw(st.booleans()):
        turns = draw(st.lists(st.tuples(st.booleans(), soups), min_size=1, max_size=5))
        return Call("soup", [Turn(agent, [Said(w) for w in words]) for agent, words in turns])
    return draw(made_calls())


@st.composite
def made_calls(draw: st.DrawFn, styles: Sequence[str] = STYLES) -> Call:
    """A generated call as some recogniser writes it."""
    call = make_call(draw(seeds), test=False, topics=draw(st.integers(1, 2)))
    return as_recognised(call, draw(st.sampled_from(styles)), seed=draw(seeds))


class ScriptedTagger:
    """Takes one word in four for a name or a place, always the same ones."""

    version = "scripted"

    def tag(self, words: Sequence[str]) -> list[Tag]:
        """By the word alone."""
        drawn = (zlib.crc32(word.strip(".,?!").lower().encode()) % 12 for word in words)
        return [Tag(one) if one < len(Tag) else Tag.NONE for one in drawn]


POLICIES = ("plain", "eager", "tagged", "judged", "masks", "hashes", "digests", "own")
TOKENS = ("plain", "eager", "tagged", "own")
"""Those that show a span as its kind and no more."""

RECOGNISED = (*TOKENS, "digests")
"""Those whose tokens are known for tokens when they are read again."""

policy_names = st.sampled_from(POLICIES)


def make_policies(engine: Engine, *, key: bytes) -> Mapping[str, Policy]:
    """Policies that differ in all that a policy file can say, and in the model."""
    tagged = engine._replace(tagger=ScriptedTagger())
    judged = tagged._replace(classifier=SpanClassifier.load())
    masks = {"DEFAULT": operator_for("mask", kind="", key=key)}
    masks["CREDIT_CARD"] = operator_for("last_four", kind="card", key=key)
    hashes = {
        "DEFAULT": operator_for("hash", kind="", key=key),
        "PERSON": operator_for("synthetic", kind="name", key=key),
    }
    digests = {"DEFAULT": operator_for("hash", kind="", key=key)}
    digests["CREDIT_CARD"] = masks["CREDIT_CARD"]
    member = OwnKind("member", re.compile("[a-z]?[0-9]{5,8}"), ("gate", "social"), ("Lane",))
    own = Rules(of_countries(("US", "UK", "DE", "FR")), own=[member], left_in=frozenset(["order"]))
    return {
        "plain": make_policy(Settings(), engine, key=key),
        "eager": make_policy(Settings(hold_last_words=0), engine, key=key),
        "tagged": make_policy(Settings(hold_last_words=1), tagged, key=key),
        "judged": make_policy(Settings(), judged, key=key),
        "masks": make_policy(Settings(), tagged._replace(operators=masks), key=key),
        "hashes": make_policy(Settings(slot_turns=2), engine._replace(operators=hashes), key=key),
        "digests": make_policy(Settings(), engine._replace(operators=digests), key=key),
        "own": make_policy(Settings(slot_seconds=10), engine, key=key, rules=own),
    }


def stream_of(call: Call, cut: Cut) -> list[RawTranscript]:
    """Its events in order."""
    return [event for event, _ in events(call, cut)]


def thinned(stream: Iterable[RawTranscript], seed: int) -> list[RawTranscript]:
    """Without every other partial, or so."""
    rng = random.Random(seed)
    return [event for event in stream if event.is_final or rng.random() < 0.5]


def play(policy: Policy, stream: Iterable[RawTranscript]) -> list[Redacted]:
    """All that comes out."""
    redactor = CallRedactor(policy, call_id="call")
    out = [redacted for event in stream for redacted in redactor.receive(event)]
    return out + redactor.end()


def last(out: Iterable[Redacted]) -> dict[str, tuple[object, ...]]:
    """What stands at the end of each segment."""
    return {r.raw.segment_id: r.rendered.words for r in out}


def sources(out: Iterable[Redacted]) -> dict[str, frozenset[int]]:
    """Which raw words can be read at the end of each segment."""
    return {
        r.raw.segment_id: frozenset(i for i in r.rendered.sources if i is not None) for r in out
    }


TELLS_NOTHING = frozenset({"double", "triple", "the", "of"})
"""Words of a number that give nothing of it away where its digits cannot be read."""


def readable_numbers(call: Call, cut: Cut, out: Iterable[Redacted]) -> set[tuple[int, str]]:
    """Words of personal numbers that can still be read at the end: when said, and the kind."""
    shown = sources(out)
    said = {event.segment_id: (event, words) for event, words in events(call, cut)}
    return {
        (event.words[i].start_ms, word.kind)
        for segment, (event, words) in said.items()
        for i, word in enumerate(words)
        if word.kind in NUMBERS and not word.free and i in shown.get(segment, ())
        if word.text.strip(".,").lower() not in TELLS_NOTHING
    }
