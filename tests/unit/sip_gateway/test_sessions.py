"""A recording session of several communication sessions: each is a call of its own."""

import random
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sip_gateway.calls import sessions
from sip_gateway.commands import PauseCall
from sip_gateway.settings import Accepted
from sip_gateway.sip import sdp
from sip_gateway.sip.message import Response
from sip_gateway.siprec import metadata
from sip_gateway.siprec.metadata import Metadata
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CallRefused,
    ClockStarted,
    CloseCall,
    KeepPorts,
    LegSpec,
    MediaTimedOut,
    OpenCall,
    PauseLegs,
    PressKey,
    ToWorker,
    UpdateLegs,
)
from tests.sip_bench import TCP, Bench, statuses

DATA = Path(__file__).parents[2] / "data" / "siprec" / "rs_many"
FIRST, SECOND, THIRD = (f"{n:032x}" for n in (1, 2, 3))
CARL, ANN, DANA, BOB = "Carl", "Ann Agent", "Dana", "Bob Agent"


def begin(name: str = "invite", bench: Bench | None = None) -> tuple[Bench, str]:
    """A recording under way, and our tag."""
    bench = bench or Bench()
    invite = (DATA / f"{name}.sip").read_bytes()
    ok = bench.send(invite, TCP)[-1]
    assert isinstance(ok, Response) and ok.status == 200, ok
    assert ok.headers.get("X-Trunkline-Call-ID") == FIRST
    ack(bench, invite, ok.to.tag)
    return bench, ok.to.tag


def ack(bench: Bench, invite: bytes, tag: str) -> None:
    head = invite.partition(b"\r\nContent-Type")[0].replace(b"INVITE", b"ACK")
    if b";tag=" not in head.partition(b"\r\nTo: ")[2].partition(b"\r\n")[0]:
        to = f"To: <sip:srs@192.0.2.9>;tag={tag}".encode()
        head = head.replace(b"To: <sip:srs@192.0.2.9>", to)
    bench.put(head + b"\r\nContent-Length: 0\r\n\r\n", TCP)


def tell(bench: Bench, name: str, tag: str) -> list[ToWorker]:
    """The peer's next message, answered with 200; returns what the worker was told of it."""
    before = len(bench.told)
    request = (DATA / f"{name}.sip").read_bytes().replace(b"@TAG@", tag.encode())
    answers = bench.send(request, TCP)
    assert statuses(answers)[-1] == 200, answers
    if request.startswith(b"INVITE"):
        ack(bench, request, tag)
    return [order for _, order in bench.told[before:]]


def of(orders: list[ToWorker], kind: type) -> list[ToWorker]:
    return [order for order in orders if isinstance(order, kind)]


def parties(order: ToWorker) -> list[tuple[str, str, str, str]]:
    assert isinstance(order, OpenCall | UpdateLegs)
    return [(leg.leg_id, leg.label, leg.role, leg.participant_name) for leg in order.legs]


def ports(order: ToWorker) -> list[int | None]:
    assert isinstance(order, OpenCall | UpdateLegs)
    return [leg.rtp_port for leg in order.legs]


def legs_of(bench: Bench, call_id: str) -> tuple[LegSpec, ...]:
    orders = [o for _, o in bench.told if isinstance(o, OpenCall | UpdateLegs)]
    return next(order.legs for order in reversed(orders) if order.call_id == call_id)


def test_the_next_conversation_on_the_same_lines_is_the_next_call() -> None:
    bench, tag = begin()
    orders = tell(bench, "next", tag)
    keep, opened, closed = orders
    assert keep == KeepPorts(call_id=FIRST, ports=(20000, 20002))
    assert isinstance(opened, OpenCall) and opened.call_id == SECOND and not opened.resumed
    assert opened.external_id == "cs-b"
    assert parties(opened) == [
        (f"{SECOND}-0", "1", "customer", DANA),
        (f"{SECOND}-1", "2", "agent", ANN),
    ]
    assert ports(opened) == [20000, 20002], "the lines go on as they are"
    assert closed == CloseCall(call_id=FIRST, reason="bye")
    assert opened.attributes == {sessions.RECORDING: FIRST, sessions.GROUP: "grp-1"}
    assert bench.switchboard.active() == 1


