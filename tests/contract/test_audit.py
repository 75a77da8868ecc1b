"""A value that stayed behind is found in each kind of place; where none did, none is."""

import asyncio
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import psycopg
import pytest
from prometheus_client import CollectorRegistry, Counter, start_http_server

from redaction.events import TRANSCRIPTS_TOPIC, RedactedWord
from redaction.recording.settings import Settings as Recording
from sip_gateway.events import DtmfPressed
from sip_gateway.journal.record import LegSeal, Stretch
from tests.finished_call import finished_call
from tests.told_call import CALL_ID, ToldCall
from triton_models.events import RAW_TOPIC, RawTranscript, Word
from trunkline.audit.canary_call import Told, search_told
from trunkline.audit.database import Database
from trunkline.audit.disk import CLOCK_S, Disk
from trunkline.audit.findings import Tally
from trunkline.audit.live import WhileLive
from trunkline.audit.metrics import search_metrics
from trunkline.audit.planted import SOUND, Planted
from trunkline.audit.processes import core_dumps, open_files, our_processes, search_processes
from trunkline.audit.sound import Sound, heard_in
from trunkline.audit.topics import Topics, keys_told, on_kafka, on_postgres
from trunkline.bus import Record
from trunkline.bus.dead_letters import dead_topic
from trunkline.bus.kafka import KafkaBus
from trunkline.bus.sealed import Seal, load_or_create_key
from trunkline.bus.settings import Settings as BusSettings
from trunkline.embedded.postgres import EmbeddedPostgres
from trunkline.evaluate.delays import Shown
from trunkline.evaluate.reference import Span
from trunkline.live_captions import CaptionSegment
from trunkline.settings import ApplianceSettings, Settings

CARD = "4988438843884305"
SPANS = [
    Span(kind="CARD", turn=0, channel=1, start_ms=3000, end_ms=6000, spoken="", canonical=CARD),
    Span(kind="CVV", turn=0, channel=1, start_ms=9000, end_ms=9900, spoken="", canonical="731"),
]
PLANTED = Planted(SPANS)
KEY = bytes(range(32))
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SPOKEN = "four nine eight eight four three"
CALL = ToldCall()

Found = set[tuple[str, str, str]]


@pytest.fixture
def tally() -> Tally:
    return Tally()


def found(tally: Tally) -> Found:
    return {(hit.place, hit.where, hit.kind) for hit in tally.hits}


SCHEMA = """
create schema bus;
create table bus."trunkline.transcripts" (part int, pos bigint, key text, value bytea);
create table bus."trunkline.transcripts.dead" (part int, pos bigint, key text, value bytea);
create table bus."trunkline.transcripts.raw" (part int, pos bigint, key text, value bytea);
create table segments (call_id text, text text);
create table outbox (id int, payload jsonb);
create table notes (n bigint, body text[]);
create schema elsewhere;
create table elsewhere.things (thing json);
create materialized view elsewhere.seen as select 1 as one;
"""


def plant_rows(connection: psycopg.Connection) -> None:
    said = msgspec.json.encode(CALL.said(1, SPOKEN, start_ms=3000))
    for topic, value in ((TRANSCRIPTS_TOPIC, said), (dead_topic(TRANSCRIPTS_TOPIC), CARD.encode())):
        connection.execute(f'insert into bus."{topic}" values (0, 0, %s, %s)', ["k", value])
    connection.execute("insert into outbox values (1, %s)", ['{"a": [{"b": "4988 4388"}]}'])
    connection.execute("insert into notes values (%s, array['clean'])", [int(CARD)])
    connection.execute("insert into elsewhere.things values (%s)", [f'{{"{CARD}": 1}}'])
    connection.execute("insert into segments values (%s, 'it is 731')", [CALL_ID])
    connection.execute("insert into segments values ('another', 'it is 731')")


def test_rows_of_every_table_and_topic_and_dead_letters_and_the_outbox(
    postgres_dsn: str, tally: Tally
) -> None:
    database = Database(postgres_dsn, PLANTED, tally)
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
        database.search_all()
        assert tally.hits == ()
        plant_rows(connection)
    database.search_all()
    asyncio.run(database.search_call(CALL_ID))
    assert found(tally) == {
        ("bus topics", "bus.trunkline.transcripts.value", "CARD"),
        ("dead letters", "bus.trunkline.transcripts.dead.value", "CARD"),
        ("CRM outbox", "public.outbox.payload", "CARD"),
        ("Postgres rows", "public.notes.n", "CARD"),
        ("Postgres rows", "elsewhere.things.thing", "CARD"),
        ("rows of the call", "segments.text", "CVV"),
    }


