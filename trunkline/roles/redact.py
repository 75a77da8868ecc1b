"""The role that takes personal data out of every transcript."""

from redaction.policy.policy_watch import PolicyWatch
from redaction.process.garbage import spare_what_is_loaded
from redaction.process.stage import RedactStage
from trunkline.redacting import engine_for
from trunkline.roles.process import Context, Part


async def build(context: Context) -> list[Part]:
    """The redaction stage between the raw topic and the transcripts topic; what tells policies."""
    settings = context.settings
    engine = engine_for(settings)
    parts: list[Part] = [
        RedactStage(
            context.bus,
            settings.redaction,
            registry=context.registry,
            engine=engine,
            retention_s=settings.bus.retention_raw_s,
        ),
        PolicyWatch(context.bus, settings.redaction, registry=context.registry, engine=engine),
    ]
    spare_what_is_loaded()
    return parts
