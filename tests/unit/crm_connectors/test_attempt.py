from dataclasses import dataclass, field

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from analytics.events import TranscriptDocument
from crm_connectors.attempt import Attempts
from crm_connectors.connector import Rejected, Unavailable
from crm_connectors.outbox import Delivery
from crm_connectors.settings import Settings
from tests.finished_call import finished_call

CALL_ID = "0190" + "0" * 28
SETTINGS = Settings(retry_first_s=1.0, retry_longest_s=300.0, attempts=3)


def delivery(*, failures: int = 0, superseded: bool = False) -> Delivery:
    return Delivery(7, "default", CALL_ID, 2, failures, superseded)


@dataclass
class Book:
    """A ledger that remembers what was written into it."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    async def done(self, delivery: Delivery) -> None:
        self.lines.append(("done", ""))

    async def supersede(self, delivery: Delivery) -> None:
        self.lines.append(("superseded", ""))

    async def park(self, delivery: Delivery, *, why: str) -> None:
        self.lines.append(("parked", why))

    async def retry(self, delivery: Delivery, *, why: str, wait_s: float) -> None:
        self.lines.append(("retry", why))
        self.waits.append(wait_s)


@dataclass
class Scripted:
    """A connector that meets one outcome."""

    outcome: Exception | None = None
    sent: list[tuple[TranscriptDocument, int, str]] = field(default_factory=list)

    async def deliver(
        self, document: TranscriptDocument, *, revision: int, idempotency_key: str
    ) -> None:
        self.sent.append((document, revision, idempotency_key))
        if self.outcome:
            raise self.outcome

    async def close(self) -> None:
        pass


async def stored(tenant_id: str, call_id: str, connector: str) -> TranscriptDocument | None:
    return finished_call(call_id, tenant_id=tenant_id)


async def erased(tenant_id: str, call_id: str, connector: str) -> TranscriptDocument | None:
    return None


async def no_database(tenant_id: str, call_id: str, connector: str) -> TranscriptDocument | None:
    raise psycopg.OperationalError


def attempts(connector: Scripted, registry: CollectorRegistry) -> Attempts:
    return Attempts("crm", connector, load=stored, settings=SETTINGS, registry=registry)


async def test_a_call_goes_out_under_its_own_key_and_is_done() -> None:
    book, connector, registry = Book(), Scripted(), CollectorRegistry()
    await attempts(connector, registry).make(delivery(), book)
    assert connector.sent == [(finished_call(CALL_ID), 2, f"{CALL_ID}-2")]
    assert book.lines == [("done", "")]
    sample = "trunkline_crm_connectors_crm_deliveries_total"
    assert registry.get_sample_value(sample, {"outcome": "done"}) == 1.0


@pytest.mark.parametrize(
    ("outcome", "failures", "line"),
    [
        (Unavailable("HTTP 503"), 0, ("retry", "HTTP 503")),
        (Unavailable("HTTP 503"), 1, ("retry", "HTTP 503")),
        (Unavailable("HTTP 503"), 2, ("parked", "HTTP 503")),
        (Rejected("HTTP 400"), 0, ("parked", "HTTP 400")),
        (KeyError("four two four two"), 0, ("retry", "fault: KeyError")),
        (KeyError("four two four two"), 2, ("parked", "fault: KeyError")),
    ],
)
async def test_each_outcome_is_written_down(
    outcome: Exception, failures: int, line: tuple[str, str]
) -> None:
    book = Book()
    await attempts(Scripted(outcome), CollectorRegistry()).make(delivery(failures=failures), book)
    assert book.lines == [line]


async def test_the_receivers_retry_after_is_waited_for() -> None:
    book, connector = Book(), Scripted(Unavailable("HTTP 429", retry_after_s=60.0))
    await attempts(connector, CollectorRegistry()).make(delivery(), book)
    assert book.waits == [60.0]


async def test_a_superseded_revision_is_not_sent() -> None:
    book, connector = Book(), Scripted()
    await attempts(connector, CollectorRegistry()).make(delivery(superseded=True), book)
    assert (connector.sent, book.lines) == ([], [("superseded", "")])


async def test_a_call_erased_meanwhile_is_parked() -> None:
    book, connector = Book(), Scripted()
    making = Attempts("crm", connector, load=erased, settings=SETTINGS)
    await making.make(delivery(), book)
    assert (connector.sent, book.lines) == ([], [("parked", "the call is no longer stored")])


async def test_a_lost_database_is_no_failure_of_the_receiver() -> None:
    book, connector = Book(), Scripted()
    making = Attempts("crm", connector, load=no_database, settings=SETTINGS)
    with pytest.raises(psycopg.OperationalError):
        await making.make(delivery(), book)
    assert (connector.sent, book.lines) == ([], [])
