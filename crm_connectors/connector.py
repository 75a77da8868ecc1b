"""What every connector is: takes one finished call, or says who must act."""

from typing import Protocol

from analytics.events import TranscriptDocument


class Unavailable(Exception):
    """The receiver cannot take the call now; trying again later can help."""

    def __init__(self, why: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s
        """The receiver asked not to be tried again sooner."""


class Rejected(Exception):
    """The receiver will never accept this call as it is: park it for an operator."""


class Connector(Protocol):
    """Pushes finished calls to one receiver. The reason it raises never holds text of the call."""

    async def deliver(
        self, document: TranscriptDocument, *, revision: int, idempotency_key: str
    ) -> None:
        """Return once the receiver has it; Unavailable or Rejected otherwise.

        Must be safe to repeat: the receiver recognises a repetition by `idempotency_key`, and
        which of two versions of a call is the newer by `revision`.
        """
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...
