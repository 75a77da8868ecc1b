"""jambonz `listen`: the call's attributes in one text message, then L16.

https://docs.jambonz.org/verbs/verbs/listen: what the application put under `metadata` comes with
the call's own attributes; `mixType` is mono, mixed or stereo, the caller left.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from sip_gateway.streams import freeswitch
from sip_gateway.streams.about import About
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.forked import QUIET_S, ForkedSession, Word
from sip_gateway.streams.parameters import NOTHING, parameters
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens


class _Call(msgspec.Struct, frozen=True, rename="camel"):
    call_sid: str
    sample_rate: int = 8000
    mix_type: Literal["mono", "mixed", "stereo"] = "mono"
    direction: str = "inbound"
    caller: str = msgspec.field(name="from", default="")
    called: str = msgspec.field(name="to", default="")
    caller_name: str = ""


_CALL = msgspec.json.Decoder(_Call)
_ABOUT = msgspec.json.Decoder(About)
_NESTED = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read(text: str, begun: bool) -> Word:
    """What a text message says."""
    if begun:
        return freeswitch.later(text)
    call = _CALL.decode(text)
    nested = _NESTED.decode(text).get("metadata", NOTHING)
    about = _ABOUT.decode(nested)
    number = call.caller if call.direction == "inbound" else call.called
    metadata = freeswitch.Metadata(
        conversation=about.conversation,
        queue=about.queue,
        customer=about.customer or call.caller_name,
        agent=about.agent,
        number=about.number or number,
        language=about.language,
        inbound=about.inbound,
        rate=call.sample_rate,
        mix=call.mix_type,
    )
    return freeswitch.begin(metadata, uuid=call.call_sid, told=parameters(nested, text))


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Streams whose `wsAuth` is a name and token of these."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> ForkedSession:
        known.verify(request)
        return ForkedSession(read)

    return Dialect("jambonz", admit, silent_s=QUIET_S)