def test_two_conversations_at_once_are_two_calls() -> None:
    bench, tag = begin()
    orders = tell(bench, "second", tag)
    (kept,) = of(orders, UpdateLegs)
    (opened,) = of(orders, OpenCall)
    assert of(orders, CloseCall) == []
    assert parties(kept) == [
        (f"{FIRST}-0", "1", "customer", CARL),
        (f"{FIRST}-1", "2", "agent", ANN),
    ]
    assert parties(opened) == [
        (f"{SECOND}-0", "3", "customer", DANA),
        (f"{SECOND}-1", "4", "agent", BOB),
    ]
    answer = bench.received()[-1]
    assert isinstance(answer, Response)
    assert [m.port for m in sdp.parse(answer.body).media] == [20000, 20002, 20004, 20006]
    assert bench.switchboard.active() == 2


def test_two_conversations_that_begin_with_the_invite_are_two_calls() -> None:
    bench, _ = begin("invite_two")
    first, second = bench.orders(OpenCall)
    assert [name for *_, name in parties(first)] == [CARL, ANN]
    assert [name for *_, name in parties(second)] == [DANA, BOB]
    assert isinstance(first, OpenCall) and isinstance(second, OpenCall)
    assert (first.call_id, second.call_id) == (FIRST, SECOND)
    assert (first.external_id, second.external_id) == ("cs-a", "cs-b")


def test_one_of_two_conversations_ends_and_the_other_goes_on() -> None:
    bench, tag = begin()
    tell(bench, "second", tag)
    orders = tell(bench, "first_ends", tag)
    assert of(orders, CloseCall) == [CloseCall(call_id=FIRST, reason="bye")]
    (kept,) = of(orders, UpdateLegs)
    assert [name for *_, name in parties(kept)] == [DANA, BOB]
    assert bench.switchboard.active() == 1
    assert list(bench.kept) == [FIRST], "the recording session is kept under its first call"
    bench.send(bye(tag), TCP)
    assert bench.orders(CloseCall)[-1] == CloseCall(call_id=SECOND, reason="bye")
    assert bench.kept == {}
    assert bench.told[-1][1] == KeepPorts(call_id=FIRST, ports=())


def test_a_party_passed_to_another_conversation_is_a_new_leg_there_on_its_own_port() -> None:
    bench, tag = begin()
    tell(bench, "second", tag)
    orders = tell(bench, "transfer", tag)
    assert of(orders, CloseCall) == [CloseCall(call_id=FIRST, reason="bye")]
    (joined,) = of(orders, UpdateLegs)
    assert parties(joined) == [
        (f"{SECOND}-2", "1", "customer", CARL),
        (f"{SECOND}-0", "3", "customer", DANA),
        (f"{SECOND}-1", "4", "agent", BOB),
    ]
    assert ports(joined)[0] == 20000


def test_a_recording_session_may_wait_for_its_next_conversation() -> None:
    bench, tag = begin()
    orders = tell(bench, "stops", tag)
    assert orders == [
        KeepPorts(call_id=FIRST, ports=(20000, 20002)),
        CloseCall(call_id=FIRST, reason="bye"),
    ]
    assert bench.switchboard.active() == 0, "nobody sees a call in progress"
    assert list(bench.kept) == [FIRST], "and yet the dialog is there"
    assert bench.wait(3600) == [], "no timer of media ends it"
    opened = of(tell(bench, "begins_again", tag), OpenCall)[0]
    assert parties(opened) == [
        (f"{SECOND}-0", "1", "customer", DANA),
        (f"{SECOND}-1", "2", "agent", ANN),
    ]
    assert ports(opened) == [20000, 20002], "the peer was told of no others"
    assert bench.switchboard.active() == 1


