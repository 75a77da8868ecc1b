"""`redaction.lines`: whatever shape of event comes in comes out, with other words."""
# ruff: noqa: E501 - tables of dialogues read best with one case a line

import json
from datetime import UTC, datetime

import pytest

from redaction.lines import BadLine, LineRedactor
from redaction.policy.prepared_policy import Policy

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def redactor(policy: Policy) -> LineRedactor:
    return LineRedactor(lambda _: policy, now=lambda: NOW)


def line(said: str, **fields: object) -> bytes:
    words = [
        {"text": word, "start_ms": 300 * i, "end_ms": 300 * (i + 1), "confidence": 0.5}
        for i, word in enumerate(said.split())
    ]
    event: dict[str, object] = {
        "call_id": "c", "segment_id": "s1", "revision": 1, "is_final": True,
        "start_ms": 0, "end_ms": 300 * len(words), "words": words,
    }  # fmt: skip
    return json.dumps(event | fields).encode()


def read(lines: list[bytes]) -> list[dict[str, object]]:
    return [json.loads(one) for one in lines]


def test_a_masked_span_is_one_word_with_the_first_start_and_the_last_end(
    redactor: LineRedactor,
) -> None:
    (out,) = read(redactor.receive(line("my PIN is four two four two thanks")))
    assert out["words"] == [
        {"text": "my", "start_ms": 0, "end_ms": 300, "confidence": 0.5},
        {"text": "PIN", "start_ms": 300, "end_ms": 600, "confidence": 0.5},
        {"text": "is", "start_ms": 600, "end_ms": 900, "confidence": 0.5},
        {"text": "[pin]", "start_ms": 900, "end_ms": 2100, "confidence": 0, "kind": "pin"},
        {"text": "thanks", "start_ms": 2100, "end_ms": 2400, "confidence": 0.5},
    ]


def test_fields_come_out_with_the_types_they_came_in_with(redactor: LineRedactor) -> None:
    given = {
        "type": "RawTranscript", "segment_id": 7, "speaker": None, "channel": 1, "language": "en",
        "start_ms": 0.5, "model": "m", "audio_end_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    (out,) = read(redactor.receive(line("hello", **given)))
    source = json.loads(line("hello", **given))
    assert out == source


def test_a_word_without_confidence_stays_without(redactor: LineRedactor) -> None:
    words = [{"text": "hello", "start_ms": 0, "end_ms": 1.5}]
    (out,) = read(redactor.receive(line("", words=words, end_ms=2)))
    assert out["words"] == words


def test_nothing_that_could_carry_text_passes_by(redactor: LineRedactor) -> None:
    extra = {"alternatives": ["4242"], "text": "my PIN is 4242 thanks", "notes": {"a": "4242"}}
    words = [
        {"text": w, "start_ms": i, "end_ms": i + 1, "lattice": "4242", "kind": "4242"}
        for i, w in enumerate(["my", "PIN", "is", "4242", "thanks"])
    ]
    (out,) = redactor.receive(line("", words=words, **extra))
    assert b"4242" not in out
    assert json.loads(out)["text"] == "my PIN is [pin] thanks"


def test_policy_version_and_stage_time_are_ours_where_the_event_has_them(
    redactor: LineRedactor, policy: Policy
) -> None:
    (out,) = read(redactor.receive(line("hello", policy_version="x", redacted_at=None)))
    assert (out["policy_version"], out["redacted_at"]) == (policy.version, NOW.isoformat())


def test_a_correction_is_the_same_event_with_the_next_revision(redactor: LineRedactor) -> None:
    redactor.receive(line("it was Ramsbottom there", segment_id="a", leg_id="l1", revision=4))
    out = read(
        redactor.receive(
            line(
                "my name is Ramsbottom", segment_id="b", leg_id="l2", start_ms=5000, end_ms=9000
            )  # fmt: skip
        )
    )
    assert [(o["segment_id"], o["revision"]) for o in out] == [("b", 1), ("a", 5)]
    assert [w["text"] for w in out[1]["words"]] == ["it", "was", "[name]", "there"]  # type: ignore[attr-defined]


def test_a_held_number_comes_at_the_end_of_the_input(redactor: LineRedactor) -> None:
    (first,) = read(redactor.receive(line("it says two twenty")))
    (second,) = read(redactor.end())
    assert len(first["words"]) == 2 and len(second["words"]) == 4  # type: ignore[arg-type]
    assert second["revision"] == 2


def test_the_same_line_twice_gives_the_same_line_twice(redactor: LineRedactor) -> None:
    assert redactor.receive(line("my PIN is 4242")) == redactor.receive(line("my PIN is 4242"))


def test_calls_do_not_see_each_other(redactor: LineRedactor) -> None:
    redactor.receive(line("what is your card number", call_id="a", leg_id="1"))
    (out,) = read(
        redactor.receive(line("it's forty two nineteen over there", call_id="b", leg_id="2"))
    )
    assert len(out["words"]) == 6  # type: ignore[arg-type]


def test_the_end_of_a_call_ends_its_state_and_passes_on(redactor: LineRedactor) -> None:
    redactor.receive(line("it says two twenty"))
    ended = b'{"type":"RawTranscriptEnded","call_id":"c","ended_at":"2026-01-01T00:00:00Z"}'
    out = read(redactor.receive(ended))
    assert [o.get("type", "words") for o in out] == ["words", "RawTranscriptEnded"]
    assert redactor.end() == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"nope", "not JSON"),
        (b'"4242"', "Expected `object`, got `str`"),
        (b'{"call_id":"c"}', "Object missing required field `segment_id`"),
        (line("", words=[{"text": 4242, "start_ms": 0, "end_ms": 1}]), "Expected `str`, got `int` - at `$.words[0].text`"),
        (line("a", start_ms="4242"), "Expected `int | float`, got `str` - at `$.start_ms`"),
        (line("a", start_ms=1e300, end_ms=1), "a time or a revision is out of range"),
        (b"[" * 100_000, "Expected `object`, got `array`"),
        (b'{"call_id": "\xff4242"}', "not UTF-8"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_with_a_reason_and_no_content(
    redactor: LineRedactor, text: bytes, reason: str
) -> None:
    with pytest.raises(BadLine) as refused:
        redactor.receive(text)
    assert str(refused.value) == reason
