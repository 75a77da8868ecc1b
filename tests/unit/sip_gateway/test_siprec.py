"""SIPREC: metadata dialects, bodies of several parts, who is who, and whole recording sessions."""

from pathlib import Path

import pytest

from sip_gateway.settings import Settings
from sip_gateway.sip import multipart, sdp
from sip_gateway.sip.message import Headers, Request, Response
from sip_gateway.siprec import document, roles
from sip_gateway.siprec.metadata import BadMetadata, Metadata, Participant, merge, read
from sip_gateway.worker_protocol import LegSpec, OpenCall, UpdateLegs
from tests.sip_bench import Bench, message, statuses

DATA = Path(__file__).parents[2] / "data" / "siprec"
DIALECTS = {
    "rfc7865.xml": ("1", "2", "hVpd7YQgRW2nD22h7q60JQ=="),
    "draft_send_in_participant.xml": ("181", "182", "A1b2"),
    "prefixed.xml": ("agent-leg", "customer-leg", "pfx-1"),
    "elements_for_ids.xml": ("A", "B", "el-1"),
}
BOUNDARY = "unique-boundary-1"


def offer(*labels: str, extra: str = "a=sendonly\r\n") -> str:
    lines = ["v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"]
    for i, label in enumerate(labels):
        lines.append(f"m=audio {4000 + 2 * i} RTP/AVP 0\r\n{extra}a=label:{label}\r\n")
    return "".join(lines)


def recording(
    description: str, metadata: bytes, *, metadata_first: bool = False, kind: str = "+xml"
) -> tuple[str, bytes]:
    parts = [
        b"Content-Type: application/sdp\r\n\r\n" + description.encode(),
        f"Content-Type: application/rs-metadata{kind}\r\n".encode()
        + b"Content-Disposition: recording-session\r\n\r\n"
        + metadata,
        b"Content-Type: application/vnd.example.extra\r\n\r\nwhatever",
    ]
    if metadata_first:
        parts.reverse()
    delimiter = f"--{BOUNDARY}".encode()
    body = b"\r\n".join(delimiter + b"\r\n" + part for part in parts)
    return f"multipart/mixed; boundary={BOUNDARY}", body + b"\r\n" + delimiter + b"--\r\n"


def invite(content_type: str, body: bytes) -> bytes:
    contact = "<sip:src@192.0.2.1:5070>;+sip.src"
    return message(
        "INVITE", body=body, Content_Type=content_type, Require="siprec", Contact=contact
    )


def legs_of(bench: Bench, kind: type[OpenCall] | type[UpdateLegs] = OpenCall) -> list[LegSpec]:
    order = bench.orders(kind)[-1]
    assert isinstance(order, OpenCall | UpdateLegs)
    return list(order.legs)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_names_who_sends_which_label(dialect: str) -> None:
    ann, carl, session_id = DIALECTS[dialect]
    metadata = read((DATA / dialect).read_bytes())
    speaker = metadata.speaker(ann)
    assert speaker is not None and speaker.name == "Ann Agent"
    speaker = metadata.speaker(carl)
    assert speaker is not None and speaker.name == "Carl"
    assert speaker.aor.endswith("carl@example.net")
    assert metadata.session_id == session_id


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"not xml",
        b"<recording>",
        b"<html/>",
        b'<!DOCTYPE recording [<!ENTITY a "b">]><recording>&a;</recording>',
        b"<recording>" + b"<a>" * 50 + b"</a>" * 50 + b"</recording>",
        b"<recording>" + b"<a/>" * 3000 + b"</recording>",
        b'<?xml version="1.0" encoding="klingon"?><recording/>',
    ],
)
def test_what_is_no_metadata_is_refused_without_harm(broken: bytes) -> None:
    with pytest.raises(BadMetadata):
        read(broken)


def test_a_stream_of_several_senders_has_no_single_speaker() -> None:
    mixed = b"""<recording><participant participant_id="a"><send>s</send></participant>
    <participant participant_id="b"><send>s</send></participant>
    <stream stream_id="s"><label>1</label></stream></recording>"""
    assert read(mixed).speaker("1") is None


def test_partial_metadata_adds_to_what_is_known_and_complete_replaces_it() -> None:
    known = read((DATA / "rfc7865.xml").read_bytes())
    partial = read(
        b"""<recording><datamode>partial</datamode>
        <participant participant_id="dora"><nameID aor="sip:dora@example.com"/></participant>
        <participantstreamassoc participant_id="dora"><send>s-carl==</send>
        </participantstreamassoc></recording>"""
    )
    merged = merge(known, partial)
    speaker, other = merged.speaker("2"), merged.speaker("1")
    assert speaker is not None and speaker.aor == "sip:dora@example.com"
    assert other is not None and other.name == "Ann Agent"
    complete = Metadata(labels={"x": "9"})
    assert merge(known, complete) == complete