def test_postgres_own_files(
    postgres_dsn: str, postgres_server: EmbeddedPostgres, tally: Tally
) -> None:
    disk = Disk(PLANTED, tally, since=time.time())
    database = Database(postgres_dsn, PLANTED, tally)
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("create table left_behind (body text)")
        connection.execute("insert into left_behind values (%s)", [f"the card is {CARD}"])
        connection.execute("drop table left_behind")
    folder = database.data_directory()
    assert folder
    disk.search_folder("Postgres files", Path(folder))
    # The row and its table are gone: the log that recovery would read still holds it.
    assert any(where.startswith("pg_wal/") for _, where, _ in found(tally))


def raw(text: str) -> bytes:
    return msgspec.json.encode(
        RawTranscript(
            tenant_id="default", call_id=CALL_ID, leg_id=f"{CALL_ID}-1",
            segment_id=f"{CALL_ID}-1/000003000", revision=1, is_final=True,
            start_ms=3000, end_ms=6000, speaker="", channel=1,
            language="en", model="m", model_sha256="", decoder="",
            words=tuple(
                Word(text=word, start_ms=3000 + 300 * n, end_ms=3300 + 300 * n, confidence=1.0)
                for n, word in enumerate(text.split())
            ),
            audio_end_at=datetime.now(UTC), recognised_at=datetime.now(UTC),
        )
    )  # fmt: skip


def test_the_raw_topic_must_be_encrypted_and_tells_what_was_heard(
    postgres_dsn: str, tally: Tally
) -> None:
    sealed = Seal(KEY).close(raw(SPOKEN), topic=RAW_TOPIC, key=CALL_ID)
    topics = Topics(PLANTED, tally, call_id=CALL_ID)
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
        insert = f'insert into bus."{RAW_TOPIC}" values (0, %s, %s, %s)'
        connection.execute(insert, [0, CALL_ID, sealed])
        assert topics.check_sealed(on_postgres(postgres_dsn, RAW_TOPIC), KEY) == ("CARD",)
        other_key = Seal(KEY[::-1]).close(raw("hello"), topic=RAW_TOPIC, key="before")
        connection.execute(insert, [7, "before", other_key])  # a key that was changed since
        assert topics.check_sealed(on_postgres(postgres_dsn, RAW_TOPIC), KEY) == ("CARD",)
        assert tally.hits == ()
        connection.execute(insert, [1, CALL_ID, raw("hello")])
        topics.check_sealed(on_postgres(postgres_dsn, RAW_TOPIC), KEY)
    assert found(tally) == {("raw topic", RAW_TOPIC, "not encrypted")}


async def test_records_and_dead_letters_on_kafka(kafka_servers: str, tally: Tally) -> None:
    said, raw_topic = "audit.said", "audit.said.raw"  # other tests use the appliance's own topics
    every = (said, raw_topic, dead_topic(raw_topic), "audit.missing")
    settings = BusSettings(backend="kafka", kafka_servers=tuple(kafka_servers.split(",")))
    topics = Topics(PLANTED, tally, call_id=CALL_ID)
    bus = KafkaBus(settings, registry=CollectorRegistry())
    try:
        sealed = Seal(KEY).close(raw(SPOKEN), topic=raw_topic, key=CALL_ID)
        await bus.publish(raw_topic, CALL_ID, sealed)
        clean = CALL.said(1, "it is [card]", start_ms=3000)
        await bus.publish(said, CALL_ID, msgspec.json.encode(clean))
        await asyncio.to_thread(topics.search, on_kafka(settings, every))
        heard = await asyncio.to_thread(topics.check_sealed, on_kafka(settings, (raw_topic,)), KEY)
        assert tally.hits == () and heard == ("CARD",)
        short = CALL.said(1, "it is seven three one", start_ms=9000)
        await bus.publish(said, CALL_ID, msgspec.json.encode(short))
        await bus.publish(dead_topic(raw_topic), "0/1", CARD.encode())
        await asyncio.to_thread(topics.search, on_kafka(settings, every))
    finally:
        await bus.close()
    assert found(tally) == {
        ("bus topics", said, "CVV"),
        ("dead letters", dead_topic(raw_topic), "CARD"),
    }


