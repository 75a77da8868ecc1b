"""The media worker's process: audio to the recogniser, events and transcripts to the bus."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry

from analytics.speech import SpeechTables
from sip_gateway.events import (
    CALLS_TOPIC,
    AudioFrame,
    CallEnded,
    CallEvent,
    Gap,
    GapFilled,
    SpeakersCorrected,
)
from sip_gateway.journal.reader import JournalReader
from sip_gateway.journal.sink import JournaledAudio
from sip_gateway.journal.writer import JournalWriter, Limits
from sip_gateway.media.sinks import AudioSink, JoinedLeg
from sip_gateway.media.worker import MediaWorker, Place, Sinks
from triton_models.client import TritonSpeech
from triton_models.events import RAW_TOPIC, RawGap, RawTranscript, RawTranscriptEnded
from triton_models.local import LocalSpeech
from triton_models.options import LegOptions
from triton_models.own_options import own_options
from triton_models.settings import Settings as SpeechSettings
from triton_models.speakers.diariser import Diariser, Heard, LocalDiariser, TritonDiariser
from triton_models.speakers.speech import DiarisedSpeech
from triton_models.speech import LegStream, Speech
from triton_models.unsaid import Unsaid
from trunkline.bus.sealed import load_or_create_key
from trunkline.recovery.pending import Pending
from trunkline.recovery.recovery import Journal, Recovery
from trunkline.recovery.unfinished import Unfinished
from trunkline.roles.outgoing import Letter, Outgoing
from trunkline.roles.process import Context, Part
from trunkline.route_book import RouteBook
from trunkline.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

END_LEG_S = 30.0
"""The recogniser gets so long for a leg's last words; the call's end does not wait for ever."""

CLOSE_S = 5.0

NoteOpenSegment = Callable[[str, int | None, int], None]
"""Of a leg: where what is not finished and durable begins, and where what is ends."""

LONG_GAP_MS = 500
"""A question fits into what is longer."""

PAUSED = "paused"
"""Why of gaps that are meant to be."""

Corrections = Callable[[str], Sequence[SpeakersCorrected]]
"""What is to be said of a call's speakers at its end."""


def _none(call_id: str) -> Sequence[SpeakersCorrected]:
    """Nothing."""
    return ()


class HeardAudio:
    """The worker's audio sink: the recogniser."""

    def __init__(
        self,
        speech: Speech,
        *,
        options: Callable[[JoinedLeg], LegOptions],
        recovery: Recovery | None = None,
        unsaid: Unsaid | None = None,
    ) -> None:
        self._speech = speech
        self._options = options
        self._recovery = recovery
        self._unsaid = unsaid or Unsaid()

    def start_leg(self, leg: JoinedLeg) -> None:
        """Audio of this leg follows."""
        options = self._options(leg)
        stream = LegStream(
            tenant_id=leg.tenant_id,
            call_id=leg.call_id,
            leg_id=leg.leg_id,
            channel=leg.channel,
            speaker=leg.role,
            language=options.language,
            options=options,
        )
        self._speech.start_leg(stream)
        if self._recovery:
            self._recovery.start_leg(stream)

    def feed(self, frame: AudioFrame) -> None:
        """The leg's next audio."""
        self._unsaid.heard(frame)
        self._speech.feed(frame)
        if self._recovery:
            self._recovery.heard(frame)

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """No audio follows for a while."""
        self._speech.hold_leg(leg_id, at_ms=at_ms)

    def pause_leg(self, leg_id: str, *, from_ms: int) -> None:
        """No audio follows; what was said from `from_ms` on is not to be seen."""
        self._unsaid.pause(leg_id, from_ms=from_ms)
        self._speech.hold_leg(leg_id, at_ms=from_ms)

    def resume_leg(self, leg_id: str, *, at_ms: int) -> None:
        """Audio follows again: the recogniser sees that by itself."""

    async def end_leg(self, leg_id: str) -> None:
        """Wait for the leg's last results."""
        try:
            async with asyncio.timeout(END_LEG_S):
                await self._speech.end_leg(leg_id)
        except TimeoutError:
            logger.warning("recogniser did not finish the leg", extra={"leg_id": leg_id})


