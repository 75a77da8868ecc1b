"""Settings of `[sip_gateway.inline]`: see deploy/ingress/inline.md."""

import ipaddress
from typing import Literal

import msgspec

from sip_gateway.inline.lookup import name_server
from sip_gateway.inline.target import Target, read


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[sip_gateway.inline.routes]]`: which calls pass through us, and where to."""

    targets: tuple[str, ...]
    """Where the call goes, the first that is up: `sip:pbx1.example:5060;transport=tcp`. A name
    without a port leads by its NAPTR and SRV records, if it has any, to several servers."""

    called: tuple[str, ...] = ()
    """Calls to a number (user part of the Request-URI) that begins so; empty: any."""

    sources: tuple[str, ...] = ()
    """Calls from these networks, for example `203.0.113.0/24`; empty: any."""

    registration: str = ""
    """Calls that come by this registration; empty: any."""

    caller: Literal["customer", "agent"] = "customer"
    """Who is heard on the caller's side; the other side is the other one."""

    caller_host: str = ""
    """Our address as the caller is told it; empty: `advertised_host`, else the one it reached."""

    target_host: str = ""
    """Our address as the targets are told it; empty: the one from which we reach them."""

    def __post_init__(self) -> None:
        if not self.targets:
            raise ValueError("inline: a route without targets")
        for target in self.targets:
            read(target)
        for network in self.sources:
            ipaddress.ip_network(network)


class Registered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[sip_gateway.inline.registrations]]`: a carrier that wants to be told where we are."""

    name: str
    """Of our own choice: `registration` of a route."""

    registrar: str
    """Where to register, written as a target: `sip:carrier.example`. Calls to a target of the same
    host prove the same user."""

    user: str
    """Whose calls we take: the user part of the address of record."""

    login: str = ""
    """The user name for the password; empty: `user`."""

    domain: str = ""
    """Of the address of record; empty: the registrar's host."""

    password_file: str = ""
    """File with the password alone, readable by its owner; empty: `keys/NAME.password` in the state
    directory."""

    expires_s: int = 600
    """For how long the carrier is asked to remember us; it may decide otherwise."""

    host: str = ""
    """Our address as the carrier is told it; empty: the one from which we reach it."""

    def __post_init__(self) -> None:
        read(self.registrar)
        words = (self.name, self.user, self.domain, self.login)
        if not (self.name and self.user) or any(_breaks(word) for word in words):
            raise ValueError("inline: a registration needs a name and a user, without blanks")
        if "/" in self.name or self.expires_s < 60:
            raise ValueError("inline: no / in a registration's name, and expires_s at least 60")


def _breaks(word: str) -> bool:
    return any(c in '<>@"\\;' or c <= " " for c in word)


class TargetTls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[sip_gateway.inline.tls]`: targets over TLS, and what they have to prove."""

    check: Literal["name", "authority", "nothing"] = "name"
    """`name`: the certificate is of an authority that we trust, and holds the target's name
    (RFC 5922); `authority`: the first alone; `nothing`: encrypted, by whoever is there."""

    ca: str = ""
    """PEM file of the authorities; empty: `[sip_gateway.tls] ca`, or else the system's."""

    names: tuple[str, ...] = ()
    """Names that will do besides the target's own. What a certificate says with a `*` must stand
    here as it says it: `*.pstn.carrier.example`."""

    certificate: str = ""
    private_key: str = ""
    """PEM files of what we show, if asked; empty: the certificate of `[sip_gateway.tls]`."""

    def __post_init__(self) -> None:
        if bool(self.certificate) != bool(self.private_key):
            raise ValueError("inline.tls: certificate and private_key belong together")


class Inline(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[sip_gateway.inline]`: calls from a trunk go through us to the PBX. Off without routes."""

    routes: tuple[Route, ...] = ()
    """Asked in order; a call that none wants is answered by ourselves, as a recorder does."""

    registrations: tuple[Registered, ...] = ()
    """Carriers where we register, as telephones do."""

    ping_every_s: float = 10.0
    """Each target gets an OPTIONS so often; 0: none, and only calls find out."""

    down_after: int = 2
    """So many OPTIONS in a row unanswered, or answered 503: no call is sent there."""

    up_after: int = 2
    """So many answered: calls are sent there again."""

    try_next_after_s: float = 4.0
    """A target that says nothing at all to an INVITE for so long is given up for the next."""

    hear_early: bool = False
    """Also hear what is said before a call is answered: announcements, menus, queues. Off: nobody
    has agreed to anything yet, and most of it is a machine's. A call that is never answered is
    then a call all the same, with the reason it ended."""

    name_servers: tuple[str, ...] = ()
    """Asked for the targets' names, `192.0.2.53` or `192.0.2.53:5353`; empty: the machine's own."""

    tls: TargetTls = TargetTls()

    sources: Literal["told", "near", "any"] = "near"
    """From where a party's audio is taken: the address in its SDP alone; also from other ports of
    that host, and from the host it signals from, as behind NAT; or from whoever sends first."""

    silence_ends_s: float = 3600.0
    """A call that is not on hold and without any packet, either way, for so long is over; 0: never.
    The parties' own session timers are passed on and watched in any case."""

    @property
    def targets(self) -> tuple[Target, ...]:
        """Of all routes and registrations."""
        texts = [text for route in self.routes for text in route.targets]
        return tuple(read(text) for text in [*texts, *(r.registrar for r in self.registrations)])

    def __post_init__(self) -> None:
        if self.ping_every_s < 0 or self.try_next_after_s <= 0 or self.silence_ends_s < 0:
            raise ValueError("inline: no negative time, and try_next_after_s above 0")
        if self.down_after < 1 or self.up_after < 1:
            raise ValueError("inline: down_after and up_after at least 1")
        names = [of.name for of in self.registrations]
        if len(set(names)) < len(names):
            raise ValueError("inline: two registrations of one name")
        if any(route.registration not in ("", *names) for route in self.routes):
            raise ValueError("inline: a route names a registration that is not there")
        for server in self.name_servers:
            name_server(server)
