import msgspec

from crm_connectors.finalised import SCHEMA_FILE, CallFinalised, finalised, schema
from tests.finished_call import finished_call

CALL_ID = "0190" + "0" * 28


def test_the_published_schema_is_that_of_the_types() -> None:
    assert SCHEMA_FILE.read_bytes() == schema(), "run: python -m crm_connectors.finalised"


def test_the_event_says_whose_call_which_revision_and_every_word_with_its_times() -> None:
    document = finished_call(CALL_ID)
    assert document.summary
    read = msgspec.json.decode(
        finalised(document, document.summary, revision=2), type=CallFinalised
    )
    assert (read.event, read.version, read.tenant_id) == ("call.finalised", 1, "default")
    assert (read.call_id, read.revision) == (CALL_ID, 2)
    assert [(s.channel, s.text) for s in read.segments] == [(0, "your card number"), (1, "[card]")]
    word = read.segments[1].words[0]
    assert (word.text, word.kind, word.start_ms, word.end_ms) == ("[card]", "card", 3_000, 3_250)
    assert read.gaps == document.gaps
    assert read.summary == document.summary
