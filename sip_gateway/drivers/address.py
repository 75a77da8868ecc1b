"""IPv4 addresses on IPv6 sockets, which take both where we listen on `::`."""

MAPPED = "::ffff:"


def plain(host: str) -> str:
    """The IPv4 address that an IPv6 socket shows as `::ffff:192.0.2.1`, or `host`."""
    return host[len(MAPPED) :] if host.startswith(MAPPED) and "." in host else host


def mapped(host: str) -> str:
    """`host` as an IPv6 socket wants it."""
    return host if ":" in host else MAPPED + host


def families(host: str) -> tuple[int, ...]:
    """The versions of IP that a socket bound to `host` can send over."""
    return (4, 6) if host == "::" else (6,) if ":" in host else (4,)
