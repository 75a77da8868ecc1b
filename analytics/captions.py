"""Who gets which caption line (sans-I/O).

A view is what a client asked for: all calls of its tenant, the list of them without speech, or one
call. Each view that anyone looks at is a `Channel` with its own numbering, so that a client sees
numbers that grow by one, and learns nothing of other tenants' traffic from them.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from analytics.batch import CallKey
from analytics.events import GapDocument
from analytics.live_call import (
    CallEndedMessage,
    CallMessage,
    CaptionEvent,
    LegMessage,
    LiveCall,
    LiveCallDocument,
    Message,
    SegmentMessage,
    SummaryMessage,
    segment_message,
)
from analytics.seen_by import segment_for
from analytics.store import OpenCall
from redaction.events import Transcript
from sip_gateway.events import Gap, GapFilled

FORGET_S = 300.0
"""A call is shown for so long after its last event once it is over; a view nobody looks at, too."""

ANNOUNCE_S = 5.0
"""Speech of a call whose beginning does not come for so long is shown nevertheless."""

REMEMBERED = 10_000
"""Calls that are over and forgotten: what still comes of them is in the store only."""

ALL = "all"
LIST = "list"


class View(NamedTuple):
    """What a client asked for."""

    tenant_id: str
    what: str
    """`all`, `list`, or a call_id."""

    role: str = ""
    """Who looks; empty: somebody who sees the strictest form."""


class Line(NamedTuple):
    """One message as it goes to the clients of a channel."""

    seq: int
    text: str
    said: Transcript | None = None
    """The transcript in it, for whoever measures how late it is."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag="snapshot"):
    """Everything in the view: it replaces all that a client has."""

    epoch: str
    seq: int
    calls: tuple[LiveCallDocument, ...]


class Channel:
    """The last messages of one view, numbered."""

    def __init__(self, view: View, *, epoch: str, keep: int) -> None:
        self.view = view
        self.epoch = epoch
        self.seq = 0
        self.clients = 0
        self.idle_since = 0.0
        self._lines: deque[Line] = deque(maxlen=keep)

    def add(self, body: bytes, *, said: Transcript | None) -> None:
        """Number one message; the oldest one makes room."""
        self.seq += 1
        head = f'{{"epoch":"{self.epoch}","seq":{self.seq},'
        self._lines.append(Line(self.seq, head + body[1:].decode(), said))

    def holds(self, after: int) -> bool:
        """Whether everything after message `after` is still here."""
        first = self._lines[0].seq if self._lines else self.seq + 1
        return first - 1 <= after <= self.seq

    def lines(self, after: int, *, limit: int) -> list[Line]:
        """The messages after `after`, oldest first."""
        skipped = after + 1 - self._lines[0].seq if self._lines else 0
        return list(islice(self._lines, skipped, skipped + limit))


class Cursor:
    """Where one client stands in its channel."""

    def __init__(self, channel: Channel, *, after: int | None) -> None:
        self.channel = channel
        self.after = after
        """None: it needs a snapshot first."""


