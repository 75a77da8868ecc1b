"""The signalling process: sockets, media workers and disk around one `Switchboard`."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

from sip_gateway.caller.digest import Login as Passwords
from sip_gateway.calls.call import BadRecord, Call, unpack
from sip_gateway.calls.line import Identity
from sip_gateway.calls.switchboard import Switchboard
from sip_gateway.commands import CallCommand
from sip_gateway.dialog_store import DialogStore
from sip_gateway.drivers import tls
from sip_gateway.drivers.address import families
from sip_gateway.drivers.names import DnsNames
from sip_gateway.drivers.tcp import TcpDriver
from sip_gateway.drivers.udp import UdpDriver
from sip_gateway.front import Front
from sip_gateway.inline import call as inline
from sip_gateway.inline.call import InlineCall
from sip_gateway.inline.desk import Desk
from sip_gateway.inline.finder import Asked, Finder
from sip_gateway.inline.pings import Reached
from sip_gateway.peers.digest import Login, User
from sip_gateway.peers.gate import Gate
from sip_gateway.settings import Settings
from sip_gateway.sip.flow import Flow, Outgoing
from sip_gateway.worker_pool import WorkerPool
from sip_gateway.worker_protocol import FromWorker

logger = logging.getLogger(__name__)

DRAIN_S = 8.0
"""How long workers get to flush the ends of calls, and peers to answer our BYEs."""

FREE_PORT_TRIES = 20
LOOK_AT_CERTIFICATE_S = 2.0


class Signalling:
    """Takes calls over UDP, TCP and TLS until told to stop; then ends them cleanly.

    `port` is the SIP port once `started` is set, `tls_port` that of TLS, 0 where that is off.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        tenant_id: str,
        workers: WorkerPool,
        state: DialogStore,
        registry: CollectorRegistry,
    ) -> None:
        self.port = self.tls_port = 0
        self.started = asyncio.Event()
        self._settings = settings
        self._workers = workers
        self._state = state
        self._metrics = _Metrics(registry)
        tally = self._metrics.count
        board = Switchboard(
            settings, tenant_id=tenant_id, identity=new_identity, token=new_token, tally=tally
        )
        desk = Desk(
            settings, tenant_id=tenant_id, identity=new_identity, token=new_token, tally=tally
        )
        self._switchboard = Front(board, desk)
        self._metrics.active.set_function(self._switchboard.active)
        self._metrics.targets.set_function(desk.targets_up)
        self._names_at = desk.names_at
        names = DnsNames(settings.inline.name_servers, families=families(settings.listen_host))
        asked = Asked(names, self._metrics.count)
        self._metrics.registered.set_function(desk.registered)
        self._finder = Finder(desk.targets, asked, ports=self._port_of, found=self._found)
        self._gate = Gate(
            settings.peers, listen_host=settings.listen_host, tally=self._metrics.count
        )
        self._udp = UdpDriver(self._receive, drops=self._drops)
        self._tcp = TcpDriver(self._receive, admits=self._admits, tally=self._metrics.count)
        self._tcp.unreachable, self._tcp.gone = self._unreachable, self._gone
        self._tls: TcpDriver | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()
        workers.listener = self

    def ready(self) -> str:
        """Empty once calls are taken and every media worker is up."""
        return self._workers.ready() if self.started.is_set() else "SIP port is not bound"

    def ask_for(self, users: Mapping[str, User]) -> None:
        """New calls must prove that they are one of these, as `[sip_gateway.peers]` wants it."""
        self._switchboard.ask(
            Login(
                users,
                realm=self._settings.peers.realm,
                secret=os.urandom(32),
                vouched_for=self._gate.vouched_for,
                tally=self._metrics.count,
            )
        )

    def log_in(self, logins: Mapping[str, Passwords]) -> None:
        """Register where `[sip_gateway.inline]` says; the passwords by the registration's name."""
        self._switchboard.log_in(logins)

    async def run(self, stop: asyncio.Event) -> None:
        """Take calls until `stop` is set; OSError for a port taken or a certificate unreadable."""
        if self._settings.peers.open_to_all:
            logger.warning("whoever reaches the SIP port may place calls")
        self._do(lambda now: self._switchboard.restore(self._stored_calls(), now=now))
        await self._bind()
        await self._finder.look()
        workers_stop = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._workers.run(workers_stop))
                watching = group.create_task(self._watch_certificate())
                group.create_task(self._finder.run(stop))
                self.started.set()
                logger.info("taking calls", extra={"port": self.port})
                await stop.wait()
                await self._drain()
                workers_stop.set()
                watching.cancel()
        finally:
            self.started.clear()
            if self._timer is not None:
                self._timer.cancel()
            self._udp.close()
            for driver in filter(None, (self._tcp, self._tls)):
                driver.close()

    def command(self, command: CallCommand) -> None:
        """What somebody asks of a call."""
        self._do(lambda now: self._switchboard.command(command))

    # What the workers say (`worker_pool.Listener`).

    def worker_up(self, worker: int) -> None:
        """A media worker can be talked to."""
        logger.info("media worker up", extra={"worker": worker})
        self._do(lambda now: self._switchboard.worker_up(worker, now=now))

    def worker_down(self, worker: int) -> None:
        """A media worker is gone."""
        self._do(lambda now: self._switchboard.worker_down(worker, now=now))

    def receive_from_worker(self, worker: int, message: FromWorker) -> None:
        """A media worker said something."""
        self._do(lambda now: self._switchboard.receive_from_worker(worker, message, now=now))

    # Inside.

    def _receive(self, data: bytes, flow: Flow) -> None:
        answers = self._gate.answer(data, flow)
        if answers is None:
            self._do(lambda now: self._switchboard.receive(data, flow, now=now))
        for outgoing in answers or ():
            self._send(outgoing)

    def _unreachable(self, flow: Flow, port: int) -> None:
        self._do(lambda now: self._switchboard.unreachable(flow, port, now=now))

    def _gone(self, flow: Flow) -> None:
        if self.started.is_set():
            self._do(lambda now: self._switchboard.gone(flow, now=now))

    def _found(self, name: str, servers: Sequence[Reached]) -> None:
        self._do(lambda now: self._switchboard.found(name, servers, now=now))

    def _port_of(self, transport: str) -> int:
        return self.tls_port if transport == "tls" else self.port

    def _drops(self, host: str) -> bool:
        drops = self._gate.drops(host, now=asyncio.get_running_loop().time())
        self._log_turned_away()
        return drops

    def _admits(self, flow: Flow, names: frozenset[str] | None) -> bool:
        admits = self._gate.admits(flow, names, now=asyncio.get_running_loop().time())
        self._log_turned_away()
        return admits

    def _log_turned_away(self) -> None:
        for peer in self._gate.turned_away():
            logger.warning("peer refused", extra={"peer": peer.host, "reason": peer.reason})

    def _wake(self) -> None:
        self._timer = None
        self._do(lambda now: self._switchboard.wake(now=now))

    def _do(self, step: Callable[[float], None]) -> None:
        """Give the switchboard one input, and carry out what it wants."""
        try:
            step(asyncio.get_running_loop().time())
        except Exception:
            # The one place of this process: a fault in one message must not end other calls.
            self._metrics.count("refusals", "fault")
            logger.exception("fault")
        self._settle()

    def _settle(self) -> None:
        """Carry out what the switchboard wants, in the order of its contract."""
        for kept in self._switchboard.to_keep():
            if kept.record is None:
                self._state.remove(kept.call_id)
            else:
                self._state.save(kept.call_id, kept.record)
        for worker, message in self._switchboard.to_workers():
            self._workers.send(worker, message)
        for outgoing in self._switchboard.to_send():
            self._send(outgoing)
        for note in self._switchboard.notes():
            logger.info(note.what, extra={"call_id": note.call_id, "reason": note.reason})
        self._set_timer()
        self._changed.set()

    def _send(self, outgoing: Outgoing) -> None:
        drivers: dict[str, UdpDriver | TcpDriver | None]
        drivers = {"udp": self._udp, "tcp": self._tcp, "tls": self._tls}
        # A call over TLS may be older than the settings, which have none any more.
        if driver := drivers.get(outgoing.flow.transport):
            driver.send(outgoing)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = self._switchboard.next_timer()
        loop = asyncio.get_running_loop()
        self._timer = None if at is None else loop.call_at(at, self._wake)

    async def _drain(self) -> None:
        logger.info("draining", extra={"count": self._switchboard.active()})
        self._do(lambda now: self._switchboard.drain(now=now))
        try:
            async with asyncio.timeout(DRAIN_S):
                while not self._switchboard.drained():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            # What is left is on disk, and closed at the next start.
            logger.warning("not everything was closed in time")

    async def _bind(self) -> None:
        host, wanted = self._settings.listen_host, self._settings.sip_port
        for left in reversed(range(FREE_PORT_TRIES)):
            await self._udp.start(host, wanted)
            try:
                await self._tcp.start(host, self._udp.port)
            except OSError:
                self._udp.close()
                if wanted or not left:
                    raise
            else:
                self.port = self._udp.port
                break
        await self._bind_tls()

    async def _bind_tls(self) -> None:
        settings = self._settings.tls
        if settings.certificate:
            contexts = tls.contexts(settings, self._settings.inline.tls)
            self._tls = TcpDriver(
                self._receive, admits=self._admits, tls=contexts, tally=self._metrics.count
            )
            self._tls.unreachable, self._tls.gone = self._unreachable, self._gone
            self._tls.names_at = self._names_at
            await self._tls.start(self._settings.listen_host, settings.port)
            self.tls_port = self._tls.port
            logger.info("taking calls over TLS", extra={"port": self.tls_port})

    async def _watch_certificate(self) -> None:
        """Use a new certificate for the connections to come; those there are stay."""
        settings, targets = self._settings.tls, self._settings.inline.tls
        if self._tls is None:
            return
        read = tls.modified(settings, targets)
        while True:
            await asyncio.sleep(LOOK_AT_CERTIFICATE_S)
            try:
                if (now := tls.modified(settings, targets)) == read:
                    continue
                self._tls.renew(tls.contexts(settings, targets))
            except OSError as error:
                # Half written, perhaps: the old one goes on, and the next look may find it whole.
                logger.error("certificate not read", extra={"reason": type(error).__name__})
            else:
                read = now
                logger.info("certificate read again")

    def _stored_calls(self) -> Iterator[Call | InlineCall]:
        for call_id, record in self._state.load():
            try:
                yield inline.unpack(record) if inline.is_ours(record) else unpack(record)
            except BadRecord:
                self._state.set_aside(call_id)


