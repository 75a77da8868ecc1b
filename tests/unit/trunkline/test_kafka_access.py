"""What cannot be meant by `[bus.kafka_access]` is told when the settings are read."""

import msgspec
import pytest

from trunkline.bus.settings import KafkaAccess


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"ca_file": "ca.pem"}, "need tls = true"),
        ({"tls": True, "cert_file": "our.crt"}, "go together"),
        ({"mechanism": "PLAIN", "user": "u", "password_file": "f"}, "tls = true"),
        ({"tls": True, "mechanism": "SCRAM-SHA-256", "user": "u"}, "go together"),
        ({"user": "u", "password_file": "f"}, "go together"),
        ({"mechanism": "GSSAPI", "user": "u", "password_file": "f"}, "Invalid enum value"),
    ],
)
def test_what_does_not_fit_together_is_told(written: dict[str, object], told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert(written, KafkaAccess)


def test_scram_needs_no_tls() -> None:
    written = {"mechanism": "SCRAM-SHA-256", "user": "u", "password_file": "f"}
    assert msgspec.convert(written, KafkaAccess).user == "u"
