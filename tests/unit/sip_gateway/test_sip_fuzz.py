"""A malformed message harms no other call: mutated messages between those of a good call."""

import random
from collections.abc import Callable
from pathlib import Path

from sip_gateway.sip.framing import StreamFraming
from sip_gateway.sip.message import Response
from tests.sip_bench import SDP, TCP, UDP, Bench, Inside, message, statuses

ROUNDS = 3000
METADATA = (Path(__file__).parents[2] / "data" / "siprec" / "rfc7865.xml").read_bytes()

SPLICES = [b"\r\n", b"\r\n\r\n", b"\0", b'"', b"<", b">", b";", b",", b":", b"%", b"\xff\xc0"]
SPLICES += [b"9" * 30, b"-1", b"tag=", b"sip:", b"SIP/2.0", b"z9hG4bK", b"--b", b"a=", b"m=audio "]


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


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data or b"x")
    for _ in range(chance.randint(1, 5)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def splice(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(SPLICES) + data[at:]


def drop(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\r\n")
    del lines[chance.randrange(len(lines))]
    return b"\r\n".join(lines)


def repeat(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\r\n")
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return b"\r\n".join(lines)


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [cut, flip, splice, drop, repeat]


def mutant(number: int, chance: random.Random, *, victim: Inside) -> bytes:
    data = seed(number, chance, victim=victim)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 4])):
        data = chance.choice(MUTATIONS)(data, chance)
    return data


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
