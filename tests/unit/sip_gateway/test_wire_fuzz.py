"""Malformed input to every reader behind the SIP parser: SDP, metadata, RTP, stream messages."""

import gc
import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from sip_gateway.rtp.packet import build
from sip_gateway.sip import negotiate, sdp
from sip_gateway.siprec import metadata
from sip_gateway.streams.audiohook import AudioHookSession
from sip_gateway.streams.heard import StreamEnded, StreamOpened
from tests.mutations import mutate
from tests.rtp_stream import Listener, on_time, packets, speech
from tests.sip_bench import SDP, Bench, Inside, message, statuses

ROUNDS = 2000
DATA = Path(__file__).parents[2] / "data"


def corpus(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((DATA / folder).iterdir())}


def filled(inside: bytes) -> bytes:
    return b'<recording xmlns="urn:ietf:params:xml:ns:recording:1">' + inside + b"</recording>"


LONG = {
    "line_breaks": filled(b"\n" * 120_000),
    "line_breaks_beyond_size": filled(b"\n" * 240_000),
    "elements": filled(b"<a/>" * 30_000),
    "depth": filled(b"<a>" * 30_000 + b"</a>" * 30_000),
}
SDPS, DOCUMENTS = corpus("fuzz/sdp"), corpus("fuzz/metadata") | LONG
HOOKS = corpus("fuzz/audiohook")
RECORDINGS = [path.read_bytes() for path in sorted((DATA / "siprec").rglob("*.xml"))]


