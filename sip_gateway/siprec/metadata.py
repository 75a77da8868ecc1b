"""Who speaks in which stream of a recording session (RFC 7865), in the dialects of the field.

A media line's `a=label` names a stream, an association names the participant who sends it. That
chain is the only way from media to person: the order of anything means nothing.
"""

from collections.abc import Collection, Iterator

import msgspec

from sip_gateway.siprec import extensions
from sip_gateway.siprec.extensions import LONGEST
from sip_gateway.siprec.xml import BadXml, Element, parse

ROOTS = ("recording", "recording_metadata")
"""The second is of BroadWorks, after an early draft."""

MEDIA_TYPES = ("application/rs-metadata+xml", "application/rs-metadata")
"""The registered type, and the one of clients that follow an early draft."""


MOST_PARTIES = 64
"""Participants kept who send nothing: a recording session may stay open for months."""


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """A person or device of the recorded call."""

    name: str = ""
    aor: str = ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One communication session: a conversation, as the recording client knows it."""

    started: str = ""
    """Its start-time, as written: some have no zone."""

    stopped: str = ""
    """When it stopped, or stopped being recorded here; empty while it goes on."""

    group: str = ""
    """What it has in common with others: the calls of one customer who was passed on."""


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording client told us so far."""

    session_id: str = ""
    """Of several communication sessions, the first that goes on."""

    sessions: dict[str, Session] = {}
    """All that are told of, by id."""

    streams: dict[str, str] = {}
    """The session that a stream belongs to, by stream id, where that is told."""

    participants: dict[str, Participant] = {}
    labels: dict[str, str] = {}
    """Label by stream id."""

    senders: dict[str, tuple[str, ...]] = {}
    """Participant ids by stream id."""

    gone: tuple[str, ...] = ()
    """Participants that left: they send nothing any more."""

    extensions: tuple[tuple[str, str], ...] = ()
    """What the last document said of the client's own: element name, lower case, and text. Any may
    be personal."""

    own: dict[str, tuple[tuple[str, str], ...]] = {}
    """What of that is said of one session, or of who and what is part of it, by session."""

    partial: bool = False
    """True if it tells only what changed (RFC 7865 section 6.1)."""

    def speaker(self, label: str) -> Participant | None:
        """Who alone sends the stream with this label; None if unknown or a mix of several."""
        streams = [stream for stream, known in self.labels.items() if known == label]
        # A line that serves one session after the other is named by a stream of each.
        going = [s for s in streams if not self.is_over(self.streams.get(s, ""))]
        ids = {sender for stream in going or streams for sender in self.senders.get(stream, ())}
        return self.participants.get(ids.pop()) if len(ids) == 1 else None

    def session_of(self, label: str) -> str | None:
        """The session that the stream with this label is part of now; "" if that is not told,
        None if it is part of none any more."""
        named = [
            self.streams[stream]
            for stream, known in self.labels.items()
            if known == label and stream in self.streams
        ]
        if named:
            return next((s for s in reversed(named) if not self.is_over(s)), None)
        going = [session_id for session_id, of in self.sessions.items() if not of.stopped]
        if self.sessions and not going:
            return None
        return going[0] if len(going) == 1 else ""

    def extensions_of(self, session_id: str) -> tuple[tuple[str, str], ...]:
        """What the client says of its own of a session: what is said of all together too, unless
        several go on."""
        if len(self.sessions) < 2:
            return self.extensions
        going = sum(not of.stopped for of in self.sessions.values())
        of_others = {each for owned in self.own.values() for each in owned}
        common = [each for each in self.extensions if going < 2 and each not in of_others]
        return (*self.own.get(session_id, ()), *common)

    def is_over(self, session_id: str) -> bool:
        """Whether a session, if it has an id, has stopped, or is not told of any more."""
        known = self.sessions.get(session_id)
        return bool(known.stopped if known else session_id and self.sessions)


class BadMetadata(Exception):
    """Not recording metadata."""


def read(document: bytes) -> Metadata:
    """Read a metadata document; BadMetadata if it is not XML or has another root."""
    try:
        root = parse(document)
    except BadXml as error:
        raise BadMetadata(str(error)) from None
    if root.name not in ROOTS:
        raise BadMetadata("the root is not <recording>")
    sessions, streams = _sessions(root), dict(_streams(root))
    groups = {name: of.group for name, of in sessions.items()}
    gone = _gone(root)
    return Metadata(
        session_id=min(sessions, key=lambda each: bool(sessions[each].stopped), default=""),
        sessions=sessions,
        streams=streams,
        participants=dict(_participants(root)),
        labels=dict(_labels(root)),
        senders=_without(_senders(root), gone),
        gone=gone,
        extensions=extensions.read(root),
        own=extensions.own(root, groups, streams),
        partial=root.child_text("datamode").lower() == "partial",
    )


