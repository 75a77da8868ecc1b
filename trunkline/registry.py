"""Notes in Postgres which recognisers are in use: every segment's model can be looked up there."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from analytics.speech import APPLIANCE, Author, NewModel, SpeechTables
from analytics.store import Rejected, Unavailable
from triton_models.loading import lineage
from triton_models.settings import Settings

logger = logging.getLogger(__name__)

_NOT_OF_THE_MODEL = ("backend", "url", "models_dir", "riva", "served")
"""Fields of the settings that do not change what is recognised."""


def served_models(settings: Settings) -> Iterator[NewModel]:
    """What these settings serve, as its segments will name it."""
    if settings.backend == "riva":
        return  # its models are the server's own, and are known by what they answer
    for name in settings.model_names:
        own = settings.of(name)
        origin = lineage(own)
        told = msgspec.to_builtins(own)
        kept = {key: value for key, value in told.items() if key not in _NOT_OF_THE_MODEL}
        text = msgspec.json.encode(kept, order="sorted").decode()
        yield NewModel(origin.model, origin.decoder, origin.model_sha256, name, text)


async def register_served(tables: SpeechTables, settings: Settings, author: Author) -> list[str]:
    """Note all that is served; the names by which the new ones are served."""
    models = list(served_models(settings))
    return [model.served_as for model in models if await tables.register(model, author)]


async def register_at_start(dsn: str, settings: Settings, *, tenant_id: str) -> None:
    """What the appliance does at its start; a registry that cannot be written stops nothing."""
    tables = await SpeechTables.connect(dsn)
    try:
        author = Author(APPLIANCE, datetime.now(UTC), tenant_id)
        await register_served(tables, settings, author)
    except (Unavailable, Rejected) as error:
        logger.warning("the models could not be registered", extra={"reason": str(error)})
    finally:
        await tables.close()
