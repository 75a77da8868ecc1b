"""`Speech` that also tells who speaks, on legs that several people share.

Their audio goes to a diariser beside the recogniser, and its labels go onto the recogniser's
results. A final waits for its label, `WAIT_S` at most, and what follows it on its leg waits behind
it; nothing waits while the diariser is away, and then nothing is lost but the label.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram

from sip_gateway.events import AudioFrame, Gap, SegmentSpeaker, SpeakersCorrected
from triton_models.events import RawTranscript
from triton_models.results import Result, Results
from triton_models.speakers.diariser import PREFIX, Diariser, Heard
from triton_models.speakers.labels import LegLabels
from triton_models.speakers.serving import VoicesHeard
from triton_models.speech import LegStream, Speech

log = logging.getLogger(__name__)

WAIT_S = 1.0
"""A final goes out without a sure label after so long."""

END_S = 3.0
"""The voices of an ended leg are waited for so long."""


@dataclass(slots=True)
class _Waiting:
    result: Result
    since: float


@dataclass(slots=True)
class _Shared:
    """A leg that several people share."""

    leg: LegStream
    labels: LegLabels
    waiting: deque[_Waiting] = field(default_factory=deque)


class DiarisedSpeech:
    """`Speech` around another; legs with `most_speakers` of 1 pass through untouched."""

    def __init__(
        self,
        inner: Speech,
        make_diariser: Callable[[Heard], Diariser],
        *,
        registry: CollectorRegistry,
        agent_phrases: Sequence[str] = (),
    ) -> None:
        self._inner = inner
        self._diariser = make_diariser(self._heard)
        self._agent_phrases = agent_phrases
        self._shared: dict[str, _Shared] = {}
        self._corrections: dict[str, list[SpeakersCorrected]] = {}
        self._results = Results()
        self._received = 0
        self._meters = _Meters(registry)
        self._running = asyncio.create_task(self._run(), name="diarised-speech")
        self._running.add_done_callback(self._stopped)

    @property
    def ready(self) -> bool:
        """As the recogniser is: speech without labels is better than none."""
        return self._inner.ready

    @property
    def load(self) -> float:
        """The recogniser's."""
        return self._inner.load

    def start_leg(self, leg: LegStream) -> None:
        """Audio of this leg follows."""
        if leg.options.most_speakers > 1:
            labels = LegLabels(most=leg.options.most_speakers, agent_phrases=self._agent_phrases)
            self._shared[leg.leg_id] = _Shared(leg, labels)
            self._diariser.legs.start(leg)
        self._inner.start_leg(leg)

    def feed(self, frame: AudioFrame) -> None:
        """Take the leg's next audio."""
        self._inner.feed(frame)
        if frame.leg_id in self._shared:
            self._diariser.legs.feed(frame)

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """The leg pauses."""
        self._inner.hold_leg(leg_id, at_ms=at_ms)
        self._diariser.legs.hold(leg_id)

    async def end_leg(self, leg_id: str) -> None:
        """Return once the leg's last result is in the queue, and its labels are thought over."""
        shared = self._shared.get(leg_id)
        if shared is None:
            await self._inner.end_leg(leg_id)
            return
        await asyncio.gather(self._inner.end_leg(leg_id), self._end_voices(leg_id))
        await self._taken()
        self._release(shared, wait=False)
        self._shared.pop(leg_id, None)
        changed = await asyncio.to_thread(shared.labels.corrected)
        if changed:
            self._note(shared.leg, changed)

    async def receive(self) -> RawTranscript | Gap:
        """The next result of any leg."""
        return await self._results.take()

    def corrections(self, call_id: str) -> list[SpeakersCorrected]:
        """What has to be said of the call's ended legs; told once."""
        return self._corrections.pop(call_id, [])

    async def close(self) -> None:
        """Disconnect."""
        self._running.cancel()
        await asyncio.wait([self._running])
        await self._diariser.close()
        await self._inner.close()

    async def _run(self) -> None:
        while True:
            result = await self._inner.receive()
            self._received += 1
            shared = self._shared.get(result.leg_id)
            if shared is None:
                self._results.put(result)
            else:
                shared.waiting.append(_Waiting(result, time.monotonic()))
                self._release(shared)

    def _stopped(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._results.fail(fault)

    def _heard(self, leg_id: str, heard: VoicesHeard) -> None:
        shared = self._shared.get(leg_id)
        if shared is not None:
            shared.labels.hear(heard.voices, done_ms=heard.done_ms)
            self._release(shared)

    def _release(self, shared: _Shared, *, wait: bool = True) -> None:
        """Pass on what need not wait, in order."""
        now = time.monotonic()
        while shared.waiting:
            head = shared.waiting[0]
            left_s = self._waits(shared, head, now=now) if wait else 0.0
            if left_s > 0:
                loop = asyncio.get_running_loop()
                loop.call_later(left_s, self._release, shared)
                return
            shared.waiting.popleft()
            self._pass_on(shared, head, now=now)

    def _waits(self, shared: _Shared, head: _Waiting, *, now: float) -> float:
        """How much longer; 0: not at all."""
        result = head.result
        if isinstance(result, Gap) or not result.is_final or not self._diariser.ready:
            return 0.0
        if shared.labels.done_ms >= result.end_ms:
            return 0.0
        return head.since + WAIT_S - now

    def _pass_on(self, shared: _Shared, head: _Waiting, *, now: float) -> None:
        result = head.result
        if isinstance(result, Gap):
            self._results.put(result)
        elif not result.is_final:
            self._results.put(shared.labels.partial(result))
        else:
            self._meters.waited.observe(now - head.since)
            if shared.labels.done_ms < result.end_ms:
                self._meters.unsure.inc()
            for part in shared.labels.final(result):
                self._results.put(part)

    async def _end_voices(self, leg_id: str) -> None:
        try:
            async with asyncio.timeout(END_S):
                await self._diariser.legs.end(leg_id)
        except TimeoutError:
            log.warning("the leg's last voices were not heard", extra={"leg_id": leg_id})

    async def _taken(self) -> None:
        """Return once `_run` has emptied the recogniser's queue: it takes without waiting."""
        quiet, seen = 0, self._received
        while quiet < 3:
            await asyncio.sleep(0)
            quiet = quiet + 1 if seen == self._received else 0
            seen = self._received

    def _note(self, leg: LegStream, changed: dict[str, str]) -> None:
        self._meters.corrected.inc(len(changed))
        event = SpeakersCorrected(
            tenant_id=leg.tenant_id,
            call_id=leg.call_id,
            leg_id=leg.leg_id,
            segments=tuple(SegmentSpeaker(*pair) for pair in sorted(changed.items())),
        )
        self._corrections.setdefault(leg.call_id, []).append(event)


class _Meters:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.waited = Histogram(
            PREFIX + "label_wait_seconds",
            "How long a final waited for its speaker",
            buckets=(0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6),
            registry=registry,
        )
        self.unsure = Counter(
            PREFIX + "unsure_finals",
            "Finals labelled before their end was heard by the diariser",
            registry=registry,
        )
        self.corrected = Counter(
            PREFIX + "corrected",
            "Segments whose speaker was corrected at the end",
            registry=registry,
        )
