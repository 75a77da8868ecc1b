"""The redaction stage between two topics of a real bus: memory here, the brokers by their tests."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.call.written import written
from redaction.events import TRANSCRIPTS_TOPIC, Transcript, TranscriptEnded, TranscriptEvent
from redaction.policy.policies import NO_POLICY, Policies
from redaction.policy.presidio import Engine, build_engine
from redaction.process import open_ends
from redaction.process.stage import GROUP, RedactStage
from redaction.settings import Settings
from triton_models.events import RAW_TOPIC, RawTranscript, RawTranscriptEnded, Word
from trunkline.bus import Unavailable
from trunkline.bus.memory import MemoryBus

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE_S = 20.0
_DECODER: msgspec.json.Decoder[TranscriptEvent] = msgspec.json.Decoder(TranscriptEvent)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return build_engine()


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(partitions=1)


def said(
    text: str,
    *,
    call: str = "c",
    leg: int = 1,
    at_ms: int = 0,
    revision: int = 1,
    final: bool = True,
    tenant: str = "t",
) -> RawTranscript:
    words = tuple(
        Word(text=w, start_ms=at_ms + 300 * i, end_ms=at_ms + 300 * i + 300, confidence=0.9)
        for i, w in enumerate(text.split())
    )
    return RawTranscript(
        tenant_id=tenant, call_id=call, leg_id=f"{call}-{leg}",
        segment_id=f"{call}-{leg}/{at_ms:09d}",
        revision=revision, is_final=final, start_ms=at_ms, end_ms=words[-1].end_ms, words=words,
        speaker=("agent", "customer")[leg], channel=leg, language="en", model="m",
        model_sha256="s", decoder="d", audio_end_at=NOW, recognised_at=NOW,
    )  # fmt: skip


def ended(call: str = "c") -> RawTranscriptEnded:
    return RawTranscriptEnded(tenant_id="t", call_id=call, ended_at=NOW)


async def publish(bus: MemoryBus, *events: RawTranscript | RawTranscriptEnded) -> None:
    for event in events:
        await bus.publish(RAW_TOPIC, event.call_id, msgspec.json.encode(event))


@contextlib.asynccontextmanager
async def running(
    bus: MemoryBus, engine: Engine, settings: Settings | None = None
) -> AsyncIterator[tuple[RedactStage, CollectorRegistry]]:
    registry, stop = CollectorRegistry(), asyncio.Event()
    stage = RedactStage(bus, settings or Settings(), registry=registry, engine=engine)
    task = asyncio.create_task(stage.run(stop))
    try:
        yield stage, registry
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_S)


async def published(bus: MemoryBus, count: int) -> list[TranscriptEvent]:
    """The first `count` events of the redacted topic."""
    subscription = await bus.tail([TRANSCRIPTS_TOPIC], since_s=1e6)
    events: list[TranscriptEvent] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(events) < count and time.monotonic() < deadline:
        events += [_DECODER.decode(r.value) for r in await subscription.fetch(wait_s=0.2)]
    await subscription.close()
    assert len(events) >= count
    return events


def texts(events: Sequence[TranscriptEvent]) -> list[str]:
    return [
        " ".join(w.text for w in e.words) if isinstance(e, Transcript) else "END" for e in events
    ]


async def test_raw_transcripts_come_out_redacted_with_their_lineage(
    bus: MemoryBus, engine: Engine
) -> None:
    async with running(bus, engine) as (stage, registry):
        await publish(
            bus,
            said("And the card number?", leg=0),
            said("It's 4242 4242 4242 4242 there.", at_ms=2000),
            ended(),
        )
        question, answer, end = await published(bus, 3)
        assert stage.ready() == ""
    assert texts([question, answer]) == ["And the card number?", "It's [card] there."]
    assert isinstance(answer, Transcript) and isinstance(end, TranscriptEnded)
    assert (answer.model, answer.model_sha256, answer.decoder) == ("m", "s", "d")
    assert len(answer.policy_version) == 12 and answer.redacted_at > NOW
    assert registry.get_sample_value(
        "trunkline_redaction_redactions_total", {"kind": "card"}
    ) == 1  # fmt: skip


async def test_the_end_of_a_final_is_decided_though_nobody_says_anything_more(
    bus: MemoryBus, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_ends, "LONGEST_S", 0.05)
    async with running(bus, engine):
        await publish(bus, said("Okay so", leg=0), said("That would be for two", at_ms=2000))
        shown = await published(bus, 3)
    assert texts(shown) == ["Okay so", "That would be for", "That would be for [number]"]


async def test_partials_overtaken_in_one_batch_are_shed_and_finals_never(
    bus: MemoryBus, engine: Engine
) -> None:
    text = "so what I would like to know is how this works"
    partials = [said(" ".join(text.split()[:n]), revision=n, final=False) for n in range(1, 10)]
    await publish(
        bus, *partials, said(text, revision=20), said("Well.", leg=0, at_ms=9000), ended()
    )
    async with running(bus, engine) as (_, registry):
        assert texts(await published(bus, 3)) == [text, "Well.", "END"]
    assert registry.get_sample_value("trunkline_redaction_shed_partials_total") == 9


async def test_a_restarted_stage_publishes_the_same_again(bus: MemoryBus, engine: Engine) -> None:
    first = [
        said("And the card number?", leg=0),
        said("It says two twenty", at_ms=2000),
        said("Five five eight five", at_ms=6000),
    ]
    async with running(bus, engine):
        await publish(bus, *first)
        before = await published(bus, 3)
    assert bus.committed(GROUP).get((RAW_TOPIC, 0), -1) == -1
    async with running(bus, engine):
        await publish(bus, ended())
        events = await published(bus, 2 * len(before) + 1)
    again = events[len(before) :]
    assert [(e.segment_id, e.revision, e.words) for e in before if isinstance(e, Transcript)] == [
        (e.segment_id, e.revision, e.words)
        for e in again[: len(before)]
        if isinstance(e, Transcript)
    ]
    assert texts(again)[-1] == "END"
    assert bus.committed(GROUP)[RAW_TOPIC, 0] == 3


async def test_the_oldest_open_call_holds_the_commit_back(bus: MemoryBus, engine: Engine) -> None:
    async with running(bus, engine):
        await publish(bus, said("Hello.", call="a"), ended("a"), said("Hello.", call="b"))
        await publish(bus, said("Hello.", call="c"), ended("c"))
        await published(bus, 5)
    assert bus.committed(GROUP)[RAW_TOPIC, 0] == 1


async def test_what_takes_too_long_is_unavailable_and_the_call_goes_on(
    bus: MemoryBus, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = asyncio.Event()
    loop = asyncio.get_running_loop()
    real = CallRedactor.receive

    def slow(self: CallRedactor, raw: RawTranscript) -> list[Redacted]:
        if raw.start_ms == 2000:
            asyncio.run_coroutine_threadsafe(let_go.wait(), loop).result()
        return real(self, raw)

    monkeypatch.setattr(CallRedactor, "receive", slow)
    async with running(bus, engine, Settings(timeout_ms=200)) as (_, registry):
        await publish(bus, said("Hello.", leg=0), said("It is 4242 4242.", at_ms=2000))
        assert texts(await published(bus, 2)) == ["Hello.", "[unavailable]"]
        await publish(bus, said("It is 4242 4242 as well.", at_ms=4000))
        assert texts(await published(bus, 3))[2] == "[unavailable]"
        await publish(bus, said("Hello.", call="other"))
        assert texts(await published(bus, 4))[3] == "Hello."
        let_go.set()
        await asyncio.sleep(0)
        deadline = time.monotonic() + PATIENCE_S
        shown, at_ms = "[unavailable]", 6000
        while shown == "[unavailable]" and time.monotonic() < deadline:
            count = len(await published(bus, 1))
            await publish(bus, said("It is forty two nineteen over there.", at_ms=at_ms))
            shown, at_ms = texts(await published(bus, count + 1))[count], at_ms + 3000
    # Nobody knows what was asked in the lost words: any number may be the answer.
    assert shown == "It is [number] over there."
    assert (registry.get_sample_value("trunkline_redaction_unavailable_total") or 0) >= 2


async def test_a_fault_yields_no_text_and_a_metric(
    bus: MemoryBus,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise ValueError("card 4242")

    monkeypatch.setattr("redaction.call.judging.analyse", fails)
    async with running(bus, engine) as (_, registry):
        await publish(bus, said("It is 4242 4242."))
        assert texts(await published(bus, 1)) == ["[unavailable]"]
    assert registry.get_sample_value("trunkline_redaction_unavailable_total") == 1
    assert "4242" not in caplog.text


async def test_a_bus_that_goes_away_and_comes_back_loses_nothing(
    bus: MemoryBus, engine: Engine
) -> None:
    async with running(bus, engine) as (stage, _):
        await publish(bus, said("Hello there.", leg=0))
        await published(bus, 1)
        real = bus.publish
        failures = [3]

        async def flaky(topic: str, key: str, value: bytes) -> None:
            if topic == TRANSCRIPTS_TOPIC and failures[0]:
                failures[0] -= 1
                raise Unavailable("away")
            await real(topic, key, value)

        bus.publish = flaky  # type: ignore[method-assign]
        for event in (said("One moment please.", at_ms=2000), ended()):
            await real(RAW_TOPIC, "c", msgspec.json.encode(event))
        assert texts(await published(bus, 3)) == ["Hello there.", "One moment please.", "END"]
        deadline = time.monotonic() + PATIENCE_S
        while stage.ready() and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        assert stage.ready() == ""


def with_policies(folder: Path, **files: str) -> Settings:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    return Settings(policies_dir=str(folder))


def versions(events: Sequence[TranscriptEvent]) -> list[str]:
    return [e.policy_version for e in events if isinstance(e, Transcript)]


ORDER = "My order number is 7 3 1 1 9 2, thank you."


async def test_two_tenants_are_redacted_each_by_its_own_policy(
    bus: MemoryBus, engine: Engine, tmp_path: Path
) -> None:
    settings = with_policies(tmp_path, a='leave_in = ["order"]', b='[render]\norder = "mask"')
    async with running(bus, engine, settings):
        await publish(
            bus,
            said(ORDER, call="x", tenant="a"),
            ended("x"),
            said(ORDER, call="y", tenant="b"),
            ended("y"),
        )
        events = await published(bus, 4)
    assert texts(events) == [ORDER, "END", "My order number is **** thank you.", "END"]
    first, second = versions(events)
    assert first != second


async def test_a_changed_policy_is_used_by_the_next_call_and_not_by_one_that_began(
    bus: MemoryBus, engine: Engine, tmp_path: Path
) -> None:
    settings = with_policies(tmp_path, t='leave_in = ["order"]')
    async with running(bus, engine, settings):
        await publish(bus, said("Hello there.", call="x"))
        await published(bus, 1)
        with_policies(tmp_path, t="")
        await publish(bus, said(ORDER, call="x", at_ms=3000), ended("x"))
        await publish(bus, said(ORDER, call="y"), ended("y"))
        events = await published(bus, 5)
    assert texts(events)[1:] == [ORDER, "END", "My order number is [order] thank you.", "END"]
    first, same, other = versions(events)
    assert first == same != other


async def test_a_broken_policy_hides_its_own_tenants_calls_and_no_others(
    bus: MemoryBus, engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = with_policies(tmp_path, a="leave_in = [", b="")
    async with running(bus, engine, settings) as (_, registry):
        await publish(
            bus,
            said("Hello there.", call="x", tenant="a"),
            said(ORDER, call="x", tenant="a", at_ms=2000),
            ended("x"),
            said("Hello there.", call="y", tenant="b"),
            ended("y"),
        )
        events = await published(bus, 5)
        assert texts(events) == ["[unavailable]", "[unavailable]", "END", "Hello there.", "END"]
        assert set(versions(events[:2])) == {NO_POLICY}
        unusable = registry.get_sample_value("trunkline_redaction_unusable_policies")
        refused = registry.get_sample_value("trunkline_redaction_calls_without_policy_total")
        assert (unusable, refused) == (1, 1)
        (line,) = [r for r in caplog.records if r.levelname == "ERROR"]
        assert "a.toml" in line.__dict__["reason"]
        with_policies(tmp_path, a="")
        await publish(bus, said("Hello again.", call="z", tenant="a"))
        assert texts(await published(bus, 6))[-1] == "Hello again."
        assert registry.get_sample_value("trunkline_redaction_unusable_policies") == 0


async def test_a_tenants_own_recognisers_and_allow_list_are_its_alone(
    bus: MemoryBus, engine: Engine, tmp_path: Path
) -> None:
    """Two tenants on one stage: Presidio code, an own kind, a role's form and what stays."""
    (tmp_path / "acme.toml").write_text(
        'python = ["tests.unit.redaction.own_recognizer:Badges"]\n'
        'allow = ["0800 111 2222", "Margaret Thornbury Limited"]\n'
        '[for.supervisor]\ncard = "last_four"\n'
        '[[recognizers]]\nkind = "desk"\npattern = "[a-z]{2}[0-9]{4}"\ncues = ["desk code"]\n'
    )
    (tmp_path / "default.toml").write_text("")
    text = (
        "call 0800 111 2222 at Margaret Thornbury Limited about the blue badge of desk x y 4412 "
        "and card 4242 4242 4242 4242 thanks"
    )
    settings = Settings(policies_dir=str(tmp_path), allow_policy_code=True)
    async with running(bus, engine, settings):
        await publish(
            bus, said(text, call="a", tenant="acme"), said(text, call="b", tenant="other")
        )
        events = await published(bus, 2)
    by_call = {event.call_id: event for event in events if isinstance(event, Transcript)}
    ours, theirs = (" ".join(word.text for word in by_call[c].words) for c in "ab")
    assert ours == (
        "call 0800 111 2222 at Margaret Thornbury Limited about the [badge] of desk [desk] "
        "and card [card] thanks"
    )
    assert "blue badge" in theirs and "[phone]" in theirs and "[desk]" not in theirs
    roles = [word.shown for word in by_call["a"].words if word.shown]
    assert roles == [{"supervisor": "[card:4242]"}]
    assert not any(word.shown for word in by_call["b"].words)


