"""Calls in line and their media workers: relays first, listening second; no socket, no clock.

A call's relays must be there for the call to be; that somebody listens must not. So the two are
asked for separately, and of the second nothing is ever waited for.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from sip_gateway.calls.line import Kept, Note
from sip_gateway.calls.outbox import Outbox
from sip_gateway.calls.roster import Roster
from sip_gateway.commands import CallCommand, PauseCall
from sip_gateway.inline.call import Agreed, InlineCall, Side, hear, pack
from sip_gateway.sip.deadlines import Deadlines
from sip_gateway.sip.exchange import Tally
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CallRefused,
    ClockStarted,
    CloseCall,
    CloseRelays,
    FromWorker,
    LoadTold,
    OpenRelays,
    Pause,
    PauseChanged,
    PauseLegs,
    PressKey,
    Relay,
    RelaysOpened,
    RelaysRefused,
    RelaysSilent,
    ResumeLegs,
    ToWorker,
    UpdateLegs,
)

WORKER_ANSWERS_S = 5.0
AGAIN_AFTER_S = 0.5
AGAIN_TIMES = 20
CLOSE_WITHIN_S = 600.0


class What(Enum):
    """What became of a call's relays."""

    READY = "ready"  # they are open, as was asked
    REFUSED = "refused"  # they are not, and the call has to do without
    LOST = "lost"  # those there were are gone for good
    SILENT = "silent"  # nothing passes


class Happened(NamedTuple):
    """Of one call."""

    call_id: str
    what: What


@dataclass(slots=True)
class _Held:
    call: InlineCall
    attached: bool = False
    """Its worker was told of it and has not died since."""

    asked: bool = False
    """Somebody waits for ports."""

    kept: bool = False
    """It is on disk: its peers know of it."""

    again: int = 0


