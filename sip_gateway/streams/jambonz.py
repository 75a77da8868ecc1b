"""jambonz `listen`: the call's attributes in one text message, then L16.

https://docs.jambonz.org/verbs/verbs/listen, and lib/tasks/listen.js of jambonz-feature-server: what
the application put under `metadata` stands among the call's own attributes, and before them;
`mixType` is mono, mixed or stereo, the caller left. FreeSWITCH's `mod_audio_fork` sends it.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from sip_gateway.streams import freeswitch
from sip_gateway.streams.about import About, BadMessage, described
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.forked import QUIET_S, ForkedSession, Word, objects
from sip_gateway.streams.parameters import NOTHING, parameters
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens


class _Call(msgspec.Struct, frozen=True):
    callsid: str = ""
    samplerate: int = 8000
    mixtype: Literal["mono", "mixed", "stereo"] = "mono"
    direction: str = "inbound"
    caller: str = msgspec.field(name="from", default="")
    called: str = msgspec.field(name="to", default="")
    callername: str = ""


class _Nested(msgspec.Struct, frozen=True, rename="camel"):
    """Where an application may have put its own besides."""

    metadata: msgspec.Raw = NOTHING
    customer_data: msgspec.Raw = NOTHING
    """What its `tag` verb set."""


_NESTED = msgspec.json.Decoder(_Nested)


def read(text: str, begun: bool) -> Word:
    """What a text message says."""
    if begun:
        return freeswitch.later(text)
    nested = _NESTED.decode(text)
    call = described(_Call, text)
    if not call.callsid:
        raise BadMessage("callSid is missing")
    about = described(About, nested.metadata, text)
    number = call.caller if call.direction == "inbound" else call.called
    metadata = freeswitch.Metadata(
        conversation=about.conversation,
        queue=about.queue,
        customer=about.customer or call.callername,
        agent=about.agent,
        number=about.number or number,
        language=about.language,
        inbound=about.inbound,
        rate=call.samplerate,
        mix=call.mixtype,
    )
    told = parameters(nested.metadata, text, nested.customer_data)
    return freeswitch.begin(metadata, uuid=call.callsid, told=told)


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Streams whose `wsAuth` is a name and token of these."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> ForkedSession:
        known.verify(request)
        return ForkedSession(read, early_bytes=freeswitch.EARLY_BYTES, part=objects)

    return Dialect("jambonz", admit, silent_s=QUIET_S)
