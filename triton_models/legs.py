"""All legs of one worker on their way to a recogniser, wherever that runs.

`TritonSpeech` and `LocalSpeech` own one of these and carry steps and answers; everything that a
leg is promised (bounded backlog, gaps, last final before the end) is kept here.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sip_gateway.events import AudioFrame, Gap
from triton_models.churn import RunningChurn
from triton_models.events import RawTranscript
from triton_models.fallback import fallback
from triton_models.feed import OVERLOAD, UNAVAILABLE, LegFeed
from triton_models.hypothesis import Answer, Step
from triton_models.options import LegOptions
from triton_models.results import Result, Results
from triton_models.speech import LegStream

log = logging.getLogger(__name__)

RATE_HZ = 16000
BACKLOG_MS = 30_000
OFFLINE_BACKLOG_MS = 2_000
"""While nobody recognises, only this much waits: live captions begin again near the live edge."""

LATE_S = 1.0
"""Audio that waits so long means that the recogniser is full, whatever it says itself."""

MOST_LOAD = 2.0

END_S = 15.0
"""The last final of an ended leg is waited for so long; then a gap stands in its place."""


class Sending(NamedTuple):
    """A step on its way: give `token` back with its answer."""

    token: str
    step: Step
    model: str


class Legs:
    """Contract: `steps` whenever `wake` is set, or after 0.5 s; give each one's answer back.

    A leg whose model or options are refused goes on with `default`.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        default: LegOptions | None = None,
        prefix: str = "trunkline_triton_models_",
    ) -> None:
        self.wake = asyncio.Event()
        self._default = default or LegOptions()
        self._feeds: dict[str, LegFeed] = {}
        self._asked: dict[str, LegFeed] = {}
        self._pending: dict[str, None] = {}
        self._ended: dict[str, asyncio.Event] = {}
        self._churn: dict[str, RunningChurn] = {}
        self._results = Results()
        self._online = False
        self._sequences = secrets.randbits(48) << 14
        self._meters = _Meters(registry, prefix)
        self._meters.backlog.set_function(lambda: self._backlog_ms())
        self._meters.load.set_function(lambda: self.load)
        self._load = 0.0
        self._meters.legs.set_function(lambda: len(self._feeds))

    def start(self, leg: LegStream) -> None:
        """Audio of this leg follows."""
        self._feeds[leg.leg_id] = LegFeed(leg, new_sequence=self._new_sequence)

    def feed(self, frame: AudioFrame) -> None:
        """Take audio of a started leg; of any other it is dropped."""
        feed = self._feeds.get(frame.leg_id)
        if feed is None or frame.leg_id in self._ended:
            return
        if frame.rate_hz != RATE_HZ:
            raise ValueError(f"speech takes {RATE_HZ} Hz, not {frame.rate_hz}")
        feed.receive_frame(frame, now=time.monotonic())
        self._limit(feed)
        self._wake_for(frame.leg_id)

    def hold(self, leg_id: str) -> None:
        """What the leg said is to be finished."""
        if (feed := self._feeds.get(leg_id)) is not None:
            feed.hold()
            self._wake_for(leg_id)

    async def end(self, leg_id: str) -> None:
        """Return when the leg's last result is in the queue, after `END_S` at most."""
        feed = self._feeds.get(leg_id)
        if feed is None or leg_id in self._ended:
            return
        done = self._ended[leg_id] = asyncio.Event()
        feed.end()
        self._deliver(feed)
        self._wake_for(leg_id)
        try:
            async with asyncio.timeout(END_S):
                await done.wait()
        except TimeoutError:
            log.warning("the leg's last words were not recognised in time", extra=_told(feed))
            feed.give_up()
            self._deliver(feed)
        finally:
            self._feeds.pop(leg_id, None)
            self._churn.pop(leg_id, None)
            self._ended.pop(leg_id, None)
            self._forget_asked(feed)

    async def take(self) -> Result:
        """The next result of any leg."""
        return await self._results.take()

    def steps(self) -> Iterator[Sending]:
        """Everything that can be sent now."""
        now = time.monotonic()
        pending, self._pending = list(self._pending), {}
        for leg_id in pending:
            feed = self._feeds.get(leg_id)
            while feed is not None and (outgoing := feed.next_step(now=now)) is not None:
                token = f"{outgoing.step.sequence}.{outgoing.number}"
                self._asked[token] = feed
                yield Sending(token, outgoing.step, outgoing.model)
            if feed is not None:
                self._deliver(feed)

    def leg_of(self, token: str) -> str | None:
        """Whose step that is; None if its answer is not waited for."""
        feed = self._asked.get(token)
        return feed.leg.leg_id if feed else None

    def answered(self, token: str, answer: Answer) -> None:
        """The recogniser answered a step."""
        feed = self._asked.pop(token, None)
        if feed is None:
            return
        took_s = feed.receive_answer(
            _number(token), answer, now=time.monotonic(), at=datetime.now(UTC)
        )
        self._meters.took.observe(took_s)
        self._load = answer.load
        if answer.capacity:
            self._meters.capacity.set(answer.capacity)
        self._meters.put_off.inc(answer.put_off)
        self._deliver(feed)
        self._wake_for(feed.leg.leg_id)

    def refused(self, token: str, *, why: str) -> None:
        """The recogniser does not know the step's leg, or failed on it: the leg starts anew."""
        feed = self._asked.pop(token, None)
        if feed is None:
            return
        number, now = _number(token), time.monotonic()
        instead = fallback(feed.options, why=why, default=self._default)
        if instead is not None:
            if feed.receive_refusal(number, instead.options, now=now):
                log.warning("the leg goes on otherwise: %s", why, extra=_told(feed))
                self._meters.fallbacks.labels(instead.why).inc()
                self._restarted(feed)
        elif feed.receive_loss(number, now=now):
            log.warning("the leg starts anew: %s", why, extra=_told(feed))
            self._restarted(feed)

    def online(self) -> None:
        """There is a recogniser."""
        self._online = True
        self.look_again()

    def offline(self) -> None:
        """The recogniser is gone, and with it all that was open."""
        self._online = False
        self._asked.clear()
        for feed in list(self._feeds.values()):
            if feed.receive_loss(now=time.monotonic()):
                self._restarted(feed)
            self._limit(feed)

    def look_again(self) -> None:
        """Time passed: every leg may have something due."""
        self._pending = dict.fromkeys(self._feeds)
        self.wake.set()

    @property
    def load(self) -> float:
        """0 idle, 1 full: the recogniser's own word, or how long it leaves steps waiting."""
        if not self._feeds:
            return 0.0
        waiting_s = max(self.oldest_unanswered_s(), self._backlog_ms() / 1000)
        return max(self._load, min(waiting_s / LATE_S, MOST_LOAD))

    def oldest_unanswered_s(self) -> float:
        """How long the longest unanswered step has waited."""
        waits = [since for f in self._feeds.values() if (since := f.waits_since()) is not None]
        return time.monotonic() - min(waits) if waits else 0.0

    def stopped(self, task: asyncio.Task[None]) -> None:
        """The owner's task ended; if by a fault, `take` raises it: nobody would recognise."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._results.fail(fault)

    def _restarted(self, feed: LegFeed) -> None:
        self._meters.restarts.inc()
        self._deliver(feed)
        self._wake_for(feed.leg.leg_id)

    def _limit(self, feed: LegFeed) -> None:
        if self._online:
            feed.limit(BACKLOG_MS, why=OVERLOAD)
        else:
            feed.limit(OFFLINE_BACKLOG_MS, why=UNAVAILABLE)

    def _wake_for(self, leg_id: str) -> None:
        self._pending[leg_id] = None
        self.wake.set()

    def _deliver(self, feed: LegFeed) -> None:
        results, feed.results = feed.results, []
        for result in results:
            if isinstance(result, Gap):
                self._meters.missed.labels(result.why).inc(result.end_ms - result.start_ms)
            else:
                self._meters.finals.inc(result.is_final)
                self._count_churn(result)
            self._results.put(result)
        if feed.finished and (done := self._ended.get(feed.leg.leg_id)) is not None:
            done.set()

    def _count_churn(self, found: RawTranscript) -> None:
        running = self._churn.setdefault(found.leg_id, RunningChurn())
        words = [word.text for word in found.words]
        new = running.receive(found.segment_id, words, is_final=found.is_final)
        self._meters.shown.inc(new.shown)
        self._meters.changed.inc(new.changed)

    def _forget_asked(self, feed: LegFeed) -> None:
        for token in [token for token, asked in self._asked.items() if asked is feed]:
            del self._asked[token]

    def _new_sequence(self) -> int:
        """A number of its own for each sequence of each worker; not 0, which is Triton's none."""
        self._sequences += 1
        return self._sequences

    def _backlog_ms(self) -> int:
        return max((feed.backlog_ms for feed in self._feeds.values()), default=0)


