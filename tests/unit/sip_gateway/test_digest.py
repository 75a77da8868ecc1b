"""Digest authentication of new calls: RFC 7616's own example, replays, expiry, guesses."""

import re
from collections import Counter

import pytest

from sip_gateway.peers.digest import FAILURES, NONCE_S, Login, User
from sip_gateway.sip.flow import Flow
from sip_gateway.sip.message import Request, Response
from sip_gateway.sip.parsing import parse
from sip_gateway.sip.screening import Refusal
from tests.digest_proof import PASSWORD, nonce_of, proof
from tests.sip_bench import SDP, TCP, UDP, Bench, message, statuses

USERS = {"sbc1": User(PASSWORD), "old": User("another long one", md5=True)}


class Desk:
    """A login with what it counted."""

    def __init__(self, users: dict[str, User] = USERS) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.login = Login(
            users,
            realm="trunkline",
            secret=b"s" * 32,
            vouched_for=lambda flow: flow.remote_host == "127.0.0.1",
            tally=lambda what, kind: self.counts.update([(what, kind)]),
        )

    def ask(self, authorization: str = "", *, now: float = 0.0, flow: Flow = UDP) -> Refusal | None:
        request = parse(message("INVITE", body=SDP, Authorization=authorization))
        assert isinstance(request, Request)
        return self.login.refusal(request, flow, now=now)

    def nonce(self, *, now: float = 0.0) -> str:
        challenge = self.ask(now=now)
        assert challenge is not None
        return nonce_of(challenge.headers[0][1])


def status(refusal: Refusal | None) -> int:
    return refusal.status if refusal else 200


def test_a_call_without_credentials_is_challenged_with_the_best_hash_first() -> None:
    refusal = Desk().ask()
    assert refusal is not None and refusal.status == 401
    names = [re.findall(r"algorithm=(\S+)", value)[0] for _, value in refusal.headers]
    assert names == ["SHA-256", "MD5"]
    assert all('qop="auth"' in value and "stale" not in value for _, value in refusal.headers)


def test_md5_is_offered_only_where_a_user_has_nothing_better() -> None:
    refusal = Desk({"sbc1": User(PASSWORD)}).ask()
    assert refusal is not None
    assert len(refusal.headers) == 1


@pytest.mark.parametrize(("user", "kind"), [("old", "MD5"), ("sbc1", "SHA-256")])
def test_a_caller_that_says_who_it_is_is_offered_its_own_hash_only(user: str, kind: str) -> None:
    request = parse(message("INVITE", From=f"<sip:{user}@example.com>;tag=a"))
    assert isinstance(request, Request)
    refusal = Desk().login.refusal(request, UDP, now=0.0)
    assert refusal is not None
    assert [value.rpartition("=")[2] for _, value in refusal.headers] == [kind]


def test_the_right_password_comes_in() -> None:
    desk = Desk()
    assert desk.ask(proof(desk.nonce())) is None
    assert desk.ask(proof(desk.nonce(), "old", "another long one", kind="MD5")) is None


@pytest.mark.parametrize(
    ("user", "password", "kind"),
    [("sbc1", "wrong", "SHA-256"), ("nobody", PASSWORD, "SHA-256"), ("sbc1", PASSWORD, "MD5")],
)
def test_a_wrong_password_an_unknown_user_and_a_weaker_hash_than_agreed_stay_out(
    user: str, password: str, kind: str
) -> None:
    desk = Desk()
    assert status(desk.ask(proof(desk.nonce(), user, password, kind=kind))) == 401
    assert desk.counts == {("peers", "password"): 1}


@pytest.mark.parametrize(
    "broken",
    [
        ("qop=auth", "qop=auth-int"),
        (", qop=auth", ""),
        ("nc=00000001", "nc=1"),
        ('cnonce="c0ffee"', 'cnonce=""'),
        ('uri="sip:line@192.0.2.9"', 'uri="sip:other@192.0.2.9"'),
        ("algorithm=SHA-256", "algorithm=SHA-512"),
        ('realm="trunkline"', 'realm="elsewhere"'),
        ('username="sbc1"', 'username="sbc1", username="old"'),
        ("Digest ", "Basic "),
        ("response=", "response"),
    ],
    ids=str,
)
def test_credentials_that_were_touched_are_challenged_again(broken: tuple[str, str]) -> None:
    desk = Desk()
    given = proof(desk.nonce())
    assert broken[0] in given
    assert status(desk.ask(given.replace(*broken))) == 401