def test_a_recording_session_whose_lines_are_all_off_stays_open() -> None:
    bench, tag = begin()
    orders = tell(bench, "all_off", tag)
    assert of(orders, CloseCall) == [CloseCall(call_id=FIRST, reason="bye")]
    assert of(orders, KeepPorts) == [KeepPorts(call_id=FIRST, ports=())]
    bench.send(bye(tag), TCP)
    assert bench.kept == {} and bench.switchboard.drained()


def test_one_that_waits_for_a_day_is_ended() -> None:
    bench, tag = begin()
    tell(bench, "stops", tag)
    assert statuses(bench.wait(86_401))[0] == "BYE"
    assert bench.kept == {}


@pytest.mark.parametrize("then", [None, "begins_again"])
def test_what_waits_outlives_a_restart(then: str | None) -> None:
    before, tag = begin()
    tell(before, "stops", tag)
    bench = Bench(kept=before.kept)
    assert bench.switchboard.active() == 0
    assert [order for _, order in bench.told] == [KeepPorts(call_id=FIRST, ports=(20000, 20002))]
    if then:
        assert len(of(tell(bench, then, tag), OpenCall)) == 1
    else:
        bench.send(bye(tag, cseq=3), TCP)
        assert bench.kept == {}


def test_after_a_restart_each_conversation_goes_on_with_its_own_clock() -> None:
    before, tag = begin()
    tell(before, "second", tag)
    clocks = {FIRST: datetime(2026, 1, 1, 12, tzinfo=UTC), SECOND: datetime(2026, 1, 2, tzinfo=UTC)}
    for call_id, at in clocks.items():
        before.say(ClockStarted(call_id=call_id, clock_started_at=at))
    at = datetime(2026, 1, 2, 1, tzinfo=UTC)
    paused = PauseCall(tenant_id="default", call_id=SECOND, at=at, by="key-1")
    before.switchboard.command(paused)
    before.settle()
    assert before.told[-1][1] == PauseLegs(call_id=SECOND, at=at, why="api", by="key-1")
    bench = Bench(kept=before.kept)
    opened = {order.call_id: order for _, order in bench.told if isinstance(order, OpenCall)}
    assert {i: order.clock_started_at for i, order in opened.items()} == clocks
    assert all(order.resumed for order in opened.values())
    assert opened[FIRST].pause is None and opened[SECOND].pause is not None
    assert [leg.rtp_port for leg in opened[SECOND].legs] == [20004, 20006]
    tell(bench, "first_ends", tag)
    assert bench.orders(CloseCall) == [CloseCall(call_id=FIRST, reason="bye")]


def test_a_conversation_whose_end_the_worker_did_not_flush_is_closed_by_the_next_one() -> None:
    bench, tag = begin()
    bench.patient = True
    request = (DATA / "next.sip").read_bytes().replace(b"@TAG@", tag.encode())
    bench.put(request, TCP)
    bench.say(CallOpened(call_id=SECOND, rtp_ports={}))
    assert bench.told[-1][1] == CloseCall(call_id=FIRST, reason="bye")
    bench.switchboard.worker_down(0, now=bench.now)
    before = len(bench.told)
    bench.switchboard.worker_up(0, now=bench.now)
    bench.settle()
    keep, first, close, second = (order for _, order in bench.told[before:])
    assert isinstance(keep, KeepPorts)
    assert isinstance(first, OpenCall) and first.resumed and ports(first) == [None, None]
    assert close == CloseCall(call_id=FIRST, reason="bye")
    assert isinstance(second, OpenCall) and second.resumed and ports(second) == [20000, 20002]
    bench.say(CallClosed(call_id=FIRST))
    assert bench.switchboard.active() == 1