def broken(*args: object, **kwargs: object) -> object:
    raise RuntimeError(f"said four two four two {args}")


async def test_a_written_form_that_fails_makes_its_segment_unavailable_and_no_more(
    bus: MemoryBus, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [1]

    def once(*args: object, **kwargs: object) -> str:
        left[0] -= 1
        return str(broken(*args) if left[0] == 0 else written(*args, **kwargs))  # type: ignore[arg-type]

    monkeypatch.setattr("redaction.process.passed_on.written", once)
    async with running(bus, engine) as (_, registry):
        await publish(bus, said("So that was it."), said("And then?", at_ms=9000), ended())
        lost, kept, end = await published(bus, 3)
    assert texts([lost, kept, end]) == ["[unavailable]", "And then?", "END"]
    assert isinstance(lost, Transcript) and lost.written == "" and lost.revision > 10_000
    assert registry.get_sample_value("trunkline_redaction_unavailable_total") == 1


async def test_a_policy_that_cannot_be_asked_for_shows_nothing_of_its_calls(
    bus: MemoryBus, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Policies, "policy_of", broken)
        async with running(bus, engine):
            await publish(bus, said("So that was it."), ended())
            assert texts(await published(bus, 2)) == ["[unavailable]", "END"]
            patch.undo()
            await publish(bus, said("So that was it.", call="d"), ended("d"))
            assert texts(await published(bus, 4))[2:] == ["So that was it.", "END"]


async def test_words_that_the_bus_does_not_take_are_left_out_and_the_loop_goes_on(
    bus: MemoryBus, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = MemoryBus.publish

    async def publish_but(self: MemoryBus, topic: str, key: str, value: bytes) -> None:
        if topic == TRANSCRIPTS_TOPIC and b"poison" in value:
            raise ValueError(value)
        await real(self, topic, key, value)

    monkeypatch.setattr(MemoryBus, "publish", publish_but)
    async with running(bus, engine) as (stage, _):
        await publish(bus, said("So the poison was it."), said("And then?", at_ms=9000), ended())
        assert texts(await published(bus, 3)) == ["[unavailable]", "And then?", "END"]
        assert stage.ready() == ""


async def test_an_event_that_the_bus_refuses_for_a_while_stays_due(
    bus: MemoryBus, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = MemoryBus.publish, [2]

    async def publish_later(self: MemoryBus, topic: str, key: str, value: bytes) -> None:
        if topic == TRANSCRIPTS_TOPIC and b"ended" in value and left[0]:
            left[0] -= 1
            raise ValueError(value)
        await real(self, topic, key, value)

    monkeypatch.setattr(MemoryBus, "publish", publish_later)
    async with running(bus, engine):
        await publish(bus, said("So that was it."), ended())
        assert texts(await published(bus, 2)) == ["So that was it.", "END"]
    assert left == [0]