def merge(known: Metadata | None, told: Metadata) -> Metadata:
    """What holds after `told` arrived in the same session."""
    if known is None or not told.partial:
        return told
    known = _without_the_past(known, told)
    senders = {**_without(known.senders, told.gone), **told.senders}
    participants = {**known.participants, **told.participants}
    if len(participants) > MOST_PARTIES:
        sending = {who for ids in senders.values() for who in ids} | told.participants.keys()
        participants = {who: of for who, of in participants.items() if who in sending}
    return Metadata(
        session_id=told.session_id or known.session_id,
        sessions=_together(known.sessions, told.sessions),
        streams={**known.streams, **told.streams},
        participants=participants,
        labels={**known.labels, **told.labels},
        senders={stream: ids for stream, ids in senders.items() if ids},
        extensions=told.extensions,
        own={**known.own, **told.own},
    )


def _without_the_past(known: Metadata, told: Metadata) -> Metadata:
    """Less the sessions that were over before, and the streams whose label another has now."""
    over = {name for name, of in known.sessions.items() if of.stopped} - told.sessions.keys()
    labels = {label for stream, label in told.labels.items() if known.labels.get(stream) != label}
    past = {stream for stream, label in known.labels.items() if label in labels}
    past |= {stream for stream, of in known.streams.items() if of in over}
    past -= told.labels.keys() | told.streams.keys()
    return msgspec.structs.replace(
        known,
        sessions={name: of for name, of in known.sessions.items() if name not in over},
        own={name: of for name, of in known.own.items() if name not in over},
        streams={s: of for s, of in known.streams.items() if s not in past},
        labels={s: label for s, label in known.labels.items() if s not in past},
        senders={s: ids for s, ids in known.senders.items() if s not in past},
    )


def _together(known: dict[str, Session], told: dict[str, Session]) -> dict[str, Session]:
    """What is left out of a session that was told of before still holds."""
    merged = dict(known)
    for name, of in told.items():
        before = known.get(name, Session())
        merged[name] = Session(
            started=of.started or before.started,
            stopped=of.stopped or before.stopped,
            group=of.group or before.group,
        )
    return merged


def _sessions(root: Element) -> dict[str, Session]:
    stopped: dict[str, str] = {}
    for assoc in root.all("sessionrecordingassoc"):
        if session_id := assoc.identity("session_id", "session"):
            stopped[session_id] = assoc.child_text("disassociate-time")
    found: dict[str, Session] = {}
    for element in root.all("session"):
        if session_id := element.identity("session_id"):
            end = element.child_text("stop-time") or element.child_text("end-time")
            group = element.attribute("group_id", "group") or element.child_text("group-ref")
            found[session_id] = Session(
                started=element.child_text("start-time")[:LONGEST],
                stopped=(end or stopped.get(session_id, ""))[:LONGEST],
                group=group[:LONGEST],
            )
    # A partial document may tell of the association alone.
    left = {name: Session(stopped=at[:LONGEST]) for name, at in stopped.items() if at}
    return {**left, **found}


def _streams(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.all("stream"):
        session_id = element.attribute("session_id", "session") or (
            element.child_text("session_id") or element.child_text("session")
        )
        if session_id and (identity := element.identity("stream_id")):
            yield identity, session_id


def _gone(root: Element) -> tuple[str, ...]:
    """Who left the session, and did not come back to it in the same document."""
    there: dict[str, bool] = {}
    for element in root.all("participantsessionassoc"):
        if who := element.identity("participant_id", "participant"):
            left = bool(element.child_text("disassociate-time"))
            there[who] = there.get(who, False) or not left
    for element in root.all("participant"):
        # Early drafts, and with them Ribbon and Oracle, say it of the participant itself.
        if element.child_text("disassociate-time") and (who := element.identity("participant_id")):
            there.setdefault(who, False)
    return tuple(who for who, is_there in there.items() if not is_there)


def _without(
    senders: dict[str, tuple[str, ...]], gone: Collection[str]
) -> dict[str, tuple[str, ...]]:
    if not gone:
        return senders
    return {s: tuple(who for who in ids if who not in gone) for s, ids in senders.items()}


def _participants(root: Element) -> Iterator[tuple[str, Participant]]:
    for element in root.all("participant"):
        # RFC 7865: <nameID aor=""><name>; early drafts: <aor> and <name> in the participant.
        named = [*element.all("nameid"), element]
        name = next((text for part in named if (text := part.child_text("name"))), "")
        aor = next(
            (text for part in named if (text := part.attribute("aor") or part.child_text("aor"))),
            "",
        )
        if identity := element.identity("participant_id"):
            yield identity, Participant(name=name, aor=aor)


def _labels(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.all("stream"):
        if identity := element.identity("stream_id"):
            yield identity, element.child_text("label") or element.attribute("label") or identity


def _senders(root: Element) -> dict[str, tuple[str, ...]]:
    """Participants by the stream they send; a stream whose last sender left has none."""
    senders: dict[str, tuple[str, ...]] = {}
    for element in [*root.all("participantstreamassoc"), *root.all("participant")]:
        who = element.identity("participant_id", "participant")
        gone = bool(element.child_text("disassociate-time"))
        for send in element.all("send"):
            stream = send.text.strip() or send.identity("stream_id") or send.child_text("id")
            others = senders.get(stream, ())
            if stream and who and who not in others:
                senders[stream] = others if gone else (*others, who)
    return senders
