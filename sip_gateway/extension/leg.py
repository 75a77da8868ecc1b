"""A call of the extension as a plain call to our own SIP port: the PBX's offer goes there as it is,
and the answer, which names a port of a media worker, goes back."""

from sip_gateway.caller.dialled import DialledCall
from sip_gateway.caller.link import connect
from sip_gateway.caller.plan import CallFailed, Dial, Party
from sip_gateway.caller.user_agent import Body, Stage
from sip_gateway.calls.hints import VIA
from sip_gateway.sip import sdp
from sip_gateway.sip.address import parse_sip_uri
from sip_gateway.sip.message import Request

NAME = "extension"
LONGEST_NAME = 64


class PassedCall(DialledCall):
    """Contract: run `signalling.run()` beside it."""

    @property
    def over(self) -> bool:
        """Whether our gateway ended it."""
        return self.signalling.closed or self.agent.stage in (Stage.ENDED, Stage.REFUSED)

    async def answer_to(self, offer: bytes, *, host: str) -> bytes:
        """Our gateway's answer, for a PBX that reaches us at `host`; CallFailed if it refuses."""
        await self.exchange(Body("application/sdp", offer))
        assert self.agent.answer is not None
        try:
            return sdp.build(sdp.parse(self.agent.answer.body), address=host)
        except sdp.BadSdp as error:
            raise CallFailed(f"our own answer's SDP: {error}") from None


async def dial(invite: Request, sip: tuple[str, int]) -> PassedCall:
    """A call to our own SIP port, in the name of who called the extension; CallFailed if nobody
    listens there."""
    plan = Dial(*sip, siprec=False, parties=(caller(invite),), headers=((VIA, NAME),))
    return PassedCall(plan, await connect(plan.transport, plan.host, plan.port), [])


def caller(invite: Request) -> Party:
    """Who calls, in words that can stand in a header of ours."""
    name = "".join(c for c in invite.from_.name if c.isprintable() and c not in '"\\<>')
    try:
        uri = parse_sip_uri(invite.from_.uri)
        known = f"sip:{uri.user}@{uri.host}" if uri.user else f"sip:{uri.host}"
    except ValueError:
        known = "sip:caller@pbx.invalid"
    return Party(name[:LONGEST_NAME].strip() or "Caller", known)
