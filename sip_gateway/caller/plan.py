"""What call to place, and what came of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sip_gateway.caller.digest import Login


class CallFailed(Exception):
    """The call did not come about, or broke; the message says why in a telephony engineer's words.

    `status` is the far end's SIP response, 0 where there was none.
    """

    def __init__(self, why: str, *, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the recorded conversation."""

    name: str
    aor: str


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files for a call over TLS; empty where there is none."""

    ca: str = ""
    """Who signed the far end's certificate; empty: the machine's own authorities."""

    certificate: str = ""
    private_key: str = ""


@dataclass(frozen=True, slots=True)
class Dial:
    """How to reach the far end, and who it is told that speaks."""

    host: str
    port: int
    siprec: bool = field(default=True, kw_only=True)
    """A labelled stream a party with metadata, as an SBC sends them; else one plain, mixed one."""

    transport: str = field(default="tcp", kw_only=True)
    """`tcp`, `tls`, or `udp`: a SIPREC INVITE is larger than most networks' packets."""

    tls: TlsFiles = field(default=TlsFiles(), kw_only=True)

    codec: str = field(default="PCMU", kw_only=True)
    """`PCMU`, `PCMA`, or `G722` and `L16`, at 16 kHz, which no file is sent in."""

    parties: tuple[Party, ...] = field(
        default=(
            Party("Agent", "sip:agent@example.com"),
            Party("Customer", "sip:customer@example.com"),
        ),
        kw_only=True,
    )
    headers: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)
    """Of every INVITE, besides those it must have."""

    session: str = field(default="", kw_only=True)
    """The recorded conversation's own id, told in the metadata; empty: one of ours."""

    user: str = field(default="", kw_only=True)
    """Of the far end's URI."""

    srtp: str = field(default="", kw_only=True)
    """Suite of SRTP to offer, alone; empty: in clear."""

    login: Login | None = field(default=None, kw_only=True)
    """Who to say that we are, if the far end asks by digest."""

    attributes: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)
    """What else the metadata tell, by name."""


class Keys(NamedTuple):
    """Keys that are pressed on one stream, as telephone-events."""

    keys: str
    at_ms: int
    stream: int = 0


@dataclass(frozen=True, slots=True)
class CallPlan(Dial):
    """One call. The audio goes out in real time, in packets of 20 ms."""

    agent: Path
    """A WAV file; with `customer` None, a stereo one: agent left, customer right."""

    customer: Path | None = None
    loss: float = 0.0
    """Probability that an RTP packet is left out."""

    loss_seed: int = 1
    loss_burst: float = 1.0
    """So many packets in a row are left out, on average; 1: each by itself."""

    holds: tuple[tuple[int, int], ...] = ()
    """Spans (start_ms, end_ms) in which the call is on hold: nothing is sent meanwhile."""

    keys: tuple[Keys, ...] = ()


@dataclass(frozen=True, slots=True)
class CallReport:
    """What was done."""

    call_id: str
    """The appliance's id of the call; empty where the far end is no Trunkline."""

    sip_call_id: str
    duration_ms: int
    packets_sent: int
    packets_left_out: int
    ended_by_far_end: bool
    bye_answered: bool = True
    """False if the far end took no BYE: it may not know that the call is over."""
