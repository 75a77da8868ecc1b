"""Genesys AudioHook, version 2: one session, without socket or clock.

https://developer.genesys.cloud/devapps/audiohook: JSON text messages, and binary audio in 8 kHz
mu-law, the customer (`external`) and the agent (`internal`) interleaved sample by sample.
"""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from sip_gateway.streams.about import BadMessage, blame
from sip_gateway.streams.dialect import Dialect, Reason, Told
from sip_gateway.streams.heard import (
    StreamAudio,
    StreamEnded,
    StreamLost,
    StreamOpened,
    StreamParty,
    StreamPaused,
    StreamResumed,
)
from sip_gateway.streams.parameters import NOTHING, Parameters, parameters
from sip_gateway.streams.signature import SignedRequest, Verifier

RATE_HZ = 8000
NULL_ID = "00000000-0000-0000-0000-000000000000"
"""Of the conversation and participant of a connection probe: nobody speaks in it."""

LONGEST_TEXT = 65535
LONGEST_AUDIO = 1 << 17
"""Bytes of one message; the platform sends a few hundred milliseconds at a time."""

LONGEST_LOSS_S = 3600.0

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_DURATION = re.compile(r"PT((?:\d{0,9}\.)?\d{1,9})S")
"""As the platform's own reference client reads it: `PT.5S` is one."""

_ROLES = {"external": "customer", "internal": "agent"}


class _Media(msgspec.Struct, frozen=True):
    type: str
    format: str
    channels: tuple[str, ...]
    rate: int


class _Participant(msgspec.Struct, frozen=True, rename="camel"):
    ani: str | None = ""
    ani_name: str | None = ""


class _Open(msgspec.Struct, frozen=True, rename="camel"):
    organization_id: str
    conversation_id: str
    participant: _Participant
    media: tuple[_Media, ...]
    language: str | None = ""
    """A probe has been seen to say null."""


class _Own(msgspec.Struct, frozen=True, rename="camel"):
    """What an integration's owner set, or the platform knows of the customer."""

    custom_config: msgspec.Raw = NOTHING
    input_variables: msgspec.Raw = NOTHING
    participant: msgspec.Raw = NOTHING


class _Discarded(msgspec.Struct, frozen=True):
    start: str
    discarded: str


class _Closed(msgspec.Struct, frozen=True):
    reason: str = "end"


class _Message(msgspec.Struct, frozen=True):
    version: Literal["2"]
    id: str
    type: str
    seq: int
    parameters: msgspec.Raw
    serverseq: int = 0


_MESSAGE = msgspec.json.Decoder(_Message)
_OPEN = msgspec.json.Decoder(_Open)
_OWN = msgspec.json.Decoder(_Own)
_DISCARDED = msgspec.json.Decoder(_Discarded)
_CLOSED = msgspec.json.Decoder(_Closed)


