"""Tells the bus which policies are in force: all that there are, also where no call comes."""

import asyncio
import contextlib
import hashlib
import logging
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge

from redaction.events import POLICIES_TOPIC
from redaction.policy.policies import FALLBACK, MAX_TENANTS, NO_POLICY, Policies
from redaction.policy.policy_file import PolicyError, PolicyFile, read_policy
from redaction.policy.policy_told import Found, PoliciesTold
from redaction.policy.presidio import Engine
from redaction.settings import Settings
from trunkline.bus import Bus, Unavailable
from trunkline.bus.waiting import pause

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""How often files are looked at: what is replaced sooner, and met no call, is in no history."""

MOST = MAX_TENANTS // 2
"""So many tenants' own files are told of; those of others only with their calls."""

_ENCODER = msgspec.json.Encoder()


class PolicyWatch:
    """A part of the redact role. It reads policies by itself, as the stage does.

    What changes while the bus is away is told when it is back, with the time at which it changed.
    """

    def __init__(
        self,
        bus: Bus,
        settings: Settings,
        *,
        registry: CollectorRegistry,
        engine: Engine,
        look_s: float = LOOK_S,
    ) -> None:
        self._bus = bus
        self._policies = Policies(settings, key=secrets.token_bytes(32), engine=engine)
        self._to_tell = PoliciesTold(settings)
        self._look_s = look_s
        self._failed: set[str] = set()
        self._told = Counter(
            "trunkline_redaction_policies_told", "Policies told to the bus", registry=registry
        )
        self._left_out = Gauge(
            "trunkline_redaction_policies_left_out",
            "Policy files beyond the number that is told of",
            registry=registry,
        )

    def ready(self) -> str:
        """Nobody waits for it."""
        return ""

    async def run(self, stop: asyncio.Event) -> None:
        """Look and tell until `stop` is set."""
        while not stop.is_set():
            found = await asyncio.to_thread(self.look)
            self._to_tell.look(found, now=datetime.now(UTC))
            try:
                await self._tell()
            except Unavailable:
                log.warning("policies in force wait for the bus")
            await pause(stop, self._look_s)

    async def _tell(self) -> None:
        while due := self._to_tell.due:
            value = _ENCODER.encode(due[0])
            await self._bus.publish(POLICIES_TOPIC, due[0].tenant_id or "*", value)
            due.popleft()
            self._told.inc()

    def look(self) -> Sequence[Found]:
        """Every policy that there is. Reads files; one that changes meanwhile waits its turn."""
        own = self._policies.of_their_own()
        self._left_out.set(max(len(own) - MOST, 0))
        wanted = [("", own), *((tenant_id, ()) for tenant_id in own[:MOST])]
        found = (self._found(tenant_id, others) for tenant_id, others in wanted)
        return [one for one in found if one is not None]

    def _found(self, tenant_id: str, others: tuple[str, ...]) -> Found | None:
        try:
            return self._read(tenant_id, others)
        except Exception as error:  # noqa: BLE001 - an operator's code can fail in any way
            if tenant_id not in self._failed:
                log.error("a policy cannot be told of", extra={"reason": type(error).__name__})
            self._failed.add(tenant_id)
            return None

    def _read(self, tenant_id: str, others: tuple[str, ...]) -> Found | None:
        path = self._policies.file_of(tenant_id)
        before = _bytes(path)
        version, file = NO_POLICY, None
        # A folder need not have a default: nobody is told of that as of a fault.
        if path is None or before is not None:
            with contextlib.suppress(PolicyError):
                file = PolicyFile() if path is None else read_policy(path)
                version = self._policies.policy_of(tenant_id).version
        if _bytes(path) != before or self._policies.file_of(tenant_id) != path:
            return None
        file = None if version == NO_POLICY else file
        source = "settings" if path is None else "default" if path.name == FALLBACK else "own"
        sha256 = hashlib.sha256(before).hexdigest() if before is not None else ""
        return Found(tenant_id, others, version, source, sha256, file)


def _bytes(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path is not None else None
    except OSError:
        return None
