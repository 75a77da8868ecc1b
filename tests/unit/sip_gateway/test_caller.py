"""The calling agent against our own answering one, over a link that drops and repeats."""

import itertools
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from sip_gateway.audio.g711 import decode
from sip_gateway.caller.offer import Local, accepted, offer
from sip_gateway.caller.plan import CallFailed, CallPlan
from sip_gateway.caller.recording import length_ms, streams
from sip_gateway.caller.stream import Losses
from sip_gateway.caller.user_agent import Body, CallingAgent, Ends, Stage
from sip_gateway.sip import sdp
from sip_gateway.sip.dialog_events import Accepted, Changed, Ended, Event, Invited
from sip_gateway.sip.flow import Flow
from sip_gateway.sip.message import Request, Response
from sip_gateway.sip.multipart import parts
from sip_gateway.sip.parsing import parse
from sip_gateway.sip.screening import Refusal
from sip_gateway.sip.user_agent import UserAgent
from sip_gateway.siprec import metadata

FLOW = Flow("udp", "192.0.2.1", 5060, "192.0.2.2", 40_000)
PLAN = CallPlan("192.0.2.1", 5060, Path("agent.wav"), Path("customer.wav"))
LOCAL = Local("192.0.2.2", (30_000, 30_002), "77")
OFFER = offer(PLAN, LOCAL, version=1)
ANSWER = Accepted(
    "application/sdp",
    sdp.build(
        sdp.Session((sdp.audio(20_000, [sdp.PCMU], direction="recvonly"),) * 2),
        address="192.0.2.1",
    ),
    [("X-Trunkline-Call-ID", "c" * 32)],
)


def new_agent(transport: str = "udp") -> CallingAgent:
    ends = Ends(transport, "192.0.2.2", 40_000, "sip:192.0.2.1:5060", '"A" <sip:a@example.com>')
    return CallingAgent(ends, siprec=True, tokens=["call-1", "tag-1", "branch-1"])


class Line:
    """Both agents and the link between them; time jumps from timer to timer."""

    def __init__(
        self,
        lost: Iterator[bool] | None = None,
        *,
        answers: bool = True,
        transport: str = "udp",
    ) -> None:
        self.caller = new_agent(transport)
        self._flow = FLOW._replace(transport=transport)
        tokens = (f"t{n:015x}" for n in itertools.count())
        self.far = UserAgent(host="", token=lambda: next(tokens), tally=lambda *_: None)
        self.now = 0.0
        self.events: list[Event] = []
        self.methods: list[str] = []
        self.refusal: Refusal | None = None
        self._answers = answers
        self._lost = lost or itertools.repeat(False)

    def until(self, holds: Callable[[], bool], *, limit_s: float = 200.0) -> None:
        while not holds() and self.now <= limit_s:
            if not self._exchange():
                timers = [self.caller.next_timer(), self.far.next_timer()]
                due = [at for at in timers if at is not None]
                if not due:
                    return
                self.now = max(self.now, min(due))
                self.far.wake(now=self.now)

    def settle(self) -> None:
        self.until(lambda: False)

    def _exchange(self) -> bool:
        """Carry what both have to say; False if neither has anything."""
        there = self.caller.to_send(now=self.now)
        for data in there:
            message = parse(data)
            assert isinstance(message, Request | Response)
            self.methods.append(message.cseq.method if isinstance(message, Request) else "answer")
            if not next(self._lost):
                self.far.receive(data, self._flow, now=self.now)
        self._decide()
        back = self.far.to_send()
        for outgoing in back:
            if not next(self._lost):
                self.caller.receive_message(parse(outgoing.data), now=self.now)
        return bool(there or back)

    def _decide(self) -> None:
        for event in self.far.events():
            self.events.append(event)
            if isinstance(event, Invited | Changed) and self._answers:
                if self.refusal:
                    self.far.refuse(event.dialog, self.refusal, now=self.now)
                else:
                    self.far.accept(event.dialog, ANSWER, now=self.now)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_is_answered_acknowledged_and_ended(transport: str) -> None:
    line = Line(transport=transport)
    line.caller.invite(OFFER, now=0.0)
    line.until(lambda: line.caller.stage is Stage.ANSWERED)
    assert line.caller.answer is not None
    assert line.caller.answer.headers.get("X-Trunkline-Call-ID") == "c" * 32
    line.caller.hang_up(now=line.now)
    line.until(lambda: line.caller.stage is Stage.ENDED, limit_s=line.now + 0.1)
    assert line.methods == ["INVITE", "ACK", "BYE"]
    assert line.caller.stage is Stage.ENDED
    assert not line.caller.no_answer