class Published:
    """The worker's event sink and the recogniser's: both go to the bus, in order per call."""

    def __init__(
        self,
        outgoing: Outgoing,
        speech: Speech,
        *,
        corrections: Corrections = _none,
        recovery: Recovery | None = None,
        unsaid: Unsaid | None = None,
    ) -> None:
        self._unsaid = unsaid or Unsaid()
        self._outgoing = outgoing
        self._speech = speech
        self._corrections = corrections
        self._recovery = recovery
        self._unfinished = Unfinished()
        self._note: NoteOpenSegment | None = None
        self._received = 0

    def publish(self, event: CallEvent) -> None:
        """Put the event behind the call's others."""
        value = msgspec.json.encode(event)
        self._outgoing.put(event.call_id, Letter(CALLS_TOPIC, value, partial=False))
        if isinstance(event, Gap):
            self._miss(event)

    def publish_recovered(self, found: RawTranscript | GapFilled) -> None:
        """Put what was recognised behind the live edge behind the call's other events."""
        if isinstance(found, GapFilled):
            self.publish(found)
        else:
            value = msgspec.json.encode(self._unsaid.taken_out(found))
            self._outgoing.put(found.call_id, Letter(RAW_TOPIC, value, partial=False))

    async def finish(self, ended: CallEnded) -> None:
        """Say that no transcript follows, then that the call is over."""
        await self.results_taken()
        if self._recovery:
            await self._recovery.finish(ended.call_id)
        no_more = RawTranscriptEnded(
            tenant_id=ended.tenant_id, call_id=ended.call_id, ended_at=datetime.now(UTC)
        )
        value = msgspec.json.encode(no_more)
        self._outgoing.put(ended.call_id, Letter(RAW_TOPIC, value, partial=False))
        for corrected in self._corrections(ended.call_id):
            self.publish(corrected)
        self.publish(ended)
        await self._outgoing.sent(ended.call_id)
        self._unfinished.forget(ended.call_id)
        self._unsaid.forget(ended.call_id)

    async def receive_results(self, note_open_segment: NoteOpenSegment) -> None:
        """Publish what the recogniser says, for ever."""
        self._note = note_open_segment
        while True:
            result = await self._speech.receive()
            self._received += 1
            if self._recovery and self._recovery.receive(result):
                continue
            if isinstance(result, Gap):
                self.publish(result)
                self._unfinished.missed(result.leg_id, result.end_ms)
            else:
                self._publish_transcript(result)
            self._tell_unfinished(result.leg_id)

    async def results_taken(self) -> None:
        """Return once `receive_results` has emptied the recogniser's queue."""
        quiet, seen = 0, self._received
        # What is queued is taken without waiting, as soon as that task runs.
        while quiet < 3:
            await asyncio.sleep(0)
            quiet = quiet + 1 if seen == self._received else 0
            seen = self._received

    def _miss(self, gap: Gap) -> None:
        """Redaction must know that a question may have been missed; what may be filled, is."""
        if gap.why != PAUSED and gap.end_ms - gap.start_ms >= LONG_GAP_MS:
            missed = RawGap(
                tenant_id=gap.tenant_id,
                call_id=gap.call_id,
                leg_id=gap.leg_id,
                start_ms=gap.start_ms,
                end_ms=gap.end_ms,
            )
            value = msgspec.json.encode(missed)
            self._outgoing.put(gap.call_id, Letter(RAW_TOPIC, value, partial=False))
        if self._recovery:
            self._recovery.note(gap)

    def _publish_transcript(self, transcript: RawTranscript) -> None:
        value = msgspec.json.encode(self._unsaid.taken_out(transcript))
        leg_id, begun_ms = transcript.leg_id, _begin_of(transcript)
        if transcript.is_final:
            self._unfinished.finished(leg_id, begun_ms, transcript.end_ms)
            letter = Letter(RAW_TOPIC, value, partial=False, sent=lambda: self._sent(leg_id))
        else:
            self._unfinished.begun(leg_id, begun_ms)
            letter = Letter(RAW_TOPIC, value, partial=True)
        self._outgoing.put(transcript.call_id, letter)

    def _sent(self, leg_id: str) -> None:
        self._unfinished.sent(leg_id)
        self._tell_unfinished(leg_id)

    def _tell_unfinished(self, leg_id: str) -> None:
        news = self._unfinished.news(leg_id)
        if news is not None and self._note is not None:
            self._note(leg_id, *news)


def _begin_of(transcript: RawTranscript) -> int:
    """Where its segment begins, by its name: the first word may come later."""
    begin = transcript.segment_id.rpartition("/")[2]
    return int(begin) if begin.isdecimal() else transcript.start_ms