def test_credentials_are_good_once_and_the_next_count_is_good_again() -> None:
    desk = Desk()
    nonce = desk.nonce()
    assert desk.ask(proof(nonce)) is None
    replayed = desk.ask(proof(nonce))
    assert replayed is not None and "stale=true" in replayed.headers[0][1]
    assert nonce_of(replayed.headers[0][1]) != nonce
    assert desk.ask(proof(nonce, nc=2)) is None
    assert status(desk.ask(proof(nonce, nc=1))) == 401


def test_an_old_nonce_or_one_of_an_earlier_process_is_stale_not_wrong() -> None:
    desk = Desk()
    old = proof(desk.nonce(), nc=1)
    for given, now in ((old, NONCE_S + 1), (proof("1.0.forged"), 0.0)):
        refusal = desk.ask(given, now=now)
        assert refusal is not None and "stale=true" in refusal.headers[0][1]
    assert desk.counts == {("peers", "stale"): 2}


def test_a_nonce_that_was_pushed_out_of_memory_cannot_be_replayed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sip_gateway.peers.digest.REMEMBERED", 3)
    desk = Desk()
    first = proof(desk.nonce(now=1.0))
    assert desk.ask(first, now=1.0) is None
    for now in range(2, 6):
        assert desk.ask(proof(desk.nonce(now=now)), now=now) is None
    assert status(desk.ask(first, now=6.0)) == 401


def test_guessing_ends_after_a_few_passwords_for_that_address_alone() -> None:
    desk = Desk()
    guesses = [status(desk.ask(proof(desk.nonce(), password=str(i)))) for i in range(20)]
    assert guesses == [401] * int(FAILURES) + [403] * (20 - int(FAILURES))
    assert status(desk.ask(proof(desk.nonce()))) == 403, "not even the right one"
    assert desk.ask(proof(desk.nonce()), flow=TCP._replace(remote_host="192.0.2.77")) is None
    assert desk.ask(proof(desk.nonce(now=60.0)), now=60.0) is None


def test_this_machine_is_not_asked() -> None:
    assert Desk().ask(flow=UDP._replace(remote_host="127.0.0.1")) is None


def test_a_user_does_not_show_the_password() -> None:
    assert PASSWORD not in repr(USERS)


def asking() -> tuple[Bench, Desk]:
    bench, desk = Bench(), Desk()
    bench.switchboard.ask(desk.login)
    return bench, desk


def test_a_challenged_call_is_kept_nowhere_and_its_second_try_is_answered() -> None:
    bench, _ = asking()
    (challenge,) = bench.send(message("INVITE", body=SDP))
    (again,) = bench.send(message("INVITE", body=SDP))
    assert isinstance(challenge, Response) and challenge.status == 401
    assert challenge.to.tag == again.to.tag
    assert bench.kept == {} and bench.switchboard.next_timer() is None
    assert bench.send(message("ACK", to_tag=challenge.to.tag)) == []
    given = proof(nonce_of(challenge.headers.all("WWW-Authenticate")[0]))
    second = message("INVITE", cseq=2, body=SDP, Authorization=given)
    answered = bench.send(second)
    assert statuses(answered) == [100, 200]
    assert bytes(bench.send(second)[-1]) == bytes(answered[-1]), "a repeat is no replay"


def test_requests_inside_a_call_and_options_are_not_asked() -> None:
    bench, desk = asking()
    nonce = desk.nonce()
    tag = bench.talk(Authorization=proof(nonce))
    assert statuses(bench.send(message("INVITE", cseq=2, to_tag=tag, body=SDP))) == [100, 200]
    assert statuses(bench.send(message("OPTIONS", Call_ID="other"))) == [200]
    assert statuses(bench.send(message("BYE", cseq=3, to_tag=tag))) == [200]


def test_a_cancel_of_a_challenged_call_finds_nothing() -> None:
    bench, _ = asking()
    bench.send(message("INVITE", body=SDP))
    assert statuses(bench.send(message("CANCEL"))) == [481]
