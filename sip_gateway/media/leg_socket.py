"""Where a leg's datagrams come from: a port that is polled or waited for, or a relay's ear."""

from typing import Protocol


class LegSocket(Protocol):
    """Contract: `take` what came, at least ten times a second; `close` when the leg is over."""

    port: int
    dropped: int
    """So many were too long, or came faster than they were taken."""

    control: "LegSocket | None"
    """The port of RTCP, where it has one of its own."""

    def take(self) -> list[tuple[bytes, float]]:
        """What came since the last call, and when, on the monotonic clock."""
        ...

    def send(self, data: bytes, host: str, port: int) -> None:
        """Send, if that is possible."""
        ...

    def close(self) -> None:
        """Free the port."""
        ...
