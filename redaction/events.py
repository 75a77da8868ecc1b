"""Transcripts with personal data taken out: what everyone after redaction sees."""

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from sip_gateway.events import Event


class RedactedWord(msgspec.Struct, frozen=True, kw_only=True):
    """One word as heard, or one token such as `[card]` in place of a masked span."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    """0 to 1; 0 on a token."""

    kind: str | None = None
    """What a token stands for (`card`, `cvv`, `unavailable`, ...); None on a word."""

    shown: dict[str, str] | UnsetType = UNSET
    """Of a final's token: what a role sees instead of `text`, where the policy says so. Never the
    value itself: a mask, last four digits, keyed hash or made-up value. Others see `text`."""


class Transcript(Event, frozen=True, kw_only=True):
    """One redacted revision of one segment of one leg.

    A later revision may mask more than an earlier one, finals included: a consumer keeps the
    highest revision of a segment, and never lets a partial replace a final.
    """

    leg_id: str
    segment_id: str
    revision: int
    is_final: bool
    start_ms: int
    end_ms: int
    words: tuple[RedactedWord, ...]
    written: str = ""
    """The text of a final with numbers, money and dates as one writes them; beside the words."""

    speaker: str
    channel: int
    language: str
    model: str
    model_sha256: str
    decoder: str
    policy_version: str
    frozen_words: int = 0
    """So many leading words stay as the recogniser said them; a later revision may mask some."""

    speech_final: bool = False
    """The speaker pauses: nothing but silence follows what was decoded."""

    utterance_end: bool = False
    """Of a final: no word followed for as long as ends an utterance."""

    retraction: bool = False
    """Of a call that is over: masks what was shown before. Changes a segment, never makes one."""

    recovered: bool = False
    """It was missed at first and recognised later: it fills a gap, and may come after what follows
    it in the call."""

    audio_end_at: datetime
    recognised_at: datetime
    redacted_at: datetime


class TranscriptEnded(Event, frozen=True, kw_only=True):
    """Every final of the call has been published: nothing of it follows on this topic."""

    ended_at: datetime


TranscriptEvent = Transcript | TranscriptEnded
"""What crosses `trunkline.transcripts`."""

TRANSCRIPTS_TOPIC = "trunkline.transcripts"


class RecordingReady(Event, frozen=True, kw_only=True):
    """A redacted recording of the call is sealed on disk; said again when more of it is muted."""

    revision: int
    """1 at first; grows when more is muted."""

    locator: str
    """Names it among recordings: tenant, day and call; no path."""

    duration_ms: int
    muted_ms: int
    """How much of it is masked on any leg."""

    legs: int
    sha256: str
    """Of the sealed file, hex."""

    policy_version: str
    """By which it was redacted last."""

    has_original: bool = False
    """Whether the untouched audio is kept as well, under its own key."""

    made_at: datetime


class RecordingRemoved(Event, frozen=True, kw_only=True):
    """The call's recording is gone, the original too."""

    why: str
    """`expired` or `erased`."""

    removed_at: datetime


RecordingEvent = RecordingReady | RecordingRemoved
"""What crosses `trunkline.recordings`."""

RECORDINGS_TOPIC = "trunkline.recordings"


class PolicyDoes(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy does, not what is in it: no phrase, pattern, cue, key or path."""

    rules_version: int = 0
    """Of the code that finds things."""

    countries: tuple[str, ...] = ()
    masked: dict[str, tuple[str, ...]] = {}
    """Form (`token`, `mask`, ...) -> kinds that everybody sees in it, unless `for_roles` says."""

    for_roles: dict[str, dict[str, str]] = {}
    """Role -> kind -> form that the role sees instead."""

    left_in: tuple[str, ...] = ()
    """Kinds that are shown."""

    own_kinds: tuple[str, ...] = ()
    """Kinds with patterns, cues or words of the operator's own."""

    allowed: int = 0
    """How many phrases are never masked."""

    own_code: int = 0
    """How many recognisers of the operator's own code there are."""

    ner: bool = False
    """Whether a model looks for names too."""

    classifier: bool = False
    """Whether a model lets go what is hardly personal."""


class PolicyInForce(PolicyDoes, frozen=True, kw_only=True, tag=True):
    """What a redact process redacts calls by from now on; said again now and then meanwhile."""

    tenant_id: str
    """Whose; empty: of all tenants that have no policy of their own."""

    others: tuple[str, ...] = ()
    """Where `tenant_id` is empty: the tenants that have one of their own."""

    policy_version: str
    """As on every transcript; `no usable policy`: calls are not shown."""

    in_force_at: datetime
    """When this process first saw it so."""

    seen_at: datetime
    """When it was still so."""

    source: str
    """`own` file of the tenant, `default` file, or `settings`: no files are in use."""

    file_sha256: str = ""
    """Of the policy file's bytes, hex; empty: there is none, or it cannot be read."""


POLICIES_TOPIC = "trunkline.policies"
"""`PolicyInForce` alone, by tenant_id: a topic of its own, so that no reader of calls meets it."""
