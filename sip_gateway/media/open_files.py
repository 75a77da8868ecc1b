"""How many sockets a worker may hold: two a leg, which a shell's usual 1024 do not allow."""

import resource


def allow_open_files(count: int) -> None:
    """Raise the process's limit to so many, as far as the hard limit lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
