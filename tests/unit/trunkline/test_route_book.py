"""Which legs people are taken to share."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from analytics.speech import RouteRow
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.worker_protocol import CallHints
from triton_models.settings import Settings, Speakers
from trunkline.route_book import RouteBook

PLAIN = JoinedLeg("acme", "c1", "c1-0", 0, "speaker_1", "sip")
ONE_PARTY = RouteRow(
    route_id=1,
    tenant_id="acme",
    queue="announcements",
    ingress="",
    role="",
    share=1.0,
    priority=0,
    options='{"most_speakers": 1}',
    created_at=datetime(2024, 5, 1, tzinfo=UTC),
    created_by="operator",
)


class KnownRoutes:
    """Where the rules are, without a database."""

    async def routes(self) -> Sequence[RouteRow]:
        return [ONE_PARTY]


@pytest.mark.parametrize(
    ("leg", "most"),
    [
        (PLAIN, 2),
        (PLAIN._replace(ingress="siprec"), 1),
        (PLAIN._replace(hints=CallHints(queue="announcements")), 1),
    ],
    ids=["a plain call", "a leg a party", "a rule says otherwise"],
)
async def test_a_plain_calls_leg_is_shared_unless_a_rule_says_otherwise(
    tmp_path: Path, leg: JoinedLeg, most: int
) -> None:
    settings = Settings(speakers=Speakers(plain_call_most=2))
    book = RouteBook(
        KnownRoutes(), settings, cache=tmp_path / "routes.json", registry=CollectorRegistry()
    )
    await book.load()
    assert book.options(leg).most_speakers == most
