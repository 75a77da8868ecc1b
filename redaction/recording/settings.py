"""Settings of `[recording]`."""

from typing import Literal

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What audio of a call is kept once it is over, and what is taken out of it."""

    keep: Literal["nothing", "redacted", "original"] = "redacted"
    """`original` keeps the untouched audio beside the redacted, under a key of its own."""

    journal: Literal["on", "off"] = "on"
    """Write audio to an encrypted journal while the call runs; off: no recording either."""

    cover: Literal["silence", "beep"] = "silence"
    """What is heard instead of what was taken out: nothing, or a soft 1 kHz tone."""

    mute: Literal["call", "leg"] = "call"
    """Mute what is masked on all legs (echo, crosstalk, read-back), or on the speaker's only."""

    unrecognised: Literal["mute", "keep"] = "mute"
    """Audio that no recogniser read (gaps, after the last final, a leg without redaction)."""

    pad_before_ms: int = 150
    """So much before the first masked word is muted too; raise it for a recogniser whose word
    times come late."""

    pad_after_ms: int = 250
    """So much after the last masked word is muted too."""

    merge_ms: int = 600
    """Between two muted stretches less than this far apart nothing is heard either."""

    keep_days: int = 90
    """Recordings older than this are removed; 0: never."""
