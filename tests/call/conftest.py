"""Fixtures of whole calls: one appliance, or one gateway, for all tests of a module."""

from collections.abc import AsyncIterator, Iterator, Mapping

import pytest
import pytest_asyncio

from deploy.webhook_receiver import Receiver
from sip_gateway.settings import Settings as GatewaySettings
from tests.services.appliance import TestAppliance, appliance
from tests.services.gateway import TestGateway, gateway

Sections = Mapping[str, Mapping[str, object]]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Takes the appliance's webhooks."""
    with Receiver() as started:
        yield started


@pytest.fixture(scope="module")
def sections() -> Sections:
    """The appliance's settings, as far as a module wants them otherwise."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(
    tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, sections: Sections
) -> AsyncIterator[TestAppliance]:
    """The appliance; a module that tests a gateway alone has a `line` of its own."""
    async with appliance(tmp_path_factory.mktemp("appliance"), receiver, **sections) as started:
        yield started


@pytest.fixture(scope="module")
def gateway_settings() -> GatewaySettings:
    """Said by a module that wants a gateway alone."""
    raise NotImplementedError


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway_of_module(
    tmp_path_factory: pytest.TempPathFactory, gateway_settings: GatewaySettings
) -> AsyncIterator[TestGateway]:
    """The gateway."""
    async with gateway(tmp_path_factory.mktemp("gateway"), gateway_settings) as started:
        yield started


@pytest.fixture
def quiet_gateway(gateway_of_module: TestGateway) -> TestGateway:
    """The gateway, with nothing heard yet."""
    (gateway_of_module.state / "events.jsonl").write_bytes(b"")
    return gateway_of_module
