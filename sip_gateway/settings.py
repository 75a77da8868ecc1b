"""Settings of `[sip_gateway]`."""

from typing import Literal

import msgspec

from sip_gateway.extension.settings import Extension
from sip_gateway.inline.settings import Inline
from sip_gateway.peers.settings import Peers, Tls
from sip_gateway.streams.settings import Settings as Streams

KEYS = "0123456789*#ABCD"
LONGEST_SEQUENCE = 8


class Pause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[sip_gateway.pause]`: stop listening while a card number is given; see deploy/pause.md."""

    longest_s: float = 900.0
    """A pause ends by itself after so long; 0: never."""

    pause_keys: str = ""
    """Keys that pause the call, for example `*7`; empty: none. 0-9, *, #, A-D; at most 8."""

    resume_keys: str = ""
    """Keys that end a pause, for example `*8`."""

    keys_from: Literal["agent", "any"] = "agent"
    """Whose keys these are. A call with one leg for both voices needs `any`."""

    pause_on_digits: int = 0
    """Pause once so many digits in a row came from a leg that is not the agent's; 0: do not."""

    digits_over_s: float = 8.0
    """Such a pause ends so long after the last key."""

    silence_tones: bool = True
    """Find the tones of keys in the audio and silence them before anything else hears them; all
    audio is held back for 40 ms. Keys told by telephone-events are silenced in any case."""

    @property
    def reads_keys(self) -> bool:
        """Whether it matters which key was pressed."""
        return bool(self.pause_keys or self.resume_keys or self.pause_on_digits)

    def __post_init__(self) -> None:
        for name, keys in (("pause_keys", self.pause_keys), ("resume_keys", self.resume_keys)):
            if len(keys) > LONGEST_SEQUENCE or not set(keys) <= set(KEYS):
                raise ValueError(f"{name}: at most {LONGEST_SEQUENCE} of {KEYS}")
        if self.pause_keys and self.pause_keys == self.resume_keys:
            raise ValueError("pause_keys and resume_keys are the same")
        if self.pause_on_digits < 0 or self.longest_s < 0 or self.digits_over_s <= 0:
            raise ValueError("pause: no negative number, and digits_over_s above 0")


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[sip_gateway.accepted]`: what a call may bring."""

    max_legs: int = 8
    """Audio streams of one call; further ones are answered with port 0."""

    srtp: Literal["offered", "required", "never"] = "offered"
    """Encrypted audio (SRTP, keys in the SDP): taken where offered; `required` refuses calls
    without it. Keys are as safe as the signalling: have it over TLS."""

    attributes: tuple[str, ...] = (
        "ucid",
        "avayaucid",
        "genesysuuid",
        "exttrackingid",
        "gcid",
        "cisco-guid",
        "x-genesys-calluuid",
    )
    """Headers of the INVITE, and elements of SIPREC extension data, that are kept with the call
    and told to the CRM; any case. Numbers and names (ANI, agents) are personal data: name them
    only where they may be kept."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How calls reach us. Each default works on a laptop."""

    listen_host: str = "0.0.0.0"
    """Address for SIP and RTP. Set it where the machine has several networks."""

    advertised_host: str = ""
    """Address put into Contact and SDP; empty: the address the peer reached. Set it behind NAT."""

    sip_port: int = 5060
    """UDP and TCP. 0 picks a free one."""

    rtp_port_first: int = 20000
    rtp_port_last: int = 23999
    """RTP ports, shared out evenly among the media workers. Open them in the firewall."""

    media_workers: int = 1
    """Processes that receive audio; one fills a core at about 300 legs. At most one per core."""

    max_calls: int = 500
    """Beyond it new calls get 486 Busy Here."""

    media_timeout_s: float = 60.0
    """A call without any packet for so long is over. Raise it for SBCs that suppress silence."""

    jitter_ms: int = 60
    """How long a missing packet is waited for. Raise it on poor networks; captions wait as long."""

    agent_patterns: tuple[str, ...] = ("agent",)
    """A participant whose name or address contains one of these (any case) is the agent."""

    customer_patterns: tuple[str, ...] = ("customer", "caller")
    """The same for the customer; of two legs, the one not named takes the remaining role."""

    queues: dict[str, str] = {}
    """Queue of a call without `X-Trunkline-Queue`, by the user part of its Request-URI."""

    pause: Pause = Pause()
    tls: Tls = Tls()
    peers: Peers = Peers()
    accepted: Accepted = Accepted()
    extension: Extension = Extension()
    streams: Streams = Streams()
    inline: Inline = Inline()

    def __post_init__(self) -> None:
        if self.peers.certificate_names and not self.tls.ca:
            raise ValueError("peers: certificate_names needs tls.ca")
        if self.peers.transports == ("tls",) and not self.tls.certificate:
            raise ValueError("peers: transports is tls alone, and there is no tls.certificate")
        over_tls = any(target.transport == "tls" for target in self.inline.targets)
        if over_tls and not self.tls.certificate:
            raise ValueError("inline: a target over TLS, and there is no tls.certificate")