class Media:
    """One media worker with its recogniser and bus."""

    def __init__(self, context: Context, speech: Speech, *, book: RouteBook, place: Place) -> None:
        registry = context.registry
        self._speech = speech
        self._book = book
        self._outgoing = Outgoing(context.bus, registry=registry)
        corrections = speech.corrections if isinstance(speech, DiarisedSpeech) else _none
        self._journal = open_journal(context.settings, registry=registry)
        self._journal_hours = context.settings.recording.journal_hours
        self._recovery = recovery = self._recovery_of(speech, context)
        unsaid = Unsaid()
        self._published = Published(
            self._outgoing, speech, corrections=corrections, recovery=recovery, unsaid=unsaid
        )
        audio: AudioSink = HeardAudio(
            speech, options=book.options, recovery=recovery, unsaid=unsaid
        )
        if self._journal:
            audio = JournaledAudio(audio, self._journal.writer)
        sinks = Sinks(audio, self._published, lag_ms=recovery.lag_ms if recovery else 0)
        settings = context.settings.sip_gateway
        self._worker = MediaWorker(settings, sinks, place=place, registry=registry)

    def _recovery_of(self, speech: Speech, context: Context) -> Recovery | None:
        if self._journal is None:
            return None
        wait_s = context.settings.recording.recover_wait_s
        return Recovery(speech, self._journal, wait_s=wait_s, registry=context.registry)

    def ready(self) -> str:
        """Empty when calls are taken, recognised and published."""
        recogniser = "" if self._speech.ready else "recogniser is not ready"
        return "; ".join(filter(None, (self._worker.ready(), self._outgoing.ready(), recogniser)))

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until the signalling process has gone or `stop` is set; publish what was heard."""
        async with asyncio.TaskGroup() as tasks:
            self._outgoing.start(tasks)
            note = self._worker.note_open_segment
            receiving = tasks.create_task(self._published.receive_results(note))
            beside = [tasks.create_task(self._book.run(stop)), *self._recover(tasks, stop)]
            await self._worker.run(stop)
            for task in beside:
                task.cancel()
            await self._published.results_taken()
            receiving.cancel()
            await self._outgoing.close(wait_s=CLOSE_S)
        await self._speech.close()
        if self._journal:
            self._journal.writer.close()

    def _recover(self, tasks: asyncio.TaskGroup, stop: asyncio.Event) -> list[asyncio.Task[None]]:
        """Keep the journal, and fill gaps from it."""
        if self._journal is None or self._recovery is None:
            return []
        recovery, swept = self._recovery, self._journal.writer.keep_swept

        async def let_go() -> None:
            await stop.wait()
            recovery.stop()

        return [
            tasks.create_task(swept(hours=self._journal_hours)),
            tasks.create_task(recovery.run(self._published.publish_recovered)),
            tasks.create_task(let_go()),
        ]


def open_journal(settings: Settings, *, registry: CollectorRegistry) -> Journal | None:
    """The journal in the state directory; None where it is off."""
    if settings.recording.journal == "off":
        return None
    folder = settings.state_dir / "journal"
    key = load_or_create_key(settings.state_dir / "keys" / "journal.key")
    limits = Limits(keep_free_mb=settings.recording.journal_keep_free_mb)
    writer = JournalWriter(folder, key=key, registry=registry, limits=limits)
    return Journal(writer, JournalReader(folder, key=key), Pending(folder))


def media_place(settings: Settings, index: int, *, socket_path: Path) -> Place:
    """Where worker `index` listens for signalling, and remembers how far its calls were heard."""
    return Place(socket_path, settings.state_dir / "heard", worker=index)


async def build(context: Context) -> list[Part]:
    """The worker with the configured recogniser."""
    settings = context.settings
    place = media_place(settings, context.worker, socket_path=context.socket_path)
    book = await _route_book(context)
    return [Media(context, _speech(context), book=book, place=place)]


async def _route_book(context: Context) -> RouteBook:
    tables = await SpeechTables.connect(context.dsn)
    context.closing.push_async_callback(tables.close)
    book = RouteBook(
        tables,
        context.settings.triton_models,
        cache=context.settings.state_dir / "speech_routes.json",
        registry=context.registry,
    )
    await book.load()
    return book


def _speech(context: Context) -> Speech:
    settings = context.settings.triton_models
    if settings.backend == "riva":
        return _riva(settings, registry=context.registry)  # it tells speakers itself
    url, folder, registry = settings.url, context.settings.models_dir, context.registry
    if settings.backend == "triton":
        speech: Speech = TritonSpeech(url=url, registry=registry, default=own_options(settings))
    else:
        speech = LocalSpeech(settings, models_dir=folder, registry=registry)

    def diariser(heard: Heard) -> Diariser:
        if settings.backend == "triton":
            return TritonDiariser(heard, url=url, registry=registry)
        return LocalDiariser(heard, models_dir=folder, registry=registry)

    return DiarisedSpeech(
        speech, diariser, registry=registry, agent_phrases=settings.speakers.agent_phrases
    )


def _riva(settings: SpeechSettings, *, registry: CollectorRegistry) -> Speech:
    """Its stubs are loaded where they are wanted only."""
    from triton_models.riva.channel import Unusable
    from triton_models.riva.client import RivaSpeech

    try:
        return RivaSpeech(settings, registry=registry)
    except Unusable as error:
        raise SettingsError(str(error)) from None