def test_a_short_value_of_another_call_is_no_hit(tally: Tally) -> None:
    short = msgspec.json.encode(CALL.said(1, "it is seven three one", start_ms=9000))
    topics = Topics(PLANTED, tally, call_id="0" * 32)
    topics.search(iter([Record(TRANSCRIPTS_TOPIC, 0, 0, CALL_ID, short)]))
    assert tally.hits == ()


def written_before(path: Path) -> float:
    """A time after which the file was not touched, and others will be: Unix seconds."""
    path.write_text(CARD)
    probe = path.with_name("probe")
    probe.touch()
    while probe.stat().st_mtime_ns <= path.stat().st_ctime_ns:  # clocks of file systems tick slowly
        probe.touch()
    return probe.stat().st_mtime + CLOCK_S


def test_files_logs_and_what_a_webhook_got(tmp_path: Path, tally: Tally) -> None:
    began_at = written_before(tmp_path / "old.bin")
    kept = tmp_path / "kept.log"
    kept.write_text(f"moved here with its time: {CARD}")
    os.utime(kept, (began_at - 100, began_at - 100))
    weights = tmp_path / "models"
    weights.mkdir()
    (weights / "vocabulary.txt").write_text(CARD)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "page").write_bytes(b"\0" * (4 * 2**20 - 8) + CARD.encode() + b"\0\xff")
    (tmp_path / "old.log.gz").write_bytes(gzip.compress(f"said {SPOKEN}".encode()))
    packed = gzip.compress(f"said {SPOKEN} ".encode() + os.urandom(2000))
    (tmp_path / "torn.gz").write_bytes(packed[:-50])
    (tmp_path / "no.gz").write_bytes(b"\x1f\x8b and no more")
    (tmp_path / "clean").write_text("a card, 4988 1234 4305")
    disk = Disk(PLANTED, tally, since=began_at)
    disk.search_folder("state directory", tmp_path, but=(weights,))
    log = tmp_path / "serve.log"
    log.write_text(f'{{"what": "it is 731", "call_id": "{CALL_ID}"}}\n{{"what": "731 calls"}}\n')
    disk.search_log(log, call_id=CALL_ID)
    bodies = tmp_path / "bodies"
    bodies.mkdir()
    (bodies / "1").write_bytes(msgspec.json.encode(CALL.said(1, "7 3 1", start_ms=9000)))
    disk.search_bodies(bodies, call_id=CALL_ID)
    assert found(tally) == {
        ("state directory", "kept.log", "CARD"),
        ("state directory", "torn.gz", "CARD"),
        ("state directory", "deep/page", "CARD"),
        ("state directory", "old.log.gz", "CARD"),
        ("logs", "serve.log", "CVV"),
        ("webhook receiver", "1", "CVV"),
    }


def test_captions_partial_and_final_and_the_payload_for_a_crm(tally: Tally) -> None:
    def shown(text: str, *, is_final: bool) -> Shown:
        spoken = CALL.said(1, text, start_ms=9000)
        segment = CaptionSegment(
            segment_id=spoken.segment_id, leg_id=spoken.leg_id, channel=1, speaker="customer",
            revision=1, is_final=is_final, start_ms=9000, end_ms=9900, words=spoken.words,
        )  # fmt: skip
        return Shown(0.0, segment)

    clean = finished_call(CALL_ID)
    told = Told(CALL_ID, 0.0, clean, [shown("it is [cvv]", is_final=True)])
    search_told(told, PLANTED, tally)
    assert tally.hits == ()
    word = RedactedWord(text=CARD, start_ms=3000, end_ms=6000, confidence=1.0)
    leaky = msgspec.structs.replace(clean.segments[1], words=(word,), text=CARD)
    document = msgspec.structs.replace(clean, segments=(leaky,))
    partial = shown("it is seven three one", is_final=False)
    search_told(Told(CALL_ID, 0.0, document, [partial, *told.shown]), PLANTED, tally)
    assert found(tally) == {
        ("captions", "shown live", "CVV"),
        ("transcript", "json", "CARD"),
        ("CRM payload", "call.finalised", "CARD"),
    }