class AudioHookSession(Told):
    """Contract: after every call, send all of `to_send`, then act on all of `take`; close the
    connection once `closed`."""

    def __init__(self, *, organization_id: str) -> None:
        super().__init__()
        self.probe = False
        """Whether it is a connection test of the platform's."""

        self.id = ""
        self._organization_id = organization_id
        self._channels = 0
        self._paused = False
        self._refused = False
        self._seq = 0
        self._client_seq = 0

    def receive_text(self, text: str) -> None:
        """Take a text message; one that breaks the protocol ends the session."""
        if self.closed:
            return
        try:
            self._receive(self._decoded(text))
        except (BadMessage, msgspec.DecodeError, RecursionError) as error:
            self._break(blame(error))

    def receive_audio(self, data: bytes, *, now: float = 0.0) -> None:
        """Take a binary message; the protocol has a clock of its own."""
        if self.closed or self._refused:
            return
        if not self._channels or len(data) % self._channels or len(data) > LONGEST_AUDIO:
            self._break("audio that was not asked for")
        elif not self._paused and data and not self.probe:
            count = self._channels
            self._events += (StreamAudio(at, data[at::count]) for at in range(count))

    def receive_close(self) -> None:
        """Without `close` before, it is as good as broken."""

    def disconnect(self, reason: Reason, info: str) -> None:
        """Ask the peer to end; it answers with `close`."""
        if not self._refused and not self.closed:
            self._refused = True
            self._send("disconnect", {"reason": reason, "info": info})

    def _break(self, how: str) -> None:
        self.broke = how
        self.disconnect("error", how)

    def _decoded(self, text: str) -> _Message:
        if len(text) > LONGEST_TEXT:
            raise BadMessage("a text message is too long")
        message = _MESSAGE.decode(text)
        if message.seq != self._client_seq + 1:
            raise BadMessage("seq is not one more than the last")
        if message.serverseq > self._seq:
            raise BadMessage("serverseq is ahead of what was sent")
        if not _ID.fullmatch(message.id) or self.id not in ("", message.id):
            raise BadMessage("id is not this session's")
        self.id = message.id
        self._client_seq = message.seq
        return message

    def _receive(self, message: _Message) -> None:
        kind = message.type
        if kind == "close":
            self._close(_CLOSED.decode(message.parameters).reason)
        elif kind == "ping":
            self._send("pong", {})
        elif self._refused:
            return
        elif kind == "open":
            own = _OWN.decode(message.parameters)
            told = parameters(own.custom_config, own.input_variables, own.participant)
            self._open(_OPEN.decode(message.parameters), told)
        elif kind == "paused":
            self._pause()
        elif kind == "resumed":
            self._resume()
        elif kind == "discarded":
            self._lose(_DISCARDED.decode(message.parameters))
        elif kind == "update":
            self._send("updated", {})
        # `error` is followed by `close`; digits pressed are not for us; what later versions of
        # the platform add is passed over.

    def _open(self, opened: _Open, told: Parameters) -> None:
        if self._channels:
            raise BadMessage("open was said before")
        if opened.organization_id != self._organization_id:
            self.disconnect("unauthorized", "organizationId is not the one that was signed")
            return
        media = _choose(opened.media)
        if media is None:
            raise BadMessage("no PCMU at 8000 Hz is offered")
        if not _ID.fullmatch(opened.conversation_id):
            raise BadMessage("conversationId is malformed")
        self._channels = len(media.channels)
        self.opened = True
        self.probe = opened.conversation_id == NULL_ID
        self._send("opened", {"media": [msgspec.to_builtins(media)], "startPaused": False})
        if not self.probe:
            parties = tuple(_party(name, opened.participant) for name in media.channels)
            conversation, language = opened.conversation_id, opened.language or ""
            self._events.append(StreamOpened(conversation, parties, language=language, told=told))

    def _pause(self) -> None:
        if not self._paused and self._channels:
            self._paused = True
            self._events.append(StreamPaused())

    def _resume(self) -> None:
        if self._paused:
            self._paused = False
            self._events.append(StreamResumed())

    def _lose(self, discarded: _Discarded) -> None:
        """The platform dropped audio, which its clock counts all the same."""
        duration = _DURATION.fullmatch(discarded.discarded)
        if duration is None or float(duration[1]) > LONGEST_LOSS_S:
            raise BadMessage("discarded is no duration")
        if self._channels and not self.probe:
            samples = round(float(duration[1]) * RATE_HZ)
            self._events += (StreamLost(at, samples) for at in range(self._channels))

    def _close(self, reason: str) -> None:
        if self._channels and not self.probe:
            known = reason if reason in ("end", "error", "disconnect", "reconnect") else "end"
            self._events.append(StreamEnded(known))
        self._send("closed", {})
        self.closed = True

    def _send(self, kind: str, parameters: dict[str, object]) -> None:
        self._seq += 1
        message = {
            "version": "2",
            "type": kind,
            "seq": self._seq,
            "clientseq": self._client_seq,
            "id": self.id or NULL_ID,
            "parameters": parameters,
        }
        self._outgoing.append(msgspec.json.encode(message).decode())


def dialect(secrets: Mapping[str, bytes]) -> Dialect:
    """AudioHook for the integrations with these client secrets, by API key."""
    verifier = Verifier(secrets)

    def admit(request: SignedRequest, now: float) -> AudioHookSession:
        verifier.verify(request, now=now)
        return AudioHookSession(organization_id=request.headers["audiohook-organization-id"])

    return Dialect("audiohook", admit)


def _choose(offered: tuple[_Media, ...]) -> _Media | None:
    """Both channels if they can be had."""
    usable = [
        media
        for media in offered
        if (media.type, media.format, media.rate) == ("audio", "PCMU", RATE_HZ)
        and media.channels
        and set(media.channels) <= set(_ROLES)
        and len(set(media.channels)) == len(media.channels)
    ]
    return max(usable, key=lambda media: len(media.channels), default=None)


def _party(channel: str, participant: _Participant) -> StreamParty:
    if channel == "internal":
        return StreamParty("agent")
    return StreamParty("customer", participant.ani_name or "", participant.ani or "")
