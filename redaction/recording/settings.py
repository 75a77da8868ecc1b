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

    unrecognised: Literal["mute", "strict", "keep"] = "mute"
    """Audio that no recogniser read (gaps, after the last final, a leg without redaction).
    `strict` lets nothing be heard but words that the transcript shows."""

    pad_before_ms: int = 400
    """So much before what is masked is muted too. With the two below, 99.9 % of word starts and
    ends were inside (5251 runs of words, clean and noisy); more for a recogniser of rougher times.
    """

    pad_after_ms: int = 350
    """So much after it."""

    reach_ms: int = 1000
    """Beyond the pads its own leg is silent on to the next word that is shown, at most so far."""

    keep_days: int = 90
    """Recordings older than this are removed; 0: never."""

    journal_hours: float = 24.0
    """A call's journal that nothing was added to for so long, and nobody claimed, is removed."""

    journal_keep_free_mb: int = 1024
    """With less than this free on its disk nothing is journaled: calls and captions go on."""

    recover_wait_s: float = 60.0
    """Words that were missed are recognised from the journal, when the recogniser has room. The end
    of a call waits for it so long; then what is missing stays a gap. 0: nothing is recovered."""