class _Meters:
    def __init__(self, registry: CollectorRegistry, prefix: str) -> None:
        self.legs = Gauge(prefix + "legs", "Legs being recognised", registry=registry)
        self.backlog = Gauge(
            prefix + "backlog_ms", "Audio waiting, of the leg that waits most", registry=registry
        )
        self.load = Gauge(
            prefix + "load", "0 idle, 1 full: more legs would make finals late", registry=registry
        )
        self.capacity = Gauge(
            prefix + "capacity_legs",
            "Speaking legs whose finals the recogniser could keep up with; 0: not known yet",
            registry=registry,
        )
        self.put_off = Counter(
            prefix + "partials_put_off",
            "Steps at which a partial was due and had to wait: the recogniser is busy",
            registry=registry,
        )
        self.took = Histogram(
            prefix + "step_seconds",
            "From sending a step to its answer",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10),
            registry=registry,
        )
        self.finals = Counter(prefix + "finals", "Final transcripts", registry=registry)
        self.restarts = Counter(
            prefix + "leg_restarts", "Times the recogniser lost a leg", registry=registry
        )
        self.fallbacks = Counter(
            prefix + "fallbacks",
            "Legs recognised otherwise than they asked: no such model, or bad options",
            ["why"],
            registry=registry,
        )
        self.shown = Counter(
            prefix + "shown_words", "Words shown: of finals, and taken back", registry=registry
        )
        self.changed = Counter(
            prefix + "changed_words",
            "Shown words later changed, but for the last two of a partial",
            registry=registry,
        )
        self.missed = Counter(
            prefix + "missed_ms", "Audio not recognised", ["why"], registry=registry
        )


def _number(token: str) -> int:
    return int(token.rpartition(".")[2])


def _told(feed: LegFeed) -> dict[str, str]:
    return {"call_id": feed.leg.call_id, "leg_id": feed.leg.leg_id}
