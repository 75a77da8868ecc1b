"""What a recording client says of its own in its metadata: ids of a contact centre, SIP headers.

Of several communication sessions each has what stands in its element, and in those of its group,
participants and streams. Any of it may be personal.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from sip_gateway.siprec.xml import Element

Extensions = tuple[tuple[str, str], ...]
"""Names in lower case, and texts."""

_NAMES = """
    recording group session participant stream sessionrecordingassoc participantsessionassoc
    participantstreamassoc datamode group-ref start-time stop-time end-time associate-time
    disassociate-time reason nameid name aor send recv label mode content-type sipsessionid
    siprecparams param id session_id participant_id stream_id group_id extensiondata
"""
STANDARD = frozenset(_NAMES.split())
"""Element names of RFC 7865 and of its drafts: what has another one is the client's own."""

MOST = 32
LONGEST = 200

_REFERENCES = (
    *("session_id", "session", "participant_id", "participant"),
    *("stream_id", "group_id", "group", "id", "parent"),
)
"""Attributes that name what an element is, or is of."""


def read(root: Element) -> Extensions:
    """All that the standard does not know."""
    return tuple(islice(_extensions(root), MOST))


def own(
    root: Element, groups: Mapping[str, str], streams: Mapping[str, str]
) -> dict[str, Extensions]:
    """Those of each session, where there are several; `groups` by session, sessions by stream."""
    if len(groups) < 2:
        return {}
    part_of = _part_of(root, groups, streams)
    found: dict[str, list[tuple[str, str]]] = {}
    for element in root.children:
        named = [element.attributes.get(each, "") for each in _REFERENCES]
        for session_id in next((part_of[each] for each in named if each in part_of), ()):
            found.setdefault(session_id, []).extend(_extensions(element))
    return {session_id: tuple(of[:MOST]) for session_id, of in found.items()}


def _part_of(
    root: Element, groups: Mapping[str, str], streams: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The sessions that each session, group, stream and participant is part of, by its id."""
    found: dict[str, tuple[str, ...]] = {}
    for session_id, group in groups.items():
        found[group] = (*found.get(group, ()), session_id)
    found |= {stream: (session_id,) for stream, session_id in streams.items()}
    for element in [*root.all("participant"), *root.all("participantsessionassoc")]:
        session_id = element.attribute("session_id", "session")
        who = element.identity("participant_id", "participant")
        if session_id and session_id not in found.get(who, ()):
            found[who] = (*found.get(who, ()), session_id)
    found |= {session_id: (session_id,) for session_id in groups}
    found.pop("", None)
    return found


def _extensions(root: Element) -> Iterator[tuple[str, str]]:
    """Every element that the standard does not know, with its text, wherever it stands."""
    for element in root.children:
        text = element.text.strip()
        # Some put a SIP header in: <header label="X-Agent">4711, or <value>4711 inside (Oracle).
        header = element.attribute("label", "name") if element.name == "header" else ""
        if header:
            yield header.lower()[:LONGEST], (text or element.child_text("value"))[:LONGEST]
            continue
        if element.name not in STANDARD and text and not element.children:
            yield element.name[:LONGEST], text[:LONGEST]
        yield from _extensions(element)
