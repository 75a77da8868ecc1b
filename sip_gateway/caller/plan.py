"""What call to place, and what came of it."""

from dataclasses import dataclass
from pathlib import Path


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
class CallPlan:
    """One call. The audio goes out in real time, in packets of 20 ms."""

    host: str
    port: int
    agent: Path
    """A WAV file; with `customer` None, a stereo one: agent left, customer right."""

    customer: Path | None = None
    siprec: bool = True
    """Two labelled streams with metadata, as an SBC sends them; else one plain, mixed stream."""

    transport: str = "tcp"
    """`tcp`, or `udp`: a SIPREC INVITE is larger than most networks' packets."""

    codec: str = "PCMU"
    """`PCMU` or `PCMA`."""

    loss: float = 0.0
    """Probability that an RTP packet is left out."""

    loss_seed: int = 1
    parties: tuple[Party, Party] = (
        Party("Agent", "sip:agent@example.com"),
        Party("Customer", "sip:customer@example.com"),
    )
    holds: tuple[tuple[int, int], ...] = ()
    """Spans (start_ms, end_ms) in which the call is on hold: nothing is sent meanwhile."""

    headers: tuple[tuple[str, str], ...] = ()
    """Of every INVITE, besides those it must have."""


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