def test_a_participant_that_left_sends_nothing_any_more() -> None:
    left = read(
        b"""<recording><datamode>partial</datamode><participantstreamassoc participant_id="ann==">
        <send>s-ann==</send><disassociate-time>2026-01-01T12:05:00Z</disassociate-time>
        </participantstreamassoc></recording>"""
    )
    merged = merge(read((DATA / "rfc7865.xml").read_bytes()), left)
    assert merged.speaker("1") is None


def test_what_we_write_we_read() -> None:
    speakers = [
        document.Speaker("1", 'Ann "A" <Agent> & Co', "sip:ann@example.com"),
        document.Speaker("2", "Zoë", "sip:zoe@example.com"),
    ]
    metadata = read(document.write("session&1", speakers))
    assert metadata.session_id == "session&1"
    for speaker in speakers:
        assert metadata.speaker(speaker.label) == Participant(name=speaker.name, aor=speaker.aor)


@pytest.mark.parametrize(
    ("parties", "expected"),
    [
        ((("Ann Agent", ""), ("Carl", "")), ["agent", "customer"]),
        ((("Carl", ""), ("", "sip:AGENT7@x")), ["customer", "agent"]),
        ((("Customer", ""), ("", "")), ["customer", "agent"]),
        ((("Ann", ""), ("Bob", "")), ["speaker_1", "speaker_2"]),
        ((("Ann", "sip:1@agents.example"), ("Carl caller", "sip:2@agents.example")),
         ["agent", "customer"]),
        ((("Agent", ""), ("Bob", ""), ("Caller", "")), ["agent", "speaker_2", "customer"]),
        ((("Caller", ""),), ["customer"]),
        ((None, None), ["speaker_1", "speaker_2"]),
        ((None, ("agent", "")), ["customer", "agent"]),
    ],
)  # fmt: skip
def test_roles_follow_the_patterns(
    parties: tuple[tuple[str, str] | None, ...], expected: list[str]
) -> None:
    people = [Participant(name=p[0], aor=p[1]) if p else None for p in parties]
    assert roles.decide(people, Settings()) == expected


@pytest.mark.parametrize("metadata_first", [False, True])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_recording_session_has_its_legs_by_label(dialect: str, metadata_first: bool) -> None:
    ann, carl, session_id = DIALECTS[dialect]
    bench = Bench()
    body = recording(offer(carl, ann), (DATA / dialect).read_bytes(), metadata_first=metadata_first)
    ok = bench.send(invite(*body))[-1]
    assert isinstance(ok, Response) and ok.status == 200
    assert "+sip.srs" in (ok.headers.get("Contact") or "")
    order = bench.orders(OpenCall)[0]
    assert isinstance(order, OpenCall)
    assert (order.ingress, order.external_id) == ("siprec", session_id)
    said = [(leg.channel, leg.role, leg.label, leg.participant_name) for leg in order.legs]
    assert said == [(0, "customer", carl, "Carl"), (1, "agent", ann, "Ann Agent")]
    lines = sdp.parse(ok.body).media
    assert [(m.port, m.direction, m.label) for m in lines] == [
        (20000, "recvonly", carl),
        (20002, "recvonly", ann),
    ]


def test_metadata_of_the_old_media_type_is_read() -> None:
    bench = Bench()
    body = recording(offer("2", "1"), (DATA / "rfc7865.xml").read_bytes(), kind="")
    bench.send(invite(*body))
    assert [leg.role for leg in legs_of(bench)] == ["customer", "agent"]


def test_unreadable_metadata_costs_the_names_not_the_recording() -> None:
    bench = Bench()
    assert statuses(bench.send(invite(*recording(offer("1", "2"), b"<oops"))))[-1] == 200
    assert [leg.role for leg in legs_of(bench)] == ["speaker_1", "speaker_2"]


def test_a_session_without_metadata_is_recorded_too() -> None:
    bench = Bench()
    bench.send(invite("application/sdp", offer("1", "2").encode()))
    assert [leg.label for leg in legs_of(bench)] == ["1", "2"]
    order = bench.orders(OpenCall)[0]
    assert isinstance(order, OpenCall) and order.ingress == "siprec"


def test_lines_we_cannot_take_are_answered_in_place_with_port_0() -> None:
    bench = Bench()
    mixed = offer("2", "1").replace("m=audio 4000", "m=video 3998 RTP/AVP 31\r\nm=audio 4000")
    ok = bench.send(invite(*recording(mixed, (DATA / "rfc7865.xml").read_bytes())))[-1]
    assert isinstance(ok, Response)
    assert [(m.kind, m.port) for m in sdp.parse(ok.body).media] == [
        ("video", 0),
        ("audio", 20000),
        ("audio", 20002),
    ]
    assert [leg.channel for leg in legs_of(bench)] == [0, 1]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/mixed", b"--x\r\n\r\nno boundary named\r\n--x--"),
        ("multipart/mixed;boundary=x", b"no delimiter at all"),
        ("multipart/mixed;boundary=x", b"--x\r\n\r\na\r\n" * 40 + b"--x--"),
    ],
)
def test_a_body_without_its_parts_gets_400(content_type: str, body: bytes) -> None:
    assert statuses(Bench().send(invite(content_type, body)))[-1] == 400