def growth(rounds: Callable[[int], None]) -> int:
    """By how many bytes memory grows from the first fifth of the rounds to the last."""
    held: list[int] = []
    tracemalloc.start()
    try:
        for part in range(5):
            for number in range(part * ROUNDS // 5, (part + 1) * ROUNDS // 5):
                rounds(number)
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    return held[-1] - held[0]


def read_sdp(data: bytes) -> bool:
    """Whether it is one; what is made of it is made too."""
    try:
        session = sdp.parse(data)
    except sdp.BadSdp:
        return False
    taken = negotiate.lines(session, {})
    ports = dict.fromkeys(taken, 20000)
    answered = sdp.Session(tuple(negotiate.answer(session, taken, ports=ports)))
    assert len(sdp.parse(sdp.build(answered, address="192.0.2.9")).media) == len(session.media)
    return True


def read_metadata(data: bytes) -> bool:
    try:
        told = metadata.read(data)
    except metadata.BadMetadata:
        return False
    for label in (*told.labels.values(), "1"):
        told.speaker(label)
        told.session_of(label)
    metadata.merge(told, told)
    return True


@pytest.mark.parametrize("name", SDPS)
def test_no_description_of_the_corpus_raises_or_costs_much(name: str) -> None:
    began = time.process_time()
    read_sdp(SDPS[name])
    assert time.process_time() - began < 0.5
    answer = Bench().send(message("INVITE", body=SDPS[name]))
    assert statuses(answer)[-1] in (200, 400, 488)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_metadata_of_the_corpus_raises_or_costs_much(name: str) -> None:
    began = time.process_time()
    read_metadata(DOCUMENTS[name])
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("name", [n for n in DOCUMENTS if "entity" in n or "blow" in n])
def test_entities_are_never_expanded(name: str) -> None:
    assert not read_metadata(DOCUMENTS[name])


def test_metadata_beyond_its_size_is_not_read() -> None:
    assert read_metadata(DOCUMENTS["line_breaks"])
    assert not read_metadata(DOCUMENTS["line_breaks_beyond_size"])


def test_mutated_descriptions_are_read_or_refused_and_leave_nothing() -> None:
    chance = random.Random(8866)
    seeds = [SDP.encode(), *(data for data in SDPS.values() if len(data) < 4000)]
    read = [0]

    def one(number: int) -> None:
        read[0] += read_sdp(mutate(chance.choice(seeds), chance))

    assert growth(one) < 150_000
    assert ROUNDS // 10 < read[0] < ROUNDS


def test_mutated_metadata_is_read_or_refused_and_leaves_nothing() -> None:
    chance = random.Random(7865)
    seeds = [*RECORDINGS, *(data for data in DOCUMENTS.values() if len(data) < 4000)]
    read = [0]

    def one(number: int) -> None:
        read[0] += read_metadata(mutate(chance.choice(seeds), chance))

    assert growth(one) < 150_000
    assert ROUNDS // 20 < read[0] < ROUNDS


def test_mutated_packets_do_not_disturb_the_audio_between_them() -> None:
    chance = random.Random(3550)
    sent = speech(20 * ROUNDS // 10)
    good = on_time(packets(sent))
    listener = Listener()
    for delivery in good:
        strangers = []
        for _ in range(10):
            data = mutate(delivery.data, chance)
            # A packet of this very source is believed: whoever can send that owns the call.
            if data[8:12] != delivery.data[8:12]:
                strangers.append(delivery._replace(data=data))
        listener.listen([*strangers, delivery])
    heard = listener.finish()
    assert heard.audio()[: len(sent)] == sent
    assert listener.receiver.counts.malformed > 100


def test_packets_of_a_liar_leave_nothing() -> None:
    chance = random.Random(3551)
    listener = Listener()
    good = [build(packet) for packet in packets(speech(1000))]

    def one(number: int) -> None:
        data = mutate(chance.choice(good), chance)
        at = 100.0 + number * 0.02
        listener.run_timers(until=at)
        listener.receiver.receive_datagram(data, now=at)
        listener.receiver.take()

    assert growth(one) < 150_000


def hook() -> AudioHookSession:
    session = AudioHookSession(organization_id="d7934305-0972-4844-938e-9060eef73d05")
    session.receive_text(HOOKS["open.json"].decode())
    (opened,) = session.take()
    assert isinstance(opened, StreamOpened)
    session.to_send()
    return session


@pytest.mark.parametrize("name", HOOKS)
def test_no_stream_message_of_the_corpus_raises_or_costs_much(name: str) -> None:
    began = time.process_time()
    for session in (hook(), AudioHookSession(organization_id="org")):
        session.receive_text(HOOKS[name].decode())
        session.take()
        assert sum(map(len, session.to_send())) < 1000, "and what it says back is short"
    assert time.process_time() - began < 0.5


def test_mutated_stream_messages_end_their_session_and_no_other() -> None:
    chance = random.Random(6455)
    seeds = [data for data in HOOKS.values() if len(data) < 4000]
    good, ended = hook(), [0]

    def one(number: int) -> None:
        session = hook()
        for _ in range(3):
            data = mutate(chance.choice(seeds), chance)
            if chance.random() < 0.3:
                session.receive_audio(data)
            else:
                session.receive_text(data.decode(errors="replace"))
            ended[0] += any(isinstance(event, StreamEnded) for event in session.take())
            ended[0] += any('"disconnect"' in text for text in session.to_send())

    assert growth(one) < 150_000
    assert ended[0] > ROUNDS // 2
    good.receive_audio(b"\xff" * 320)
    assert len(good.take()) == 2


def test_a_good_recording_runs_through_broken_ones() -> None:
    chance, bench = random.Random(7866), Bench(max_calls=10_000)
    inside = Inside("good", "<sip:good@example.com>;tag=good")
    answered = bench.send(message("INVITE", inside, body=SDP))[-1]
    inside = inside._replace(to_tag=answered.to.tag)
    bench.put(message("ACK", inside))
    kind = "application/rs-metadata+xml"
    for number in range(300):
        broken = mutate(chance.choice(RECORDINGS), chance)
        bench.put(message("INVITE", Inside(f"r{number}"), body=broken, Content_Type=kind))
        update = message("UPDATE", inside, cseq=2 + number, body=broken, Content_Type=kind)
        assert statuses(bench.send(update)) == [200], "names may be lost, never the recording"
    assert statuses(bench.send(message("BYE", inside, cseq=9000))) == [200]
