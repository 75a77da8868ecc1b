"""The JSON twin of a run's report, and reading it back."""

from datetime import datetime
from pathlib import Path

import msgspec

from trunkline.evaluate.cost import Cost
from trunkline.evaluate.score import CallScore
from trunkline.evaluate.totals import Totals, totals

SCHEMA_VERSION = 2
"""Raised when a field changes its meaning or goes; new fields come with a default."""


class BadReport(Exception):
    """A report cannot be read: names the file and what is wrong."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    schema_version: int = SCHEMA_VERSION
    made_at: datetime
    version: str
    """Of Trunkline."""

    endpoint_ms: int
    parallel: int
    asked: dict[str, str] = {}
    """What the calls said of themselves: queue, profile."""

    models: tuple[str, ...] = ()
    totals: Totals
    calls: tuple[CallScore, ...]
    cost: Cost | None = None
    """What the appliance's processes used meanwhile; None where that cannot be told."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """How a run was done."""

    made_at: datetime
    version: str
    endpoint_ms: int
    parallel: int
    asked: dict[str, str] = {}
    cost: Cost | None = None


def report_of(run: Run, calls: tuple[CallScore, ...]) -> Report:
    """The report of these calls."""
    return Report(
        made_at=run.made_at,
        version=run.version,
        endpoint_ms=run.endpoint_ms,
        parallel=run.parallel,
        asked=run.asked,
        models=tuple(sorted({model for call in calls for model in call.measures.models})),
        totals=totals(calls),
        calls=calls,
        cost=run.cost,
    )


def encode_report(report: Report) -> bytes:
    """As JSON for people and programs."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def read_report(path: Path) -> Report:
    """A report as `encode_report` wrote it; BadReport if it is none of this schema."""
    try:
        body = path.read_bytes()
        found = msgspec.json.decode(body, type=_Version).schema_version
        if found != SCHEMA_VERSION:
            raise BadReport(f"{path}: schema version {found}, this reads {SCHEMA_VERSION}")
        return msgspec.json.decode(body, type=Report)
    except OSError as error:
        raise BadReport(f"{path}: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise BadReport(f"{path}: {error}") from None


class _Version(msgspec.Struct, frozen=True):
    schema_version: int = 1
