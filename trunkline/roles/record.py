"""The role that turns journals of ended calls into redacted recordings."""

from redaction.recording.stage import RecordStage
from trunkline.recordings import SoundOfCalls, recordings_of
from trunkline.roles.process import Context, Part


async def build(context: Context) -> list[Part]:
    """The recording stage, on the machine whose `listen` writes the journal."""
    return [
        RecordStage(
            context.bus,
            context.settings.recording,
            journal=SoundOfCalls(context.settings),
            recordings=recordings_of(context.settings),
            registry=context.registry,
        )
    ]
