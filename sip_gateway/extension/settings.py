"""Settings of `[sip_gateway.extension]`."""

import msgspec

MOST_CALLS = 20
"""pyVoIP keeps a thread a call, and reads SIP in one: more belongs on a trunk."""


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[sip_gateway.extension]`: for a PBX that has neither SIPREC nor a trunk to give, by
    `trunkline run extension`; see deploy/ingress/extension.md."""

    server: str = ""
    """IPv4 address of the PBX. Empty: this role does not start."""

    port: int = 5060
    user: str = ""
    """Name of the extension; its password is asked for by MD5 digest."""

    password_file: str = ""
    """File with the password alone, readable by its owner; empty: `keys/extension.password`."""

    host: str = ""
    """IPv4 address of ours that the PBX reaches; empty: the one routed to it."""

    sip_port: int = 5070
    """UDP port of ours for the PBX's SIP, beside `sip_port` of the gateway."""

    max_calls: int = MOST_CALLS
    """Beyond it the PBX is told busy."""

    def __post_init__(self) -> None:
        if not 0 < self.max_calls <= MOST_CALLS:
            raise ValueError(f"extension: max_calls is 1 to {MOST_CALLS}")
        if self.server and not self.user:
            raise ValueError("extension: server needs user")
