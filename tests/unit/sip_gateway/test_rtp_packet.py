"""RTP packets: what is one, what is none, and counters that wrap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_gateway.rtp.packet import Malformed, Packet, build, is_rtcp, parse
from sip_gateway.rtp.unwrap import Unwrap

PLAIN = bytes.fromhex("80000001 00000002 00000003".replace(" ", ""))

VALID = {
    "no payload": (PLAIN, b""),
    "payload": (PLAIN + b"abc", b"abc"),
    "two CSRCs": (b"\x82" + PLAIN[1:] + bytes(8) + b"abc", b"abc"),
    "extension": (b"\x90" + PLAIN[1:] + bytes.fromhex("bede0001") + bytes(4) + b"abc", b"abc"),
    "empty extension": (b"\x90" + PLAIN[1:] + bytes.fromhex("bede0000") + b"abc", b"abc"),
    "padding": (b"\xa0" + PLAIN[1:] + b"abc\x00\x00\x03", b"abc"),
    "padding only": (b"\xa0" + PLAIN[1:] + b"\x01", b""),
}

INVALID = {
    "empty": b"",
    "eleven bytes": PLAIN[:11],
    "version 1": b"\x40" + PLAIN[1:],
    "STUN": bytes.fromhex("000100002112a442") + bytes(12),
    "CSRCs cut off": b"\x8f" + PLAIN[1:] + bytes(8),
    "extension head cut off": b"\x90" + PLAIN[1:] + b"\xbe\xde",
    "extension cut off": b"\x90" + PLAIN[1:] + bytes.fromhex("bede0009") + bytes(4),
    "padding of nothing": b"\xa0" + PLAIN[1:] + b"abc\x00",
    "padding into the header": b"\xa0" + PLAIN[1:] + b"ab\x09",
}


@pytest.mark.parametrize(("data", "payload"), VALID.values(), ids=VALID)
def test_the_payload_is_found_behind_every_kind_of_header(data: bytes, payload: bytes) -> None:
    assert parse(data) == Packet(0, False, 1, 2, 3, payload)


@pytest.mark.parametrize("data", INVALID.values(), ids=INVALID)
def test_what_is_no_rtp_packet_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse(data)


@given(st.binary(max_size=80))
def test_any_datagram_is_a_packet_or_malformed(data: bytes) -> None:
    try:
        packet = parse(data)
    except Malformed:
        return
    assert len(packet.payload) <= len(data) - 12


@given(
    st.builds(
        Packet,
        st.integers(0, 127),
        st.booleans(),
        st.integers(0, 0xFFFF),
        st.integers(0, 0xFFFFFFFF),
        st.integers(0, 0xFFFFFFFF),
        st.binary(max_size=200),
    )
)
def test_a_built_packet_parses_to_itself(packet: Packet) -> None:
    assert parse(build(packet)) == packet


def test_rtcp_on_the_same_port_is_told_apart() -> None:
    assert is_rtcp(bytes.fromhex("80c8000600000001"))
    assert not is_rtcp(PLAIN)


@given(st.integers(0, 0xFFFF), st.lists(st.integers(-0x7000, 0x7000).filter(bool), max_size=50))
def test_a_counter_goes_on_over_its_wraps_and_back(first: int, moves: list[int]) -> None:
    unwrap = Unwrap(16)
    value = unwrap.extend(first)
    for move in moves:
        moved = value + move
        assert unwrap.extend(moved % 0x10000) == moved
        value = moved
