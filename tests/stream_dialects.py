"""The dialects of media streams with keys of their own, and how each proves itself."""

import base64
import hashlib
import hmac

from sip_gateway.streams import freeswitch, jambonz, signalwire, stream, telnyx, twilio, vonage
from sip_gateway.streams.dialect import Dialect, StreamSession
from sip_gateway.streams.signature import SignedRequest

HOLDER = "AC00000000000000000000000000000001"
TOKEN = "12345678901234567890123456789012"
TOKENS = {HOLDER: TOKEN.encode()}
PUBLIC = "wss://voice.example.com"

DIALECTS: dict[str, Dialect] = {
    "freeswitch": freeswitch.dialect(TOKENS),
    "jambonz": jambonz.dialect(TOKENS),
    "signalwire": signalwire.dialect(TOKENS),
    "stream": stream.dialect(TOKENS),
    "telnyx": telnyx.dialect(TOKENS),
    "twilio": twilio.dialect(TOKENS, public_url=PUBLIC),
    "vonage": vonage.dialect(TOKENS),
}


def twilio_signature(url: str, token: str = TOKEN) -> str:
    """As Twilio signs a URL."""
    return base64.b64encode(hmac.digest(token.encode(), url.encode(), hashlib.sha1)).decode()


def basic(holder: str = HOLDER, token: str = TOKEN) -> str:
    """`Authorization` with name and password."""
    return "Basic " + base64.b64encode(f"{holder}:{token}".encode()).decode()


def headers(name: str, target: str) -> dict[str, str]:
    """What the platform sends with its handshake."""
    if name == "twilio":
        return {"x-twilio-signature": twilio_signature(PUBLIC + target)}
    return {"authorization": basic() if name in ("jambonz", "freeswitch") else f"Bearer {TOKEN}"}


def session(name: str, *, query: str = "") -> StreamSession:
    """A session that was let in."""
    target = f"/{name}{query}"
    return DIALECTS[name].admit(SignedRequest(target, headers(name, target)), 0.0)
