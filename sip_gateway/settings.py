"""Settings of `[sip_gateway]`."""

import msgspec


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
    """Processes that receive audio; one fills a core at about 600 legs. At most one per core."""

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