def test_silence_ends_one_conversation_of_two_and_the_last_ends_the_session() -> None:
    bench, tag = begin()
    tell(bench, "second", tag)
    assert bench.say(MediaTimedOut(call_id=FIRST)) == []
    assert bench.orders(CloseCall) == [CloseCall(call_id=FIRST, reason="media_timeout")]
    assert statuses(bench.say(MediaTimedOut(call_id=SECOND))) == ["BYE"]
    assert bench.orders(CloseCall)[-1] == CloseCall(call_id=SECOND, reason="media_timeout")
    assert bench.kept == {}


def test_a_change_that_no_worker_can_do_leaves_the_old_conversation_with_new_legs() -> None:
    bench, tag = begin()
    bench.patient = True
    before = len(bench.told)
    request = (DATA / "next.sip").read_bytes().replace(b"@TAG@", tag.encode())
    bench.put(request, TCP)
    answers = bench.say(CallRefused(call_id=SECOND, why="no port"))
    assert statuses(answers) == [500]
    told = [order for _, order in bench.told[before:]]
    assert parties(of(told, UpdateLegs)[-1]) == [
        (f"{FIRST}-2", "1", "customer", CARL),
        (f"{FIRST}-3", "2", "agent", ANN),
    ]
    assert of(told, CloseCall) == [CloseCall(call_id=SECOND, reason="bye")], "what was told of it"


def test_a_key_press_that_signalling_tells_is_of_the_conversation_that_goes_on() -> None:
    bench, tag = begin()
    tell(bench, "next", tag)
    assert pressed(bench, tag, cseq=3) == (SECOND, f"{SECOND}-0")
    tell_stop = (DATA / "all_off.sip").read_bytes().replace(b"@TAG@", tag.encode())
    tell_stop = tell_stop.replace(b"CSeq: 2", b"CSeq: 4").replace(b"many-all_off", b"many-off-4")
    assert statuses(bench.send(tell_stop, TCP))[-1] == 200
    assert pressed(bench, tag, cseq=5) is None, "nobody is listened to"


def pressed(bench: Bench, tag: str, *, cseq: int, more: str = "") -> tuple[str, str] | None:
    """Which call and leg an INFO's key press is said to be of."""
    told = len(bench.told)
    body = f"Signal=5\r\nDuration=160\r\n{more}".encode()
    info = bye(tag, cseq=cseq).replace(b"BYE", b"INFO").rpartition(b"Content")[0]
    info += b"Content-Type: application/dtmf-relay\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert statuses(bench.send(info + body, TCP)) == [200]
    presses = [order for _, order in bench.told[told:] if isinstance(order, PressKey)]
    return (presses[0].call_id, presses[0].leg_id) if presses else None


def test_of_two_conversations_a_key_is_pressed_in_the_one_that_began_last() -> None:
    bench, tag = begin()
    tell(bench, "second", tag)
    assert pressed(bench, tag, cseq=3) == (SECOND, f"{SECOND}-0")


def test_a_key_is_not_pressed_in_the_conversation_that_is_on_hold() -> None:
    bench, tag = begin()
    tell(bench, "second", tag)
    on_hold = (DATA / "second.sip").read_bytes().replace(b"@TAG@", tag.encode())
    on_hold = on_hold.replace(b"CSeq: 2 ", b"CSeq: 3 ").replace(b"many-second", b"many-held-3")
    for label in (b"3", b"4"):
        line = b"a=label:%s\r\na=" % label
        on_hold = on_hold.replace(line + b"sendonly", line + b"inactive")
    assert statuses(bench.send(on_hold, TCP))[-1] == 200
    ack(bench, on_hold, tag)
    assert pressed(bench, tag, cseq=4) == (FIRST, f"{FIRST}-0")


@pytest.mark.parametrize(("label", "call_id"), [("2", FIRST), ("4", SECOND), ("9", SECOND)])
def test_a_key_is_pressed_where_signalling_says(label: str, call_id: str) -> None:
    bench, tag = begin()
    tell(bench, "second", tag)
    leg = 0 if label == "9" else 1  # nobody's label says nothing
    where = pressed(bench, tag, cseq=3, more=f"Label={label}\r\n")
    assert where == (call_id, f"{call_id}-{leg}")


