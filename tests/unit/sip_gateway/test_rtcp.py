"""RTCP: what is reported of a leg, what is read of its sender, and what is made of rubbish."""

import random
import struct

import msgspec
import pytest

from sip_gateway.rtp.packet import Malformed
from sip_gateway.rtp.quality import Heard, mos
from sip_gateway.rtp.reception import Block, Reception
from sip_gateway.rtp.rtcp import EVERY_S, Reports, parse
from sip_gateway.sip import negotiate, sdp
from tests.rtp_stream import Listener, on_time, packets, speech
from tests.sip_bench import SDP

SENDER = bytes.fromhex(
    "80c80006 000000aa 11112222 33334444 00000000 00000001 00000002"
    "81ca0003 000000aa 01036162 63000000"
)
BYE = bytes.fromhex("81cb0001 000000aa")


def reports() -> Reports:
    return Reports(ssrc=0xBB, cname="name")


def told(packet: bytes) -> tuple[int, ...]:
    """The block of a receiver report."""
    return struct.unpack_from("!IIIIII", packet, 8)


def test_a_block_tells_losses_since_the_last_and_since_the_start() -> None:
    reception = Reception()
    for sequence in [*range(100, 110), *range(120, 130)]:
        reception.receive(7, sequence)
    assert reception.block() == Block(7, 10 * 256 // 30, 10, 129)
    for sequence in range(130, 150):
        reception.receive(7, sequence)
    assert reception.block() == Block(7, 0, 10, 149)
    assert reception.block() is None


def test_numbers_roll_over_in_a_block_and_reordering_is_no_loss() -> None:
    reception = Reception()
    for number in range(0xFFF0, 0x10010):
        reception.receive(7, (number ^ (number > 0xFFF1)) & 0xFFFF)
    assert reception.block() == Block(7, 0, 0, 0x1000F)


def test_duplicates_count_against_losses() -> None:
    reception = Reception()
    for sequence in (1, 2, 2, 2, 3):
        reception.receive(7, sequence)
    block = reception.block()
    assert block is not None
    assert (block.fraction_lost, block.lost) == (0, -2)
    report = reports().report(block, jitter=0, now=1.0)
    assert told(report)[1] & 0xFFFFFF == 0xFFFFFE


@pytest.mark.parametrize(("ssrc", "sequence"), [(8, 11), (7, 40000)])
def test_another_source_or_a_restart_begins_anew(ssrc: int, sequence: int) -> None:
    reception = Reception()
    reception.receive(7, 10)
    reception.receive(ssrc, sequence)
    assert reception.block() == Block(ssrc, 0, 0, sequence)


def test_a_report_is_a_compound_packet_with_a_name() -> None:
    report = reports().report(Block(0xAA, 3, 5, 0x10020), jitter=40, now=9.0)
    assert report[:4] == bytes.fromhex("81c90007")
    assert told(report) == (0xAA, 3 << 24 | 5, 0x10020, 40, 0, 0)
    assert report[32:] == bytes.fromhex("81ca0003 000000bb 0104") + b"name" + bytes(2)
    assert len(report) % 4 == 0
    assert parse(report) == []


def test_a_report_names_the_senders_last_and_how_long_ago_that_was() -> None:
    ours = reports()
    ours.receive(SENDER, now=10.0)
    assert told(ours.report(Block(0xAA, 0, 0, 1), jitter=0, now=11.5))[4:] == (
        0x22223333,
        3 * 65536 // 2,
    )
    assert told(ours.report(Block(0xAB, 0, 0, 1), jitter=0, now=11.5))[4:] == (0, 0)


def test_where_nothing_came_since_the_last_the_report_is_empty() -> None:
    assert reports().report(None, jitter=0, now=1.0)[:8] == bytes.fromhex("80c90001 000000bb")


def test_reports_go_out_every_five_seconds() -> None:
    ours, sent = reports(), []
    for tick in range(40):
        if ours.is_due(now=tick / 2):
            sent.append(tick / 2)
            ours.report(None, jitter=0, now=tick / 2)
    assert sent == [EVERY_S / 2 + n * EVERY_S for n in range(4)]


def test_a_bye_is_nothing() -> None:
    reports().receive(SENDER + BYE, now=1.0)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\xc8",
        SENDER[:27],
        SENDER[:-1],
        SENDER + b"\0",
        bytes.fromhex("81c80006") + SENDER[4:28],
        b"\x00" + SENDER[1:],
        bytes.fromhex("80ff0000"),
        bytes.fromhex("80c80000"),
    ],
)
def test_what_is_cut_off_or_wrong_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        reports().receive(data, now=1.0)


