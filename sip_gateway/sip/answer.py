"""Answering an INVITE reliably (RFC 3261 section 13.3.1.4, RFC 6026): no socket, no clock."""

from enum import Enum

from sip_gateway.sip.transaction import GIVE_UP, T1, T2


class State(Enum):
    """Where the answer stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"  # the ACK came
    ABANDONED = "abandoned"  # no ACK in 64*T1: the caller is gone, send BYE


class Answer:
    """A 2xx response, repeated until its ACK, over any transport.

    Contract: after every call, send all of `to_send`, then sleep until `next_timer`.
    Times are seconds on one monotonic clock; this class never reads it.
    """

    def __init__(self, response: bytes, *, cseq: int, now: float) -> None:
        self.state = State.WAITING
        self.cseq = cseq
        self.repeats = 0
        self._response = response
        self._send_at = now
        self._give_up_at = now + GIVE_UP
        self._interval = T1
        self._sent = False

    def receive_ack(self) -> bool:
        """The ACK came; True if it is the first."""
        first = self.state is State.WAITING
        self.state = State.CONFIRMED
        return first

    def receive_invite(self, *, now: float) -> None:
        """The INVITE came again: the peer has not seen the answer, so do not wait to repeat it."""
        self._send_at = min(self._send_at, now)

    def to_send(self, *, now: float) -> list[bytes]:
        """The response if it is due now."""
        if self.state is not State.WAITING or now < self._send_at:
            return []
        if now >= self._give_up_at:
            self.state = State.ABANDONED
            return []
        self._send_at = min(now + self._interval, self._give_up_at)
        self._interval = min(2 * self._interval, T2)
        self.repeats += self._sent
        self._sent = True
        return [self._response]

    def next_timer(self) -> float | None:
        """When `to_send` must be called next."""
        return self._send_at if self.state is State.WAITING else None