IDS = {
    b'<session session_id="cs-a">': b"<extensiondata><x:ucid>u-a</x:ucid></extensiondata>",
    b'<session session_id="cs-b">': b"<extensiondata><x:ucid>u-b</x:ucid></extensiondata>",
    b'<participant participant_id="bob">': b"<x:agentId>4712</x:agentId>",
    b'<participantsessionassoc participant_id="dana" session_id="cs-b"': b"><x:ani>100</x:ani",
    b'<stream stream_id="s3" session_id="cs-b">': b"<x:dnis>200</x:dnis>",
    b'<participant participant_id="ann">': b"<x:agentId>4711</x:agentId>",
    b'<recording xmlns="urn:ietf:params:xml:ns:recording:1"': b' xmlns:x="urn:example:own"',
}
WANTED = Accepted(attributes=("ucid", "agentId", "ani", "dnis", "site"))


def with_ids(name: str, tag: str = "", *, common: bytes = b"") -> bytes:
    """A message whose metadata tell ids of each conversation where they tell of it."""
    request = (DATA / f"{name}.sip").read_bytes().replace(b"@TAG@", tag.encode())
    for place, own in IDS.items():
        request = request.replace(place, place + own)
    request = request.replace(
        b"<x:ani>100</x:ani/>", b"<x:ani>100</x:ani></participantsessionassoc>"
    )
    request = request.replace(b"</recording>", common + b"</recording>")
    head, _, body = request.partition(b"\r\n\r\n")
    head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head)
    return head + b"\r\n\r\n" + body


def ids(order: ToWorker) -> dict[str, str]:
    assert isinstance(order, OpenCall)
    ours = (sessions.GROUP, sessions.RECORDING)
    return {name: text for name, text in order.attributes.items() if name not in ours}


FIRST_IDS = {"ucid": "u-a", "agentid": "4711"}
SECOND_IDS = {"ucid": "u-b", "agentid": "4712", "ani": "100", "dnis": "200"}


@pytest.mark.parametrize("name", ["second", "next"])
def test_a_later_conversation_has_the_ids_that_are_told_of_it(name: str) -> None:
    bench = Bench(accepted=WANTED)
    begun = bench.send(with_ids("invite"), TCP)[-1]
    assert isinstance(begun, Response)
    ack(bench, (DATA / "invite.sip").read_bytes(), begun.to.tag)
    assert statuses(bench.send(with_ids(name, begun.to.tag), TCP))[-1] == 200
    first, second = bench.orders(OpenCall)
    assert ids(first) == FIRST_IDS
    assert ids(second).items() >= {"ucid": "u-b"}.items() and "u-a" not in ids(second).values()
    if name == "second":
        assert ids(second) == SECOND_IDS


def test_conversations_that_begin_together_have_each_their_own_ids() -> None:
    bench = Bench(accepted=WANTED)
    common = b"<x:site>Mandalore</x:site>"
    assert statuses(bench.send(with_ids("invite_two", common=common), TCP))[-1] in (100, 200)
    first, second = bench.orders(OpenCall)
    assert (ids(first), ids(second)) == (FIRST_IDS, SECOND_IDS), "nobody says whose the site is"


def test_what_is_told_of_all_is_of_the_one_that_goes_on() -> None:
    told = metadata.read(
        b"<recording><datamode>complete</datamode><site>M</site>"
        b"<session session_id='a'><ucid>1</ucid><stop-time>t</stop-time></session>"
        b"<session session_id='b'><ucid>2</ucid></session></recording>"
    )
    assert told.extensions_of("b") == (("ucid", "2"), ("site", "M"))
    assert told.extensions_of("a")[0] == ("ucid", "1")


