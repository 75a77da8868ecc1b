"""Personal numbers of a call go in on the raw topic; whatever happens there, none is found in
anything that comes out: redacted topic, dead letters, any row of Postgres, logs, metrics."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from itertools import cycle

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from redaction.call import analysis, judging
from redaction.call.redact import CallRedactor
from redaction.events import TRANSCRIPTS_TOPIC, TranscriptEnded, TranscriptEvent
from redaction.policy.operators import value_of
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.process.stage import RedactStage
from redaction.settings import Settings
from tests.unit.redaction.call_strategies import NUMBERS, cuts, made_calls, seeds
from tests.unit.redaction.spoken_calls import Call, Said, Turn
from tests.unit.redaction.spoken_score import NEVER, Cut, events
from triton_models.events import RAW_TOPIC, RawTranscript, RawTranscriptEnded
from trunkline.audit.database import Database
from trunkline.audit.findings import Tally
from trunkline.audit.metrics import search_metrics_text
from trunkline.audit.planted import SEAM, Planted
from trunkline.audit.texts import texts_of_bytes
from trunkline.bus import Bus, Record
from trunkline.bus.dead_letters import dead_topic
from trunkline.bus.postgres import PostgresBus
from trunkline.bus.sealed import SealedBus
from trunkline.bus.settings import Settings as BusSettings
from trunkline.evaluate.reference import Span

WITHIN_S = 30.0
LEAST_DIGITS = 6
CLOCKS = frozenset({"created", "msecs", "relativeCreated", "thread", "process"})
"""What `logging` itself numbers: long digits in which a canary of six is found by chance."""
_DECODER: msgspec.json.Decoder[TranscriptEvent] = msgspec.json.Decoder(TranscriptEvent)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=bytes(32))


@pytest.fixture
def said_by_logs() -> Iterator[list[str]]:
    """Every log line with its traceback, of all loggers, from DEBUG on."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            ours = {k: v for k, v in record.__dict__.items() if k not in CLOCKS}
            lines.append(f"{logging.Formatter().format(record)} {ours}")

    root, keep = logging.getLogger(), Keep()
    before = root.level
    root.addHandler(keep)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(keep)
    root.setLevel(before)


def canaries(policy: Policy, call: Call, cut: Cut) -> Planted:
    """The long numbers of the call of which no word is shown when nothing goes wrong."""
    redactor, shown = CallRedactor(policy, call_id="call"), dict[str, set[int]]()
    words, seen = dict[int, list[str]](), set[int]()
    last = dict[str, Sequence[object]]()
    for event, said in events(call, cut):
        for out in redactor.receive(event):
            own = shown.setdefault(out.raw.segment_id, set())
            own |= {i for i in out.rendered.sources if i is not None}
        last[event.segment_id] = said
    for out in redactor.end():
        shown[out.raw.segment_id] |= {i for i in out.rendered.sources if i is not None}
    for segment, spoken in last.items():
        for i, word in enumerate(spoken):
            span = getattr(word, "span", None)
            if span is not None and getattr(word, "kind", "") in NUMBERS:
                words.setdefault(span, []).append(getattr(word, "text", ""))
                seen |= {span} if i in shown.get(segment, ()) else set()
    values = [value_of(" ".join(text)) for span, text in words.items() if span not in seen]
    return Planted(
        [
            Span(kind="CARD", turn=0, channel=1, start_ms=0, end_ms=1, spoken="", canonical=value)
            for value in values
            if sum(c.isdigit() for c in value) >= LEAST_DIGITS and value.isdigit()
        ]
    )


