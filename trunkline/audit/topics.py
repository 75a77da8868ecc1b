"""Every record of the appliance's topics, and whether the raw topic's are really encrypted."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial

import kafka
import msgspec
import psycopg
from psycopg import sql

from analytics.events import SUMMARIES_TOPIC
from redaction.events import POLICIES_TOPIC, RECORDINGS_TOPIC, TRANSCRIPTS_TOPIC
from sip_gateway.commands import COMMANDS_TOPIC
from sip_gateway.events import CALLS_TOPIC, CallEvent, DtmfPressed
from triton_models.events import RAW_TOPIC, RawEvent, RawTranscript
from trunkline.audit.findings import Tally
from trunkline.audit.planted import SEAM, Planted
from trunkline.audit.records import of_record
from trunkline.audit.texts import texts_of_bytes
from trunkline.bus import Record, Unavailable
from trunkline.bus.dead_letters import dead_topic
from trunkline.bus.kafka_client import connected
from trunkline.bus.kafka_topics import knock, reached
from trunkline.bus.sealed import Seal
from trunkline.bus.settings import Settings
from trunkline.evaluate.leaks import ShownWord

TOPICS = (
    *(CALLS_TOPIC, COMMANDS_TOPIC, RAW_TOPIC),
    *(TRANSCRIPTS_TOPIC, SUMMARIES_TOPIC, RECORDINGS_TOPIC, POLICIES_TOPIC),
)
KAFKA_WITHIN_S = 120.0
POLL_MS = 500
RAW = "raw topic"
SEALED_BYTES = 33
"""Version, key id, nonce and tag: more than that is the value."""


Records = Callable[[], Iterator[Record]]

_DECODER = msgspec.json.Decoder(RawEvent)
_CALLS: msgspec.json.Decoder[CallEvent] = msgspec.json.Decoder(CallEvent)


def on_postgres(dsn: str, topic: str) -> Iterator[Record]:
    """What lies on one topic of a bus in Postgres."""
    query = sql.SQL("select part, pos, key, value from {}").format(sql.Identifier("bus", topic))
    with psycopg.connect(dsn) as link, link.cursor(name="audit") as cursor:
        cursor.execute(query)
        for part, pos, key, value in cursor:
            yield Record(topic, part, pos, key, bytes(value))


def on_kafka(settings: Settings, topics: tuple[str, ...]) -> Iterator[Record]:
    """Every record of the topics from their start to what is now their end; `Unavailable`."""
    knock(settings)
    consumer = reached(partial(_consumer, settings))
    try:
        there = reached(consumer.topics)
        for topic in sorted(there.intersection(topics)):
            yield from _records(consumer, topic)
    finally:
        consumer.close(autocommit=False)


def _consumer(settings: Settings) -> kafka.KafkaConsumer:
    return connected(
        kafka.KafkaConsumer,
        settings,
        metrics_enabled=False,
        enable_auto_commit=False,
        allow_auto_create_topics=False,
    )


def _records(consumer: kafka.KafkaConsumer, topic: str) -> Iterator[Record]:
    numbers = reached(partial(consumer.partitions_for_topic, topic)) or ()
    parts = [kafka.TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)
    ends = reached(partial(consumer.end_offsets, parts))
    deadline = time.monotonic() + KAFKA_WITHIN_S
    while any(reached(partial(consumer.position, part)) < ends[part] for part in parts):
        if time.monotonic() > deadline:
            raise Unavailable(f"kafka: {topic} could not be read to its end")
        for batch in reached(partial(consumer.poll, timeout_ms=POLL_MS)).values():
            for one in batch:
                key = (one.key or b"").decode(errors="replace")
                yield Record(topic, one.partition, one.offset, key, one.value or b"")


class Topics:
    """Searches records, and opens those of the call on the raw topic to see what was heard."""

    def __init__(self, planted: Planted, tally: Tally, *, call_id: str) -> None:
        self._planted = planted
        self._tally = tally
        self._call_id = call_id

    def search(self, records: Iterator[Record]) -> None:
        """Every record of a bus that is not in Postgres."""
        for record in records:
            place = "dead letters" if record.topic.endswith(".dead") else "bus topics"
            self._tally.look(place, records=1, bytes=len(record.value))
            text = SEAM.join([record.key, *texts_of_bytes(record.value)])
            found = self._planted.anywhere(text)
            if record.key == self._call_id and record.topic != RAW_TOPIC:
                found |= of_record(record.value, self._planted, call_id=self._call_id)
            self._tally.hit(place, record.topic, found)

    def check_sealed(self, records: Iterator[Record], key: bytes) -> tuple[str, ...]:
        """Kinds of the spans that were heard; each record must open with the key, and only so."""
        seal, wrong = Seal(key), Seal(secrets.token_bytes(len(key)))
        heard: list[ShownWord] = []
        for record in records:
            self._tally.look(RAW, records=1, bytes=len(record.value))
            about = {"topic": record.topic, "key": record.key}
            opened = seal.open(record.value, **about)
            if opened is None and _of_another_key(record.value, key):
                self._tally.look(RAW, of_another_key=1)
            elif opened is None or opened in record.value or wrong.open(record.value, **about):
                self._tally.hit(RAW, record.topic, ["not encrypted"])
            elif record.key == self._call_id:
                heard += _final_words(opened)
        heard.sort(key=lambda word: word.start_ms)
        return self._planted.in_words(heard)


def keys_told(records: Iterator[Record], *, call_id: str) -> int:
    """How many key presses of the call were told; of each no more than that it was."""
    told = (_CALLS.decode(record.value) for record in records if record.key == call_id)
    return sum(event.count for event in told if isinstance(event, DtmfPressed))


def _of_another_key(value: bytes, key: bytes) -> bool:
    """True if it has the form of a sealed value, under a key that was in use before."""
    own_id = hashlib.sha256(key).digest()[:4]
    return value[:1] == b"\x01" and len(value) > SEALED_BYTES and value[1:5] != own_id


def _final_words(value: bytes) -> list[ShownWord]:
    event = _DECODER.decode(value)
    if not isinstance(event, RawTranscript) or not event.is_final:
        return []
    return [ShownWord(word.text, word.start_ms, word.end_ms, event.channel) for word in event.words]


def topics_with_dead_letters() -> tuple[str, ...]:
    """Every topic of the appliance."""
    return (*TOPICS, *map(dead_topic, TOPICS))