def test_ids_of_past_conversations_are_not_kept_for_months() -> None:
    known: Metadata | None = None
    for n in range(200):
        past = f"<session session_id='s{n - 1}'><stop-time>t</stop-time></session>"
        now = f"<session session_id='s{n}'><ucid>{n}</ucid></session>"
        part = f"<recording><datamode>partial</datamode>{past}{now}</recording>"
        known = metadata.merge(known, metadata.read(part.encode()))
        assert known.extensions_of(f"s{n}") == (("ucid", str(n)),)
    assert known and len(known.own) <= 2


def test_one_recording_session_brings_no_more_calls_than_we_take() -> None:
    bench, tag = begin(bench=Bench(max_calls=1))
    request = (DATA / "second.sip").read_bytes().replace(b"@TAG@", tag.encode())
    assert statuses(bench.send(request, TCP))[-1] == 486
    assert bench.switchboard.active() == 1
    assert [leg.label for leg in legs_of(bench, FIRST)] == ["1", "2"]


def test_the_metadata_tells_when_sessions_began_and_stopped() -> None:
    told = read("invite")
    assert told.session_of("1") == told.session_of("2") == "cs-a"
    assert told.sessions["cs-a"].started == "2026-03-02T10:00:00Z"
    after = metadata.merge(told, read("next"))
    assert after.sessions["cs-a"].started == "2026-03-02T10:00:00Z"
    assert after.sessions["cs-a"].stopped == "2026-03-02T10:05:00Z"
    assert after.session_of("1") == "cs-b" and after.session_of("9") == "cs-b"
    dana = after.speaker("1")
    assert dana is not None and dana.name == DANA
    stopped = metadata.merge(told, read("stops"))
    assert stopped.session_of("1") is None


def test_what_is_over_is_forgotten_one_message_later() -> None:
    known = read("invite")
    for n in range(200):
        stop = f'<session session_id="{known.session_id}"><stop-time>t</stop-time></session>'
        next_ = f'<session session_id="n{n}"/><stream stream_id="t{n}" session_id="n{n}">'
        who = f'<participant participant_id="p{n}"/><participantstreamassoc participant_id="p{n}">'
        told = metadata.read(
            f"<recording><datamode>partial</datamode>{stop}{next_}<label>1</label></stream>"
            f"{who}<send>t{n}</send></participantstreamassoc></recording>".encode()
        )
        known = metadata.merge(known, told)
        assert known.session_of("1") == f"n{n}"
        known = Metadata(
            **{f: getattr(known, f) for f in known.__struct_fields__} | {"session_id": f"n{n}"}
        )
    assert len(known.sessions) <= 3 and len(known.streams) <= 3
    assert len(known.participants) <= metadata.MOST_PARTIES + 1


def test_every_recording_is_used() -> None:
    used = {"invite", "next", "second", "first_ends", "transfer", "stops", "begins_again"}
    used |= {"invite_two", "all_off"}
    assert {path.stem for path in DATA.glob("*.sip")} == used


def read(name: str) -> Metadata:
    body = (DATA / f"{name}.sip").read_bytes()
    return metadata.read(body[body.index(b"<?xml") : body.index(b"</recording>") + 12])


