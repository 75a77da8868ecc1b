"""Who speaks in which stream of a recording session (RFC 7865), in the dialects of the field.

A media line's `a=label` names a stream, an association names the participant who sends it. That
chain is the only way from media to person: the order of anything means nothing.
"""

from collections.abc import Collection, Iterator
from itertools import islice

import msgspec

from sip_gateway.siprec.xml import BadXml, Element, parse

ROOTS = ("recording", "recording_metadata")
"""The second is of BroadWorks, after an early draft."""

MEDIA_TYPES = ("application/rs-metadata+xml", "application/rs-metadata")
"""The registered type, and the one of clients that follow an early draft."""


_NAMES = """
    recording group session participant stream sessionrecordingassoc participantsessionassoc
    participantstreamassoc datamode group-ref start-time stop-time end-time associate-time
    disassociate-time reason nameid name aor send recv label mode content-type sipsessionid
    siprecparams param id session_id participant_id stream_id group_id extensiondata
"""
STANDARD = frozenset(_NAMES.split())
"""Element names of RFC 7865 and of its drafts: what has another one is the client's own."""

MOST_EXTENSIONS = 32
LONGEST = 200


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """A person or device of the recorded call."""

    name: str = ""
    aor: str = ""


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording client told us so far."""

    session_id: str = ""
    participants: dict[str, Participant] = {}
    labels: dict[str, str] = {}
    """Label by stream id."""

    senders: dict[str, tuple[str, ...]] = {}
    """Participant ids by stream id."""

    gone: tuple[str, ...] = ()
    """Participants that left: they send nothing any more."""

    extensions: tuple[tuple[str, str], ...] = ()
    """What the client says of its own: element name, lower case, and text. Any may be personal."""

    partial: bool = False
    """True if it tells only what changed (RFC 7865 section 6.1)."""

    def speaker(self, label: str) -> Participant | None:
        """Who alone sends the stream with this label; None if unknown or a mix of several."""
        streams = [stream for stream, known in self.labels.items() if known == label]
        ids = {sender for stream in streams for sender in self.senders.get(stream, ())}
        return self.participants.get(ids.pop()) if len(ids) == 1 else None


class BadMetadata(Exception):
    """Not recording metadata."""


def read(document: bytes) -> Metadata:
    """Read a metadata document; BadMetadata if it is not XML or has another root.

    Of several communication sessions in one recording session, the first that goes on names it.
    """
    try:
        root = parse(document)
    except BadXml as error:
        raise BadMetadata(str(error)) from None
    if root.name not in ROOTS:
        raise BadMetadata("the root is not <recording>")
    sessions = sorted(root.all("session"), key=_is_over)
    identities = [_identity(element, "session_id") for element in sessions]
    gone = _gone(root)
    return Metadata(
        session_id=next((identity for identity in identities if identity), ""),
        participants=dict(_participants(root)),
        labels=dict(_labels(root)),
        senders=_without(_senders(root), gone),
        gone=gone,
        extensions=tuple(islice(_extensions(root), MOST_EXTENSIONS)),
        partial=root.child_text("datamode").lower() == "partial",
    )


def merge(known: Metadata | None, told: Metadata) -> Metadata:
    """What holds after `told` arrived in the same session."""
    if known is None or not told.partial:
        return told
    senders = {**_without(known.senders, told.gone), **told.senders}
    return Metadata(
        session_id=told.session_id or known.session_id,
        participants={**known.participants, **told.participants},
        labels={**known.labels, **told.labels},
        senders={stream: ids for stream, ids in senders.items() if ids},
        extensions=told.extensions or known.extensions,
    )


def _is_over(session: Element) -> bool:
    return bool(session.child_text("stop-time"))


def _gone(root: Element) -> tuple[str, ...]:
    """Who left the session, and did not come back to it in the same document."""
    there: dict[str, bool] = {}
    for element in root.all("participantsessionassoc"):
        if who := _identity(element, "participant_id", "participant"):
            left = bool(element.child_text("disassociate-time"))
            there[who] = there.get(who, False) or not left
    return tuple(who for who, is_there in there.items() if not is_there)


def _without(
    senders: dict[str, tuple[str, ...]], gone: Collection[str]
) -> dict[str, tuple[str, ...]]:
    if not gone:
        return senders
    return {s: tuple(who for who in ids if who not in gone) for s, ids in senders.items()}


def _extensions(root: Element) -> Iterator[tuple[str, str]]:
    """Every element that the standard does not know, with its text, wherever it stands."""
    for element in root.children:
        text = element.text.strip()
        if element.name not in STANDARD and text and not element.children:
            # Some put a SIP header in: <header label="X-Agent">.
            name = element.attribute("label", "name") if element.name == "header" else ""
            yield (name or element.name).lower()[:LONGEST], text[:LONGEST]
        yield from _extensions(element)


def _identity(element: Element, *names: str) -> str:
    return element.attribute(*names, "id") or element.child_text(names[0])


def _participants(root: Element) -> Iterator[tuple[str, Participant]]:
    for element in root.all("participant"):
        # RFC 7865: <nameID aor=""><name>; early drafts: <aor> and <name> in the participant.
        named = [*element.all("nameid"), element]
        name = next((text for part in named if (text := part.child_text("name"))), "")
        aor = next(
            (text for part in named if (text := part.attribute("aor") or part.child_text("aor"))),
            "",
        )
        if identity := _identity(element, "participant_id"):
            yield identity, Participant(name=name, aor=aor)


def _labels(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.all("stream"):
        if identity := _identity(element, "stream_id"):
            yield identity, element.child_text("label") or element.attribute("label") or identity


def _senders(root: Element) -> dict[str, tuple[str, ...]]:
    """Participants by the stream they send; a stream whose last sender left has none."""
    senders: dict[str, tuple[str, ...]] = {}
    for element in [*root.all("participantstreamassoc"), *root.all("participant")]:
        who = _identity(element, "participant_id", "participant")
        gone = bool(element.child_text("disassociate-time"))
        for send in element.all("send"):
            stream = send.text.strip() or _identity(send, "stream_id") or send.child_text("id")
            others = senders.get(stream, ())
            if stream and who and who not in others:
                senders[stream] = others if gone else (*others, who)
    return senders
