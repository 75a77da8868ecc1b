"""One thing that `trunkline doctor` looked at."""

from enum import Enum
from typing import NamedTuple


class Verdict(Enum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


class Finding(NamedTuple):
    """One thing that was looked at."""

    verdict: Verdict
    what: str
    remedy: str = ""