def test_metrics_of_a_role_and_a_role_that_does_not_answer(tally: Tally) -> None:
    registry = CollectorRegistry()
    calls = Counter("calls", "Calls", ["number"], registry=registry)
    server, thread = start_http_server(0, "127.0.0.1", registry)
    url = f"http://127.0.0.1:{server.server_port}/metrics"
    search_metrics({"serve": url}, PLANTED, tally)
    assert tally.hits == ()
    calls.labels("+4988438843").inc()
    search_metrics({"serve": url}, PLANTED, tally)
    server.shutdown()
    server.server_close()
    thread.join()
    search_metrics({"gone": url}, PLANTED, tally)
    assert found(tally) == {("metrics", "serve", "CARD")}
    assert tally.problems == ("metrics: gone: ConnectError",)


OPENED = """
import os, sys
file = open(sys.argv[1], "wb", buffering=0)
os.unlink(sys.argv[1])
file.write(bytes.fromhex(sys.argv[2]))
print("written", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of ours that holds the card in its environment and in a removed file."""
    arguments = [str(tmp_path / "spool"), CARD.encode().hex()]
    with subprocess.Popen(
        [sys.executable, "-c", OPENED, *arguments],
        env={"SEEN": CARD}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdout
        assert child.stdout.readline() == "written\n"
        yield child
        child.communicate("")


def test_environments_and_removed_files_of_our_processes(
    tmp_path: Path, writer: subprocess.Popen[str], tally: Tally
) -> None:
    processes = our_processes(str(tmp_path))
    assert [one.pid for one in processes] == [writer.pid]
    search_processes(processes, PLANTED, tally)
    disk = Disk(PLANTED, tally, since=time.time())
    for one in open_files(processes):
        disk.search_file("open files", one.path, where=Path(one.name).name)
    program = Path(sys.executable).name
    assert found(tally) == {
        ("processes", program, "CARD"),
        ("open files", "spool (deleted)", "CARD"),
    }


def test_a_journal_that_stays_is_a_problem_and_one_that_goes_is_none(
    tmp_path: Path, tally: Tally
) -> None:
    about = ApplianceSettings(state_dir=str(tmp_path))
    settings = Settings(appliance=about, recording=Recording(keep="nothing"))
    leg = tmp_path / "journal" / CALL_ID / "1.leg"
    leg.parent.mkdir(parents=True)
    leg.write_bytes(b"sealed")
    Sound(settings, PLANTED, tally).search(CALL_ID, within_s=0.1)
    assert tally.problems == ("audio journal: not removed 0 s after the end of the call",)
    leg.unlink()
    gone = Tally()
    Sound(settings, PLANTED, gone).search(CALL_ID, within_s=0.1)
    assert gone.problems == ()


def test_what_a_recording_still_lets_be_heard_is_found_by_text_and_by_time() -> None:
    def heard(channel: int, text: str, start_ms: int) -> RawTranscript:
        said = CALL.said(channel, text, start_ms=start_ms)
        words = tuple(
            Word(text=w.text, start_ms=w.start_ms, end_ms=w.end_ms, confidence=0.9)
            for w in said.words
        )
        return RawTranscript(
            tenant_id="t", call_id=CALL_ID, leg_id=said.leg_id, segment_id="s", revision=1,
            is_final=True, start_ms=start_ms, end_ms=said.end_ms, words=words, speaker="s",
            channel=channel, language="en", model="", model_sha256="", decoder="",
            audio_end_at=EPOCH, recognised_at=EPOCH,
        )  # fmt: skip

    assert heard_in([heard(1, "and that is all of it", 3000)], PLANTED) == set()
    assert heard_in([heard(1, SPOKEN, 20_000)], PLANTED) == {"CARD"}
    assert heard_in([heard(1, "seven three one", 9000)], PLANTED) == {"CVV"}
    assert heard_in([heard(0, "seven three one", 9000)], PLANTED) == {"CVV"}  # on the mix
    assert heard_in([heard(1, "seven three one", 40_000)], PLANTED) == set()


def test_a_core_dump_beside_a_process_of_ours_is_searched(tmp_path: Path, tally: Tally) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "print('up', flush=True); input()", str(tmp_path)],
        cwd=tmp_path, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdout
        assert child.stdout.readline() == "up\n"
        (tmp_path / f"core.{child.pid}").write_bytes(os.urandom(4096) + CARD.encode())
        (tmp_path / "coreutils.txt").write_text(CARD, encoding="utf-8")
        dumps = list(core_dumps([one for one in our_processes(str(tmp_path))]))
        child.communicate("\n")
    assert [path.name for path in dumps] == [f"core.{child.pid}"]
    Disk(PLANTED, tally, since=time.time()).search_file("core dumps", dumps[0], where="core")
    assert found(tally) == {("core dumps", "core", "CARD")}


