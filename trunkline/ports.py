"""Free ports of this machine."""

import socket

TRIES = 50


def free_port(host: str, *, udp_too: bool = False) -> int:
    """A TCP port free on `host` now, and free for UDP as well if asked."""
    for _ in range(TRIES):
        with socket.create_server((host, 0), family=_family(host)) as tcp:
            port = int(tcp.getsockname()[1])
            if not udp_too:
                return port
            with socket.socket(_family(host), socket.SOCK_DGRAM) as udp:
                try:
                    udp.bind((host, port))
                except OSError:
                    continue
                return port
    raise OSError(f"no port free on {host} for both TCP and UDP in {TRIES} tries")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
