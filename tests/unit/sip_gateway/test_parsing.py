"""Reading messages: what RFC 4475 calls valid, what it calls invalid, and streams of them.

The messages are our own, each with the feature of the section of RFC 4475 named beside it.
"""

import pytest

from sip_gateway.sip.address import parse_name_addr, parse_sip_uri
from sip_gateway.sip.framing import StreamFraming
from sip_gateway.sip.message import Headers, Request, Response, read_via, reply
from sip_gateway.sip.parsing import MAX_BODY_BYTES, Malformed, parse, split_values

VIA = b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKabc\r\n"
FROM = b"From: <sip:a@example.com>;tag=1\r\n"
TO = b"To: <sip:b@example.com>\r\n"
REST = b"Call-ID: c1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
LINE = b"OPTIONS sip:b@example.com SIP/2.0\r\n"
PLAIN = LINE + VIA + FROM + TO + REST + b"Content-Length: 0\r\n\r\n"


def with_(old: bytes, new: bytes) -> bytes:
    assert old in PLAIN
    return PLAIN.replace(old, new)


VALID = {
    "3.1.1.1 folded lines, odd spaces, unknown headers": (
        b"OPTIONS sip:b@example.com;x=y SIP/2.0\r\n"
        b"TO :\r\n sip:b@example.com ;   tag    = 1918181833n\r\n"
        b'from   : "J Rosenberg \\\\\\""       <sip:j@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n'
        b"MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\ncseq: 0009\r\n  OPTIONS\r\n"
        b"Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\ns :\r\n"
        b"NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
        b"v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n"
        b" SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
        b"l: 0\r\n\r\n"
    ),
    "3.1.1.2 every character a token may have": (
        with_(b"OPTIONS", b"!interesting-Method0123456789_*+`.%indeed'~")
    ),
    "3.1.1.3 escapes in a URI": with_(
        b"sip:b@example.com SIP", b"sip:sips%3Auser%40example.com@example.net SIP"
    ),
    "3.1.1.5 empty user, parameter-only values": with_(b"<sip:b@", b"<sip:%00@"),
    "3.1.1.6 no space before an angle bracket": with_(
        b"From: <sip:a", b"From: Bell, Alexander<sip:a"
    ),
    "3.1.1.7 long values": with_(
        b"Max-Forwards", b"Unknown-" + b"Long" * 200 + b": " + b"value" * 500 + b"\r\nMax-Forwards"
    ),
    "3.1.1.8 extra octets behind the body of a datagram": PLAIN + b"INVITE sip:joe SIP/2.0\r\n\r\n",
    "3.1.1.9 semicolons in the user part": with_(
        b"sip:b@example.com SIP", b"sip:user;par=u%40example.net@example.com SIP"
    ),
    "3.1.1.10 an unusual transport": with_(b"SIP/2.0/UDP", b"SIP/2.0/UNKNOWN"),
    "3.1.2.2-like body shorter than the datagram": with_(
        b"Length: 0\r\n\r\n", b"Length: 2\r\n\r\nabc"
    ),
    "an IPv6 sent-by": with_(b"UDP 192.0.2.1;", b"UDP [2001:db8::1]:5080;"),
    "no Max-Forwards, no Content-Length": LINE + VIA + FROM + TO + REST[:-18] + b"\r\n",
    "line breaks before the message": b"\r\n\r\n" + PLAIN,
    "a peer of RFC 2543 without From tag and branch": with_(b";tag=1", b"").replace(
        b";branch=z9hG4bKabc", b""
    ),
}

