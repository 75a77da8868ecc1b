"""What the caller answers to a challenge: RFC 7616's own example, and what cannot be answered."""

import re

import pytest

from sip_gateway.caller.digest import Login, credentials
from sip_gateway.caller.user_agent import Body, CallingAgent, Ends, Stage
from sip_gateway.sip.message import Request, Response, reply
from sip_gateway.sip.parsing import parse

MUFASA = Login("Mufasa", "Circle of Life")
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
REST = (
    'realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
BOTH = (
    f'Digest {REST}, qop="auth, auth-int", algorithm=MD5',
    f'Digest {REST}, qop="auth, auth-int", algorithm=SHA-256',
)


def answer(*challenges: str) -> str:
    return credentials(challenges, MUFASA, method="GET", uri="/dir/index.html", cnonce=CNONCE)


@pytest.mark.parametrize(
    ("challenges", "response"),
    [
        (BOTH[:1], "8ca523f5e9506fed4657c9700eebdbec"),
        (BOTH, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_rfcs_example_and_the_better_hash(challenges: tuple[str, ...], response: str) -> None:
    given = answer(*challenges)
    assert f'response="{response}"' in given
    assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in given


def test_a_challenge_without_qop_is_answered_as_in_rfc_2069() -> None:
    given = answer('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"')
    assert re.search(r'response="[0-9a-f]{32}"', given)
    assert "qop" not in given and "cnonce" not in given


@pytest.mark.parametrize(
    "challenge",
    [
        f'Digest {REST}, qop="auth-int"',
        f'Digest {REST}, qop="auth", algorithm=SHA-512-256',
        'Digest realm="x", qop="auth"',
        'Basic realm="x"',
        "",
    ],
)
def test_what_cannot_be_answered_is_not(challenge: str) -> None:
    assert answer(challenge) == ""


def test_a_login_does_not_show_its_password() -> None:
    assert "Circle" not in repr(MUFASA)


def test_a_challenged_invite_is_acknowledged_and_sent_again_once() -> None:
    ends = Ends("udp", "192.0.2.2", 40_000, "sip:192.0.2.1", "<sip:a@example.com>", (), MUFASA)
    caller = CallingAgent(ends, siprec=False, tokens=["call-1", "tag-1", "branch-1"])
    caller.invite(Body("application/sdp", b"v=0\r\n"), now=0.0)
    (first,) = (parse(data) for data in caller.to_send(now=0.0))
    assert isinstance(first, Request)
    caller.receive_message(challenge_of(first), now=0.1)
    ack, second = (parse(data) for data in caller.to_send(now=0.1))
    assert isinstance(ack, Request) and isinstance(second, Request)
    assert (ack.method, ack.cseq.number, ack.via.branch) == ("ACK", 1, first.via.branch)
    assert (second.method, second.cseq.number, second.body) == ("INVITE", 2, b"v=0\r\n")
    assert "Mufasa" in (second.headers.get("Authorization") or "")
    assert caller.negotiating and caller.refusal is None
    caller.receive_message(challenge_of(second), now=0.2)
    assert caller.stage is Stage.REFUSED
    assert caller.refusal is not None and caller.refusal.status == 401


def challenge_of(request: Request) -> Response:
    return reply(request, 401, tag="far", headers=[("WWW-Authenticate", BOTH[1])])
