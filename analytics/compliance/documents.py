"""What the compliance view answers with: the JSON of its API and of the report."""

from datetime import date, datetime
from typing import Literal

import msgspec

from analytics.compliance.estimate import Estimates
from redaction.events import PolicyDoes

MISSED = "missed"
"""Mark: personal, but shown."""

FALSE_ALARM = "false_alarm"
"""Mark: masked, but not personal."""


class DayCount(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to the finished calls of one day, or of several."""

    day: date | None
    """UTC day on which they were answered; None: all days together."""

    calls: int = 0
    touched: int = 0
    """Calls in which anything was masked."""

    spans: int = 0
    """Masked spans; without `unavailable`."""

    unavailable: int = 0
    """Segments withheld whole, because redaction failed or was late."""

    unavailable_calls: int = 0
    incomplete: int = 0
    """Calls of which redaction never said that every final was out."""

    lost: int = 0
    """Calls whose end nobody told."""

    old_policy: int = 0
    """Calls stored under another policy version than the newest finished call."""


class KindCount(msgspec.Struct, frozen=True, kw_only=True):
    """Masked spans of one kind, of the calls of one day and policy version."""

    day: date
    policy_version: str
    kind: str
    spans: int
    calls: int
    """Calls with at least one."""


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A policy version that calls are stored under."""

    policy_version: str
    name: str
    first_call_at: datetime
    last_call_at: datetime
    calls: int
    is_current: bool


class PolicySpan(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time in which a policy version was in force, as redaction told."""

    policy_version: str
    """`no usable policy`: calls were not shown."""

    name: str
    from_at: datetime
    until_at: datetime | None
    """When another one took its place; None: it is in force."""

    last_seen_at: datetime
    """When redaction last told that it works by it."""

    source: str
    """`own` file, `default` file, or `settings`."""

    file_sha256: str
    does: PolicyDoes


class MarkCount(msgspec.Struct, frozen=True, kw_only=True):
    """Marks that reviewers made."""

    mark: str
    kind: str
    count: int


class ReviewCount(msgspec.Struct, frozen=True, kw_only=True):
    """How far the review of the drawn segments is, and what it says."""

    drawn: int
    open: int
    done: int
    unclear: int
    marks: tuple[MarkCount, ...]
    waiting: int
    """Open reviews of all days, not only of these."""

    not_masked_yet: int
    """Missed spans that are not masked in the stored transcript yet."""

    estimates: Estimates


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The compliance view of a tenant, of some days."""

    tenant_id: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    """Included."""

    made_at: datetime
    total: DayCount
    days: tuple[DayCount, ...]
    kinds: tuple[KindCount, ...]
    policies: tuple[PolicyVersion, ...]
    history: tuple[PolicySpan, ...] = ()
    """Versions that were in force on these days, whether or not a call came."""

    open_calls: int
    """Calls that are not finished: they are in none of the counts."""

    oldest_open_at: datetime | None
    reviews: ReviewCount


class ShownWord(msgspec.Struct, frozen=True, kw_only=True):
    """A word, or a token with its kind, as the reviewer sees it."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    kind: str | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A segment to judge, or one before or after it."""

    segment_id: str
    speaker: str
    channel: int
    start_ms: int
    end_ms: int
    language: str
    words: tuple[ShownWord, ...]


class ReviewItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer is asked to judge."""

    review_id: int
    call_id: str
    day: date
    revision: int
    """Of the segment; the answer names it, so that nobody judges what another one saw."""

    at: int
    """Which of the turns is to be judged; the others are there to understand it."""

    turns: tuple[Turn, ...]
    until: datetime
    """After this somebody else may be asked."""

    left: int
    """Open reviews, this one among them."""


class GivenMark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words `first` to `last` of the segment, and what is wrong with them."""

    mark: Literal["missed", "false_alarm"]
    first: int
    last: int
    kind: str = ""
    """Of what was missed; of a false alarm the token says it."""

    said: str = ""
    """What a false alarm hid, as far as the reviewer can tell: it makes the case testable."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reviewer's answer; no marks: all is right."""

    revision: int
    marks: tuple[GivenMark, ...] = ()
    unclear: bool = False
    """The reviewer cannot tell: the segment is put aside and counts for nothing."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer is kept."""

    review_id: int
    masked: bool
    """Whether all that was missed is masked in the stored transcript; if not, it follows."""

    left: int


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewed segment as a case to test redaction with. It holds what was missed, in clear."""

    review_id: int
    call_id: str
    policy_version: str
    """Under which the reviewer saw it."""

    reviewed_by: str
    reviewed_at: datetime
    at: int
    turns: tuple[Turn, ...]
    marks: tuple[GivenMark, ...]
