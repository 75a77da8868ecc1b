"""Transcripts and sound for the tests of recordings."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from redaction.events import RedactedWord, Transcript
from sip_gateway.events import Gap

AT = datetime(2026, 1, 1, tzinfo=UTC)
CALL = "019aa09969c07a1bb9c0ffee00000001"
"""Of 2025-11-20."""

RATE_HZ = 8000
END_MS = 20_000


def said(
    channel: int,
    words: Sequence[tuple[str, int, int]],
    *,
    revision: int = 1,
    final: bool = True,
    name: int | None = None,
) -> Transcript:
    """A redacted revision; a word in brackets is a token."""
    start_ms = words[0][1] if words else 0
    leg_id = f"{CALL}-{channel}"
    return Transcript(
        tenant_id="t",
        call_id=CALL,
        leg_id=leg_id,
        segment_id=f"{leg_id}/{start_ms if name is None else name:09d}",
        revision=revision,
        is_final=final,
        start_ms=start_ms,
        end_ms=max((end for _, _, end in words), default=start_ms),
        words=tuple(
            RedactedWord(
                text=text,
                start_ms=start,
                end_ms=end,
                confidence=0.9,
                kind=text.strip("[]") if text.startswith("[") else None,
            )
            for text, start, end in words
        ),
        speaker=("agent", "customer")[channel],
        channel=channel,
        language="en",
        model="m",
        model_sha256="s",
        decoder="d",
        policy_version="p1",
        audio_end_at=AT,
        recognised_at=AT,
        redacted_at=AT,
    )


def gap(channel: int, start_ms: int, end_ms: int, why: str = "overload") -> Gap:
    """Something was not recognised."""
    leg_id = f"{CALL}-{channel}"
    return Gap(
        tenant_id="t", call_id=CALL, leg_id=leg_id, start_ms=start_ms, end_ms=end_ms, why=why
    )


@st.composite
def revisions(draw: st.DrawFn) -> list[Transcript]:
    """Revisions of segments of both legs, partials and finals, in any order."""
    out = []
    for _ in range(draw(st.integers(1, 8))):
        at_ms = draw(st.integers(0, END_MS - 3000))
        words = []
        for _ in range(draw(st.integers(1, 5))):
            size_ms = draw(st.integers(1, 500))
            text = draw(st.sampled_from(["well", "[card]", "[unavailable]", "thanks"]))
            words.append((text, at_ms, at_ms + size_ms))
            at_ms += size_ms + draw(st.integers(0, 100))
        out.append(
            said(
                draw(st.integers(0, 1)),
                words,
                revision=draw(st.integers(1, 5)),
                final=draw(st.booleans()),
                name=draw(st.integers(0, 3)),
            )
        )
    return out


def noise(frames: int, legs: int = 2) -> NDArray[np.int16]:
    """int16 [frames, legs] without a single zero."""
    made = np.random.default_rng(1).integers(1, 12_000, (frames, legs)).astype(np.int16)
    made[::2] *= -1
    return made
