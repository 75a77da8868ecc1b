"""What calls in line are made of: health of targets, addresses in descriptions, the latch."""

import msgspec
import pytest

from sip_gateway.inline import description
from sip_gateway.inline.health import ANSWERED_WITHIN_S, TargetHealth
from sip_gateway.inline.settings import Inline, Route
from sip_gateway.inline.target import read
from sip_gateway.media.latch import MOVES_AFTER_S, Latch
from sip_gateway.settings import Settings
from sip_gateway.sip import sdp

TOLD, MOVED, STRANGER = ("192.0.2.1", 4000), ("192.0.2.1", 4444), ("203.0.113.9", 4000)


def health(**changes: float) -> TargetHealth:
    chosen = {"every_s": 10, "down_after": 2, "up_after": 3} | changes
    return TargetHealth(**chosen, now=0.0)  # type: ignore[arg-type]


def test_a_target_is_down_after_so_many_silences_and_up_after_so_many_answers() -> None:
    target = health()
    seen = []
    for n, answers in enumerate([False, True, False, False, True, True, False, True, True, True]):
        now = 10.0 * n
        assert target.due(now=now)
        target.asked(now=now)
        assert not target.due(now=now)
        assert target.next_timer() == now + ANSWERED_WITHIN_S
        if answers:
            target.answered(404)
        target.wake(now=now + ANSWERED_WITHIN_S)
        assert target.next_timer() == now + 10
        seen.append(target.up)
    assert seen == [True, True, True, False, False, False, False, False, False, True]


@pytest.mark.parametrize(("status", "up"), [(200, True), (405, True), (486, True), (503, False)])
def test_what_a_target_says_of_itself_counts(status: int, up: bool) -> None:
    target = health(down_after=1)
    target.asked(now=0.0)
    target.answered(status)
    assert target.up is up


def test_nobody_at_home_is_known_at_once() -> None:
    target = health(down_after=5)
    target.unreachable()
    assert not target.up


def test_without_pings_no_target_is_down_because_nobody_would_find_it_back() -> None:
    target = health(every_s=0, down_after=1)
    target.unreachable()
    target.answered(503)
    assert target.up
    assert not target.due(now=100.0)
    assert target.next_timer() is None


OFFER = b"\r\n".join(
    (
        b"v=0",
        b"o=PBX 77 3 IN IP4 10.0.0.5",
        b"s=Session",
        b"c=IN IP4 10.0.0.5",
        b"t=0 0",
        b"a=group:BUNDLE 0 1",
        b"a=ice-lite",
        b"m=audio 4000/1 RTP/SAVP 111 8",
        b"a=rtpmap:111 opus/48000/2",
        b"a=fmtp:111 useinbandfec=1",
        b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB",
        b"a=rtcp:4005 IN IP4 10.0.0.6",
        b"a=candidate:1 1 UDP 2130706431 10.0.0.5 4000 typ host",
        b"a=mid:0",
        b"m=video 0 RTP/AVP 99",
        b"m=message 2855 TCP/MSRP *",
        b"c=IN IP4 0.0.0.0",
        b"m=image 4100 udptl t38",
        b"c=IN IP6 2001:db8::5",
        b"",
    )
)


def test_only_addresses_and_ports_are_ours_and_what_leads_around_us_is_gone() -> None:
    ours = description.rewritten(OFFER, host="192.0.2.9", ports={0: 30_000, 3: 30_002})
    assert ours.decode().split("\r\n") == [
        "v=0",
        "o=PBX 77 3 IN IP4 192.0.2.9",
        "s=Session",
        "c=IN IP4 192.0.2.9",
        "t=0 0",
        "m=audio 30000 RTP/SAVP 111 8",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 useinbandfec=1",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB",
        "a=rtcp:30001",
        "a=mid:0",
        "m=video 0 RTP/AVP 99",
        "m=message 0 TCP/MSRP *",
        "c=IN IP4 0.0.0.0",
        "m=image 30002 udptl t38",
        "c=IN IP4 192.0.2.9",
        "",
    ]