def talking(bench: Bench) -> str:
    body = recording(offer("2", "1"), (DATA / "rfc7865.xml").read_bytes())
    ok = bench.send(invite(*body))[-1]
    assert isinstance(ok, Response)
    bench.send(message("ACK", to_tag=ok.to.tag))
    return ok.to.tag


def test_pause_and_resume_of_one_stream_leaves_the_other_alone() -> None:
    bench = Bench()
    tag = talking(bench)
    paused = offer("2", "1").replace("a=sendonly", "a=inactive", 1)
    assert statuses(bench.send(message("INVITE", cseq=2, to_tag=tag, body=paused)))[-1] == 200
    assert [leg.held for leg in legs_of(bench, UpdateLegs)] == [True, False]
    assert [leg.role for leg in legs_of(bench, UpdateLegs)] == ["customer", "agent"]
    bench.send(message("INVITE", cseq=3, to_tag=tag, body=offer("2", "1")))
    assert [leg.held for leg in legs_of(bench, UpdateLegs)] == [False, False]


def test_a_third_party_joins_and_the_first_leaves() -> None:
    bench = Bench()
    tag = talking(bench)
    update = (DATA / "rfc7865.xml").read_text().replace("</recording>", "") + (
        '<participant participant_id="d"><nameID aor="sip:d@x"><name>Dora</name></nameID>'
        '</participant><stream stream_id="sd"><label>3</label></stream>'
        '<participantstreamassoc participant_id="d"><send>sd</send></participantstreamassoc>'
        "</recording>"
    )
    three = offer("2", "1", "3").replace("m=audio 4000", "m=audio 0")
    content_type, body = recording(three, update.encode())
    ok = bench.send(message("INVITE", cseq=2, to_tag=tag, body=body, Content_Type=content_type))
    assert statuses(ok)[-1] == 200
    said = [(leg.channel, leg.label, leg.participant_name) for leg in legs_of(bench, UpdateLegs)]
    assert said == [(1, "1", "Ann Agent"), (2, "3", "Dora")]


def test_a_stream_that_comes_back_is_a_new_leg() -> None:
    bench = Bench()
    tag = talking(bench)
    without = offer("2", "1").replace("m=audio 4000", "m=audio 0")
    bench.send(message("INVITE", cseq=2, to_tag=tag, body=without))
    bench.send(message("INVITE", cseq=3, to_tag=tag, body=offer("2", "1")))
    assert [leg.channel for leg in legs_of(bench, UpdateLegs)] == [2, 1]


def test_metadata_in_an_update_changes_who_speaks() -> None:
    bench = Bench()
    tag = talking(bench)
    changed = (DATA / "rfc7865.xml").read_bytes().replace(b">Carl<", b">Cleo<")
    kind = "application/rs-metadata+xml"
    update = message("UPDATE", cseq=2, to_tag=tag, body=changed, Content_Type=kind)
    (ok,) = bench.send(update)
    assert isinstance(ok, Response) and (ok.status, ok.body) == (200, b"")
    assert [leg.participant_name for leg in legs_of(bench, UpdateLegs)] == ["Cleo", "Ann Agent"]


def test_parts_come_out_as_they_went_in() -> None:
    content_type, body = multipart.build(
        [
            (multipart.Part("application/sdp", b"v=0\r\n"), "session"),
            (multipart.Part("text/x", b"\r\n\r\nblank\r\n"), "render"),
        ],
        boundary="parts",
    )
    request = Request(Headers([("Content-Type", content_type)]), body, "INVITE", "sip:a@b")
    found = multipart.parts(request)
    assert [(part.media_type, part.body) for part in found] == [
        ("application/sdp", b"v=0\r\n"),
        ("text/x", b"\r\n\r\nblank\r\n"),
    ]


def test_nested_parts_and_bare_line_feeds_are_read() -> None:
    body = (
        b'preamble\n--o\nContent-Type: multipart/related; boundary="i n"\n\n'
        b"--i n\nContent-Type: application/sdp\n\nv=0\n\n--i n--\n--o\n\nplain\n--o--\nepilogue"
    )
    request = Request(
        Headers([("Content-Type", "multipart/mixed;boundary=o")]), body, "INVITE", "sip:a@b"
    )
    assert [(p.media_type, p.body) for p in multipart.parts(request)] == [
        ("application/sdp", b"v=0\n"),
        ("text/plain", b"plain"),
    ]
