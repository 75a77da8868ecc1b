"""By what rules two runs are compared: a small TOML file, every key with a default."""

import tomllib
from pathlib import Path

import msgspec


class BadRules(Exception):
    """The rules file cannot be used: names the file, the key and what was expected."""


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[evidence]`: what is too little to decide on."""

    calls: int = 5
    """Calls that both runs scored."""

    words: int = 500
    slice_words: int = 30
    """In a protected slice."""

    spans: int = 20
    """Places of personal data."""

    confidence: float = 0.95
    rounds: int = 1000
    seed: int = 1


class Tolerances(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[tolerances]`: what a figure may be worse by. Rates in percentage points."""

    wer: float = 0.5
    slice_wer: float = 1.0
    over_redaction: float = 0.5
    lost_turns: float = 0.5
    entities: float = 2.0
    """Entities that are not found."""

    der: float = 1.0
    churn: float = 1.0
    calibration: float = 2.0
    final_p95_ms: float = 150.0
    word_p95_ms: float = 200.0
    word_time_p95_ms: float = 20.0


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    protected_slices: tuple[str, ...] = (
        "said:digits", "said:entities", "accent:*", "noise:*", "snr:*", "codec:*", "loss:*",
    )  # fmt: skip
    """Patterns (fnmatch) of slices that must not pay for an average gain."""

    protected_kinds: tuple[str, ...] = (
        "CARD", "CVV", "EXPIRY", "SSN", "ACCOUNT", "ROUTING", "IBAN", "PASSWORD", "PIN", "OTP",
    )  # fmt: skip
    """Personal data of which one newly readable span is enough for a rollback."""

    net_leaks: int = 3
    """So many more readable spans of other kinds are one too; fewer are a pause."""

    failed_share: float = 0.1
    """So large a share of the base's calls that the candidate could not take is a rollback."""

    evidence: Evidence = Evidence()
    tolerances: Tolerances = Tolerances()


def read_rules(path: Path | None) -> Rules:
    """The rules of a file, or the defaults; BadRules if the file is wrong."""
    if path is None:
        return Rules()
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Rules)
    except OSError as error:
        raise BadRules(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadRules(f"{path}: {error}") from None
