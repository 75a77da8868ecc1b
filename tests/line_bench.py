"""The desk of calls in line on a clock of its own, between a trunk and a PBX: no socket."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from sip_gateway.calls.line import Identity, Note
from sip_gateway.calls.switchboard import Switchboard
from sip_gateway.front import Front
from sip_gateway.inline import call as calls
from sip_gateway.inline.desk import Desk
from sip_gateway.inline.lookup import Server
from sip_gateway.inline.pings import Reached
from sip_gateway.inline.settings import Inline, Route
from sip_gateway.settings import Settings
from sip_gateway.sip.flow import Flow, Outgoing
from sip_gateway.sip.message import Request, Response
from sip_gateway.sip.parsing import Malformed, parse
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CloseCall,
    FromWorker,
    OpenCall,
    OpenRelays,
    RelaysOpened,
    ToWorker,
    UpdateLegs,
)
from tests.sip_bench import UDP, Inside, build

FIRST, SECOND = "sip:pbx1.example", "sip:pbx2.example;transport=tcp"
PBX = Flow("udp", "192.0.2.9", 5060, "198.51.100.1", 5060)
PBX_2 = Flow("tcp", "192.0.2.9", 5060, "198.51.100.2", 5060)
HERE = "192.0.2.9"
PBX_SDP = (
    "v=0\r\no=- 9 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
    "m=audio 6000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
Message = Request | Response


def alone(flow: Flow, *, rank: int = 0, weight: int = 0) -> Reached:
    """A server with one address."""
    there = (flow.remote_host,)
    return Reached(Server((0, rank), weight, flow.transport, flow.remote_port, there), (flow,))


class LineBench:
    """Drains the front after every input, as its driver does; its one worker opens all it is told,
    unless `patient`."""

    def __init__(
        self, *, kept: dict[str, bytes] | None = None, max_calls: int = 500, **inline: object
    ) -> None:
        self.now = 100.0
        self.patient = False
        self.sent: list[Outgoing] = []
        self.told: list[ToWorker] = []
        self.kept: dict[str, bytes] = dict(kept or {})
        self.notes: list[Note] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self._calls = self._tokens = 0
        self._port = 30_000
        settings = Settings(
            max_calls=max_calls,
            inline=msgspec.convert(
                {"routes": [Route(targets=(FIRST, SECOND))], "ping_every_s": 0, **inline}, Inline
            ),
        )
        given = (self._identity, self._token, self._count)
        board = Switchboard(
            settings, tenant_id="default", identity=given[0], token=given[1], tally=given[2]
        )
        self.desk = Desk(
            settings, tenant_id="default", identity=given[0], token=given[1], tally=given[2]
        )
        self.front = Front(board, self.desk)
        self.front.restore([calls.unpack(record) for record in self.kept.values()], now=self.now)
        self.front.worker_up(0, now=self.now)
        for name, flow in ((FIRST, PBX), (SECOND, PBX_2)):
            if name in self.desk.targets:
                self.front.found(name, [alone(flow)], now=self.now)
        self.settle()

    def _identity(self) -> Identity:
        self._calls += 1
        return Identity(f"{self._calls:032x}", datetime(2026, 1, 1, tzinfo=UTC))

    def _token(self) -> str:
        self._tokens += 1
        return f"{self._tokens:016x}"

    def _count(self, what: str, kind: str) -> None:
        self.counts[what, kind] += 1

    # Inputs; each returns what went to each party because of it.

    def put(self, data: bytes, flow: Flow) -> "Went":
        """A message arrives."""
        before = len(self.sent)
        self.front.receive(data, flow, now=self.now)
        return self.went(before)

    def trunk(
        self,
        method: str,
        *,
        cseq: int = 1,
        tag: str = "",
        body: str = "",
        **headers: str | Sequence[str],
    ) -> "Went":
        """The trunk sends a request; in a dialog with `tag`."""
        inside = Inside(to_tag=tag)
        data = build(method, inside, cseq=cseq, body=body, headers=_spelled(headers))
        return self.put(data, UDP)

    def pbx(
        self, invite: Request, method: str, *, cseq: int, body: str = "", **headers: str
    ) -> "Went":
        """The PBX sends a request in the dialog that our INVITE made with it."""
        fields = {
            "Via": f"SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK-pbx-{method}-{cseq};rport",
            "Call_ID": invite.call_id,
            "To": invite.headers.get("From") or "",
            "Contact": "<sip:pbx@198.51.100.1>",
            **headers,
        }
        inside = Inside(from_=f"{invite.headers.get('To')};tag=pbx")
        data = build(method, inside, cseq=cseq, body=body, headers=_spelled(fields))
        return self.put(data, PBX)

    def answer(
        self, request: Request, status: int, *, body: str = "", tag: str = "pbx", **headers: str
    ) -> "Went":
        """Whoever got this request responds."""
        lines = [f"SIP/2.0 {status} Whatever"]
        for name in ("Via", "From", "To", "Call-ID", "CSeq"):
            for value in request.headers.all(name):
                own = f";tag={tag}" if name == "To" and tag and "tag=" not in value else ""
                lines.append(f"{name}: {value}{own}")
        fields = {"Contact": "<sip:pbx@198.51.100.1>", **_spelled(headers)}
        if body:
            fields["Content-Type"] = "application/sdp"
        lines += [f"{name}: {value}" for name, value in fields.items() if value]
        raw = body.encode()
        head = "\r\n".join([*lines, f"Content-Length: {len(raw)}", "", ""])
        return self.put(head.encode() + raw, PBX)

    def say(self, message: FromWorker) -> "Went":
        """The worker speaks."""
        before = len(self.sent)
        self.front.receive_from_worker(0, message, now=self.now)
        return self.went(before)

    def wait(self, seconds: float) -> "Went":
        """Let time pass, timer by timer."""
        before, until = len(self.sent), self.now + seconds
        while (at := self.front.next_timer()) is not None and at <= until:
            self.now = max(self.now, at)
            self.front.wake(now=self.now)
            self.settle()
        self.now = until
        return self.went(before)

    def went(self, before: int) -> "Went":
        """What went out since."""
        self.settle()
        return Went(self.sent[before:])

    def settle(self) -> None:
        """Carry out what the front wants."""
        while True:
            for kept in self.front.to_keep():
                if kept.record is None:
                    self.kept.pop(kept.call_id, None)
                else:
                    self.kept[kept.call_id] = kept.record
            told = [message for _, message in self.front.to_workers()]
            self.told += told
            self.sent += self.front.to_send()
            self.notes += self.front.notes()
            if not told or self.patient:
                return
            for message in told:
                self.obey(message)

    def obey(self, message: ToWorker) -> None:
        """Do what the worker is told."""
        if isinstance(message, OpenRelays):
            ports = {}
            for relay in message.relays:
                for end, of in (("a", relay.a), ("b", relay.b)):
                    self._port += 2 * (of.port is None)
                    ports[f"{relay.line}{end}"] = of.port or self._port
            answer: FromWorker = RelaysOpened(call_id=message.call_id, ports=ports)
        elif isinstance(message, OpenCall | UpdateLegs):
            answer = CallOpened(call_id=message.call_id, rtp_ports={})
        elif isinstance(message, CloseCall):
            answer = CallClosed(call_id=message.call_id)
        else:
            return
        self.front.receive_from_worker(0, answer, now=self.now)

    def orders(self, kind: type) -> list[ToWorker]:
        """What the worker was told, of one kind."""
        return [message for message in self.told if isinstance(message, kind)]

    def talk(self, *, offer: str, answer: str = PBX_SDP) -> "Talking":
        """Set a call up to the ACKs."""
        invite = self.trunk("INVITE", body=offer).request("pbx", "INVITE")
        ok = self.answer(invite, 200, body=answer).response("trunk", 200)
        self.trunk("ACK", tag=ok.to.tag)
        return Talking(invite, ok.to.tag)


class Talking(msgspec.Struct):
    """A call that is set up."""

    invite: Request
    """As the PBX got it."""

    tag: str
    """Of ours, towards the trunk."""


class Went:
    """Messages that went out, by party."""

    def __init__(self, sent: Sequence[Outgoing]) -> None:
        self.trunk, self.pbx, self.pbx_2 = (
            list(_read(out.data for out in sent if out.flow.remote_host == host))
            for host in ("192.0.2.1", "198.51.100.1", "198.51.100.2")
        )

    def to(self, party: str) -> list[Message]:
        """What went to one of them."""
        return {"trunk": self.trunk, "pbx": self.pbx, "pbx_2": self.pbx_2}[party]

    def request(self, party: str, method: str) -> Request:
        """The one request of this kind that went there."""
        found = [m for m in self.to(party) if isinstance(m, Request) and m.method == method]
        assert len(found) == 1, [str(m)[:80] for m in self.to(party)]
        return found[0]

    def response(self, party: str, status: int) -> Response:
        """The one response of this status that went there."""
        found = [m for m in self.to(party) if isinstance(m, Response) and m.status == status]
        assert len(found) == 1, self.summary()
        return found[0]

    def summary(self) -> dict[str, list[int | str]]:
        """Statuses and methods, by party."""
        return {
            party: [m.status if isinstance(m, Response) else m.method for m in self.to(party)]
            for party in ("trunk", "pbx", "pbx_2")
            if self.to(party)
        }


def _read(sent: Iterable[bytes]) -> Iterator[Message]:
    """Those that can be read: a refusal of what is broken says its broken headers back."""
    for data in sent:
        with contextlib.suppress(Malformed):
            yield parse(data)


def _spelled(headers: dict[str, str] | dict[str, str | Sequence[str]]) -> dict[str, str]:
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    if "Call-ID" in spelled:
        spelled["Call_ID"] = spelled["Call-ID"]
    return spelled  # type: ignore[return-value]