def test_mutated_packets_raise_nothing_else() -> None:
    chance, ours = random.Random(5), reports()
    for _ in range(10_000):
        data = bytearray(SENDER + BYE)[: chance.randrange(50)]
        for _ in range(chance.randrange(4)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            ours.receive(bytes(data), now=1.0)
        except Malformed:
            continue


def line(extra: str, body: str = SDP) -> negotiate.Line:
    return negotiate.lines(sdp.parse((body + extra).encode()), {})[0]


@pytest.mark.parametrize(
    ("extra", "rtcp"),
    [
        ("", ("192.0.2.1", 4001, False)),
        ("a=rtcp-mux\r\n", ("192.0.2.1", 4000, True)),
        ("a=rtcp:5000\r\n", ("192.0.2.1", 5000, False)),
        ("a=rtcp:5000 IN IP4 192.0.2.7\r\n", ("192.0.2.7", 5000, False)),
        ("a=rtcp:5000 IN IP4 192.0.2.7\r\na=rtcp-mux\r\n", ("192.0.2.1", 4000, True)),
        ("a=rtcp:99999\r\n", None),
        ("a=rtcp:x\r\n", None),
        ("a=rtcp:5000 IN IP4 239.0.0.1\r\n", None),
        ("a=rtcp:5000 IN IP4 name.example\r\n", None),
        ("c=IN IP4 0.0.0.0\r\n", None),
    ],
)
def test_where_reports_go(extra: str, rtcp: tuple[str, int, bool] | None) -> None:
    found = line(extra).rtcp
    assert (found and msgspec.structs.astuple(found)) == rtcp


def test_rtcp_on_the_rtp_port_is_answered_where_it_was_offered() -> None:
    for extra, answered in (("", False), ("a=rtcp-mux\r\n", True)):
        session = sdp.parse((SDP + extra).encode())
        media = negotiate.answer(session, negotiate.lines(session, {}), ports={0: 20000})
        written = sdp.build(sdp.Session(tuple(media)), address="192.0.2.9")
        assert (b"a=rtcp-mux" in written) is answered


# The estimated MOS.


def score(lost: int = 0, losses: int = 0, *, codec: str = "PCMU", delay_ms: float = 20) -> float:
    wide = codec in ("G722", "OPUS", "L16")
    found = mos(Heard(codec, wide, 1000, lost, losses or lost, delay_ms))
    assert found is not None
    return found


def test_an_undisturbed_call_scores_as_the_model_says() -> None:
    assert score() == pytest.approx(4.40, abs=0.01)  # R = 93.2 - 0.48: MOS 4.4
    assert score(codec="G722") == pytest.approx(4.33, abs=0.01)  # R = (129 - 13 - 0.48) / 1.29


def test_wideband_codecs_score_on_the_scale_of_wideband() -> None:
    assert score(codec="L16") == pytest.approx(4.49, abs=0.01)  # R = 128.5 / 1.29
    assert score(codec="OPUS") == pytest.approx(4.21, abs=0.01)  # R = (129 - 18.1 - 0.48) / 1.29


def test_opus_suffers_less_from_loss_than_what_leaves_silence() -> None:
    kept = {name: score(50, codec=name) / score(codec=name) for name in ("OPUS", "G722", "PCMU")}
    assert kept["OPUS"] > 0.85 > 0.7 > kept["G722"] > kept["PCMU"]


def test_loss_bursts_and_delay_each_cost_quality() -> None:
    scores = [score(lost) for lost in (0, 10, 30, 50, 200, 1000)]
    assert scores == sorted(scores, reverse=True)
    assert score(10) == pytest.approx(3.85, abs=0.1)  # Ie,eff 17.9
    assert score(50, 5) < score(50)
    assert score(delay_ms=400) < score(delay_ms=150) < score()
    assert score(1000) >= 1.0


def test_nothing_expected_has_no_score() -> None:
    assert mos(Heard("PCMU", False, 0, 0, 0, 20)) is None
    assert Listener().receiver.mos is None


def test_a_legs_score_counts_its_own_losses() -> None:
    sent = on_time(packets(speech(4000)))
    clean = Listener().listen(sent)
    lossy = Listener().listen([d for n, d in enumerate(sent) if n % 20 != 7])
    bursty = Listener().listen([d for n, d in enumerate(sent) if not 50 <= n < 60])
    scores = [listener.receiver.mos for listener in (clean, lossy, bursty)]
    assert scores[0] == pytest.approx(4.4, abs=0.02)
    assert scores[1] == pytest.approx(score(50), abs=0.1)
    assert scores[2] is not None
    assert scores[1] is not None
    assert scores[2] < scores[1]
