"""Free ports of this machine."""

import random
import socket
from collections.abc import Collection

TRIES = 50
RANGE = range(28_100, 32_700)
"""Below the ports that Linux gives to whoever asks for any (32768 and up): until its owner binds
it, nobody gets such a port by accident. Above the ports of RTP and of relaying."""


def free_port(host: str, *, udp_too: bool = False, besides: Collection[int] = ()) -> int:
    """A TCP port free on `host` now, and free for UDP as well if asked; none of `besides`."""
    for _ in range(TRIES):
        port = random.choice(RANGE)
        if port in besides:
            continue
        try:
            with socket.create_server((host, port), family=_family(host)):
                if not udp_too:
                    return port
                with socket.socket(_family(host), socket.SOCK_DGRAM) as udp:
                    udp.bind((host, port))
                    return port
        except OSError:
            continue
    raise OSError(f"no port free on {host} in {TRIES} tries")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
