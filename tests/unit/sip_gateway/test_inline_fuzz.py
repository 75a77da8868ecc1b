"""Broken messages from a trunk or a PBX raise nothing and end no other call in line."""

import random

from sip_gateway.sip.message import Request
from tests.line_bench import PBX, PBX_SDP, LineBench
from tests.mutations import MUTATIONS, mutate
from tests.sip_bench import SDP, UDP, Inside, message

ROUNDS = 300


def response(request: Request, status: int, body: str, *, tag: str = "pbx") -> bytes:
    """What a far end says to a request of ours."""
    lines = [f"SIP/2.0 {status} Said"]
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        for value in request.headers.all(name):
            own = f";tag={tag}" if name == "To" and "tag=" not in value else ""
            lines.append(f"{name}: {value}{own}")
    lines += ["Contact: <sip:pbx@198.51.100.1>", "Session-Expires: 1800;refresher=uas"]
    lines += ["Require: 100rel", "RSeq: 1", "Content-Type: application/sdp"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()


def of_the_trunk(number: int, chance: random.Random, victim: Inside) -> bytes:
    """A good request, of a new call or of the victim's; its body may be broken already."""
    body, cseq, new = SDP.encode(), 10 + number, Inside(f"fuzz-{number}")
    if chance.random() < 0.4:
        body = chance.choice(MUTATIONS)(body, chance)
    return chance.choice(
        [
            message("INVITE", new, body=body),
            message("INVITE", new),
            message("CANCEL", Inside(f"fuzz-{number - 1}")),
            message("INVITE", victim, cseq=cseq, body=body),
            message("UPDATE", victim, cseq=cseq, body=body, Session_Expires="1800"),
            message("PRACK", victim, cseq=cseq, RAck="1 1 INVITE", body=body),
            message("INFO", victim, cseq=cseq, body="Signal=1", Content_Type="application/dtmf"),
            message("ACK", victim, cseq=cseq, body=body),
            message("BYE", victim, cseq=cseq),
        ]
    )


def of_the_pbx(bench: LineBench, chance: random.Random) -> bytes:
    """A response to one of the last requests that it got."""
    got = [m for m in bench.went(max(0, len(bench.sent) - 30)).pbx if isinstance(m, Request)]
    asked = chance.choice(got)
    body = PBX_SDP
    if chance.random() < 0.4:
        raw = chance.choice(MUTATIONS)(body.encode(), chance)
        body = raw.decode("utf-8", errors="replace")
    status = chance.choice([100, 180, 183, 200, 200, 302, 404, 408, 486, 491, 503])
    return response(asked, status, body, tag=chance.choice(["pbx", "other"]))


def test_no_mutated_message_raises_or_ends_a_call_in_progress() -> None:
    bench, chance = LineBench(), random.Random(3261)
    good = bench.talk(offer=SDP)
    for number in range(ROUNDS):
        if number % 20 == 0:
            victim = Inside(f"victim-{number}")
            invite = bench.put(message("INVITE", victim, body=SDP), UDP).request("pbx", "INVITE")
            ok = bench.put(response(invite, 200, PBX_SDP), PBX).response("trunk", 200)
            victim = victim._replace(to_tag=ok.to.tag)
            bench.put(message("ACK", victim), UDP)
        bench.put(mutate(of_the_trunk(number, chance, victim), chance), UDP)
        bench.put(mutate(of_the_pbx(bench, chance), chance), PBX)
        if number % 100 == 0:
            bench.wait(1.0)
    went = bench.trunk("BYE", cseq=2, tag=good.tag)
    assert went.response("trunk", 200)
    assert went.request("pbx", "BYE").call_id == good.invite.call_id