class Media(Outbox):
    """Contract: after every call, drain `happened`; store all of `to_keep`, then tell the workers
    all of `to_workers`; call `wake` at `next_timer`."""

    def __init__(self, workers: int, *, silence_ends_s: float, tally: Tally) -> None:
        super().__init__()
        self._silence_ends_s = silence_ends_s
        self._tally = tally
        self._roster = Roster(workers, refuse_above_load=0.0)
        self._calls: dict[str, _Held] = {}
        self._deadlines: Deadlines[str] = Deadlines()
        self._happened: list[Happened] = []

    def worker(self) -> int | None:
        """Which worker the next call goes to; None if none is up. A busy recogniser is no reason
        to refuse a call that only passes through."""
        return self._roster.choose(Counter(held.call.worker for held in self._calls.values()))

    # A call's life.

    def relay(self, call: InlineCall, lines: Iterable[int], *, now: float) -> None:
        """Have these lines relayed, besides those that are; `READY` or `REFUSED` follows."""
        held = self._calls.setdefault(call.call_id, _Held(call, attached=True))
        have = {relay.line for relay in call.relays}
        call.relays += tuple(Relay(line=line) for line in sorted(set(lines) - have))
        held.asked = True
        self._deadlines.set(call.call_id, now + WORKER_ANSWERS_S)
        self._tell_relays(held)

    def told(self, call: InlineCall, side: Side, *, body: bytes, hosts: tuple[str, ...]) -> None:
        """A party says where it wants its packets."""
        before = call.relays
        call.told(side, body, hosts)
        if (held := self._calls.get(call.call_id)) and call.relays != before:
            self._tell_relays(held)

    def listen(self, call: InlineCall, agreed: Agreed) -> None:
        """Listen to the call as it is agreed now."""
        held = self._calls.get(call.call_id)
        if held is None:
            return
        before, unheard = call.legs, call.unheard
        hear(call, agreed)
        if call.unheard and call.unheard != unheard:
            self._tally("inline", "unheard")
            self._notes.append(Note("call in line not heard", call.call_id, call.unheard))
        first, call.announced = not call.announced, True
        if first:
            what = "answered" if call.target else "heard before its answer"
            self._notes.append(Note(f"call in line {what}", call.call_id))
        self.keep(call)
        if held.attached and first:
            self._say(held, call.open(resumed=False))
        elif held.attached and call.legs != before:
            self._say(held, UpdateLegs(call_id=call.call_id, legs=call.legs))

    def keep(self, call: InlineCall) -> None:
        """Have the call's record stored."""
        if held := self._calls.get(call.call_id):
            held.kept = True
            self._to_keep.append(Kept(call.call_id, pack(call)))

    def press(self, press: PressKey) -> None:
        """Signalling told of a key."""
        if (held := self._calls.get(press.call_id)) and held.attached and held.call.announced:
            self._say(held, press)

    def close(self, call: InlineCall, reason: str, *, now: float) -> None:
        """The call is over."""
        held = self._calls.get(call.call_id)
        if held is None or call.closing:
            return
        call.closing = reason
        held.asked = False
        self._notes.append(Note("call in line over", call.call_id, reason))
        if held.attached:
            self._say(held, CloseRelays(call_id=call.call_id))
        if not call.announced:
            self._drop(held)
            return
        self.keep(call)
        self._deadlines.set(call.call_id, None)
        if held.attached:
            self._say_close(held, now)
        else:
            self._reopen(held, now)

    def restore(self, call: InlineCall) -> None:
        """Take up a call of an earlier process."""
        call.worker %= len(self._roster.up)
        self._calls[call.call_id] = _Held(call, kept=True)

    # What comes in.

    def receive(self, worker: int, message: FromWorker, *, now: float) -> bool:
        """What a worker says; False if it is of none of our calls."""
        if isinstance(message, LoadTold):
            return False
        held = self._calls.get(message.call_id)
        if held is None:
            return False
        if held.call.worker == worker and held.attached:
            self._take(held, message, now)
        return True

    def _take(self, held: _Held, message: FromWorker, now: float) -> None:
        call = held.call
        match message:
            case RelaysOpened():
                call.take_ports(message.ports)
                if held.asked:
                    self._relayed(held, What.READY)
            case RelaysRefused():
                self._refused(held, now)
            case RelaysSilent():
                long = 0 < self._silence_ends_s <= message.seconds
                if long and not call.held and not call.closing:
                    self._happened.append(Happened(call.call_id, What.SILENT))
            case CallRefused() if not call.closing:
                self._notes.append(Note("call in line not heard", call.call_id, "refused"))
                self._try_again(held, now)
            case CallOpened():
                held.again = 0
            case ClockStarted():
                call.clock_started_at = message.clock_started_at
                self.keep(call)
            case PauseChanged():
                call.pause = message.pause
                self.keep(call)
            case CallClosed() if call.closing:
                self._drop(held)

    def worker_up(self, worker: int, *, now: float) -> None:
        """A worker can be talked to: it gets back the calls that were its own."""
        self._roster.comes(worker)
        for held in self._of(worker):
            self._reopen(held, now)

    def worker_down(self, worker: int) -> None:
        """A worker is gone with everything it knew; what was not answered yet goes with it."""
        self._roster.goes(worker)
        for held in self._of(worker):
            held.attached = False
            self._deadlines.set(held.call.call_id, None)
            if held.asked:
                self._relayed(held, What.REFUSED)

    def command(self, command: CallCommand) -> None:
        """What somebody asks of a call, if it is one of ours; the same again changes nothing."""
        held = self._calls.get(command.call_id)
        if held is None or held.call.closing or not held.call.announced:
            return
        call, done_at = held.call, held.call.commanded_at
        if call.tenant_id != command.tenant_id or (done_at and command.at <= done_at):
            return
        call.commanded_at = command.at
        order: PauseLegs | ResumeLegs = ResumeLegs(call_id=call.call_id)
        if isinstance(command, PauseCall):
            order = PauseLegs(call_id=call.call_id, at=command.at, why="api")
            call.pause = Pause(since=call.pause.since if call.pause else command.at, why="api")
        else:
            call.pause = None
        self._notes.append(Note("command", call.call_id, type(command).__name__))
        self.keep(call)
        if held.attached:
            self._say(held, order)

    def wake(self, *, now: float) -> None:
        """Run every timer that is due."""
        for call_id in self._deadlines.due(now=now):
            if (held := self._calls.get(call_id)) is None:
                continue
            if held.asked:
                self._relayed(held, What.REFUSED)
            elif held.call.closing and held.attached:
                self._drop(held)
            else:
                held.attached = False
                self._reopen(held, now)

    # What goes out.

    def happened(self) -> list[Happened]:
        """What became of relays; empties itself."""
        out, self._happened = self._happened, []
        return out

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        return self._deadlines.next()

    def open_calls(self) -> int:
        """Calls whose record is not gone yet."""
        return len(self._calls)

    # Inside.

    def _relayed(self, held: _Held, what: What) -> None:
        held.asked = False
        self._deadlines.set(held.call.call_id, None)
        if what is What.REFUSED:
            # The lines that were asked for in vain are none.
            held.call.relays = tuple(
                relay for relay in held.call.relays if relay.a.port and relay.b.port
            )
        self._happened.append(Happened(held.call.call_id, what))

    def _refused(self, held: _Held, now: float) -> None:
        if held.asked:
            self._relayed(held, What.REFUSED)
        elif not held.call.closing:
            self._try_again(held, now, lost=True)

    def _try_again(self, held: _Held, now: float, *, lost: bool = False) -> None:
        """The worker's predecessor may still hold what is needed."""
        held.again += 1
        if held.again <= AGAIN_TIMES:
            self._deadlines.set(held.call.call_id, now + AGAIN_AFTER_S)
        elif lost:
            self._happened.append(Happened(held.call.call_id, What.LOST))
        else:
            self._tally("inline", "unheard")

    def _reopen(self, held: _Held, now: float) -> None:
        """Give a call to its worker, if that is there; of one that is over only the end."""
        call = held.call
        if held.attached or not self._roster.up[call.worker]:
            return
        held.attached = True
        if call.closing:
            self._say(held, CloseRelays(call_id=call.call_id))
        else:
            self._tell_relays(held)
        if call.announced:
            self._say(held, call.open(resumed=True))
        if call.closing:
            self._say_close(held, now)

    def _say_close(self, held: _Held, now: float) -> None:
        call = held.call
        self._say(held, CloseCall(call_id=call.call_id, reason=call.closing))
        self._deadlines.set(call.call_id, now + CLOSE_WITHIN_S)

    def _tell_relays(self, held: _Held) -> None:
        self._say(held, OpenRelays(call_id=held.call.call_id, relays=held.call.relays))

    def _say(self, held: _Held, message: ToWorker) -> None:
        if held.attached:
            self._to_workers.append((held.call.worker, message))

    def _drop(self, held: _Held) -> None:
        call_id = held.call.call_id
        self._calls.pop(call_id, None)
        self._deadlines.set(call_id, None)
        if held.kept:
            self._to_keep.append(Kept(call_id, None))

    def _of(self, worker: int) -> list[_Held]:
        return [held for held in self._calls.values() if held.call.worker == worker]
