"""Settings of `[sip_gateway.tls]` and `[sip_gateway.peers]`."""

import ipaddress
from typing import Literal

import msgspec


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """SIP over TLS, 1.2 and newer; off without a certificate. See deploy/ingress/peers.md."""

    port: int = 5061
    """0 picks a free one."""

    certificate: str = ""
    """PEM file of the certificate with its chain. It is read again when it changes."""

    private_key: str = ""
    """PEM file of the certificate's key."""

    ca: str = ""
    """PEM file of the authorities that peers' certificates are checked against."""

    require_client_certificate: bool = False
    """A peer without a certificate of `ca` is refused (mutual TLS)."""

    def __post_init__(self) -> None:
        if bool(self.certificate) != bool(self.private_key):
            raise ValueError("tls: certificate and private_key belong together")
        if self.require_client_certificate and not self.ca:
            raise ValueError("tls: require_client_certificate needs ca")


class Peers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may talk SIP to us. As it stands everybody may: see deploy/ingress/peers.md."""

    networks: tuple[str, ...] = ()
    """Networks of the peers, for example `10.1.0.0/16`; empty: any, with a warning at the start."""

    transports: tuple[Literal["udp", "tcp", "tls"], ...] = ("udp", "tcp", "tls")
    """Over what they may speak. `["tls"]` where nothing goes in clear."""

    certificate_names: tuple[str, ...] = ()
    """A peer over TLS must hold one of these names (DNS or URI) in its certificate."""

    digest: bool = False
    """A new call must prove a user of `users_file` with its password."""

    realm: str = "trunkline"
    users_file: str = ""
    """TOML file of users and passwords; empty: `keys/sip_users.toml` in the state directory."""

    refuse: Literal["silence", "403"] = "silence"
    """What others get over UDP; their TCP and TLS connections are closed at once."""

    refusals_per_s: float = 1.0
    """So many answers an address gets at most; beyond it silence."""

    options: Literal["refuse", "answer"] = "refuse"
    """Whether others get an answer to OPTIONS: a monitor of the network may ask."""

    refuse_above_load: float = 0.0
    """New calls get 503 while the recogniser is busier than this: 1 is full, 0 takes every call.
    Set 1 where another machine can take them; captions of the calls there are stay in time."""

    this_machine: bool = True
    """Requests from this machine need no permission: media streams and `trunkline call` come that
    way. Turn it off where a SIP proxy runs beside us."""

    @property
    def open_to_all(self) -> bool:
        """Whether anybody who reaches the port may place calls."""
        certified = self.transports == ("tls",) and bool(self.certificate_names)
        return not (self.networks or self.digest or certified)

    def __post_init__(self) -> None:
        for network in self.networks:
            ipaddress.ip_network(network)
        if self.refusals_per_s <= 0 or self.refuse_above_load < 0:
            raise ValueError("peers: refusals_per_s above 0, and no negative load")
        if not self.transports:
            raise ValueError("peers: no transports")
        if not self.realm or any(c in '"\\' or not c.isprintable() for c in self.realm):
            raise ValueError("peers: realm is empty, or holds a quote or backslash")
