"""TLS for SIP connections: contexts out of PEM files, and the names in peers' certificates."""

import asyncio
import ipaddress
import os
import ssl
from collections.abc import Collection
from typing import NamedTuple, cast

from sip_gateway.inline.settings import TargetTls
from sip_gateway.peers.settings import Tls


class Contexts(NamedTuple):
    """What connections to us, from us to peers, and from us to targets are made with."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    target: ssl.SSLContext
    names: frozenset[str] | None
    """That do besides a target's own; None: a target's certificate need hold no name."""


def contexts(tls: Tls, targets: TargetTls | None = None) -> Contexts:
    """Read the files; OSError (ssl.SSLError is one) if they are no certificate and its key."""
    of = targets or TargetTls()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client, target = (ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) for _ in range(2))
    # We call back only who called us, at the address it named: there is no name to compare with.
    # A target's name is compared by ourselves: it may be a SIP URI.
    client.check_hostname = target.check_hostname = False
    client.verify_mode = ssl.CERT_REQUIRED if tls.ca else ssl.CERT_NONE
    target.verify_mode = ssl.CERT_NONE if of.check == "nothing" else ssl.CERT_REQUIRED
    if tls.ca:
        must = tls.require_client_certificate
        server.verify_mode = ssl.CERT_REQUIRED if must else ssl.CERT_OPTIONAL
    for context in (server, client, target):
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(tls.certificate, tls.private_key)
        if tls.ca and context is not target:
            context.load_verify_locations(tls.ca)
    if of.certificate:
        target.load_cert_chain(of.certificate, of.private_key)
    if ca := of.ca or tls.ca:
        target.load_verify_locations(ca)
    else:
        target.load_default_certs()
    names = frozenset(name.lower() for name in of.names) if of.check == "name" else None
    return Contexts(server, client, target, names)


def modified(tls: Tls, targets: TargetTls | None = None) -> tuple[float, ...]:
    """When the files changed last; OSError if one is missing."""
    of = targets or TargetTls()
    ours = (tls.certificate, tls.private_key, tls.ca, of.ca, of.certificate, of.private_key)
    return tuple(os.stat(file).st_mtime for file in filter(None, ours))


def peer_names(transport: asyncio.Transport) -> frozenset[str]:
    """The DNS names and URIs that a peer's verified certificate holds, lower case."""
    held = _names(transport, "subjectAltName")
    return frozenset(name for kind, name in held if kind in ("DNS", "URI"))


def fits(transport: asyncio.Transport, wanted: Collection[str]) -> bool:
    """Whether a verified certificate is one of these domains' (RFC 5922 section 7).

    Names are compared whole: a `*` stands for nothing but itself.
    """
    held = _names(transport, "subjectAltName")
    uris = [name[4:].partition(";")[0] for _, name in held if name.startswith("sip:")]
    # With a user in it, a URI is a person's; and where domains are said as URIs, only they count.
    domains = {uri for uri in uris if "@" not in uri}
    domains = domains or {name for kind, name in held if kind == "DNS"}
    domains |= {_plain(name) for kind, name in held if kind == "IP Address"}
    if not held:
        domains = {name for kind, name in _names(transport, "subject") if kind == "commonName"}
    return not domains.isdisjoint(_plain(name.lower()) for name in wanted)


def _names(transport: asyncio.Transport, field: str) -> list[tuple[str, str]]:
    """Kind and value of the names in a verified certificate, lower case."""
    certificate = cast(dict[str, object], transport.get_extra_info("peercert") or {})
    if field == "subject":
        parts = cast(tuple[tuple[tuple[str, str], ...], ...], certificate.get(field, ()))
        return [(kind, name.lower()) for part in parts for kind, name in part]
    found = cast(tuple[tuple[str, str], ...], certificate.get(field, ()))
    return [(kind, name.lower()) for kind, name in found]


def _plain(text: str) -> str:
    """An IP address as it is written in short; anything else as it is."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text