def bye(tag: str, *, cseq: int = 9) -> bytes:
    lines = [
        "BYE sip:srs@192.0.2.9:5060 SIP/2.0",
        f"Via: SIP/2.0/TCP 192.0.2.20:5060;branch=z9hG4bK-many-bye-{cseq}",
        "From: <sip:src@192.0.2.20>;tag=many-src",
        f"To: <sip:srs@192.0.2.9>;tag={tag}",
        "Call-ID: many-1@192.0.2.20",
        f"CSeq: {cseq} BYE",
        "Max-Forwards: 69",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Churn:
    """A recording session whose streams pass from conversation to conversation at random."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.bench, self.tag = begin("invite_two")
        self.cseq = 1

    def step(self) -> None:
        what = self.chance.random()
        if what < 0.1:
            self.bench.switchboard.worker_down(0, now=self.bench.now)
            self.bench.settle()
            self.bench.switchboard.worker_up(0, now=self.bench.now)
            self.bench.settle()
        elif what < 0.12:
            calls = [order.call_id for order in self.bench.orders(OpenCall)]
            self.bench.say(MediaTimedOut(call_id=self.chance.choice(calls)))
        elif what < 0.2:
            before, self.bench = self.bench, Bench(kept=self.bench.kept)
            self.bench.go_on_after(before)
        else:
            self.change()

    def change(self) -> None:
        self.cseq += 1
        method = self.chance.choice(["INVITE", "UPDATE"])
        body = [metadata_at_random(self.chance)]
        kind = "application/rs-metadata+xml"
        if method == "INVITE":
            kind = "multipart/mixed;boundary=b"
            lines = "".join(
                f"m=audio {self.chance.choice([0, 9000, 9000])} RTP/AVP 0\r\na=label:{n}\r\n"
                f"a={self.chance.choice(['sendonly', 'sendonly', 'inactive'])}\r\n"
                for n in range(1, 5)
            )
            described = f"v=0\r\no=- 1 {self.cseq} IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
            described = described.replace("t=0", "c=IN IP4 192.0.2.1\r\nt=0") + lines
            body = ["--b", "Content-Type: application/sdp", "", described, "--b"]
            body += ["Content-Type: application/rs-metadata+xml", ""]
            body += [metadata_at_random(self.chance), "--b--", ""]
        text = "\r\n".join(body)
        head = bye(self.tag, cseq=self.cseq).replace(b"BYE", method.encode()).rpartition(b"Content")
        contact = f"Contact: <sip:src@192.0.2.20>;+sip.src\r\nContent-Type: {kind}\r\n"
        request = head[0] + contact.encode() + f"Content-Length: {len(text)}\r\n\r\n".encode()
        answers = self.bench.send(request + text.encode(), TCP)
        assert statuses(answers)[-1] in (200, 481, 488, 500), answers
        if method == "INVITE":
            ack(self.bench, request, self.tag)


def metadata_at_random(chance: random.Random) -> str:
    ids = [f"cs-{n}" for n in range(6)]
    stop = "<stop-time>t</stop-time>"
    told = [f'<session session_id="{i}">{chance.choice(["", "", stop])}</session>' for i in ids]
    chance.shuffle(told)
    streams = [
        f'<stream stream_id="t{chance.randrange(8)}" session_id="{chance.choice(ids)}">'
        f"<label>{label}</label></stream>"
        for label in range(1, 5)
        if chance.random() < 0.8
    ]
    mode = chance.choice(["partial", "complete"])
    inside = "".join([*told[: chance.randrange(7)], *streams])
    return f"<recording><datamode>{mode}</datamode>{inside}</recording>"


@pytest.mark.parametrize("seed", range(40))
def test_whatever_passes_where_no_leg_comes_back_and_every_call_ends(seed: int) -> None:
    churn = Churn(random.Random(seed))
    for _ in range(25):
        churn.step()
    churn.bench.put(bye(churn.tag, cseq=churn.cseq + 1), TCP)
    assert churn.bench.kept == {}, "nothing is left"
    here: dict[str, set[str]] = {}
    gone: set[str] = set()
    closed: set[str] = set()
    for _, order in churn.bench.told:
        if isinstance(order, OpenCall | UpdateLegs):
            legs = {leg.leg_id for leg in order.legs}
            assert {sessions.of(leg) for leg in order.legs} <= {order.call_id}
            assert isinstance(order, OpenCall) or order.call_id not in closed
            assert not legs & gone, "a leg id is never used again"
            assert len({leg.rtp_port for leg in order.legs if leg.rtp_port}) == sum(
                leg.rtp_port is not None for leg in order.legs
            )
            gone |= here.get(order.call_id, set()) - legs
            here[order.call_id] = legs
        elif isinstance(order, CloseCall):
            closed.add(order.call_id)
    assert here.keys() <= closed