def test_lines_that_want_a_relay_and_where_they_want_it() -> None:
    assert description.wanted(OFFER) == (0, 3)
    remotes = description.remotes(OFFER)
    assert {n: (r.host, r.port, r.rtcp_host, r.rtcp_port) for n, r in remotes.items()} == {
        0: ("10.0.0.5", 4000, "10.0.0.6", 4005),
        3: ("2001:db8::5", 4100, "2001:db8::5", 4101),
    }


def test_our_side_may_speak_another_version_of_ip() -> None:
    ours = description.rewritten(OFFER, host="2001:db8::9", ports={0: 30_000})
    assert b"c=IN IP6 2001:db8::9\r\n" in ours
    assert sdp.parse(ours).media[0].address == "2001:db8::9"


@pytest.mark.parametrize(("theirs", "ours"), [(4000, 30_000), (4001, 30_001), (4005, 30_001)])
def test_a_party_that_has_both_on_one_port_gets_one_port(theirs: int, ours: int) -> None:
    media = b"v=0\r\nc=IN IP4 10.0.0.5\r\nm=audio 4000 RTP/AVP 8\r\na=rtcp-mux\r\n"
    told = description.rewritten(
        media + f"a=rtcp:{theirs}\r\n".encode(), host="192.0.2.9", ports={0: 30_000}
    )
    assert told.endswith(f"a=rtcp-mux\r\na=rtcp:{ours}\r\n".encode())


def latch(*sources: str) -> Latch:
    made = Latch()
    made.announce(TOLD, sources)
    return made


def test_packets_go_where_they_come_from_once_they_come() -> None:
    here = latch("192.0.2.1")
    assert here.destination == TOLD
    assert here.admits(MOVED, now=0.0)
    assert here.destination == MOVED
    assert here.admits(TOLD, now=0.1), "the address that was told counts at any time"
    assert here.destination == TOLD


def test_a_stranger_gets_nothing_and_is_not_heard() -> None:
    here = latch("192.0.2.1")
    assert not here.admits(STRANGER, now=0.0)
    assert here.destination == TOLD
    assert not latch().admits(MOVED, now=0.0), "by default of the setting `told` nobody else is"


def test_a_source_is_replaced_only_once_it_is_silent() -> None:
    here = latch("*")
    assert here.admits(MOVED, now=0.0)
    assert not here.admits(STRANGER, now=MOVES_AFTER_S / 2)
    assert here.admits(STRANGER, now=MOVES_AFTER_S)
    assert here.destination == STRANGER


def test_a_new_address_is_found_anew_and_the_same_one_is_not() -> None:
    here = latch("192.0.2.1")
    here.admits(MOVED, now=0.0)
    here.announce(TOLD, ["192.0.2.1"])
    assert here.destination == MOVED
    here.announce(("192.0.2.2", 5000), ["192.0.2.2"])
    assert here.destination == ("192.0.2.2", 5000)
    assert not here.admits(MOVED, now=0.1)


@pytest.mark.parametrize(
    ("text", "port", "transport"),
    [
        ("sip:pbx", None, ""),
        ("sip:pbx:5070;transport=TCP", 5070, "tcp"),
        ("sips:pbx", None, "tls"),
        ("sip:[2001:db8::5];transport=tls", None, "tls"),
    ],
)
def test_targets_are_sip_uris(text: str, port: int | None, transport: str) -> None:
    assert read(text)[2:4] == (port, transport)


@pytest.mark.parametrize(
    "wrong",
    [
        {"routes": [{"targets": []}]},
        {"routes": [{"targets": ["pbx:5060"]}]},
        {"routes": [{"targets": ["sip:pbx;transport=sctp"]}]},
        {"routes": [{"targets": ["sip:pbx"], "sources": ["10.0.0.0/33"]}]},
        {"routes": [{"targets": ["sips:pbx;transport=udp"]}]},
        {"name_servers": ["dns.example"]},
        {"tls": {"certificate": "ours.pem"}},
        {"try_next_after_s": 0},
        {"down_after": 0},
    ],
)
def test_settings_that_cannot_work_stop_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Inline)


def test_a_target_over_tls_needs_a_certificate_of_ours() -> None:
    with pytest.raises(ValueError, match="tls"):
        Settings(inline=Inline(routes=(Route(targets=("sips:pbx",)),)))
