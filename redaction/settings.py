"""Settings of `[redaction]`."""

from typing import Annotated, Literal

import msgspec

Country = Literal["US", "UK", "CA", "DE", "FR", "IN", "AU"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is taken out of transcripts, and how carefully partials are shown."""

    hold_last_words: int = 3
    """A word of a partial that could be part of something personal is shown once so many more
    have come (one fewer while nothing personal is awaited); a plain one at once. Fewer: faster
    captions, more risk."""

    slot_seconds: float = 30.0
    """How long a question such as "your card number?" makes numbers suspicious."""

    slot_turns: int = 4
    """After so many turns by either speaker such a question is forgotten."""

    timeout_ms: int = 2000
    """A segment that takes longer becomes `[unavailable]`."""

    countries: tuple[Country, ...] = ("US", "UK")
    """Whose national, driving and bank numbers are known by name: US UK CA DE FR IN AU."""

    policies_dir: str = ""
    """Folder with `<tenant>.toml` (and `default.toml` for other tenants); empty: this section is
    the policy of all."""

    ner: Literal["on", "off"] = "on"
    """Read finals with a small model too, which finds names that nothing announces (6 ms of CPU
    where a word is unusual, 35 MB). Off: by rules alone, and no weights are needed."""

    classifier: Literal["on", "off"] = "on"
    """Ask a linear model what of that is hardly personal, and let it go (never a number of a known
    kind, nor what your own recognisers find). Off: whatever the rules find is masked."""

    allow_policy_code: bool = False
    """Let policy files name Python recognisers. Whoever writes there then runs code here."""

    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    """Processes of `trunkline up` that redact side by side, each its share of the calls. More if
    one core does not keep up; no more than `[bus] partitions`."""

    allow: tuple[str, ...] = ()
    """Phrases never masked (your own service numbers, for example)."""
