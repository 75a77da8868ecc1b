"""TLS for SIP connections: contexts out of PEM files, and the names in peers' certificates."""

import asyncio
import os
import ssl
from typing import NamedTuple, cast

from sip_gateway.peers.settings import Tls


class Contexts(NamedTuple):
    """What connections to us, and from us to peers, are made with."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def contexts(tls: Tls) -> Contexts:
    """Read the files; OSError (ssl.SSLError is one) if they are no certificate and its key."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # We call back only who called us, at the address it named: there is no name to compare with.
    client.check_hostname = False
    client.verify_mode = ssl.CERT_REQUIRED if tls.ca else ssl.CERT_NONE
    if tls.ca:
        must = tls.require_client_certificate
        server.verify_mode = ssl.CERT_REQUIRED if must else ssl.CERT_OPTIONAL
    for context in (server, client):
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(tls.certificate, tls.private_key)
        if tls.ca:
            context.load_verify_locations(tls.ca)
    return Contexts(server, client)


def modified(tls: Tls) -> tuple[float, ...]:
    """When the files changed last; OSError if one is missing."""
    files = filter(None, (tls.certificate, tls.private_key, tls.ca))
    return tuple(os.stat(file).st_mtime for file in files)


def peer_names(transport: asyncio.Transport) -> frozenset[str]:
    """The DNS names and URIs that a peer's verified certificate holds, lower case."""
    certificate = cast(dict[str, object], transport.get_extra_info("peercert") or {})
    alternatives = cast(tuple[tuple[str, str], ...], certificate.get("subjectAltName", ()))
    return frozenset(name.lower() for kind, name in alternatives if kind in ("DNS", "URI"))
