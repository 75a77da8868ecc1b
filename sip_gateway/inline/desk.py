"""Calls that pass through us: from a trunk's INVITE to the target's answer, and all that follows.

A back-to-back user agent (RFC 7092: signalling and media relay, media-unaware) that changes as
little as it can. No socket, no clock: one input at a time, like the switchboard beside it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sip_gateway.caller.digest import Login as Passwords
from sip_gateway.calls.line import Identity, Kept, Note
from sip_gateway.commands import CallCommand
from sip_gateway.inline.board import (
    RETRY,
    Attempt,
    Board,
    Ours,
    Pair,
    Place,
    Purpose,
    Talk,
)
from sip_gateway.inline.call import SIDES, InlineCall, Side
from sip_gateway.inline.calling import Calling
from sip_gateway.inline.dialogs import Dialogs
from sip_gateway.inline.inlet import Inlet, Parts
from sip_gateway.inline.invites import Invites
from sip_gateway.inline.media import Media, What
from sip_gateway.inline.pings import Pings, Reached
from sip_gateway.inline.registrations import Registrations
from sip_gateway.inline.settings import Route
from sip_gateway.inline.target import Target
from sip_gateway.inline.wires import Wires
from sip_gateway.settings import Settings
from sip_gateway.sip.dialog import DialogId
from sip_gateway.sip.exchange import Tally
from sip_gateway.sip.flow import Flow, Outgoing, stamp_via
from sip_gateway.sip.message import Response
from sip_gateway.sip.parsing import Malformed, parse
from sip_gateway.sip.screening import Login, Refusal
from sip_gateway.worker_protocol import FromWorker, ToWorker


class Desk:
    """All calls in line of one signalling process.

    Contract: as the switchboard's; besides, whoever finds a target says so with `found`. What
    `receive` does not take is for the switchboard.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        tenant_id: str,
        identity: Callable[[], Identity],
        token: Callable[[], str],
        tally: Tally,
    ) -> None:
        inline = settings.inline
        self._settings = settings
        self._wires: Wires[Purpose] = Wires(tally, token)
        self._media = Media(
            settings.media_workers, silence_ends_s=inline.silence_ends_s, tally=tally
        )
        self._board = Board(Ours(inline, tally, token), wires=self._wires, media=self._media)
        self._pings = Pings(inline, wires=self._wires, tally=tally)
        self._registrations = Registrations(inline, self._pings, wires=self._wires, tally=tally)
        self._calling = Calling(self._board, self._pings, self._registrations)
        self._dialogs = Dialogs(self._board, reads_keys=settings.pause.reads_keys)
        self._invites = Invites(
            self._board,
            self._pings,
            settings=settings,
            tenant_id=tenant_id,
            identity=identity,
            registrations=self._registrations,
        )
        parts = Parts(self._calling, self._dialogs, self._invites, self._pings, self._registrations)
        self._inlet = Inlet(self._board, parts)
        self._notes: list[Note] = []

    @property
    def on(self) -> bool:
        """Whether any message could be for us."""
        busy = self._media.open_calls() or self._wires.next_timer() is not None
        return bool(self._settings.inline.targets or busy)

    @property
    def beside(self) -> Callable[[], int]:
        """How many calls there are besides ours, which count too."""
        return self._invites.beside

    @beside.setter
    def beside(self, active: Callable[[], int]) -> None:
        self._invites.beside = active

    @property
    def targets(self) -> Mapping[str, Target]:
        """Those that have to be found, by name."""
        return self._pings.targets

    @property
    def login(self) -> Login | None:
        """Who asks new calls for their password."""
        return self._board.login

    def ask(self, login: Login) -> None:
        """New calls have to say who they are."""
        self._board.login = login

    def log_in(self, logins: Mapping[str, Passwords]) -> None:
        """Register with carriers; the passwords by the name of the registration."""
        self._registrations.log_in(logins)

    def registered(self) -> int:
        """How many carriers know where we are."""
        return self._registrations.up()

    def found(self, name: str, servers: Sequence[Reached]) -> None:
        """How a target is reached."""
        self._pings.found(name, servers)

    def names_at(self, host: str, port: int) -> frozenset[str]:
        """Whom a certificate that is shown at an address must name; nobody, if none there is."""
        return self._pings.names_at(host, port)

    # What comes in.

    def receive(self, data: bytes, flow: Flow, *, now: float) -> bool:
        """One SIP message; False if it is not of a call in line."""
        if not self.on:
            return False
        try:
            message = parse(data)
        except Malformed:
            return False
        if isinstance(message, Response):
            taken = self._inlet.receive_response(message, now=now)
        else:
            stamp_via(message, flow)
            taken = self._inlet.receive_request(message, flow, now=now)
        self._settle(now)
        return taken

    # Workers and commands.

    def receive_from_worker(self, worker: int, message: FromWorker, *, now: float) -> bool:
        """One message of a media worker; False if it is of none of our calls."""
        taken = self._media.receive(worker, message, now=now)
        self._settle(now)
        return taken

    def worker_up(self, worker: int, *, now: float) -> None:
        """A worker can be talked to."""
        self._media.worker_up(worker, now=now)

    def worker_down(self, worker: int, *, now: float) -> None:
        """A worker is gone with everything it knew."""
        self._media.worker_down(worker)
        self._settle(now)

    def command(self, command: CallCommand) -> None:
        """What somebody asks of a call."""
        self._media.command(command)

    def unreachable(self, flow: Flow, port: int, *, now: float) -> None:
        """Nobody took a connection there."""
        self._pings.unreachable(flow, port)
        self._registrations.unreachable(flow, port, now=now)
        for purpose, _ in self._wires.refused(flow, port):
            if isinstance(purpose, Attempt):
                self._calling.unreachable(purpose, now=now)
        self._settle(now)

    def gone(self, flow: Flow, *, now: float) -> None:
        """A connection is over: a carrier may have known us by it alone."""
        if not self._invites.draining:
            self._registrations.gone(flow, now=now)

    def restore(self, kept: Iterable[InlineCall], *, now: float) -> None:
        """Take up the calls an earlier process kept."""
        for call in kept:
            self._media.restore(call)
            self._notes.append(Note("call in line taken up again", call.call_id, call.closing))
            if call.closing:
                continue
            if call.target is None:
                # It was heard while it rang; the INVITE that rang is lost.
                self._media.close(call, "fault", now=now)
                continue
            talk = Talk(call, Route(targets=("sip:nowhere.invalid",)), None)
            self._prove_again(talk)
            pair = Pair(call.caller, call.target)
            self._board.talks[call.call_id] = talk
            for side in SIDES:
                self._board.places[pair.of(side).id] = Place(talk, pair, side)
            self._invites.remember(talk)
            self._board.watch_session(talk, now=now)

    def _prove_again(self, talk: Talk) -> None:
        """Whoever may ask who we are did so before, of an earlier process."""
        domains: tuple[tuple[Side, str], ...]
        domains = ("a", talk.call.caller_domain), ("b", talk.call.target_domain)
        for side, domain in domains:
            if domain and (proofs := self._registrations.proofs(domain)):
                talk.proofs[side] = proofs

    def drain(self, *, now: float) -> None:
        """Refuse new calls and end those there are."""
        self._invites.draining = True
        self._registrations.leave(now=now)
        for talk in list(self._board.talks.values()):
            if talk.invite is not None:
                attempt = talk.attempt
                if attempt is not None:
                    attempt.given_up = True
                    self._wires.cancel(attempt.request.via.branch, [], now=now)
                self._calling.refuse(talk, Refusal(503, "draining", RETRY), now=now)
            else:
                self._board.hang_up(talk, "shutdown", now=now)

    # Time, and what goes out.

    def wake(self, *, now: float) -> None:
        """Run every timer that is due."""
        self._media.wake(now=now)
        for came in self._wires.wake(now=now):
            self._inlet.came(came, now=now)
        for what, key in self._board.timers.due(now=now):
            if isinstance(key, DialogId):
                self._inlet.repeat_answer(key, now=now)
            elif talk := self._board.talks.get(key):
                if what == "session":
                    self._board.hang_up(talk, "session_expired", now=now)
                else:
                    self._calling.silent(talk, now=now)
        if not self._invites.draining:
            self._pings.wake(now=now)
            self._registrations.wake(now=now)
        self._settle(now)

    def _settle(self, now: float) -> None:
        """Do what waited for ports."""
        for call_id, what in self._media.happened():
            talk = self._board.talks.get(call_id)
            if talk is None:
                continue
            if what in (What.LOST, What.SILENT):
                why = "media_timeout" if what is What.SILENT else "fault"
                self._board.hang_up(talk, why, now=now)
            elif talk.waiting is not None:
                (exchange, place), talk.waiting = talk.waiting, None
                self._dialogs.send_on(exchange, place, now=now)
            elif talk.invite is not None and talk.attempt is None and what is What.READY:
                self._calling.begin(talk, now=now)
            elif talk.invite is not None and talk.attempt is None:
                self._calling.refuse(talk, Refusal(503, "no RTP port", RETRY), now=now)

    def to_keep(self) -> list[Kept]:
        """What to store now, oldest first; empties itself."""
        return self._media.to_keep()

    def to_workers(self) -> list[tuple[int, ToWorker]]:
        """What to tell which worker now; empties itself."""
        return self._media.to_workers()

    def to_send(self) -> list[Outgoing]:
        """What to send now; empties itself."""
        return self._wires.to_send()

    def notes(self) -> list[Note]:
        """What to log; empties itself."""
        out, self._notes = self._notes, []
        return out + self._media.notes() + self._pings.notes() + self._registrations.notes()

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        parts: list[Media | Wires[Purpose] | Pings | Registrations] = [self._media, self._wires]
        if not self._invites.draining:
            parts += [self._pings, self._registrations]
        timers = [self._board.timers.next(), *(part.next_timer() for part in parts)]
        return min((at for at in timers if at is not None), default=None)

    def active(self) -> int:
        """How many calls are not over."""
        return len(self._board.talks)

    def targets_up(self) -> int:
        """How many targets are sent calls."""
        return self._pings.up()

    def drained(self) -> bool:
        """True once every call is closed and every BYE of ours answered."""
        return not self._media.open_calls() and not self._wires.unanswered()
