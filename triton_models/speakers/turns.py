"""Who spoke when, as plain times: what every diariser of ours hands out."""

import msgspec


class SpeakerTurn(msgspec.Struct, frozen=True):
    """One speaker's talk without a break, on the call clock. Turns of two speakers may overlap."""

    start_ms: int
    end_ms: int
    speaker: str
    """`speaker_1`, `speaker_2`, ... in order of arrival, or a role; never an identity."""
