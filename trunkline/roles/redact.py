"""The role that takes personal data out of every transcript."""

from redaction.stage import RedactStage
from trunkline.roles.process import Context, Part


async def build(context: Context) -> list[Part]:
    """The redaction stage between the raw topic and the transcripts topic."""
    settings = context.settings
    return [
        RedactStage(
            context.bus,
            settings.redaction,
            registry=context.registry,
            retention_s=settings.bus.retention_raw_s,
        )
    ]
