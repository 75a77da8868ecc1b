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
    SpeakersCorrected,
)
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.media.worker import MediaWorker, Place, Sinks
from triton_models.client import TritonSpeech
from triton_models.events import RAW_TOPIC, RawTranscript, RawTranscriptEnded
from triton_models.local import LocalSpeech
from triton_models.options import LegOptions
from triton_models.own_options import own_options
from triton_models.settings import Settings as SpeechSettings
from triton_models.speakers.diariser import Diariser, Heard, LocalDiariser, TritonDiariser
from triton_models.speakers.speech import DiarisedSpeech
from triton_models.speech import LegStream, Speech
from trunkline.roles.outgoing import Letter, Outgoing
from trunkline.roles.process import Context, Part
from trunkline.route_book import RouteBook
from trunkline.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

END_LEG_S = 30.0
"""The recogniser gets so long for a leg's last words; the call's end does not wait for ever."""

CLOSE_S = 5.0

Corrections = Callable[[str], Sequence[SpeakersCorrected]]
"""What is to be said of a call's speakers at its end."""


def _none(call_id: str) -> Sequence[SpeakersCorrected]:
    """Nothing."""
    return ()


class HeardAudio:
    """The worker's audio sink: the recogniser."""

    def __init__(self, speech: Speech, *, options: Callable[[JoinedLeg], LegOptions]) -> None:
        self._speech = speech
        self._options = options

    def start_leg(self, leg: JoinedLeg) -> None:
        """Audio of this leg follows."""
        options = self._options(leg)
        self._speech.start_leg(
            LegStream(
                tenant_id=leg.tenant_id,
                call_id=leg.call_id,
                leg_id=leg.leg_id,
                channel=leg.channel,
                speaker=leg.role,
                language=options.language,
                options=options,
            )
        )

    def feed(self, frame: AudioFrame) -> None:
        """The leg's next audio."""
        self._speech.feed(frame)

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """No audio follows for a while."""
        self._speech.hold_leg(leg_id, at_ms=at_ms)

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
    ) -> None:
        self._outgoing = outgoing
        self._speech = speech
        self._corrections = corrections
        self._received = 0

    def publish(self, event: CallEvent) -> None:
        """Put the event behind the call's others."""
        value = msgspec.json.encode(event)
        self._outgoing.put(event.call_id, Letter(CALLS_TOPIC, value, partial=False))

    async def finish(self, ended: CallEnded) -> None:
        """Say that no transcript follows, then that the call is over."""
        await self.results_taken()
        no_more = RawTranscriptEnded(
            tenant_id=ended.tenant_id, call_id=ended.call_id, ended_at=datetime.now(UTC)
        )
        value = msgspec.json.encode(no_more)
        self._outgoing.put(ended.call_id, Letter(RAW_TOPIC, value, partial=False))
        for corrected in self._corrections(ended.call_id):
            self.publish(corrected)
        self.publish(ended)
        await self._outgoing.sent(ended.call_id)

    async def receive_results(self, note_open_segment: Callable[[str, int | None], None]) -> None:
        """Publish what the recogniser says, for ever."""
        while True:
            result = await self._speech.receive()
            self._received += 1
            if isinstance(result, Gap):
                self.publish(result)
            else:
                self._publish_transcript(result)
                begun = None if result.is_final else result.start_ms
                note_open_segment(result.leg_id, begun)

    async def results_taken(self) -> None:
        """Return once `receive_results` has emptied the recogniser's queue."""
        quiet, seen = 0, self._received
        # What is queued is taken without waiting, as soon as that task runs.
        while quiet < 3:
            await asyncio.sleep(0)
            quiet = quiet + 1 if seen == self._received else 0
            seen = self._received

    def _publish_transcript(self, transcript: RawTranscript) -> None:
        value = msgspec.json.encode(transcript)
        letter = Letter(RAW_TOPIC, value, partial=not transcript.is_final)
        self._outgoing.put(transcript.call_id, letter)


class Media:
    """One media worker with its recogniser and bus."""

    def __init__(self, context: Context, speech: Speech, *, book: RouteBook, place: Place) -> None:
        registry = context.registry
        self._speech = speech
        self._book = book
        self._outgoing = Outgoing(context.bus, registry=registry)
        corrections = speech.corrections if isinstance(speech, DiarisedSpeech) else _none
        self._published = Published(self._outgoing, speech, corrections=corrections)
        sinks = Sinks(HeardAudio(speech, options=book.options), self._published)
        settings = context.settings.sip_gateway
        self._worker = MediaWorker(settings, sinks, place=place, registry=registry)

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
            following = tasks.create_task(self._book.run(stop))
            await self._worker.run(stop)
            following.cancel()
            await self._published.results_taken()
            receiving.cancel()
            await self._outgoing.close(wait_s=CLOSE_S)
        await self._speech.close()


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