@settings(max_examples=60)
@given(st.lists(st.booleans(), max_size=14))
def test_a_call_comes_about_once_however_the_link_drops(lost: list[bool]) -> None:
    line = Line(itertools.chain(lost, itertools.repeat(False)))
    line.caller.invite(OFFER, now=0.0)
    line.until(lambda: line.caller.stage is not Stage.CALLING)
    if line.caller.no_answer:  # every INVITE of 32 s was lost
        assert sum(lost) >= 7
        return
    line.caller.hang_up(now=line.now)
    line.settle()
    assert line.caller.stage is Stage.ENDED
    assert [type(event) for event in line.events if isinstance(event, Invited)] == [Invited]


def test_an_invite_over_udp_is_repeated_with_doubled_pauses_and_given_up_after_32_seconds() -> None:
    caller, sent_at = new_agent(), []
    caller.invite(OFFER, now=0.0)
    now: float | None = 0.0
    while now is not None:
        sent_at += [now for _ in caller.to_send(now=now)]
        now = caller.next_timer()
    assert sent_at == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert caller.no_answer
    assert caller.stage is Stage.ENDED


def test_over_tcp_nothing_is_repeated() -> None:
    caller = new_agent("tcp")
    caller.invite(OFFER, now=0.0)
    assert len(caller.to_send(now=0.0)) == 1
    assert caller.next_timer() == 32.0


def test_a_refusal_is_acknowledged_and_told() -> None:
    line = Line()
    line.refusal = Refusal(486)
    line.caller.invite(OFFER, now=0.0)
    line.settle()
    assert line.methods == ["INVITE", "ACK"]
    assert line.caller.stage is Stage.REFUSED
    assert line.caller.refusal is not None
    assert (line.caller.refusal.status, line.caller.refusal.reason) == (486, "Busy Here")


def test_hanging_up_before_the_answer_cancels() -> None:
    line = Line(answers=False)
    line.caller.invite(OFFER, now=0.0)
    line.until(lambda: bool(line.events))
    line.caller.hang_up(now=line.now)
    line.settle()
    assert line.methods == ["INVITE", "CANCEL", "ACK"]
    assert line.caller.stage is Stage.ENDED


def test_hold_and_resume_are_re_invites_of_the_same_dialog() -> None:
    line = Line()
    line.caller.invite(OFFER, now=0.0)
    line.until(lambda: line.caller.stage is Stage.ANSWERED)
    line.until(lambda: not line.caller.negotiating, limit_s=line.now)
    line.settle()
    for version, held in ((2, True), (3, False)):
        line.caller.invite(offer(PLAN, LOCAL, version=version, held=held), now=line.now)
        line.until(lambda: not line.caller.negotiating)
        line.settle()
    changes = [event for event in line.events if isinstance(event, Changed)]
    assert len(changes) == 2
    held_sdp = sdp.parse(parts(changes[0].request)[0].body)
    assert [media.direction for media in held_sdp.media] == ["inactive", "inactive"]
    assert line.caller.stage is Stage.ANSWERED


def test_the_far_end_may_hang_up() -> None:
    line = Line()
    line.caller.invite(OFFER, now=0.0)
    line.until(lambda: line.caller.stage is Stage.ANSWERED)
    line.settle()
    invited = line.events[0]
    assert isinstance(invited, Invited)
    line.far.hang_up(invited.dialog, now=line.now)
    line.settle()
    assert line.caller.stage is Stage.ENDED
    assert line.caller.ended_by_far_end
    assert not any(isinstance(event, Ended) for event in line.events)


def test_after_the_connection_broke_the_bye_goes_out_again() -> None:
    line = Line()
    line.caller.invite(OFFER, now=0.0)
    line.until(lambda: line.caller.stage is Stage.ANSWERED)
    line.settle()
    line.caller.hang_up(now=line.now)
    (lost,) = line.caller.to_send(now=line.now)
    line.caller.reconnected()
    assert line.caller.to_send(now=line.now) == [lost]


def test_a_siprec_offer_names_each_stream_and_its_speaker() -> None:
    line = Line(answers=False)
    line.caller.invite(OFFER, now=0.0)
    (sent,) = line.caller.to_send(now=0.0)
    message = parse(sent)
    assert message.headers.get("Require") == "siprec"
    assert "+sip.src" in (message.headers.get("Contact") or "")
    description, told = parts(message)
    media = sdp.parse(description.body).media
    assert [(m.port, m.label, m.direction) for m in media] == [
        (30_000, "1", "sendonly"),
        (30_002, "2", "sendonly"),
    ]
    known = metadata.read(told.body)
    names = [person.name for m in media if (person := known.speaker(m.label))]
    assert names == ["Agent", "Customer"]


