"""Named sets of options: a call or a rule asks for one by name, and may change single fields."""

import msgspec

from triton_models.options import LegOptions
from triton_models.partial import partial_of

SomeOptions = partial_of(LegOptions)
"""A `LegOptions` of which any field may be left open."""

_WRITTEN = {
    # Someone reads along, or a bot answers: finals come sooner, sentences are cut more often.
    "low_latency": b"""{
        "endpointing": {"stop_history_ms": 320, "stop_history_eou_ms": 128},
        "partial_interval_ms": 250,
        "max_segment_ms": 6000
    }""",
    # Nobody reads along: partials, which cost a decode each, come seldom; sentences stay whole.
    "throughput": b"""{
        "endpointing": {"stop_history_ms": 800},
        "partial_interval_ms": 1600,
        "max_segment_ms": 12000
    }""",
}

PROFILES: dict[str, msgspec.Struct] = {
    name: msgspec.json.decode(text, type=SomeOptions) for name, text in _WRITTEN.items()
}