INVALID = {
    "3.1.2.1 separators without values": (with_(b";tag=1", b";tag=1;,,;"), None),
    "3.1.2.2 Content-Length beyond the datagram": (with_(b"Length: 0", b"Length: 9999"), 400),
    "3.1.2.3 negative Content-Length": (with_(b"Length: 0", b"Length: -999"), 400),
    "3.1.2.4 overlarge numbers": (with_(b"CSeq: 1", b"CSeq: 36893488147419103232"), 400),
    "3.1.2.6 an unterminated quote": (with_(b"To: <", b'To: "Mr. J. User <'), 400),
    "3.1.2.7 angle brackets round the Request-URI": (
        with_(b"sip:b@example.com SIP", b"<sip:b@example.com> SIP"),
        400,
    ),
    "3.1.2.8 spaces within the Request-URI": (
        with_(b"sip:b@example.com SIP", b"sip:b@example.com; lr SIP"),
        400,
    ),
    "3.1.2.9 several spaces in the request line": (with_(b"OPTIONS sip", b"OPTIONS  sip"), 400),
    "3.1.2.16 an unknown version": (with_(b"com SIP/2.0", b"com SIP/7.0"), 505),
    "3.1.2.17 CSeq names another method": (with_(b"1 OPTIONS", b"1 INVITE"), 400),
    "3.3.1 no From": (PLAIN.replace(FROM, b""), 400),
    "3.3.1 no Call-ID": (PLAIN.replace(b"Call-ID: c1\r\n", b""), 400),
    "3.3.1 no CSeq": (PLAIN.replace(b"CSeq: 1 OPTIONS\r\n", b""), 400),
    "3.3.8 two values where one is allowed": (PLAIN.replace(TO, TO + TO), 400),
    "3.3.9 two Content-Lengths": (PLAIN.replace(b"\r\n\r\n", b"\r\nl: 5\r\n\r\n"), 400),
    "Via of another protocol": (with_(b"SIP/2.0/UDP", b"SIP/1.0/UDP"), 400),
    "no Via": (PLAIN.replace(VIA, b""), 400),
    "a CSeq of 2^31": (with_(b"CSeq: 1", b"CSeq: 2147483648"), 400),
    "Max-Forwards that is no number": (with_(b"Forwards: 70", b"Forwards: many"), 400),
    "a body beyond what we take": (with_(b"Length: 0", b"Length: %d" % (MAX_BODY_BYTES + 1)), 413),
    "headers beyond what we take": (with_(b"Max-F", b"X: " + b"y" * 40000 + b"\r\nMax-F"), 513),
    "too many headers": (with_(b"Max-F", b"X: y\r\n" * 300 + b"Max-F"), 513),
    "a header without a colon": (with_(b"Max-Forwards: 70", b"Max-Forwards"), 400),
    "a zero byte": (with_(b"Max-Forwards: 70", b"Max-Forwards: 7\x000"), 400),
    "bytes that are not UTF-8": (with_(b"<sip:b@example.com>\r\n", b"\xff\xfe <sip:b@c>\r\n"), 400),
    "no end of headers": (PLAIN[:-2], 400),
    "nothing": (b"", 400),
    "keep-alive": (b"\r\n\r\n", 400),
    "a lone line feed in a header": (with_(b"70", b"70\nX: y"), 400),
}  # fmt: skip


@pytest.mark.parametrize("name", VALID)
def test_valid_messages_are_read(name: str) -> None:
    read = parse(VALID[name])
    assert isinstance(read, Request)
    assert read.to.uri and read.via.host


@pytest.mark.parametrize("name", INVALID)
def test_invalid_messages_are_refused_with_their_status(name: str) -> None:
    data, status = INVALID[name]
    if status is None:  # RFC 4475 allows an element to be liberal here, and we are
        assert isinstance(parse(data), Request)
        return
    with pytest.raises(Malformed) as refused:
        parse(data)
    assert refused.value.status == status


def test_a_refusal_can_be_answered_where_the_reply_headers_are_there() -> None:
    with pytest.raises(Malformed) as refused:
        parse(with_(b"Forwards: 70", b"Forwards: many"))
    assert refused.value.request is not None
    assert b"SIP/2.0 400" in bytes(reply(refused.value.request, 400, tag="t"))


def test_an_ack_is_never_answered() -> None:
    with pytest.raises(Malformed) as refused:
        parse(PLAIN.replace(b"OPTIONS", b"ACK").replace(b"70", b"many"))
    assert refused.value.request is None


def test_every_cut_of_a_message_is_refused_or_read_and_nothing_else() -> None:
    whole = VALID["3.1.1.1 folded lines, odd spaces, unknown headers"]
    for end in range(len(whole)):
        with pytest.raises(Malformed):
            parse(whole[:end])


