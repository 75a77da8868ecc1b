"""A malformed message harms no other call: mutated messages between those of a good call."""

import gc
import random
import time
import tracemalloc
from pathlib import Path

import pytest

from sip_gateway.sip.framing import StreamFraming
from sip_gateway.sip.message import Response
from tests.mutations import MUTATIONS, mutate
from tests.sip_bench import SDP, TCP, UDP, Bench, Inside, message, statuses

ROUNDS = 3000
DATA = Path(__file__).parents[2] / "data"
METADATA = (DATA / "siprec" / "rfc7865.xml").read_bytes()
CORPUS = {path.stem: path.read_bytes() for path in sorted((DATA / "fuzz" / "sip").iterdir())}
SHORT = [whole for whole in CORPUS.values() if len(whole) < 4000]
TORTURES = [path.read_bytes() for path in sorted((DATA / "rfc4475").glob("*.dat"))]


def body() -> bytes:
    parts = b"--b\r\nContent-Type: application/sdp\r\n\r\n" + SDP.encode()
    parts += b"\r\n--b\r\nContent-Type: application/rs-metadata+xml\r\n\r\n" + METADATA
    return parts + b"\r\n--b--\r\n"


def seed(number: int, chance: random.Random, *, victim: Inside) -> bytes:
    """A good request, of a new call or of the victim's; its body may be broken already."""
    kind = "multipart/mixed;boundary=b"
    new, cseq, siprec, plain = Inside(f"fuzz-{number}"), 10 + number, body(), SDP.encode()
    if chance.random() < 0.4:
        siprec, plain = (chance.choice(MUTATIONS)(whole, chance) for whole in (siprec, plain))
    return chance.choice(
        [
            message("INVITE", new, body=plain),
            message("INVITE", new, body=siprec, Content_Type=kind, Require="siprec"),
            message("INVITE", new, Record_Route="<sip:p.example.com;lr>", Supported="timer"),
            message("OPTIONS", new, Session_Expires="90;refresher=uac"),
            message("CANCEL", new),
            message("INVITE", victim, cseq=cseq, body=plain),
            message("INVITE", victim, cseq=cseq, body=siprec, Content_Type=kind),
            message("UPDATE", victim, cseq=cseq, body=plain, Session_Expires="1800"),
            message("ACK", victim, cseq=cseq, body=plain),
            message("BYE", victim, cseq=cseq),
            b"SIP/2.0 200 OK\r\n" + message("BYE", victim, cseq=cseq).partition(b"\r\n")[2],
        ]
    )


def mutant(number: int, chance: random.Random, *, victim: Inside) -> bytes:
    if number % 4 == 3:
        return mutate(chance.choice(TORTURES + SHORT), chance)
    return mutate(seed(number, chance, victim=victim), chance)


def call(bench: Bench, name: str) -> Inside:
    """Set up a good call; returns what puts a request into its dialog."""
    inside = Inside(name, f"<sip:{name}@example.com>;tag={name}")
    answered = bench.send(message("INVITE", inside, body=SDP))[-1]
    assert isinstance(answered, Response) and answered.status == 200
    inside = inside._replace(to_tag=answered.to.tag)
    bench.put(message("ACK", inside))
    return inside


def test_no_mutated_message_raises_or_disturbs_a_call_in_progress() -> None:
    bench, chance = Bench(max_calls=10_000), random.Random(4475)
    good = call(bench, "good")
    for number in range(ROUNDS):
        if number % 20 == 0:
            victim = call(bench, f"victim-{number}")
        bench.put(mutant(number, chance, victim=victim), UDP if number % 2 else TCP)
        if number % 500 == 0:
            hold = SDP + ("a=inactive\r\n" if number % 1000 else "")
            reinvite = message("INVITE", good, cseq=101 + number, body=hold)
            assert 200 in statuses(bench.send(reinvite))
            bench.put(message("ACK", good, cseq=101 + number))
    assert statuses(bench.send(message("BYE", good, cseq=9000))) == [200]
    assert bench.counts[("malformed", "400")] > ROUNDS // 10
    assert bench.counts[("invites", "accepted")] > ROUNDS // 10


def test_calls_that_mutants_left_behind_all_end() -> None:
    bench, chance = Bench(max_calls=10_000), random.Random(6026)
    victim = call(bench, "victim")
    for number in range(500):
        bench.put(mutant(number, chance, victim=victim))
    assert bench.switchboard.active() > 10
    bench.put(message("BYE", victim, cseq=9000))
    bench.run_for(8000.0)
    assert bench.switchboard.active() == 0, "no ACK came for any of them, or a session ran out"
    assert bench.switchboard.next_timer() is None, "and nothing of them is left"


def test_a_stream_of_mutants_never_raises() -> None:
    chance = random.Random(3261)
    for number in range(500):
        framing = StreamFraming()
        data = mutant(number, chance, victim=Inside())
        while data:
            size = chance.randint(1, 400)
            framing.receive_data(data[:size])
            data = data[size:]


@pytest.mark.parametrize("name", CORPUS)
def test_no_message_of_the_corpus_costs_much_or_raises(name: str) -> None:
    bench = Bench()
    began = time.process_time()
    for flow in (UDP, TCP):
        bench.put(CORPUS[name], flow)
    # A careless pattern takes seconds for these; all we allow is what a slow machine needs.
    assert time.process_time() - began < 0.5
    assert bench.switchboard.active() <= 1
    assert sum(len(outgoing.data) for outgoing in bench.sent) < 20 * len(CORPUS[name])


def test_memory_stays_flat_under_mutants() -> None:
    bench, chance = Bench(max_calls=10_000), random.Random(3550)
    held: list[int] = []
    tracemalloc.start()
    try:
        for number in range(1, 2001):
            bench.put(mutant(number, chance, victim=Inside()))
            if number % 500 == 0:
                bench.run_for(8000.0)
                for seen in (bench.sent, bench.told, bench.notes):
                    seen.clear()
                bench.forget_ports()
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert bench.switchboard.active() == 0
    assert held[-1] - held[0] < 100_000, held


def test_every_kind_of_refusal_is_counted() -> None:
    bench, chance = Bench(max_calls=10_000), random.Random(4566)
    for number in range(2000):
        bench.put(mutant(number, chance, victim=Inside()))
    malformed = {kind for what, kind in bench.counts if what == "malformed"}
    refusals = {kind for what, kind in bench.counts if what == "refusals"}
    assert malformed >= {"400", "505"}
    assert refusals >= {"400", "405", "415", "416", "420", "481", "501"}
    said = [outgoing.data for outgoing in bench.sent if outgoing.data.startswith(b"SIP/2.0 4")]
    counted = sum(n for (what, kind), n in bench.counts.items() if kind.startswith("4"))
    assert (
        len(said)
        <= counted
        + bench.counts[("retransmissions", "sent")]
        + bench.counts[("retransmissions", "received")]
    )
