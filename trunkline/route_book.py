"""The rules of speech as a media worker knows them: read from Postgres, kept on disk.

A call that starts never waits for them. It gets its options from what is known at that moment: the
database's rules; while that is away, the last that were read, by this process or one before; and
before any were, the settings alone.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge

from analytics.speech import RouteRow
from analytics.store import Rejected, Unavailable
from sip_gateway.media.sinks import JoinedLeg
from triton_models.options import LegOptions, Phrase
from triton_models.own_options import own_options
from triton_models.profiles import PROFILES
from triton_models.routes import BadRule, Facts, Rule, Wish, read_change, resolve
from triton_models.settings import Settings
from trunkline.bus.waiting import pause

logger = logging.getLogger(__name__)

EVERY_S = 3.0
"""A changed rule holds for calls that start so much later."""

FIRST_WITHIN_S = 2.0
"""A worker that starts waits so long for its first rules."""


class Source(Protocol):
    """Where the rules are."""

    async def routes(self) -> Sequence[RouteRow]:
        """Those that hold; Unavailable while they cannot be read."""
        ...


class RouteBook:
    """Contract: `load` before the first call, `run` for as long as calls come."""

    def __init__(
        self, source: Source, settings: Settings, *, cache: Path, registry: CollectorRegistry
    ) -> None:
        self._source = source
        self._settings = settings
        self._cache = cache
        self._rows: tuple[RouteRow, ...] = ()
        self._rules: tuple[Rule, ...] = ()
        self._away = False
        self._meters = _Meters(registry)

    def options(self, leg: JoinedLeg) -> LegOptions:
        """How this leg is to be recognised."""
        facts = Facts(
            tenant_id=leg.tenant_id,
            call_id=leg.call_id,
            queue=leg.hints.queue,
            ingress=leg.ingress,
            role=leg.role,
        )
        base = partial(own_of_leg, self._settings, leg.ingress)
        found = resolve(self._rules, facts, base=base, wish=self._wish(leg))
        self._meters.legs.labels(found.options.model).inc()
        return found.options

    async def load(self) -> None:
        """Know the rules, from the database or else from disk."""
        self._take(_read(self._cache), keep=False)
        try:
            async with asyncio.timeout(FIRST_WITHIN_S):
                await self._poll()
        except TimeoutError:
            self._note_away(True)

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the database until `stop`."""
        while not stop.is_set():
            await self._poll()
            await pause(stop, EVERY_S)

    def ready(self) -> str:
        """Always: calls are taken whether or not their rules can be read anew."""
        return ""

    def _wish(self, leg: JoinedLeg) -> Wish:
        hints = leg.hints
        phrases = tuple(Phrase(text=p.text, weight=p.weight) for p in hints.phrases)
        if hints.profile and hints.profile not in PROFILES:
            self._meters.unknown_profiles.inc()
            told = {"call_id": leg.call_id, "leg_id": leg.leg_id}
            logger.warning("the call asks for a profile that is none", extra=told)
        return Wish(hints.profile if hints.profile in PROFILES else "", phrases)

    async def _poll(self) -> None:
        try:
            rows = tuple(await self._source.routes())
        except (Unavailable, Rejected):
            self._note_away(True)
        else:
            self._note_away(False)
            if rows != self._rows:
                self._take(rows, keep=True)

    def _take(self, rows: tuple[RouteRow, ...], *, keep: bool) -> None:
        self._rows = rows
        self._rules = tuple(rule for rule in map(usable, rows) if rule is not None)
        self._meters.rules.set(len(self._rules))
        if keep:
            logger.info("speech routes changed", extra={"count": len(self._rules)})
            _write(self._cache, rows)

    def _note_away(self, away: bool) -> None:
        if away and not self._away:
            logger.warning("speech routes cannot be read; the last known ones hold")
        self._away = away
        self._meters.away.set(away)


class _Meters:
    def __init__(self, registry: CollectorRegistry) -> None:
        prefix = "trunkline_speech_routes_"
        self.rules = Gauge(prefix + "rules", "Rules that hold", registry=registry)
        self.away = Gauge(prefix + "stale", "1 while they cannot be read anew", registry=registry)
        self.legs = Counter(prefix + "legs", "Legs by model given", ["model"], registry=registry)
        self.unknown_profiles = Counter(
            prefix + "unknown_profiles", "Legs that asked for a profile we lack", registry=registry
        )


def own_of_leg(settings: Settings, ingress: str, model: str) -> LegOptions:
    """The options of a leg below all rules."""
    options = own_options(settings, model)
    if ingress != "sip":
        return options  # SIPREC brings a leg a party
    return msgspec.structs.replace(options, most_speakers=settings.speakers.plain_call_most)


def rule_of(row: RouteRow) -> Rule:
    """A row as a rule; BadRule if its options are none of this release's."""
    return Rule(
        rule_id=row.route_id,
        priority=row.priority,
        change=read_change(row.options),
        tenant_id=row.tenant_id,
        queue=row.queue,
        ingress=row.ingress,
        role=row.role,
        share=row.share,
    )


def usable(row: RouteRow) -> Rule | None:
    """The same; None for a row that this release cannot use, and says so in the log."""
    try:
        return rule_of(row)
    except BadRule as error:
        told = {"count": row.route_id, "reason": str(error)}
        logger.error("a speech route cannot be used, and does not hold", extra=told)
        return None


def _read(cache: Path) -> tuple[RouteRow, ...]:
    try:
        return msgspec.json.decode(cache.read_bytes(), type=tuple[RouteRow, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError) as error:
        logger.error("kept speech routes unreadable", extra={"reason": type(error).__name__})
        return ()


def _write(cache: Path, rows: tuple[RouteRow, ...]) -> None:
    """In one step, readable by us alone: several workers keep the same file."""
    partial = cache.with_suffix(f".{os.getpid()}")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(rows))
        partial.replace(cache)
    except OSError as error:
        logger.error("speech routes not kept", extra={"reason": type(error).__name__})
