"""Transactions: server ones (RFC 3261 section 17.2 with RFC 6026), and our requests (17.1.2).

The tables read like the RFCs' figures: state, what happens, next state. What is not in a table
changes nothing and sends nothing.
"""

from enum import Enum

T1 = 0.5  # seconds; round-trip estimate, and first retransmit interval
T2 = 4.0  # seconds; longest retransmit interval
T4 = 5.0  # seconds; how long a message can stay in the network
GIVE_UP = 64 * T1


class State(Enum):
    """Where a transaction stands."""

    TRYING = "trying"
    PROCEEDING = "proceeding"
    ACCEPTED = "accepted"  # RFC 6026: a 2xx left; its repeats are `Answer`'s
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


class Input(Enum):
    """What can happen to a transaction."""

    REQUEST = "request"  # the same request again
    ACK = "ack"
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "3xx-6xx"
    REPEAT = "repeat"  # timer E or G
    TIMEOUT = "timeout"  # timer F, H, I, J, K or L


Table = dict[State, dict[Input, State]]

INVITE_SERVER: Table = {
    State.PROCEEDING: {
        Input.REQUEST: State.PROCEEDING,
        Input.PROVISIONAL: State.PROCEEDING,
        Input.SUCCESS: State.ACCEPTED,
        Input.FAILURE: State.COMPLETED,
    },
    State.ACCEPTED: {
        Input.SUCCESS: State.ACCEPTED,
        Input.TIMEOUT: State.TERMINATED,  # L
    },
    State.COMPLETED: {
        Input.REQUEST: State.COMPLETED,
        Input.REPEAT: State.COMPLETED,  # G
        Input.ACK: State.CONFIRMED,
        Input.TIMEOUT: State.TERMINATED,  # H
    },
    State.CONFIRMED: {
        Input.TIMEOUT: State.TERMINATED,  # I
    },
    State.TERMINATED: {},
}

NON_INVITE_SERVER: Table = {
    State.TRYING: {
        Input.PROVISIONAL: State.PROCEEDING,
        Input.SUCCESS: State.COMPLETED,
        Input.FAILURE: State.COMPLETED,
    },
    State.PROCEEDING: {
        Input.REQUEST: State.PROCEEDING,
        Input.PROVISIONAL: State.PROCEEDING,
        Input.SUCCESS: State.COMPLETED,
        Input.FAILURE: State.COMPLETED,
    },
    State.COMPLETED: {
        Input.REQUEST: State.COMPLETED,
        Input.TIMEOUT: State.TERMINATED,  # J
    },
    State.TERMINATED: {},
}

NON_INVITE_CLIENT: Table = {
    State.TRYING: {
        Input.PROVISIONAL: State.PROCEEDING,
        Input.SUCCESS: State.COMPLETED,
        Input.FAILURE: State.COMPLETED,
        Input.REPEAT: State.TRYING,  # E
        Input.TIMEOUT: State.TERMINATED,  # F
    },
    State.PROCEEDING: {
        Input.PROVISIONAL: State.PROCEEDING,
        Input.SUCCESS: State.COMPLETED,
        Input.FAILURE: State.COMPLETED,
        Input.REPEAT: State.PROCEEDING,  # E
        Input.TIMEOUT: State.TERMINATED,  # F
    },
    State.COMPLETED: {
        Input.TIMEOUT: State.TERMINATED,  # K
    },
    State.TERMINATED: {},
}


def kind_of(status: int) -> Input:
    """The input that a response of this status is."""
    if status < 200:
        return Input.PROVISIONAL
    return Input.SUCCESS if status < 300 else Input.FAILURE


class Transaction:
    """One transaction of any of the three tables.

    Contract: after every call, send all of `to_send`, then sleep until `next_timer`. Drop it once
    `state` is TERMINATED. Times are seconds on one monotonic clock; this class never reads it.
    """

    def __init__(self, table: Table, *, reliable: bool, now: float) -> None:
        self.state = next(iter(table))
        self.repeats = 0
        """Messages sent more than once."""

        self._table = table
        self._reliable = reliable
        self._message = b""
        self._outgoing: list[bytes] = []
        self._interval = T1
        self._repeat_at: float | None = None
        # A server transaction waits for its user without limit; the user always answers.
        self._timeout_at: float | None = now + GIVE_UP if table is NON_INVITE_CLIENT else None

    def send_request(self, message: bytes, *, now: float) -> None:
        """Send our request, and repeat it until something comes back."""
        self._send(message)
        self._repeat_at = None if self._reliable else now + self._interval

    def send_response(self, status: int, message: bytes, *, now: float) -> None:
        """Send a response to the peer's request."""
        if self._step(kind_of(status), now):
            self._send(message)

    def receive_response(self, status: int, *, now: float) -> bool:
        """The peer answered; True if this is its first final response."""
        before = self.state
        if self._step(kind_of(status), now) and self.state is State.PROCEEDING:
            self._interval = T2
        # Over a reliable transport COMPLETED lasts no time at all: timer K is 0.
        final = self.state in (State.COMPLETED, State.TERMINATED)
        return final and before in (State.TRYING, State.PROCEEDING)

    def receive_request(self, *, now: float) -> None:
        """The same request came again."""
        if self._step(Input.REQUEST, now) and self._message:
            self._send(self._message)

    def receive_ack(self, *, now: float) -> None:
        """The ACK of a 3xx-6xx came."""
        self._step(Input.ACK, now)

    def to_send(self, *, now: float) -> list[bytes]:
        """What is due now; empties itself."""
        if self._timeout_at is not None and now >= self._timeout_at:
            self._step(Input.TIMEOUT, now)
        elif self._repeat_at is not None and now >= self._repeat_at:
            self._step(Input.REPEAT, now)
            self._interval = min(2 * self._interval, T2)
            self._repeat_at = now + self._interval
            self._send(self._message)
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def next_timer(self) -> float | None:
        """When `to_send` must be called next."""
        return min((t for t in (self._repeat_at, self._timeout_at) if t is not None), default=None)

    def _send(self, message: bytes) -> None:
        self.repeats += message == self._message
        self._message = message
        self._outgoing.append(message)

    def _step(self, what: Input, now: float) -> bool:
        following = self._table[self.state].get(what)
        if following is None:
            return False
        if following is not self.state:
            self.state = following
            self._enter(now)
        return True

    def _enter(self, now: float) -> None:
        """Set the timers of the state just entered."""
        invite = self._table is INVITE_SERVER
        if self.state is State.PROCEEDING:
            return
        self._repeat_at = self._timeout_at = None
        if self.state is State.ACCEPTED:
            self._timeout_at = now + GIVE_UP
        elif self.state is State.COMPLETED and invite:
            self._timeout_at = now + GIVE_UP
            self._repeat_at = None if self._reliable else now + T1
        elif self.state in (State.COMPLETED, State.CONFIRMED):
            if self._reliable:
                self.state = State.TERMINATED
            else:
                server = self._table is NON_INVITE_SERVER
                self._timeout_at = now + (GIVE_UP if server else T4)
