"""Options that a leg may not ask for are refused, by field name and without what stands in them."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triton_models import serving
from triton_models.fallback import NO_SUCH_MODEL, OPTIONS_REFUSED, Instead, fallback
from triton_models.hypothesis import Step
from triton_models.option_limits import LONGEST_OPTIONS_BYTES, BadOptions, read, wrong
from triton_models.options import Endpointing, LegOptions, Phrase

STARTS = Step(7, np.zeros(1600, np.int16), 0, starts=True)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (LegOptions(model=""), "model"),
        (LegOptions(model="../asr"), "model"),
        (LegOptions(language="not a tag"), "language"),
        (LegOptions(max_segment_ms=10), "max_segment_ms"),
        (LegOptions(partial_interval_ms=0), "partial_interval_ms"),
        (LegOptions(most_speakers=0), "most_speakers"),
        (LegOptions(phrases=(Phrase(text="canary", weight=99.0),)), "phrases"),
        (LegOptions(phrases=(Phrase(text=" "),)), "phrases"),
        (LegOptions(phrases=(Phrase(text="canary"),) * 501), "phrases"),
        (LegOptions(endpointing=Endpointing(start_threshold=1.5)), "endpointing.start_threshold"),
        (LegOptions(endpointing=Endpointing(stop_threshold=0.9)), "endpointing.stop_threshold"),
        (LegOptions(endpointing=Endpointing(stop_history_ms=-1)), "endpointing.stop_history_ms"),
    ],
)
def test_a_field_out_of_its_limits_is_named(options: LegOptions, field: str) -> None:
    assert wrong(options).startswith(f"{field}:")
    with pytest.raises(BadOptions, match=field) as refused:
        read(msgspec.json.encode(options))
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [b"", b"[", b"[]", b'{"voice": 1}', b'{"model": 1}', b'{"language": "\xff"}', b'"', b"null"],
)
def test_what_is_no_options_is_refused(text: bytes) -> None:
    with pytest.raises(BadOptions):
        read(text)


def test_options_have_a_longest_length() -> None:
    with pytest.raises(BadOptions, match="bytes"):
        read(b" " * (LONGEST_OPTIONS_BYTES + 1))


@given(st.binary(max_size=60))
def test_any_bytes_are_options_or_refused(text: bytes) -> None:
    try:
        assert wrong(read(text)) == ""
    except BadOptions as error:
        assert str(error)


def test_the_defaults_are_within_the_limits_and_survive_the_wire() -> None:
    asked = LegOptions(model="asr_b", language="de-AT", phrases=(Phrase(text="Ada", weight=-1.0),))
    assert wrong(LegOptions()) == ""
    assert read(msgspec.json.encode(asked)) == asked


def test_a_request_is_served_with_its_options_or_refused_with_the_reason() -> None:
    asked = LegOptions(most_speakers=2)
    good = serving.request(STARTS, msgspec.json.encode(asked))
    assert (good.step.options, good.wrong) == (asked, "")
    bad = serving.request(STARTS, b'{"most_speakers": 0}')
    assert bad.wrong == f"{OPTIONS_REFUSED}: most_speakers: 1 to 16"
    assert serving.RESTART not in bad.wrong  # asking again would end the same way
    later = STARTS._replace(starts=False)
    assert serving.request(later, b"whatever") == serving.Request(later)
    assert serving.request(STARTS, None).step.options is None


def test_a_refusal_for_good_has_another_way_once_and_a_loss_has_none() -> None:
    default = LegOptions(language="en")
    asked = LegOptions(model="asr_b", language="de", most_speakers=2)
    unknown = f"Request for {NO_SUCH_MODEL}: 'asr_b' is not found"
    kept = LegOptions(most_speakers=2)
    assert fallback(asked, why=unknown, default=default) == Instead(kept, "unknown_model")
    assert fallback(kept, why=unknown, default=default) is None
    refused = f"{OPTIONS_REFUSED}: phrases"
    assert fallback(asked, why=refused, default=default) == Instead(default, "bad_options")
    assert fallback(default, why=refused, default=default) is None
    assert fallback(asked, why=f"sequence 1: {serving.RESTART}", default=default) is None
