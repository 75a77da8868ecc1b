"""All relayed lines of one process, and who of two processes has a call's.

One whose worker is gone passes on what it has until another, told by the next worker, has the same
ports open: the call notices nothing.
"""

import asyncio
import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from sip_gateway.media.port_pool import NoPort, PortPool
from sip_gateway.media.relay import Counts, Ear, RelayedLine, is_free
from sip_gateway.worker_protocol import (
    CloseRelays,
    FromRelay,
    OpenRelays,
    Relay,
    RelaysOpened,
    RelaysRefused,
    RelaysSilent,
    ToRelay,
)

logger = logging.getLogger(__name__)

SILENT_S = 30.0
"""A call without any packet for so long is told of, again and again."""

ALONE_S = 300.0
"""Without a signalling process a call goes on for so long: nobody could end it."""

LOOK_S = 0.05


class Held(NamedTuple):
    """The lines of one call."""

    lines: dict[int, RelayedLine]
    opened_at: float


class Owners:
    """Which process has a call's relays: a small file a call, in a directory that all share."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._name = f"{os.getpid()}-{secrets.token_hex(8)}"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def take(self, call_id: str) -> None:
        """The call's relays are ours; a full disk costs the care of who had them before."""
        partial = self._directory / f"{call_id}.{self._name}"
        try:
            partial.write_text(self._name)
            partial.replace(self._directory / call_id)
        except OSError as error:
            logger.error(
                "relay not noted", extra={"call_id": call_id, "reason": type(error).__name__}
            )

    def ours(self, call_id: str) -> bool:
        """False once another has them, or nobody."""
        try:
            return (self._directory / call_id).read_text() == self._name
        except OSError:
            return False

    def release(self, call_id: str) -> None:
        """The call is over."""
        if self.ours(call_id):
            (self._directory / call_id).unlink(missing_ok=True)


class Relays:
    """Contract: `obey` orders, `look_after` once a second; `linger` when nobody gives any.

    Nothing here knows calls, legs or recognisers, and none of them can stop it.
    """

    def __init__(
        self,
        host: str,
        ports: PortPool,
        *,
        owners: Owners,
        say: Callable[[FromRelay], None],
    ) -> None:
        self._host = host
        self._ports = ports
        self._owners = owners
        self._say = say
        self._calls: dict[str, Held] = {}
        self._ears: dict[tuple[str, str], Ear] = {}
        self._counts = Counts()
        self._taken = (0, 0, 0)

    def __len__(self) -> int:
        """Calls that are relayed."""
        return len(self._calls)

    def take_counts(self) -> tuple[int, int, int]:
        """Packets passed on, of strangers, and with nowhere to go, since the last call."""
        counts, before = self._counts, self._taken
        self._taken = (counts.passed, counts.stray, counts.unsent)
        passed, stray, unsent = (now - then for now, then in zip(self._taken, before, strict=True))
        return passed, stray, unsent

    def obey(self, message: ToRelay) -> None:
        """What the signalling process says."""
        if isinstance(message, CloseRelays):
            self._close(message.call_id)
            return
        held = self._calls.setdefault(message.call_id, Held({}, monotonic()))
        try:
            self._change(held, message)
        except (OSError, NoPort) as error:
            why = str(error) if isinstance(error, NoPort) else error.strerror or "port not free"
            logger.warning("no port to relay", extra={"call_id": message.call_id, "reason": why})
            if not held.lines:
                del self._calls[message.call_id]
            self._say(RelaysRefused(call_id=message.call_id, why=why))
            return
        self._owners.take(message.call_id)
        ends = {f"{n}{end}": port for n, line in held.lines.items() for end, port in line.numbers()}
        self._say(RelaysOpened(call_id=message.call_id, ports=ends))

    def tap(self, call_id: str, end: str, ear: Ear) -> None:
        """`ear` hears what comes to this end from now on, in place of who did before."""
        self._ears[call_id, end] = ear
        if call_id in self._calls:
            self._tap(call_id)

    def look_after(self, now: float) -> None:
        """Tell of calls in which nothing passes."""
        for call_id, held in self._calls.items():
            silent_s = now - _heard_at(held)
            # Once every so often: this is asked about once a second.
            if silent_s >= SILENT_S and silent_s % SILENT_S < 1.0:
                self._say(RelaysSilent(call_id=call_id, seconds=silent_s))

    async def linger(self) -> None:
        """Go on alone until others have the calls, or they fall silent."""
        until = monotonic() + ALONE_S
        if self._calls:
            logger.warning("relaying without signalling", extra={"count": len(self._calls)})
        while self._calls:
            await asyncio.sleep(LOOK_S)
            now = monotonic()
            for call_id, held in list(self._calls.items()):
                silent = now - _heard_at(held) > SILENT_S
                if silent or now > until or not self._owners.ours(call_id):
                    self._close(call_id)

    def _change(self, held: Held, message: OpenRelays) -> None:
        wanted = {relay.line: relay for relay in message.relays}
        new = {n: relay for n, relay in wanted.items() if n not in held.lines}
        opened: dict[int, RelayedLine] = {}
        try:
            for n, relay in new.items():
                opened[n] = self._opened(relay)
        except (OSError, NoPort):
            for line in opened.values():
                self._end(line)
            raise
        held.lines.update(opened)
        for n in held.lines.keys() - wanted.keys():
            self._end(held.lines.pop(n))
        for n, relay in wanted.items():
            held.lines[n].change(relay)
        self._tap(message.call_id)

    def _tap(self, call_id: str) -> None:
        for n, line in self._calls[call_id].lines.items():
            for end, port in (("a", line.a), ("b", line.b)):
                port.ear = self._ears.get((call_id, f"{n}{end}"))

    def _opened(self, relay: Relay) -> RelayedLine:
        a, b = (self._port(end.port) for end in (relay.a, relay.b))
        try:
            return RelayedLine(self._host, a, b, counts=self._counts)
        except OSError:
            for port in (a, b):
                self._ports.give_back(port, now=monotonic())
            raise

    def _port(self, named: int | None) -> int:
        """A port of ours that nobody has; a named one may still be with the worker that had it."""
        if named is not None:
            self._ports.take_named(named)
            return named
        while True:
            port = self._ports.take(now=monotonic())
            if is_free(self._host, port):
                return port
            self._ports.give_back(port, now=monotonic())

    def _close(self, call_id: str) -> None:
        held = self._calls.pop(call_id, None)
        for line in held.lines.values() if held else ():
            self._end(line)
        for key in [key for key in self._ears if key[0] == call_id]:
            del self._ears[key]
        self._owners.release(call_id)

    def _end(self, line: RelayedLine) -> None:
        line.close()
        for _, number in line.numbers():
            self._ports.give_back(number, now=monotonic())


def _heard_at(held: Held) -> float:
    return max([held.opened_at, *(line.heard_at for line in held.lines.values())])
