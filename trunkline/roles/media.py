"""The media worker's process: its calls, recogniser, journal and bus."""

import asyncio
from pathlib import Path

from prometheus_client import CollectorRegistry

from analytics.speech import SpeechTables
from sip_gateway.journal.reader import JournalReader
from sip_gateway.journal.sink import JournaledAudio
from sip_gateway.journal.writer import JournalWriter, Limits
from sip_gateway.media.open_files import allow_open_files
from sip_gateway.media.sinks import AudioSink
from sip_gateway.media.worker import MediaWorker, Place, Sinks
from triton_models.client import TritonSpeech
from triton_models.local import LocalSpeech
from triton_models.own_options import own_options
from triton_models.settings import Settings as SpeechSettings
from triton_models.speakers.diariser import Diariser, Heard, LocalDiariser, TritonDiariser
from triton_models.speakers.speech import DiarisedSpeech
from triton_models.speech import Speech
from triton_models.unsaid import Unsaid
from trunkline.bus.sealed import load_or_create_key
from trunkline.recovery.pending import Pending
from trunkline.recovery.recovery import Journal, Recovery
from trunkline.roles.heard import HeardAudio, Published, no_corrections
from trunkline.roles.outgoing import Outgoing
from trunkline.roles.process import Context, Part
from trunkline.route_book import RouteBook
from trunkline.settings import Settings, SettingsError

CLOSE_S = 5.0
OTHER_FILES = 1000
"""Open files beside the sockets of RTP: models, journals, connections."""


class Media:
    """One media worker with its recogniser and bus."""

    def __init__(self, context: Context, speech: Speech, *, book: RouteBook, place: Place) -> None:
        registry = context.registry
        self._speech = speech
        self._book = book
        self._outgoing = Outgoing(context.bus, registry=registry)
        corrections = speech.corrections if isinstance(speech, DiarisedSpeech) else no_corrections
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
        lag_ms = recovery.lag_ms if recovery else 0
        sinks = Sinks(audio, self._published, lag_ms=lag_ms, load=lambda: speech.load)
        settings = context.settings.sip_gateway
        allow_open_files(settings.rtp_port_last - settings.rtp_port_first + OTHER_FILES)
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
