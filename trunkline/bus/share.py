"""Which partition a key goes to, and how many partitions a member of a group reads (pure)."""

import zlib


def partition_of(key: str, partitions: int) -> int:
    """The same for every process, release and machine."""
    return zlib.crc32(key.encode()) % partitions


def quota(rank: int, *, members: int, partitions: int) -> int:
    """How many partitions the member at 0-based `rank` of a group reads; all quotas add up."""
    return partitions // members + (1 if rank < partitions % members else 0)
