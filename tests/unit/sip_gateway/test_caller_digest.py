"""What the caller answers to a challenge: RFC 7616's own example, and what cannot be answered."""

import re

import pytest

from sip_gateway.caller.digest import IN_A_ROW, Login, Proofs
from sip_gateway.caller.user_agent import Body, CallingAgent, Ends, Stage
from sip_gateway.sip.message import Headers, Request, Response, reply
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
    proofs, request = Proofs(MUFASA), Request(Headers([]), b"", "GET", "/dir/index.html")
    told = Response(Headers([("WWW-Authenticate", c) for c in challenges]), b"", 401, "")
    if proofs.answered(told, request, cnonce=CNONCE):
        proofs.prove(request)
    return request.headers.get("Authorization") or ""


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


def challenge_of(
    request: Request, *, nonce: str = "", more: str = "", status: int = 401
) -> Response:
    name = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}[status]
    challenge = f'Digest realm="x", nonce="{nonce}", qop="auth"{more}' if nonce else BOTH[1]
    return reply(request, status, tag="far", headers=[(name, challenge)])


class Caller:
    """A call that is answered, and what was sent last."""

    def __init__(self) -> None:
        ends = Ends("tcp", "192.0.2.2", 40_000, "sip:192.0.2.1", "<sip:a@example.com>", (), MUFASA)
        self.agent = CallingAgent(ends, siprec=False, tokens=["call-1", "tag-1", "branch-1"])
        self.agent.invite(Body("application/sdp", b"v=0\r\n"), now=0.0)
        (self.last,) = self.sent()

    def sent(self) -> list[Request]:
        found = [parse(data) for data in self.agent.to_send(now=0.0)]
        assert all(isinstance(message, Request) for message in found)
        return found  # type: ignore[return-value]

    def told(self, response: Response) -> list[Request]:
        self.agent.receive_message(response, now=0.0)
        sent = self.sent()
        self.last = sent[-1] if sent else self.last
        return sent

    def ok(self, *headers: tuple[str, str]) -> list[Request]:
        contact = ("Contact", "<sip:192.0.2.1>")
        return self.told(reply(self.last, 200, tag="far", headers=[contact, *headers]))


def stage(caller: Caller) -> Stage:
    return caller.agent.stage


def given(request: Request, name: str = "Authorization") -> tuple[str, str]:
    """Nonce and count of a proof."""
    value = request.headers.get(name) or ""
    found = re.search(r'nonce="(\w+)".*nc=(\w+)', value)
    return (found[1], found[2]) if found else ("", "")


def test_a_nonce_serves_for_all_requests_of_the_call_and_is_counted() -> None:
    caller = Caller()
    caller.told(challenge_of(caller.last, nonce="n1"))
    assert given(caller.last) == ("n1", "00000001")
    (ack,) = caller.ok()
    assert (ack.method, given(ack)) == ("ACK", ("n1", "00000001"))
    caller.agent.invite(Body("application/sdp", b"v=1\r\n"), now=1.0)
    (caller.last,) = caller.sent()
    assert given(caller.last) == ("n1", "00000002")
    caller.ok()
    caller.agent.hang_up(now=2.0)
    (caller.last,) = caller.sent()
    assert (caller.last.method, given(caller.last)) == ("BYE", ("n1", "00000003"))


def test_a_nonce_that_is_old_is_replaced_and_the_request_sent_again() -> None:
    caller = Caller()
    caller.told(challenge_of(caller.last, nonce="n1"))
    caller.told(challenge_of(caller.last, nonce="n2", more=", stale=true"))
    assert (given(caller.last), caller.last.cseq.number) == (("n2", "00000001"), 3)
    caller.ok()
    caller.agent.invite(Body("application/sdp", b"v=1\r\n"), now=1.0)
    (caller.last,) = caller.sent()
    caller.told(challenge_of(caller.last, nonce="n3"))
    assert given(caller.last) == ("n3", "00000001"), "n2 has served: it may be too old"
    caller.ok()
    caller.agent.hang_up(now=2.0)
    (caller.last,) = caller.sent()
    assert [r.method for r in caller.told(challenge_of(caller.last, nonce="n4"))] == ["BYE"]
    assert given(caller.last) == ("n4", "00000001")
    assert stage(caller) is Stage.ENDING
    caller.told(reply(caller.last, 200, tag="far"))
    assert stage(caller) is Stage.ENDED


def test_a_proxy_and_the_far_end_may_both_ask() -> None:
    caller = Caller()
    caller.told(challenge_of(caller.last, nonce="proxy", status=407))
    caller.told(challenge_of(caller.last, nonce="far"))
    assert given(caller.last) == ("far", "00000001")
    assert given(caller.last, "Proxy-Authorization") == ("proxy", "00000002")


def test_the_next_nonce_is_taken_over() -> None:
    caller = Caller()
    caller.told(challenge_of(caller.last, nonce="n1"))
    caller.ok(("Authentication-Info", 'nextnonce="n2", qop=auth'))
    caller.agent.hang_up(now=2.0)
    (bye,) = caller.sent()
    assert given(bye) == ("n2", "00000001")


def test_a_far_end_that_is_never_content_is_given_up() -> None:
    caller = Caller()
    for n in range(IN_A_ROW):
        caller.told(challenge_of(caller.last, nonce=f"n{n}", more=", stale=true"))
        assert caller.agent.stage is Stage.CALLING
    caller.told(challenge_of(caller.last, nonce="last", more=", stale=true"))
    assert caller.agent.stage is Stage.REFUSED


def test_a_bye_whose_proof_is_wrong_ends_the_call_all_the_same() -> None:
    caller = Caller()
    caller.ok()
    caller.agent.hang_up(now=2.0)
    (caller.last,) = caller.sent()
    caller.told(challenge_of(caller.last, nonce="n1"))
    assert given(caller.last) == ("n1", "00000001")
    caller.told(challenge_of(caller.last, nonce="n2"))
    assert caller.agent.stage is Stage.ENDED


def test_a_cancel_proves_nothing() -> None:
    caller = Caller()
    caller.told(challenge_of(caller.last, nonce="n1"))
    caller.told(reply(caller.last, 180, tag="far"))
    caller.agent.hang_up(now=2.0)
    (cancel,) = caller.sent()
    assert (cancel.method, given(cancel)) == ("CANCEL", ("", ""))