LOUD = (1000 * np.sin(np.arange(16_000) / 3)).astype("<i2")


def live(folder: Path, tally: Tally) -> tuple[WhileLive, Path]:
    """The look at a journal in which one leg is being written."""
    settings = Settings(appliance=ApplianceSettings(state_dir=str(folder)))
    leg = folder / "journal" / CALL_ID / "1.leg"
    leg.parent.mkdir(parents=True)
    planted = Planted(SPANS, sounds=[LOUD[4000:4160].tobytes()])
    return WhileLive(settings, planted, tally), leg


def test_a_journal_that_is_sealed_holds_what_was_said_and_shows_none_of_it(
    tmp_path: Path, tally: Tally
) -> None:
    looking, leg = live(tmp_path, tally)
    key = load_or_create_key(tmp_path / "keys" / "journal.key")
    seal = LegSeal(key, call_id=CALL_ID, channel=1)
    leg.write_bytes(seal.sealed(Stretch(0, 8000, LOUD)))
    looking.check_journal()
    looking.check_journal()
    assert tally.hits == () and looking.known == 1
    assert tally.places[0].looked == {"looks_while_live": 1}, "what did not grow is known"


@pytest.mark.parametrize("wrong", ["plain audio", "plain beside sealed"])
def test_a_journal_in_the_clear_is_found_while_the_call_is_on(
    tmp_path: Path, tally: Tally, wrong: str
) -> None:
    looking, leg = live(tmp_path, tally)
    key = load_or_create_key(tmp_path / "keys" / "journal.key")
    sealed = LegSeal(key, call_id=CALL_ID, channel=1).sealed(Stretch(0, 8000, LOUD))
    leg.write_bytes(LOUD.tobytes() if wrong == "plain audio" else sealed + LOUD.tobytes())
    looking.check_journal()
    kinds = {kind for place, _, kind in found(tally) if place == "audio journal"}
    assert SOUND in kinds
    assert ("not encrypted" in kinds) == (wrong == "plain beside sealed")


async def test_files_are_searched_while_the_call_is_on_and_a_journal_without_it_proves_nothing(
    tmp_path: Path, tally: Tally
) -> None:
    looking, _ = live(tmp_path, tally)
    (tmp_path / "spool.wav").write_bytes(b"RIFF" + LOUD.tobytes())
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "page").write_bytes(LOUD.tobytes())  # searched when it is over
    over = asyncio.Event()

    async def place() -> Told:
        await over.wait()
        return Told(CALL_ID, 0.0, finished_call(CALL_ID), ())

    placing = asyncio.create_task(place())
    watching = asyncio.create_task(looking.watch(placing, duration_ms=0, every_s=0.01))
    async with asyncio.timeout(20):
        while not tally.hits:
            await asyncio.sleep(0.01)
        over.set()
        await watching
    assert found(tally) == {("files while live", "spool.wav", SOUND)}
    assert tally.problems == (
        "audio journal: what was said was not found in it while the call was on",
    )


def test_keys_that_were_told_are_counted() -> None:
    pressed = DtmfPressed(
        tenant_id="t", call_id=CALL_ID, leg_id=f"{CALL_ID}-1", start_ms=0, end_ms=900, count=3
    )
    values = [pressed, msgspec.structs.replace(pressed, call_id="0" * 32), CALL.started()]
    records = [Record("t", 0, n, e.call_id, msgspec.json.encode(e)) for n, e in enumerate(values)]
    assert keys_told(iter(records), call_id=CALL_ID) == 3
