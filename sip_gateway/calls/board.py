"""What the parts of the switchboard share: the calls, the SIP side, and what is to go out."""

from collections.abc import Callable, Sequence

import msgspec

from sip_gateway.calls import sessions
from sip_gateway.calls.call import Call
from sip_gateway.calls.line import Identity, Kept, Line, Note
from sip_gateway.calls.lines import Lines
from sip_gateway.calls.outbox import Outbox
from sip_gateway.calls.roster import Roster
from sip_gateway.settings import Settings
from sip_gateway.sip.deadlines import Deadlines
from sip_gateway.sip.exchange import Tally
from sip_gateway.sip.user_agent import UserAgent
from sip_gateway.worker_protocol import ToWorker

WORKER_ANSWERS_S = 5.0
"""How long a peer waits for a media worker before it is refused."""


class Board(Outbox):
    """Its parts write on it what to keep, to tell and to log; the switchboard hands that out."""

    def __init__(
        self,
        settings: Settings,
        *,
        tenant_id: str,
        identity: Callable[[], Identity],
        token: Callable[[], str],
        tally: Tally,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.tenant_id = tenant_id
        self.identity = identity
        self.tally = tally
        self.agent = UserAgent(host=settings.advertised_host, token=token, tally=tally)
        self.agent.out_of_service = True
        self.lines = Lines()
        self.roster = Roster(
            settings.media_workers, refuse_above_load=settings.peers.refuse_above_load
        )
        self.draining = False
        self.beside: Callable[[], int] = int
        """How many calls there are besides ours, which count too."""

        self.deadlines: Deadlines[str] = Deadlines()

    def keep(self, line: Line) -> None:
        """Store the call as it is now."""
        self._to_keep.append(Kept(line.call.call_id, msgspec.msgpack.encode(line.call)))

    def forget(self, line: Line) -> None:
        """Store the call no more."""
        self._to_keep.append(Kept(line.call.call_id, None))

    def tell(self, line: Line, orders: Sequence[ToWorker]) -> None:
        """Nothing to a worker that is away: it is told all when it takes the call up again."""
        if line.attached:
            self._to_workers += [(line.call.worker, order) for order in orders]

    def note(self, what: str, call_id: str, reason: str = "") -> None:
        """Log a change of a call's state."""
        self._notes.append(Note(what, call_id, reason))

    def place(self, call: Call) -> None:
        """Give each leg to its conversation."""
        naming = sessions.Naming(self.identity, self.settings.accepted.attributes)
        sessions.place(call, naming)