class CaptionHub:
    """Fans the events of live calls out to views.

    Contract: after every `receive`, `restore` and `tick`, drain `changed`, and wake the clients of
    those channels; each takes what is for it with `to_send`. A slow client costs no memory: when
    its place has left the channel's ring it gets a fresh snapshot. `now` is monotonic seconds.
    """

    def __init__(self, epoch: str, *, keep: int) -> None:
        self._epoch = epoch
        self._keep = keep
        self._calls: dict[CallKey, LiveCall] = {}
        self._over: OrderedDict[CallKey, None] = OrderedDict()
        self._channels: dict[View, Channel] = {}
        self._roles: set[str] = set()
        """Of everyone who ever looked: a handful."""

        self._opened = 0
        self._changed: set[Channel] = set()

    @property
    def live(self) -> int:
        """Calls in progress that are shown."""
        return sum(call.announced and not call.ended for call in self._calls.values())

    def find(self, tenant_id: str, call_id: str) -> LiveCall | None:
        """A call that is shown live, or was until a moment ago."""
        call = self._calls.get(CallKey(tenant_id, call_id))
        return call if call is not None and call.announced else None

    def receive(self, event: CaptionEvent, *, now: float) -> None:
        """Take one event in."""
        key = CallKey(event.tenant_id, event.call_id)
        if isinstance(event, Transcript) and event.retraction:
            self._retract(key, event, now=now)
            return
        if key in self._over:
            return
        call = self._calls.get(key)
        if call is None:
            call = self._calls[key] = LiveCall(key.call_id, now=now)
        messages = call.receive(event, now=now)
        if call.announced:
            self._tell(key, messages)

    def _retract(self, key: CallKey, event: Transcript, *, now: float) -> None:
        """Mask what a page may still show, however long the call is over; it makes no call."""
        call = self._calls.get(key)
        if call is None:
            # Whoever follows all calls may have seen this one only while it was one of ours.
            views = (ALL, key.call_id) if key in self._over else (key.call_id,)
            self._tell(key, [segment_message(event)], fresh=False, views=views)
        elif call.announced:
            self._tell(key, call.receive(event, now=now), fresh=False)

    def restore(self, stored: OpenCall, *, now: float) -> None:
        """Take over what the store has of a call in progress."""
        key = CallKey(stored.tenant_id, stored.call.call_id)
        if key in self._over:
            return
        call = self._calls.setdefault(key, LiveCall(key.call_id, now=now))
        events: list[CaptionEvent] = [
            *stored.finals,
            *(event for gap in stored.gaps for event in _gap_events(key, gap)),
        ]
        messages = [m for event in events for m in call.receive(event, now=now)]
        if not call.announced:
            call.restore(stored.call)
            messages = call.announce()
        self._tell(key, messages, fresh=False)

    def tick(self, *, now: float) -> None:
        """Do what is due by time; call it about once a second."""
        for key, call in list(self._calls.items()):
            if not (call.announced or call.over) and now - call.first_at >= ANNOUNCE_S:
                self._tell(key, call.announce(), fresh=False)
            if (call.over or not call.announced) and now - call.last_at >= FORGET_S:
                self._forget(key)
        for view, channel in list(self._channels.items()):
            if channel.clients == 0 and now - channel.idle_since >= FORGET_S:
                del self._channels[view]

    def forget_silent(self, *, before: float) -> None:
        """Drop calls of which nothing came since `before`: their end was lost on the way."""
        for key, call in list(self._calls.items()):
            if call.last_at < before:
                self._forget(key)

    def join(self, view: View, *, epoch: str = "", after: int = 0) -> Cursor:
        """A new client, or one that is back and has everything up to message `after`."""
        channel = self._channels.get(view)
        if channel is None:
            self._opened += 1
            opened = f"{self._epoch}.{self._opened}"
            channel = self._channels[view] = Channel(view, epoch=opened, keep=self._keep)
            self._roles.add(view.role)
        channel.clients += 1
        resumes = epoch == channel.epoch and channel.holds(after)
        return Cursor(channel, after=after if resumes else None)

    def leave(self, cursor: Cursor, *, now: float) -> None:
        """The client is gone; its channel goes on for a while, in case it comes back."""
        cursor.channel.clients -= 1
        cursor.channel.idle_since = now

    def to_send(self, cursor: Cursor, *, limit: int = 100) -> list[Line]:
        """What this client has to get next; empty when it has everything."""
        channel = cursor.channel
        if cursor.after is None or not channel.holds(cursor.after):
            lines = [self._snapshot(channel)]
        else:
            lines = channel.lines(cursor.after, limit=limit)
        if lines:
            cursor.after = lines[-1].seq
        return lines

    def changed(self) -> set[Channel]:
        """The channels that have news since the last call of this."""
        changed, self._changed = self._changed, set()
        return changed

    def _tell(
        self,
        key: CallKey,
        messages: Sequence[Message],
        *,
        fresh: bool = True,
        views: Sequence[str] = (),
    ) -> None:
        for message in messages:
            said = message if fresh and isinstance(message, Transcript) else None
            bodies: dict[str, bytes] = {}
            for channel in self._channels_of(key, views or (ALL, LIST, key.call_id)):
                if channel.view.what == LIST and not isinstance(message, _LISTED):
                    continue
                role = channel.view.role
                if role not in bodies:
                    bodies[role] = msgspec.json.encode(_for_role(message, role))
                channel.add(bodies[role], said=said)
                self._changed.add(channel)

    def _channels_of(self, key: CallKey, views: Sequence[str]) -> list[Channel]:
        found = (
            self._channels.get(View(key.tenant_id, what, role))
            for what in views
            for role in self._roles
        )
        return [channel for channel in found if channel]

    def _snapshot(self, channel: Channel) -> Line:
        tenant_id, what, role = channel.view
        keys = sorted(key for key in self._calls if key.tenant_id == tenant_id)
        if what not in (ALL, LIST):
            keys = [key for key in keys if key.call_id == what]
        speech = what != LIST
        calls = [call for key in keys if (call := self._calls[key].document(speech=speech))]
        calls = [_call_for(call, role) for call in calls]
        snapshot = Snapshot(epoch=channel.epoch, seq=channel.seq, calls=tuple(calls))
        return Line(channel.seq, msgspec.json.encode(snapshot).decode())

    def _forget(self, key: CallKey) -> None:
        del self._calls[key]
        self._over[key] = None
        if len(self._over) > REMEMBERED:
            self._over.popitem(last=False)


_LISTED = (CallMessage, LegMessage, CallEndedMessage, SummaryMessage)


def _for_role(message: Message, role: str) -> Message:
    return segment_for(message, (role,)) if isinstance(message, SegmentMessage) else message


def _call_for(call: LiveCallDocument, role: str) -> LiveCallDocument:
    segments = tuple(segment_for(segment, (role,)) for segment in call.segments)
    return msgspec.structs.replace(call, segments=segments)


def _gap_events(key: CallKey, gap: GapDocument) -> Iterator[Gap | GapFilled]:
    """What told the gap as it is now."""
    start_ms = gap.start_ms if gap.told_from_ms is None else gap.told_from_ms
    yield Gap(
        tenant_id=key.tenant_id,
        call_id=key.call_id,
        leg_id=gap.leg_id,
        start_ms=start_ms,
        end_ms=gap.end_ms,
        why=gap.why,
    )
    if start_ms < gap.start_ms:
        yield GapFilled(
            tenant_id=key.tenant_id,
            call_id=key.call_id,
            leg_id=gap.leg_id,
            start_ms=start_ms,
            why=gap.why,
            until_ms=gap.start_ms,
        )
