"""How calls end, and how they survive their media worker: no socket, no clock."""

from sip_gateway.calls import sessions
from sip_gateway.calls.board import Board
from sip_gateway.calls.line import Line, Stage

CLOSE_WITHIN_S = 600.0
"""How long a worker may take to flush a call's end."""

IDLE_S = 86_400.0
"""How long a recording session may stay open without a conversation."""


class Ending:
    """Ends calls, and gives those that go on back to their worker."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def hang_up(self, line: Line, reason: str, now: float) -> None:
        """End the call by a BYE of ours."""
        self._board.agent.hang_up(line.call.dialog, now=now)
        self.close(line, reason, now)

    def silent(self, line: Line, call_id: str, now: float) -> None:
        """Nothing is heard of a call; the others of its recording session go on."""
        if not sessions.silence(line.call, call_id):
            self.hang_up(line, "media_timeout", now)
            return
        self._board.tell(line, sessions.ended(line.call, "media_timeout"))
        self._board.keep(line)

    def settle(self, line: Line, now: float) -> None:
        """What was changed holds: conversations without a leg are over."""
        call = line.call
        self._board.tell(line, sessions.ended(call))
        self._board.deadlines.set(call.call_id, None if sessions.going(call) else now + IDLE_S)
        self._board.keep(line)

    def close(self, line: Line, reason: str, now: float) -> None:
        """The dialog is over: so is the call, once its worker has flushed everything."""
        call = line.call
        call.closing, line.stage = reason, Stage.CLOSING
        self._board.lines.hang_up(line)
        self._board.deadlines.set(call.call_id, None)
        orders = sessions.closing(call, reason)
        self._board.keep(line)
        self._board.note("call over", call.call_id, reason)
        self._board.tell(line, orders)
        if call.conversations == ():
            self.drop(line)
        elif line.attached:
            self._board.deadlines.set(call.call_id, now + CLOSE_WITHIN_S)
        else:
            self.reopen(line, now)

    def reopen(self, line: Line, now: float) -> None:
        """Give a call back to its worker, if that is there; one that is over, to be closed."""
        call = line.call
        if not self._board.roster.up[call.worker] or line.attached:
            return
        line.attached = True
        self._board.tell(line, sessions.opening(call, resumed=True))
        if line.stage is Stage.CLOSING:
            self._board.deadlines.set(call.call_id, now + CLOSE_WITHIN_S)
        elif not sessions.going(call):
            self._board.deadlines.set(call.call_id, now + IDLE_S)

    def drop(self, line: Line) -> None:
        """Nothing more is to be done for the call."""
        self._board.lines.drop(line)
        self._board.deadlines.set(line.call.call_id, None)
        self._board.forget(line)
