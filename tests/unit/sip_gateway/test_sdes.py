"""Keys of SRTP in session descriptions: offers, answers, changes, refusals; and where keys stay."""

import base64
from typing import Literal

import pytest

from sip_gateway.calls.call import unpack
from sip_gateway.settings import Accepted
from sip_gateway.sip import sdes, sdp
from sip_gateway.sip.message import Response
from sip_gateway.worker_protocol import OpenCall, SrtpKeys, UpdateLegs
from tests.sip_bench import SDP, Bench, Inside, message, statuses

CM = "AES_CM_128_HMAC_SHA1_80"


def inline(size: int = 30, seed: int = 1) -> str:
    return base64.b64encode(bytes([seed]) * size).decode()


def secure(*lines: str) -> str:
    plain = SDP.replace("RTP/AVP", "RTP/SAVP")
    return plain + "".join(f"a=crypto:{line}\r\n" for line in lines)


OFFER = secure(f"1 {CM} inline:{inline()}|2^31", f"2 AEAD_AES_256_GCM inline:{inline(44)}")


def answered(bench: Bench, body: str, *, cseq: int = 1) -> sdp.Media:
    response = bench.send(message("INVITE", body=body, cseq=cseq))[-1]
    assert isinstance(response, Response)
    (media,) = sdp.parse(response.body).media
    return media


def told(bench: Bench) -> SrtpKeys | None:
    order = (bench.orders(OpenCall) + bench.orders(UpdateLegs))[-1]
    assert isinstance(order, OpenCall | UpdateLegs)
    return order.legs[0].srtp


def test_an_encrypted_offer_is_answered_with_a_key_of_ours() -> None:
    bench = Bench()
    media = answered(bench, OFFER)
    (crypto,) = media.crypto
    assert (media.proto, crypto.tag, crypto.suite) == ("RTP/SAVP", 1, CM)
    keys = told(bench)
    assert keys is not None
    assert (keys.remote, keys.local) == (bytes([1]) * 30, crypto.key)
    assert keys.local != keys.remote


@pytest.mark.parametrize("suite", list(sdes.KEY_BYTES))
def test_the_peers_first_suite_that_we_can_do_is_taken(suite: str) -> None:
    bench = Bench()
    size = sdes.KEY_BYTES[suite]
    first = f"1 F8_128_HMAC_SHA1_80 inline:{inline()}"
    media = answered(bench, secure(first, f"7 {suite} inline:{inline(size)}"))
    assert [(c.tag, c.suite, len(c.key)) for c in media.crypto] == [(7, suite, size)]


@pytest.mark.parametrize(
    "line",
    [
        "",
        f"1 {CM}",
        f"x {CM} inline:{inline()}",
        f"1 {CM} inline:{inline(29)}",
        f"1 {CM} inline:{inline(31)}",
        f"1 {CM} inline:%%%",
        f"1 {CM} inline:{inline()}|2^20|1:0",
        f"1 {CM} inline:{inline()}|2^20|1:999",
        f"1 {CM} inline:{inline()}|1:1;inline:{inline()}|2:1",
        f"1 {CM} inline:{inline()} UNENCRYPTED_SRTP",
        f"1 {CM} inline:{inline()} KDR=1",
        f"1 AEAD_AES_128_GCM inline:{inline()}",
        f"1 {CM} uri:{inline()}",
    ],
)
def test_an_encrypted_line_without_a_key_that_we_can_use_gets_488(line: str) -> None:
    assert statuses(Bench().send(message("INVITE", body=secure(line)))) == [100, 488]


def test_a_key_may_have_a_lifetime_a_name_and_harmless_parameters() -> None:
    (crypto,) = sdes.parse([f"3 {CM.lower()} inline:{inline()}|2^31|9:4 WSH=128 -X"])
    assert (crypto.tag, crypto.suite, crypto.mki_bytes) == (3, CM, 4)


@pytest.mark.parametrize(
    ("srtp", "plain", "encrypted"),
    [("offered", 200, 200), ("required", 488, 200), ("never", 200, 488)],
)
def test_the_setting_says_which_calls_are_taken(
    srtp: Literal["offered", "required", "never"], plain: int, encrypted: int
) -> None:
    accepted = Accepted(srtp=srtp)
    assert statuses(Bench(accepted=accepted).send(message("INVITE", body=SDP)))[-1] == plain
    assert statuses(Bench(accepted=accepted).send(message("INVITE", body=OFFER)))[-1] == encrypted


def again(bench: Bench, body: str, *, cseq: int) -> sdp.Media:
    tag = unpack(next(iter(bench.kept.values()))).dialog.id.local_tag
    bench.send(message("ACK", Inside(to_tag=tag), cseq=cseq - 1))
    response = bench.send(message("INVITE", Inside(to_tag=tag), body=body, cseq=cseq))[-1]
    assert isinstance(response, Response)
    return sdp.parse(response.body).media[0]


def test_a_reinvite_with_a_new_key_changes_the_peers_and_keeps_ours() -> None:
    bench = Bench()
    before = answered(bench, OFFER)
    media = again(bench, secure(f"1 {CM} inline:{inline(seed=5)}"), cseq=2)
    keys = told(bench)
    assert keys is not None
    assert keys.remote == bytes([5]) * 30
    assert media.crypto == before.crypto


def test_a_reinvite_with_another_suite_gets_a_new_key_and_a_plain_one_none() -> None:
    bench = Bench()
    answered(bench, OFFER)
    media = again(bench, secure(f"2 AEAD_AES_256_GCM inline:{inline(44)}"), cseq=2)
    assert [(c.tag, len(c.key)) for c in media.crypto] == [(2, 44)]
    media = again(bench, SDP, cseq=3)
    assert (media.proto, media.crypto, told(bench)) == ("RTP/AVP", (), None)


def test_where_it_is_required_our_own_offer_is_encrypted() -> None:
    bench = Bench(accepted=Accepted(srtp="required"))
    media = answered(bench, "")
    assert media.proto == "RTP/SAVP"
    assert [crypto.suite for crypto in media.crypto] == list(sdes.OFFERED)
    assert told(bench) == SrtpKeys(suite=CM, remote=b"", local=b"")
    tag = unpack(next(iter(bench.kept.values()))).dialog.id.local_tag
    answer = secure(f"2 AEAD_AES_256_GCM inline:{inline(44, 3)}")
    bench.send(message("ACK", Inside(to_tag=tag), body=answer))
    keys = told(bench)
    assert keys == SrtpKeys(
        suite="AEAD_AES_256_GCM", remote=bytes([3]) * 44, local=media.crypto[1].key
    )


def test_keys_survive_with_the_call_and_show_nowhere_else() -> None:
    bench = Bench()
    media = answered(bench, OFFER)
    (record,) = bench.kept.values()
    kept = unpack(record)
    assert kept.legs[0].spec.srtp == told(bench)
    shown = repr((kept.legs, kept.description, bench.notes, bench.orders(OpenCall), media))
    for secret in (bytes([1]) * 30, media.crypto[0].key):
        assert repr(secret)[2:-1] not in shown
        assert base64.b64encode(secret).decode() not in shown


def test_without_lines_taken_no_key_is_answered() -> None:
    bench = Bench()
    offer = OFFER + "m=video 4002 RTP/SAVP 96\r\n" + f"a=crypto:1 {CM} inline:{inline()}\r\n"
    response = bench.send(message("INVITE", body=offer))[-1]
    assert isinstance(response, Response)
    assert response.body.count(b"a=crypto") == 1
