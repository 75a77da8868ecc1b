"""`python -m tests.services.deliver_process DSN URL SECRET_FILE`: a delivery loop to be killed."""

import asyncio
import sys

from prometheus_client import CollectorRegistry

from analytics.events import TranscriptDocument
from crm_connectors.deliver import Deliver
from crm_connectors.settings import Settings
from crm_connectors.webhook import connect_webhook
from tests.finished_call import finished_call


async def load(tenant_id: str, call_id: str, connector: str) -> TranscriptDocument | None:
    """Any call is a finished one."""
    return finished_call(call_id, tenant_id=tenant_id)


async def main(dsn: str, url: str, secret_file: str) -> None:
    """Deliver until killed."""
    settings = Settings(webhook_url=url, webhook_secret_file=secret_file)
    webhook = connect_webhook(settings)
    registry = CollectorRegistry()
    deliver = Deliver(dsn, {"webhook": webhook}, load=load, settings=settings, registry=registry)
    await deliver.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
