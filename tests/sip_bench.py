"""A switchboard on a clock of its own, with a peer and scripted media workers: no socket."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from sip_gateway.calls.call import unpack
from sip_gateway.calls.line import Identity, Note
from sip_gateway.calls.switchboard import Switchboard
from sip_gateway.settings import Settings
from sip_gateway.sip.flow import Flow, Outgoing
from sip_gateway.sip.message import Request, Response
from sip_gateway.sip.parsing import parse
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CloseCall,
    FromWorker,
    KeepPorts,
    OpenCall,
    PauseLegs,
    PressKey,
    ResumeLegs,
    ToRelay,
    ToWorker,
    UpdateLegs,
)

CRLF = "\r\n"
SDP = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
)
UDP = Flow("udp", "192.0.2.9", 5060, "192.0.2.1", 5070)
TCP = Flow("tcp", "192.0.2.9", 5060, "192.0.2.1", 40001)


class Inside(NamedTuple):
    """What puts a request into a dialog of the peer."""

    call_id: str = "call-1"
    from_: str = '"Ann" <sip:ann@example.com>;tag=peer'
    to_tag: str = ""


def message(
    method: str,
    inside: Inside = Inside(),  # noqa: B008 (immutable)
    *,
    cseq: int = 1,
    to_tag: str = "",
    body: str | bytes = b"",
    **headers: str | Sequence[str],
) -> bytes:
    """A request of the peer; headers are written `Content_Type=...`, and replace the usual ones."""
    inside = inside._replace(to_tag=to_tag or inside.to_tag)
    return build(method, inside, cseq=cseq, body=body, headers=headers)


def build(
    method: str,
    inside: Inside,
    *,
    cseq: int,
    body: str | bytes,
    headers: Mapping[str, str | Sequence[str]],
) -> bytes:
    """The same, with the headers as a mapping."""
    call_id = headers.get("Call_ID", inside.call_id)
    fields: dict[str, str | Sequence[str]] = {
        "Via": f"SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-{call_id}-{method}-{cseq};rport",
        "From": inside.from_,
        "To": f"<sip:line@example.com>{f';tag={inside.to_tag}' if inside.to_tag else ''}",
        "Call-ID": call_id,
        "CSeq": f"{cseq} {method}",
        "Contact": "<sip:ann@192.0.2.1:5070>",
        "Max-Forwards": "70",
    }
    raw = body.encode() if isinstance(body, str) else body
    if raw:
        fields["Content-Type"] = "application/sdp"
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} sip:line@192.0.2.9 SIP/2.0"]
    for name, value in fields.items():
        values = [value] if isinstance(value, str) else value
        lines += [f"{name}: {one}" for one in values if one]
    lines.append(f"Content-Length: {len(raw)}")
    return (CRLF.join(lines) + CRLF * 2).encode() + raw


class Bench:
    """Drains the switchboard after every input, as its driver does.

    Media workers open ports 20000, 20002, ... at once, unless `patient` holds them back.
    """

    def __init__(self, *, kept: dict[str, bytes] | None = None, **settings: object) -> None:
        self.now = 100.0
        self.patient = False
        self.sent: list[Outgoing] = []
        self.told: list[tuple[int, ToWorker]] = []
        self.kept: dict[str, bytes] = dict(kept or {})
        self.notes: list[Note] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self._calls = 0
        self._tokens = 0
        self._port = 20000
        self._ports: dict[str, int] = {}
        self._settings = msgspec.convert(settings, Settings)
        self.switchboard = Switchboard(
            self._settings,
            tenant_id="default",
            identity=self._identity,
            token=self._token,
            tally=lambda what, kind: self.counts.update([(what, kind)]),
        )
        self.switchboard.restore(map(unpack, self.kept.values()), now=self.now)
        for worker in range(self._settings.media_workers):
            self.switchboard.worker_up(worker, now=self.now)
        self.settle()

    def _identity(self) -> Identity:
        self._calls += 1
        return Identity(f"{self._calls:032x}", datetime(2026, 1, 1, tzinfo=UTC))

    def _token(self) -> str:
        self._tokens += 1
        return f"{self._tokens:016x}"

    def send(self, data: bytes, flow: Flow = UDP) -> list[Request | Response]:
        """The peer sends; returns what it gets back at once."""
        before = len(self.sent)
        self.put(data, flow)
        return self.received(since=before)

    def put(self, data: bytes, flow: Flow = UDP) -> None:
        """Anything arrives; what goes back is not looked at."""
        self.switchboard.receive(data, flow, now=self.now)
        self.settle()

    def respond_ok(self, request: Request, flow: Flow = UDP) -> None:
        """The peer accepts a request of ours."""
        lines = ["SIP/2.0 200 OK"]
        for name in ("Via", "From", "To", "Call-ID", "CSeq"):
            lines += [f"{name}: {value}" for value in request.headers.all(name)]
        self.send((CRLF.join([*lines, "Content-Length: 0"]) + CRLF * 2).encode(), flow)

    def say(self, said: FromWorker, *, worker: int = 0) -> list[Request | Response]:
        """A worker speaks; returns what the peer gets."""
        before = len(self.sent)
        self.switchboard.receive_from_worker(worker, said, now=self.now)
        self.settle()
        return self.received(since=before)

    def wait(self, seconds: float) -> list[Request | Response]:
        """Let time pass, timer by timer; returns what the peer gets."""
        before = len(self.sent)
        self.run_for(seconds)
        return self.received(since=before)

    def run_for(self, seconds: float) -> None:
        """Let time pass; what goes out is not looked at."""
        until = self.now + seconds
        while (at := self.switchboard.next_timer()) is not None and at <= until:
            self.now = max(self.now, at)
            self.switchboard.wake(now=self.now)
            self.settle()
        self.now = until

    def received(self, since: int = 0) -> list[Request | Response]:
        """What the peer got."""
        return [parse(outgoing.data) for outgoing in self.sent[since:]]

    def settle(self) -> None:
        """Carry out what the switchboard wants."""
        while True:
            for kept in self.switchboard.to_keep():
                if kept.record is None:
                    self.kept.pop(kept.call_id, None)
                else:
                    self.kept[kept.call_id] = kept.record
            told = self.switchboard.to_workers()
            self.told += told
            self.sent += self.switchboard.to_send()
            self.notes += self.switchboard.notes()
            if not told or self.patient:
                return
            for worker, order in told:
                self.obey(worker, order)

    def obey(self, worker: int, order: ToWorker) -> None:
        """Do what a worker is told."""
        answer: FromWorker
        if isinstance(order, PauseLegs | ResumeLegs | PressKey | KeepPorts | ToRelay):
            return
        if isinstance(order, CloseCall):
            answer = CallClosed(call_id=order.call_id)
        else:
            ports = {leg.leg_id: self._port_of(leg.leg_id, leg.rtp_port) for leg in order.legs}
            answer = CallOpened(call_id=order.call_id, rtp_ports=ports)
        self.switchboard.receive_from_worker(worker, answer, now=self.now)

    def _port_of(self, leg_id: str, wanted: int | None) -> int:
        if wanted is None and leg_id not in self._ports:
            wanted = self._port
            self._port += 2
        if wanted is not None:
            self._ports[leg_id] = wanted
        return self._ports[leg_id]

    def go_on_after(self, before: "Bench") -> None:
        """As if it were one process's life: what was said is remembered, no id is used again."""
        self.told, self.sent = before.told + self.told, before.sent + self.sent
        self._calls, self._port, self._ports = before._calls, before._port, before._ports

    def forget_ports(self) -> None:
        """No call is left that has any."""
        self._ports.clear()

    def orders(self, kind: type[OpenCall | UpdateLegs | CloseCall]) -> list[ToWorker]:
        """What the workers were told, of one kind."""
        return [order for _, order in self.told if isinstance(order, kind)]

    def talk(self, body: str | bytes = SDP, **headers: str | Sequence[str]) -> str:
        """Set a call up to its ACK; returns our tag."""
        answered = self.send(build("INVITE", Inside(), cseq=1, body=body, headers=headers))[-1]
        assert isinstance(answered, Response) and answered.status == 200, answered
        tag = answered.to.tag
        ack = message("ACK", to_tag=tag, Via="SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-ack")
        assert self.send(ack) == []
        return tag


def statuses(messages: Sequence[Request | Response]) -> list[int | str]:
    """Statuses of responses, methods of requests."""
    return [m.status if isinstance(m, Response) else m.method for m in messages]
