"""One policy for all tests: building Presidio's registry takes a moment."""

from collections.abc import Mapping

import pytest
from hypothesis import settings

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine, build_engine
from redaction.settings import Settings
from tests.unit.redaction.call_strategies import make_policies

settings.register_profile("deep", max_examples=400, deadline=None)
"""`pytest tests/unit/redaction --hypothesis-profile=deep --timeout=0`: half an hour."""

settings.register_profile("same", derandomize=True, deadline=None)
if settings.get_current_profile_name() == "default":
    # Every run has the same examples, and none fails because the machine is slow.
    settings.load_profile("same")

KEY = b"k" * 32


@pytest.fixture(scope="session")
def engine() -> Engine:
    return build_engine()


@pytest.fixture(scope="session")
def policy(engine: Engine) -> Policy:
    return make_policy(Settings(), engine, key=KEY)


@pytest.fixture(scope="session")
def policies(engine: Engine) -> Mapping[str, Policy]:
    """By name: `call_strategies.POLICIES`."""
    return make_policies(engine, key=KEY)


@pytest.fixture(scope="session")
def eager_policy(engine: Engine) -> Policy:
    """Holds no words back but those that must be."""
    return make_policy(Settings(hold_last_words=0), engine, key=KEY)