@pytest.mark.parametrize(
    ("media", "why"),
    [
        ((sdp.audio(20_000, [sdp.PCMU], direction="recvonly"),), "1 media lines of 2"),
        ((sdp.audio(20_000, [sdp.PCMA], direction="recvonly"),) * 2, "does not take PCMU"),
        ((sdp.audio(0, [sdp.PCMU], direction="inactive"),) * 2, "does not take PCMU"),
    ],
)
def test_an_answer_that_takes_less_than_was_offered_is_a_failure(
    media: tuple[sdp.Media, ...], why: str
) -> None:
    with pytest.raises(CallFailed, match=why):
        accepted(PLAN, sdp.build(sdp.Session(media), address="192.0.2.1"))


def test_the_answer_says_where_each_stream_goes() -> None:
    far = accepted(PLAN, ANSWER.body)
    assert [(f.host, f.port, f.payload_type) for f in far] == [("192.0.2.1", 20_000, 0)] * 2


def test_a_body_travels_as_it_is() -> None:
    caller = new_agent()
    caller.invite(Body("text/plain", b"x"), now=0.0)
    assert parse(caller.to_send(now=0.0)[0]).body == b"x"


def wav(path: Path, seconds: float, *, rate_hz: int, subtype: str, channels: int = 1) -> Path:
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    tone = 0.5 * np.sin(2 * np.pi * 440 * at)
    columns = [tone * (n + 1) / channels for n in range(channels)]
    soundfile.write(path, np.stack(columns, axis=1), rate_hz, subtype=subtype)
    return path


@pytest.mark.parametrize(
    ("rate_hz", "subtype"),
    [(8000, "PCM_U8"), (8000, "PCM_16"), (8000, "ULAW"), (8000, "ALAW"), (44_100, "PCM_16")],
)
def test_every_common_wav_plays(tmp_path: Path, rate_hz: int, subtype: str) -> None:
    one = wav(tmp_path / "one.wav", 1.0, rate_hz=rate_hz, subtype=subtype)
    two = wav(tmp_path / "two.wav", 0.51, rate_hz=rate_hz, subtype=subtype)
    plan = CallPlan("h", 1, one, two)
    agent, customer = streams(plan)
    assert (len(agent), len(customer)) == (50, 50)
    assert {len(payload) for payload in agent + customer} == {160}
    heard = np.frombuffer(decode(b"".join(agent), "PCMU"), "<i2")
    assert np.abs(np.fft.rfft(heard)).argmax() == 440
    assert length_ms(plan) == 1000


def test_a_stereo_file_is_both_parties_and_a_plain_call_mixes_them(tmp_path: Path) -> None:
    both = wav(tmp_path / "both.wav", 0.2, rate_hz=16_000, subtype="PCM_16", channels=2)
    loud = [
        np.abs(np.frombuffer(decode(b"".join(s), "PCMA"), "<i2")).max()
        for s in streams(CallPlan("h", 1, both, codec="PCMA"))
    ]
    assert loud[1] == pytest.approx(2 * loud[0], rel=0.1)
    (mixed,) = streams(CallPlan("h", 1, both, codec="PCMA", siprec=False))
    peak = np.abs(np.frombuffer(decode(b"".join(mixed), "PCMA"), "<i2")).max()
    assert peak == pytest.approx(3 * loud[0], rel=0.1)


def test_a_file_that_is_no_audio_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("nothing")
    with pytest.raises(CallFailed, match="not readable as audio"):
        streams(CallPlan("h", 1, tmp_path / "a.wav"))
    mono = wav(tmp_path / "mono.wav", 0.1, rate_hz=8000, subtype="PCM_16")
    with pytest.raises(CallFailed, match="must be stereo"):
        streams(CallPlan("h", 1, mono))


@pytest.mark.parametrize(("burst", "run"), [(1.0, 1 / 0.95), (4.0, 4.0)])
def test_packets_are_left_out_as_often_and_as_many_in_a_row_as_asked(
    burst: float, run: float
) -> None:
    losses = Losses(0.05, "seed", burst=burst)
    lost = [losses.next() for _ in range(100_000)]
    begins = sum(now and not before for before, now in pairwise([False, *lost]))
    assert sum(lost) / len(lost) == pytest.approx(0.05, rel=0.1)
    assert sum(lost) / begins == pytest.approx(run, rel=0.1)
