"""SRTP: against the RFCs' vectors, and against an implementation of our own in tests/."""

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pylibsrtp import Policy, Session

from sip_gateway.rtp.packet import Packet, build
from sip_gateway.rtp.srtp import GUESSES_A_SECOND, MOST_SOURCES, Position, Refused, Srtp
from sip_gateway.sip.sdes import KEY_BYTES
from sip_gateway.worker_protocol import SrtpKeys
from tests.srtp_oracle import Sender, derived, keystream

SUITES = pytest.mark.parametrize("suite", list(KEY_BYTES))
CM = "AES_CM_128_HMAC_SHA1_80"
SSRC = 0xCAFEBABE


def key(suite: str, seed: int = 1) -> bytes:
    return bytes((seed * 31 + n) % 256 for n in range(KEY_BYTES[suite]))


def keys(suite: str = CM, *, seed: int = 1, mki_bytes: int = 0) -> SrtpKeys:
    return SrtpKeys(suite=suite, remote=key(suite, seed), local=key(suite, 99), mki_bytes=mki_bytes)


def rtp(number: int, *, ssrc: int = SSRC) -> bytes:
    """The packet with this number, rollovers and all."""
    return build(Packet(8, False, number & 0xFFFF, number * 160 % 2**32, ssrc, b"speech" * 20))


class Peer:
    """Sends packets by their number."""

    def __init__(self, suite: str = CM, *, seed: int = 1) -> None:
        self._sender = Sender(suite, key(suite, seed))

    def packet(self, number: int, *, ssrc: int = SSRC) -> bytes:
        return self._sender.protect(rtp(number, ssrc=ssrc), roc=number >> 16)


# The oracle is right.


def test_the_oracle_has_the_keystream_of_rfc_3711_b2() -> None:
    session_key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    iv = int("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000", 16)
    assert keystream(session_key, iv, 32) == bytes.fromhex(
        "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"
    )


def test_the_oracle_derives_the_keys_of_rfc_3711_b3() -> None:
    master = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
    salt = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
    assert derived(master, salt, 0, 16).hex().upper() == "C61E7A93744F39EE10734AFE3FF7A087"
    assert derived(master, salt, 2, 14).hex().upper() == "30CBBC08863D8C85D49DB34A9AE1"
    assert derived(master, salt, 1, 20).hex().upper() == "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"


def test_the_oracles_gcm_is_that_of_rfc_7714_16_1_1() -> None:
    sender = Sender("AEAD_AES_128_GCM", bytes(28))
    sender._key, sender._salt = bytes(range(16)), bytes.fromhex("517569642070726f2071756f")
    plain = "8040f17b8041f8d35501a0b2" + b"Gallia est omnis divisa in partes tres".hex()
    assert sender.protect(bytes.fromhex(plain)).hex() == (
        "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b"
        "36de3adf8833899d7f27beb16a9152cf765ee4390cce"
    )
    assert AESGCM(bytes(16))  # the primitive itself is the library's


# The reference packet that is published with libsrtp, under the master key of RFC 3711 B.3.


def test_the_reference_packet_is_opened() -> None:
    master = bytes.fromhex("e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6")
    packet = bytes.fromhex(
        "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"
    )
    opened = Srtp(SrtpKeys(suite=CM, remote=master, local=master)).unprotect(packet, now=0.0)
    assert opened == bytes.fromhex("800f1234decafbadcafebabe" + "ab" * 16)


@SUITES
def test_every_suite_opens_what_the_oracle_sealed(suite: str) -> None:
    srtp, peer = Srtp(keys(suite)), Peer(suite)
    for number in range(1000, 1100):
        assert srtp.unprotect(peer.packet(number), now=0.0) == rtp(number)


@SUITES
def test_numbers_roll_over_in_any_order(suite: str) -> None:
    srtp, peer = Srtp(keys(suite)), Peer(suite)
    order = [n ^ 3 for n in range(0xFFC0, 0x10040)]  # each four packets backwards
    for number in [*order, 0x18000, 0x20000 - 4, 0x20002, 0x20000 - 1, 0x20001]:
        assert srtp.unprotect(peer.packet(number), now=0.0) == rtp(number)
    assert srtp.position == Position(SSRC, 0x20002)


def test_a_packet_is_taken_once_and_none_that_is_too_old() -> None:
    srtp, peer = Srtp(keys()), Peer()
    for number in (500, 501, 700):
        srtp.unprotect(peer.packet(number), now=0.0)
    for number in (501, 700, 502):
        with pytest.raises(Refused) as refused:
            srtp.unprotect(peer.packet(number), now=0.0)
        assert refused.value.replayed


@SUITES
def test_a_changed_packet_is_refused_and_disturbs_nothing(suite: str) -> None:
    srtp, peer = Srtp(keys(suite)), Peer(suite)
    srtp.unprotect(peer.packet(1), now=0.0)
    for at in (1, 3, 9, 20, -1):
        broken = bytearray(peer.packet(2))
        broken[at] ^= 0x40
        with pytest.raises(Refused):
            srtp.unprotect(bytes(broken), now=0.0)
    assert srtp.unprotect(peer.packet(2), now=0.0) == rtp(2)


