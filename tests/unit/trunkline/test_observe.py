"""What a log line may hold."""

import json
import logging
import sys

from trunkline.observe import JsonLines


def line(record: logging.LogRecord) -> dict[str, object]:
    decoded = json.loads(JsonLines().format(record))
    assert isinstance(decoded, dict)
    return decoded


def test_an_exception_is_named_without_its_message() -> None:
    try:
        raise ValueError("four two four two")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    text = JsonLines().format(record)
    assert "four" not in text
    assert line(record)["error"] == "ValueError"
    assert "test_observe.py" in text


def test_only_agreed_extra_fields_pass() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "leg joined", (), None)
    record.call_id, record.text = "c1", "my card is"
    assert line(record)["call_id"] == "c1"
    assert "my card" not in JsonLines().format(record)
