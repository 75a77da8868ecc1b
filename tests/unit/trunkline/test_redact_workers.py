"""Several redact processes: their names, and what the settings allow."""

import msgspec
import pytest

from redaction.policy.kinds import policy_version
from redaction.settings import Settings
from trunkline.roles.process import process_name


def test_the_first_process_of_a_role_has_the_roles_own_name() -> None:
    names = [process_name("redact", index) for index in range(3)]
    assert names == ["redact", "redact-1", "redact-2"]
    assert process_name("media", 0) == "media-0"


@pytest.mark.parametrize("workers", [0, -1, 65])
def test_a_number_of_workers_that_cannot_be_is_refused(workers: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"workers": workers}, Settings)


def test_how_many_work_does_not_change_the_policy() -> None:
    assert policy_version(Settings(workers=4)) == policy_version(Settings())