@pytest.mark.parametrize("size", [0, 1, 11, 12, 20, 1500, 1501, 2048])
def test_rubbish_of_any_size_is_refused(size: int) -> None:
    srtp = Srtp(keys())
    with pytest.raises(Refused):
        srtp.unprotect(b"\x80" * size, now=0.0)
    with pytest.raises(Refused):
        srtp.unprotect_rtcp(b"\x80" * size)


@SUITES
@pytest.mark.parametrize("away", [1, 3000, 0x9000, 0x18000])
def test_another_process_goes_on_where_the_counter_stood(suite: str, away: int) -> None:
    first, peer = Srtp(keys(suite)), Peer(suite)
    first.unprotect(peer.packet(0xFFF0), now=0.0)
    first.unprotect(peer.packet(0x10010), now=0.0)
    assert first.position is not None
    at = Position(SSRC, first.position.number + 3 * 0x10000)  # a call of hours
    second = Srtp(keys(suite), resumed_at=at)
    number = at.number + away
    for n in range(50):
        assert second.unprotect(peer.packet(number + n), now=9.0) == rtp(number + n)
    with pytest.raises(Refused):
        second.unprotect(peer.packet(number), now=9.0)


def test_first_packets_lost_over_a_rollover_are_guessed() -> None:
    srtp, peer = Srtp(keys()), Peer()
    assert srtp.unprotect(peer.packet(0x10005), now=0.0) == rtp(0x10005)
    assert srtp.unprotect(peer.packet(0x10004), now=0.0) == rtp(0x10004)
    assert srtp.unprotect(peer.packet(0x10006), now=0.0) == rtp(0x10006)


def test_rubbish_makes_us_guess_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    begin = Session.__init__

    def count(self: Session, policy: Policy | None = None) -> None:
        nonlocal made
        made += 1
        begin(self, policy)

    srtp = Srtp(keys())
    monkeypatch.setattr(Session, "__init__", count)
    for n in range(1000):
        with pytest.raises(Refused):
            srtp.unprotect(rtp(n, ssrc=n) + bytes(10), now=0.0)
    assert made <= 2 * GUESSES_A_SECOND


def test_another_source_under_the_same_key_counts_for_itself() -> None:
    srtp, peer = Srtp(keys()), Peer()
    for n in range(3 * MOST_SOURCES):
        number = 0xFFFF if n % 2 else 7
        opened = srtp.unprotect(peer.packet(number, ssrc=n), now=0.0)
        assert opened == rtp(number, ssrc=n)
        assert srtp.position == Position(n, number)


@SUITES
def test_a_new_key_counts_anew_and_stragglers_of_the_old_are_heard(suite: str) -> None:
    srtp, old, new = Srtp(keys(suite)), Peer(suite), Peer(suite, seed=2)
    srtp.unprotect(old.packet(0xFFFF), now=0.0)
    srtp.unprotect(old.packet(0x10000), now=0.0)
    srtp.change(keys(suite, seed=2))
    assert srtp.unprotect(old.packet(0x10001), now=0.0) == rtp(0x10001)
    assert srtp.unprotect(new.packet(2), now=0.0) == rtp(2)
    with pytest.raises(Refused):
        srtp.unprotect(old.packet(0x10003), now=0.0)


def test_a_new_key_may_keep_the_old_counter() -> None:
    # RFC 3711 section 3.3.1: the counter belongs to the source, whatever its key.
    srtp, new = Srtp(keys()), Peer(seed=2)
    srtp.unprotect(Peer().packet(0xFFFF), now=0.0)
    srtp.unprotect(Peer().packet(0x10000), now=0.0)
    srtp.change(keys(seed=2))
    assert srtp.unprotect(new.packet(0x10001), now=0.0) == rtp(0x10001)


def test_without_a_key_nothing_is_heard() -> None:
    srtp = Srtp(SrtpKeys(suite=CM, remote=b"", local=b""))
    with pytest.raises(Refused):
        srtp.unprotect(Peer().packet(1), now=0.0)
    srtp.change(keys())
    assert srtp.unprotect(Peer().packet(1), now=0.0) == rtp(1)


@SUITES
@pytest.mark.parametrize("size", [1, 4])
def test_the_name_of_the_key_is_passed_over(suite: str, size: int) -> None:
    srtp, sealed = Srtp(keys(suite, mki_bytes=size)), Peer(suite).packet(5)
    tag = {CM: 10, "AES_CM_128_HMAC_SHA1_32": 4}.get(suite, 0)
    end = len(sealed) - tag
    named = sealed[:end] + bytes(size) + sealed[end:]
    assert srtp.unprotect(named, now=0.0) == rtp(5)


@SUITES
def test_control_packets_are_sealed_both_ways(suite: str) -> None:
    ours = keys(suite)
    theirs = SrtpKeys(suite=suite, remote=ours.local, local=ours.remote)
    a, b = Srtp(ours), Srtp(theirs)
    report = bytes.fromhex("81c90007 00000001") + bytes(24)
    sealed = a.protect_rtcp(report)
    assert sealed is not None
    assert report[8:] not in sealed
    assert b.unprotect_rtcp(sealed) == report
    with pytest.raises(Refused):
        b.unprotect_rtcp(sealed)


def test_keys_do_not_show() -> None:
    both = keys()
    assert repr(both.remote)[2:10] not in repr(both)
    assert both.remote.hex() not in repr(both)
    assert "remote" not in str(both)
    assert msgspec.json.decode(msgspec.json.encode(both), type=SrtpKeys) == both