COUNTED = {
    "inline": (
        "trunkline_sip_gateway_inline_total",
        "Calls in line by outcome; targets given up for the next, lost and back again, not found,"
        " or with a certificate that does not fit; registrations made, refused and lapsed;"
        " calls that nobody can listen to",
    ),
    "invites": (
        "trunkline_sip_gateway_invites_total",
        "INVITEs of new calls by outcome",
    ),
    "hints": (
        "trunkline_sip_gateway_hints_total",
        "X-Trunkline headers that could not be used",
    ),
    "refusals": (
        "trunkline_sip_gateway_refusals_total",
        "Requests refused, by status; or dropped",
    ),
    "peers": (
        "trunkline_sip_gateway_peers_refused_total",
        "Datagrams and connections of strangers, and calls that proved no user, by reason",
    ),
    "malformed": (
        "trunkline_sip_gateway_malformed_total",
        "Messages that break the grammar, by the status they call for",
    ),
    "retransmissions": (
        "trunkline_sip_gateway_retransmissions_total",
        "Requests received again, messages sent again",
    ),
}
"""By what the switchboard calls it: the metric, and what it counts, each by `kind`."""


class _Metrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.active = Gauge(
            "trunkline_sip_gateway_calls_active", "Calls that are not over", registry=registry
        )
        self.targets = Gauge(
            "trunkline_sip_gateway_inline_targets_up",
            "Targets of calls in line that are sent calls",
            registry=registry,
        )
        self.registered = Gauge(
            "trunkline_sip_gateway_inline_registered",
            "Carriers that know by our registration where we are",
            registry=registry,
        )
        self._counters = {
            what: Counter(name, counts, ["kind"], registry=registry)
            for what, (name, counts) in COUNTED.items()
        }

    def count(self, what: str, kind: str) -> None:
        """One more."""
        self._counters[what].labels(kind).inc()


def new_token() -> str:
    """A word that nobody guesses."""
    return os.urandom(8).hex()


def new_identity() -> Identity:
    """A time-ordered id (the layout of UUID version 7, RFC 9562 section 5.7) and its time."""
    now_ms = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10))
    value = now_ms << 80 | 0x7 << 76 | (chance >> 68) << 64 | 0x2 << 62 | chance & (1 << 62) - 1
    return Identity(f"{value:032x}", datetime.fromtimestamp(now_ms / 1000, UTC))