class Line:
    """One sealed bus with the stage on it, and somebody else's key."""

    def __init__(self, dsn: str) -> None:
        self.registry = CollectorRegistry()
        self._inner: Bus = PostgresBus(dsn, BusSettings(), registry=self.registry)
        sealed = frozenset({RAW_TOPIC})
        self.bus = SealedBus(self._inner, bytes(32), topics=sealed)
        self._stranger = SealedBus(self._inner, bytes(range(32)), topics=sealed)

    async def put(self, event: RawTranscript, how: str) -> None:
        """The event, as the drawn way has it."""
        value = msgspec.json.encode(event)
        if how == "cut off":
            await self.bus.publish(RAW_TOPIC, event.call_id, value[: len(value) * 2 // 3])
        elif how == "another key":
            await self._stranger.publish(RAW_TOPIC, event.call_id, value)
        for _ in range({"twice": 2, "once": 1}.get(how, 0)):
            await self.bus.publish(RAW_TOPIC, event.call_id, value)

    async def play(
        self, policy: Policy, stream: Sequence[tuple[RawTranscript, str]]
    ) -> list[bytes]:
        """What the redacted topic holds when the call has ended."""
        stage = RedactStage(self.bus, policy.settings, registry=self.registry, engine=policy.engine)
        stop, call_id = asyncio.Event(), stream[0][0].call_id
        redacted = await self.bus.tail([TRANSCRIPTS_TOPIC], since_s=1.0)
        running = asyncio.create_task(stage.run(stop))
        try:
            for event, how in stream:
                await self.put(event, how)
            end = RawTranscriptEnded(tenant_id="t", call_id=call_id, ended_at=NEVER)
            await self.bus.publish(RAW_TOPIC, call_id, msgspec.json.encode(end))
            records: list[Record] = []
            async with asyncio.timeout(WITHIN_S):
                while not any(_ends(record, call_id) for record in records):
                    records += await redacted.fetch(wait_s=0.2)
            return [record.value for record in records]
        finally:
            stop.set()
            await running
            await redacted.close()
            await self.bus.close()


def _ends(record: Record, call_id: str) -> bool:
    event = _DECODER.decode(record.value)
    return isinstance(event, TranscriptEnded) and event.call_id == call_id


HOW = ("once", "once", "once", "twice", "cut off", "another key")


def said(text: str, *, kind: str = "", span: int | None = None) -> list[Said]:
    return [Said(word, span, kind) for word in text.split()]


CARD = "4988438843884305"
A_CARD = Call(
    "card",
    [
        Turn(True, said("and what is your card number please")),
        Turn(False, [*said("sure it is"), *said(CARD, kind="card", span=1), *said("that is it")]),
        Turn(True, said("thank you that is all I need")),
        Turn(False, said("thanks goodbye then")),
    ],
)
"""A call whose number reaches whatever goes wrong with one of its events."""


@pytest.mark.timeout(300)
@settings(
    max_examples=6, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)  # fmt: skip
@example(call=A_CARD, cut=Cut(), seed=1, hows=["once", "cut off"], fault=60)
@example(call=A_CARD, cut=Cut(), seed=2, hows=["once", "another key"], fault=60)
@example(call=A_CARD, cut=Cut(), seed=3, hows=["once"], fault=2)
@given(
    call=made_calls(),
    cut=cuts,
    seed=seeds,
    fault=st.integers(1, 60),
    hows=st.lists(st.sampled_from(HOW), min_size=5, max_size=30),
)
def test_canaries_never_come_out_whatever_happens(
    policy: Policy, postgres_dsn: str, said_by_logs: list[str], *,
    call: Call, cut: Cut, seed: int, fault: int, hows: list[str],
) -> None:  # fmt: skip
    planted = canaries(policy, call, cut)
    assume(planted.spans)
    call_id = f"{seed:032x}"
    stream = [
        (msgspec.structs.replace(event, call_id=call_id), how)
        for (event, _), how in zip(events(call, cut), cycle(hows), strict=False)
    ]
    heard = SEAM.join(t for e, _ in stream for t in texts_of_bytes(msgspec.json.encode(e)))
    assume(planted.anywhere(heard))
    with pytest.MonkeyPatch.context() as patch:
        break_once(patch, fault, heard)
        line = Line(postgres_dsn)
        came_out = asyncio.run(line.play(policy, stream))
    tally = Tally()
    for value in came_out:
        tally.hit("output", "topic", planted.anywhere(SEAM.join(texts_of_bytes(value))))
    tally.hit("logs", "any", planted.anywhere(SEAM.join(said_by_logs)))
    search_metrics_text("stage", generate_latest(line.registry).decode(), planted, tally)
    Database(postgres_dsn, planted, tally).search_all()
    assert tally.hits == ()
    places = {place.place: place.looked for place in tally.places}
    assert places["bus topics"]["rows"] > len(stream) // 2
    poisoned = sum(how in ("cut off", "another key") for _, how in stream)
    assert not poisoned or places["dead letters"]["rows"] > 0, dead_topic(RAW_TOPIC)


def break_once(patch: pytest.MonkeyPatch, countdown: int, words: str) -> None:
    """The n-th analysis fails, with all that was said in its message."""
    real, left = analysis.analyse, [countdown]

    def analyse(*args: object, **kwargs: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise RuntimeError(words)
        return real(*args, **kwargs)  # type: ignore[arg-type]

    patch.setattr(judging, "analyse", analyse)
