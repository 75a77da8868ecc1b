"""The dialects of media streams with keys of their own, and how each proves itself."""

import base64
import hashlib
import hmac

from sip_gateway.streams import (
    audiosocket,
    chan_websocket,
    freeswitch,
    jambonz,
    signalwire,
    stream,
    telnyx,
    twilio,
    vonage,
)
from sip_gateway.streams.dialect import Dialect, StreamSession
from sip_gateway.streams.signature import SignedRequest

HOLDER = "AC00000000000000000000000000000001"
TOKEN = "12345678901234567890123456789012"
TOKENS = {HOLDER: TOKEN.encode()}
PUBLIC = "wss://voice.example.com"

DIALECTS: dict[str, Dialect] = {
    "chan_websocket": chan_websocket.dialect(TOKENS),
    "freeswitch": freeswitch.dialect(TOKENS),
    "jambonz": jambonz.dialect(TOKENS),
    "signalwire": signalwire.dialect(TOKENS),
    "stream": stream.dialect(TOKENS),
    "telnyx": telnyx.dialect(TOKENS),
    "twilio": twilio.dialect(TOKENS, public_url=PUBLIC),
    "vonage": vonage.dialect(TOKENS),
}
AUDIOSOCKET = audiosocket.dialect(TOKENS, uuid="signed")
"""Over TCP; the others come over websockets."""

EVERY = {**DIALECTS, AUDIOSOCKET.name: AUDIOSOCKET}


def uuid_of(call: str, last: str, token: str = TOKEN) -> str:
    """As the dialplan of deploy/ingress/audiosocket.md makes it."""
    nonce = hashlib.sha1(call.encode()).hexdigest()[:12]
    shown = hashlib.sha1(f"{token}-{nonce}".encode()).hexdigest()[:19]
    return f"{nonce[:8]}-{nonce[8:]}-{shown[:4]}-{shown[4:8]}-{shown[8:]}{last}"


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
    by_name = name in ("jambonz", "freeswitch", "chan_websocket")
    return {"authorization": basic() if by_name else f"Bearer {TOKEN}"}


def session(name: str, *, query: str = "") -> StreamSession:
    """A session that was let in."""
    target = f"/{name}{query}"
    return EVERY[name].admit(SignedRequest(target, headers(name, target)), 0.0)