def test_the_tortuous_request_means_what_it_says() -> None:
    read = parse(VALID["3.1.1.1 folded lines, odd spaces, unknown headers"])
    assert read.to.tag == "1918181833n"
    assert read.from_.tag == "98asjd8"
    assert read.from_.name == 'J Rosenberg \\"'
    assert read.cseq == (9, "OPTIONS")
    assert [read_via(value).transport for value in read.headers.all("Via")] == ["UDP", "TCP", "UDP"]
    assert read.headers.get("newfangledheader") == "newfangled value continued newfangled value"


def test_responses_are_read_and_written_back() -> None:
    data = (
        b"SIP/2.0 200 = 2**3 * 5**2\r\n" + VIA + FROM + TO + REST + b"Content-Length: 2\r\n\r\nok"
    )
    read = parse(data)
    assert isinstance(read, Response)
    assert (read.status, read.reason, read.body) == (200, "= 2**3 * 5**2", b"ok")
    again = parse(bytes(read))
    assert again.headers.items() == read.headers.items()


def test_a_header_cannot_smuggle_in_another() -> None:
    with pytest.raises(ValueError):
        Headers([("X", "y\r\nVia: evil")])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a, b", ["a", "b"]),
        ('"a, b" <sip:x,y@z>, c', ['"a, b" <sip:x,y@z>', "c"]),
        ('"q\\", still", d', ['"q\\", still"', "d"]),
        (", ,", ["", ""]),
    ],
)
def test_values_split_at_commas_outside_quotes_and_brackets(
    value: str, expected: list[str]
) -> None:
    assert list(split_values(value)) == expected


@pytest.mark.parametrize(
    ("value", "name", "uri", "tag"),
    [
        ('"A <b>" <sip:a@b;x=y>;tag=1', "A <b>", "sip:a@b;x=y", "1"),
        ("sip:a@b;tag=1", "", "sip:a@b", "1"),
        ("Ann Bell <tel:+1-555>", "Ann Bell", "tel:+1-555", ""),
        ("<sips:a@[2001:db8::1]:5061>", "", "sips:a@[2001:db8::1]:5061", ""),
    ],
)
def test_addresses(value: str, name: str, uri: str, tag: str) -> None:
    read = parse_name_addr(value)
    assert (read.name, read.uri, read.tag) == (name, uri, tag)


@pytest.mark.parametrize("value", ["", "<>", "nonsense", '"open <sip:a@b>', "<sip:a b@c>"])
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        parse_name_addr(value)


@pytest.mark.parametrize("uri", ["tel:+1", "sip:", "sip:a@", "sip:a@b:99999", "http://x"])
def test_what_cannot_be_routed_to_is_refused(uri: str) -> None:
    with pytest.raises(ValueError):
        parse_sip_uri(uri)


def test_an_ipv6_uri_loses_its_brackets() -> None:
    assert parse_sip_uri("sip:a@[2001:db8::1]:5070;lr")[2:4] == ("2001:db8::1", 5070)


BODY = PLAIN.replace(b"Content-Length: 0\r\n\r\n", b"l : 4\r\n\r\nbody")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_a_stream_is_cut_into_the_same_messages_however_it_arrives(size: int) -> None:
    stream = PLAIN + b"\r\n\r\n" + BODY + b"\r\n" + PLAIN
    framing, found = StreamFraming(), []
    for start in range(0, len(stream), size):
        found += framing.receive_data(stream[start : start + size])
    assert found == [PLAIN, BODY, PLAIN]
    assert not framing.partial and not framing.broken


def test_a_keep_alive_is_counted() -> None:
    framing = StreamFraming()
    framing.receive_data(b"\r\n\r\n")
    assert framing.pings == 1


@pytest.mark.parametrize("length", [b"-1", b"many", b"999999999999", b"300000"])
def test_a_stream_without_known_boundaries_is_broken_and_its_head_delivered(length: bytes) -> None:
    framing = StreamFraming()
    (head,) = framing.receive_data(PLAIN.replace(b"Length: 0", b"Length: " + length) + PLAIN)
    assert framing.broken
    assert framing.receive_data(PLAIN) == []
    with pytest.raises(Malformed):
        parse(head)


def test_endless_headers_break_the_stream() -> None:
    framing = StreamFraming()
    assert framing.receive_data(b"X" * 40_000) == []
    assert framing.broken
