"""Whole recordings as the field's recording clients send them: begun, changed, broken."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from sip_gateway.calls import attributes, sessions
from sip_gateway.settings import Accepted
from sip_gateway.sip import sdp
from sip_gateway.sip.message import Headers, Request, Response
from sip_gateway.siprec.metadata import read
from sip_gateway.worker_protocol import LegSpec, OpenCall, UpdateLegs
from tests.sip_bench import SDP, TCP, Bench, message, statuses

DATA = Path(__file__).parents[2] / "data" / "siprec"
FLOW = TCP
Party = tuple[str, str, str]

CARL, ANN = "Carl", "Ann Agent"
BEGUN: dict[str, tuple[str, list[Party]]] = {
    "oracle": (
        "KaN/G7StRcxaeBcmQo4f5w==",
        [("553654187", "customer", CARL), ("553654188", "agent", ANN)],
    ),
    "cisco": ("XZcG+qVJEeWAGpxrLFIN1w==", [("1", "customer", CARL), ("2", "agent", ANN)]),
    "audiocodes": (
        "0000-0000-0000-0000-bf3ac7b5a1c5f00",
        [("1", "customer", CARL), ("2", "agent", ANN)],
    ),
    "ribbon": ("7e7d0d10-ses", [("leg-a", "customer", CARL), ("leg-b", "agent", ANN)]),
    "broadworks": (
        "urn:uuid:759af1dc-27f7-42bb-8eca-3985d62c9458",
        [("1", "agent", ANN), ("2", "customer", CARL)],
    ),
    "metaswitch": ("cs-2", [("96", "customer", CARL), ("97", "agent", ANN)]),
    "avaya": ("av-ses-1", [("1", "customer", CARL), ("2", "agent", ANN)]),
}

TOLD = {
    "oracle": {"ucid": "00FA080018803B69810C6D;encoding=hex"},
    "cisco": {"cisco-guid": "1574086394-2773000677-2149228587-0743574999"},
    "audiocodes": {
        "avayaucid": "FA080019001038F725B3",
        "genesysuuid": "4BOKLLA3VH66JF112M1CC9VHKS14F0KP",
    },
    "ribbon": {"gcid": "589825"},
    "broadworks": {"exttrackingid": "152463:1"},
    "metaswitch": {},
    "avaya": {"ucid": "00001001551707824348"},
}


def raw(vendor: str, name: str, *, tag: str = "") -> bytes:
    return (DATA / vendor / f"{name}.sip").read_bytes().replace(b"@TAG@", tag.encode())


def begin(
    vendor: str, name: str = "invite", *, wanted: Sequence[str] | None = None
) -> tuple[Bench, str]:
    """A recording under way, and our tag."""
    bench = Bench() if wanted is None else Bench(accepted=Accepted(attributes=tuple(wanted)))
    invite = raw(vendor, name)
    ok = bench.send(invite, FLOW)[-1]
    assert isinstance(ok, Response) and ok.status == 200, ok
    head = invite.partition(b"\r\nContent-Type")[0].replace(b"INVITE", b"ACK")
    ack = head.replace(
        b"To: <sip:srs@192.0.2.9>", f"To: <sip:srs@192.0.2.9>;tag={ok.to.tag}".encode()
    )
    assert bench.send(ack + b"\r\nContent-Length: 0\r\n\r\n", FLOW) == []
    return bench, ok.to.tag


def opened(bench: Bench) -> OpenCall:
    (order,) = bench.orders(OpenCall)
    assert isinstance(order, OpenCall)
    return order


def changed(bench: Bench) -> tuple[LegSpec, ...]:
    order = bench.orders(UpdateLegs)[-1]
    assert isinstance(order, UpdateLegs)
    return order.legs


def parties(legs: tuple[LegSpec, ...]) -> list[Party]:
    return [(leg.label, leg.role, leg.participant_name) for leg in legs]


@pytest.mark.parametrize("vendor", BEGUN)
def test_a_recording_of_each_vendor_begins_with_who_is_who(vendor: str) -> None:
    bench, _ = begin(vendor)
    session_id, expected = BEGUN[vendor]
    order = opened(bench)
    assert (order.ingress, order.external_id) == ("siprec", session_id)
    assert parties(order.legs) == expected
    assert all(leg.participant_aor and not leg.held for leg in order.legs)
    answer = next(m for m in bench.received() if isinstance(m, Response) and m.status == 200)
    offered = [label for label, _, _ in expected]
    assert [line.label for line in sdp.parse(answer.body).media] == offered
    assert all(line.direction == "recvonly" for line in sdp.parse(answer.body).media)


@pytest.mark.parametrize("vendor", TOLD)
def test_the_ids_of_the_contact_centre_are_kept_and_nothing_personal(vendor: str) -> None:
    bench, _ = begin(vendor)
    assert _told(opened(bench)) == TOLD[vendor]


GROUPS = {
    "oracle": None,
    "cisco": None,
    "audiocodes": "00000000-0000-0005-bf03-0090f8123456",
    "ribbon": "7e7d0d10-grp",
    "broadworks": "urn:uuid:9529b910-87b6-4299-a6fe-350f0dcb1f5e",
    "metaswitch": None,
    "avaya": None,
}


@pytest.mark.parametrize("vendor", GROUPS)
def test_what_sessions_have_in_common_is_told_where_the_metadata_tells(vendor: str) -> None:
    bench, _ = begin(vendor)
    assert opened(bench).attributes.get(sessions.GROUP) == GROUPS[vendor]


def _told(order: OpenCall) -> dict[str, str]:
    return {name: text for name, text in order.attributes.items() if name != sessions.GROUP}


def test_personal_attributes_are_kept_where_the_operator_names_them() -> None:
    bench, _ = begin("avaya", wanted=["X-ANI", "x-dnis", "X-Agent-ID", "User-to-User"])
    assert opened(bench).attributes == {
        "x-ani": "+12025550143",
        "x-dnis": "8005550199",
        "x-agent-id": "4711",
        "user-to-user": "00FA080001100155AB3F1A2B;encoding=hex",
    }
    bench, _ = begin("oracle", wanted=["x-agent-id", "callerOrig"])
    assert opened(bench).attributes == {"x-agent-id": "4711", "callerorig": "true"}
    bench, _ = begin("broadworks", wanted=["callingPartyNumber"])
    assert _told(opened(bench)) == {"callingpartynumber": "sip:+12025550143@as.example"}


def test_no_attribute_is_ever_logged() -> None:
    bench, _ = begin("avaya", wanted=["X-ANI"])
    assert "12025550143" not in repr(bench.notes)


def test_attributes_are_bounded_in_number_and_length() -> None:
    fields = [(f"X-{n}", "v") for n in range(40)] + [("X-Long", "x" * 500), ("X-Odd", "a\x07b")]
    invite = Request(Headers(fields), b"", "INVITE", "sip:a@b")
    wanted = [name for name, _ in fields]
    told = attributes.chosen(attributes.said_in(invite), wanted)
    assert len(told) == attributes.MOST
    assert attributes.chosen(attributes.said_in(invite), ["x-long", "x-odd"]) == {}
    many = "".join(f"<a{n}>v</a{n}>" for n in range(100))
    assert len(read(f"<recording>{many}</recording>".encode()).extensions) == 32


def test_a_header_counts_before_the_metadata() -> None:
    invite = raw("oracle", "invite").replace(b"Require: siprec", b"Require: siprec\r\nUCID: header")
    bench = Bench()
    bench.send(invite, FLOW)
    assert opened(bench).attributes == {"ucid": "header"}


def test_a_transfer_changes_who_speaks_and_keeps_the_leg() -> None:
    bench, tag = begin("oracle")
    assert statuses(bench.send(raw("oracle", "transfer", tag=tag), FLOW))[-1] == 200
    legs = changed(bench)
    assert parties(legs) == [("553654187", "customer", CARL), ("553654188", "agent", "Dora Agent")]
    assert [leg.channel for leg in legs] == [0, 1]


def test_hold_silences_one_leg_and_ends_nothing() -> None:
    bench, tag = begin("oracle")
    assert statuses(bench.send(raw("oracle", "hold", tag=tag), FLOW))[-1] == 200
    assert [leg.held for leg in changed(bench)] == [True, False]
    assert bench.switchboard.active() == 1


def test_a_third_participant_joins_by_partial_metadata_and_the_agent_leaves() -> None:
    bench, tag = begin("cisco")
    assert statuses(bench.send(raw("cisco", "third_joins", tag=tag), FLOW))[-1] == 200
    assert parties(changed(bench)) == [
        ("1", "customer", CARL),
        ("2", "agent", ANN),
        ("3", "agent", "Dora Agent"),
    ]
    assert statuses(bench.send(raw("cisco", "agent_leaves", tag=tag), FLOW)) == [200]
    names = [leg.participant_name for leg in changed(bench)]
    assert names == [CARL, "", "Dora Agent"], "who left speaks no more; the others stay"


def test_pause_and_resume_by_sdp_alone_keep_the_names() -> None:
    bench, tag = begin("audiocodes")
    bench.send(raw("audiocodes", "paused", tag=tag), FLOW)
    assert [leg.held for leg in changed(bench)] == [True, True]
    bench.send(raw("audiocodes", "resumed", tag=tag), FLOW)
    assert [leg.held for leg in changed(bench)] == [False, False]
    assert [leg.participant_name for leg in changed(bench)] == [CARL, ANN]
    assert bench.switchboard.active() == 1


def test_a_stream_that_is_closed_leaves_the_other_its_name() -> None:
    bench, tag = begin("ribbon")
    ok = bench.send(raw("ribbon", "port_0", tag=tag), FLOW)[-1]
    assert isinstance(ok, Response)
    assert [line.port for line in sdp.parse(ok.body).media] == [0, 20002]
    assert parties(changed(bench)) == [("leg-b", "agent", ANN)]


def test_one_stream_of_both_voices_has_nobodys_name() -> None:
    bench, _ = begin("broadworks", "mixed")
    assert parties(opened(bench).legs) == [("1", "speaker_1", "")]


def test_a_recording_without_metadata_is_taken() -> None:
    bench, _ = begin("cisco", "no_metadata")
    assert [leg.label for leg in opened(bench).legs] == ["1", "2"]


BROKEN = {
    ("oracle", "broken_metadata_cut"): 200,
    ("oracle", "broken_only_g729"): 488,
    ("cisco", "broken_labels_of_nobody"): 200,
    ("audiocodes", "broken_boundary"): 400,
    ("ribbon", "broken_encoding"): 200,
    ("broadworks", "broken_doctype"): 200,
    ("metaswitch", "broken_two_sdp"): 400,
    ("avaya", "broken_endless_header"): 400,
}


@pytest.mark.parametrize(("vendor", "name"), BROKEN)
def test_what_is_broken_costs_names_where_it_can_and_the_call_where_it_must(
    vendor: str, name: str
) -> None:
    bench = Bench()
    assert statuses(bench.send(raw(vendor, name), FLOW))[-1] == BROKEN[vendor, name]
    for order in bench.orders(OpenCall):
        assert isinstance(order, OpenCall)
        assert all(not leg.participant_name for leg in order.legs)
    good = begin("oracle")[0]
    assert good.switchboard.active() == 1


SEEN: dict[str, tuple[str, list[Party]]] = {
    "audiocodes_opus": ("ac-7", [("1", "customer", CARL), ("2", "agent", ANN)]),
    "avaya_sbce": (
        "04FA08002C0007671C00D3" + 26 * "434F7C61",
        [("10", "customer", CARL), ("20", "agent", ANN), ("30", "speaker_3", "")],
    ),
    "cisco_inactive": ("cu/be==", [("1", "speaker_1", ""), ("2", "speaker_2", "")]),
    "intrado": ("ses-911", [("1", "speaker_1", "")]),
    "jambonz": ("jb-ses", [("1", "customer", CARL), ("2", "agent", ANN)]),
    "metaswitch_mixed": ("ms-1", [("1", "speaker_1", "")]),
    "netsapiens": ("20260129201748000671", [("1", "customer", CARL), ("2", "agent", ANN)]),
    "opensips": ("oS/5+A==", [("0", "customer", CARL), ("1", "agent", ANN)]),
    "opensips_without_associations": (
        "oS/5+A==",
        [("1", "speaker_1", ""), ("2", "speaker_2", "")],
    ),
    "oracle_headers": (
        "0rBXFi0C==",
        [("201835599", "customer", CARL), ("201835600", "agent", ANN)],
    ),
    "sems": ("se/ms==", [("a_leg", "agent", ANN), ("b_leg", "customer", CARL)]),
}
"""Shapes that recording clients were seen to send: tests/data/siprec/ORIGIN.md."""


@pytest.mark.parametrize("name", SEEN)
def test_what_recording_clients_were_seen_to_send_is_taken(name: str) -> None:
    bench, _ = begin("seen", name)
    order = opened(bench)
    assert (order.ingress, order.external_id) == ("siprec", SEEN[name][0])
    assert parties(order.legs) == SEEN[name][1]
    assert [leg.held for leg in order.legs] == [name == "cisco_inactive"] * len(order.legs)


def test_headers_that_a_client_wraps_in_elements_of_their_own_are_read() -> None:
    bench, _ = begin("seen", "oracle_headers")
    assert opened(bench).attributes == {
        "ucid": "00FA081003B9CF5E7DF7E6;encoding=hex",
        "x-genesys-calluuid": "4BOKLLA3VH66JF112M1CC9VHKS14F0KQ",
    }
    bench, _ = begin("seen", "netsapiens", wanted=["xferredGroupID", "groupSeq"])
    assert _told(opened(bench)) == {"groupseq": "1", "xferredgroupid": "5ed05251"}
    bench, _ = begin("seen", "jambonz", wanted=["callsid", "carrier"])
    assert opened(bench).attributes == {"callsid": "3e5d869a-0001", "carrier": "carrier-1"}


def test_metadata_in_a_bye_do_not_keep_it_from_ending_the_call() -> None:
    bench, tag = begin("seen", "sems")
    assert statuses(bench.send(raw("seen", "bye_with_metadata", tag=tag), FLOW)) == [200]
    assert bench.switchboard.active() == 0


def test_who_left_by_an_early_drafts_word_speaks_no_more() -> None:
    left = b"<participant id='%s'><disassociate-time>t</disassociate-time></participant>"
    told = read(b"<recording><datamode>partial</datamode>" + left % b"ann==" + b"</recording>")
    assert told.gone == ("ann==",)


def test_every_fixture_is_used() -> None:
    used = {f"{vendor}/invite" for vendor in BEGUN} | {f"{v}/{n}" for v, n in BROKEN}
    used |= {"oracle/transfer", "oracle/hold", "cisco/third_joins", "cisco/agent_leaves"}
    used |= {"cisco/no_metadata", "audiocodes/paused", "audiocodes/resumed", "ribbon/port_0"}
    used |= {"broadworks/mixed", "seen/bye_with_metadata", *(f"seen/{name}" for name in SEEN)}
    # rs_many: test_sessions.py
    there = {f"{p.parent.name}/{p.stem}" for p in DATA.glob("*/*.sip")}
    assert {name for name in there if not name.startswith("rs_many/")} == used


def test_a_participant_who_comes_back_speaks_again() -> None:
    known = read((DATA / "rfc7865.xml").read_bytes())
    assert known.speaker("1") is not None
    both = (
        b"<recording><datamode>partial</datamode>"
        b'<participantsessionassoc participant_id="ann=="><disassociate-time>t</disassociate-time>'
        b'</participantsessionassoc><participantsessionassoc participant_id="ann=="/></recording>'
    )
    assert read(both).gone == ()
    assert read(both.replace(b'<participantsessionassoc participant_id="ann=="/>', b"")).gone == (
        "ann==",
    )


def test_a_call_has_no_more_legs_than_the_operator_lets_it_have() -> None:
    bench = Bench(accepted=Accepted(max_legs=2))
    line = "m=audio {} RTP/AVP 0\r\na=sendonly\r\n"
    many = SDP + "".join(line.format(4100 + 2 * n) for n in range(5))
    ok = bench.send(message("INVITE", body=many))[-1]
    assert isinstance(ok, Response)
    assert len(opened(bench).legs) == 2
    assert [bool(m.port) for m in sdp.parse(ok.body).media] == [True, True, *[False] * 4]


def test_metadata_without_sdp_opens_no_more_ports_than_a_call_may_have() -> None:
    streams = "".join(f'<stream stream_id="{n}"><label>{n}</label></stream>' for n in range(900))
    body = f"<recording>{streams}</recording>"
    bench = Bench()
    kind = "application/rs-metadata+xml"
    ok = bench.send(message("INVITE", body=body, Content_Type=kind, Require="siprec"))[-1]
    assert isinstance(ok, Response) and ok.status == 200
    assert len(opened(bench).legs) == 8
