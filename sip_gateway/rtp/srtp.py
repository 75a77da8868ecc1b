"""SRTP and SRTCP of one leg (RFC 3711, RFC 7714): libsrtp does it; what it cannot know is here.

A packet holds 16 bits of its number; the other 32, the rollover counter, are counted. Who comes in
late, because its process is new or the first packets were lost, has to guess them: a wrong guess
fails authentication and costs nothing.
"""

import struct
from collections.abc import Callable
from typing import NamedTuple

from pylibsrtp import Error, Policy, Session

from sip_gateway.worker_protocol import SrtpKeys

_PROFILES = {
    "AES_CM_128_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "AES_CM_128_HMAC_SHA1_32": Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    "AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}
_TAG_BYTES = {"AES_CM_128_HMAC_SHA1_80": 10, "AES_CM_128_HMAC_SHA1_32": 4}
_RTCP_TAG_BYTES = 10
_RTCP_INDEX_BYTES = 4

MAX_PACKET_BYTES = 1500
"""What libsrtp's wrapper takes."""

_STRIDE = 0x7000
"""A stream is led to its number by packets of ours so far apart: less than half a rollover."""

GUESSES_A_SECOND = 5.0
"""A guess costs about 50 µs: nobody makes us guess more often by sending rubbish."""

MOST_SOURCES = 8
"""Of one key; whoever has it and uses more of them starts anew."""


class Refused(Exception):
    """Not of who has the key, or (`replayed`) seen before."""

    def __init__(self, *, replayed: bool = False) -> None:
        super().__init__("replayed" if replayed else "not authentic")
        self.replayed = replayed


class Position(NamedTuple):
    """How far a source has counted: rollovers and sequence number in one (RFC 3711: index)."""

    ssrc: int
    number: int


class _Inbound:
    """What one master key of the peer opens."""

    def __init__(self, keys: SrtpKeys) -> None:
        self.keys = keys
        self._profile = _PROFILES[keys.suite]
        self._any = self._session()
        self._led: dict[int, Session] = {}
        """Sources that came in late, each with a session of its own."""

    def unprotect(self, data: bytes, ssrc: int) -> bytes:
        """libsrtp's word on a packet; Error."""
        return self._led.get(ssrc, self._any).unprotect(data)

    def lead(self, data: bytes, at: Position) -> bytes:
        """Open the packet as one that follows `at`, and go on from there; Error if it is not."""
        session = self._session()
        _lead(session, self._policy(Policy.SSRC_SPECIFIC, at.ssrc), at)
        opened = session.unprotect(data)
        self._led[at.ssrc] = session
        return opened

    def forget(self) -> None:
        """All sources."""
        self._led.clear()
        self._any = self._session()

    def _session(self) -> Session:
        return Session(self._policy(Policy.SSRC_ANY_INBOUND, 0))

    def _policy(self, kind: int, ssrc: int) -> Policy:
        return Policy(
            key=self.keys.remote, ssrc_type=kind, ssrc_value=ssrc, srtp_profile=self._profile
        )


class Srtp:
    """One leg's protection, both ways.

    Packets are handed in in the order of arrival. `now` is seconds on one monotonic clock.
    """

    def __init__(self, keys: SrtpKeys, *, resumed_at: Position | None = None) -> None:
        self.position = resumed_at
        """Of the source heard last."""

        self._keys = keys
        self._now: _Inbound | None = _Inbound(keys) if keys.remote else None
        self._before: _Inbound | None = None
        """The key before this one, until the peer uses this one."""

        self._indexes: dict[int, int] = {}
        self._seen_before: dict[int, int] = {}
        """Where sources stood that this key has not been heard of: another process, another key."""

        if resumed_at is not None:
            self._seen_before[resumed_at.ssrc] = resumed_at.number
        self._rtcp = self._rtcp_session(keys)
        self._out = self._out_session(keys)
        self._guesses = GUESSES_A_SECOND
        self._guessed_at = 0.0

    def change(self, keys: SrtpKeys) -> None:
        """The peer has another key now, or told its first; its last packets may be of the old."""
        if keys == self._keys:
            return
        if keys.remote and (self._now is None or keys.remote != self._now.keys.remote):
            self._before, self._now = self._now, _Inbound(keys)
            self._rtcp = self._rtcp_session(keys)
            self._seen_before |= self._indexes
            self._indexes.clear()
        if keys.local != self._keys.local or keys.suite != self._keys.suite:
            self._out = self._out_session(keys)
        self._keys = keys

    def unprotect(self, data: bytes, *, now: float) -> bytes:
        """The RTP packet within an SRTP packet; Refused."""
        if self._now is None or not 12 <= len(data) <= MAX_PACKET_BYTES:
            raise Refused
        bare = _without_mki(data, self._now.keys, at_end=_TAG_BYTES.get(self._keys.suite, 0))
        sequence, ssrc = struct.unpack_from("!2xH4xI", data)
        try:
            opened = self._now.unprotect(bare, ssrc)
        except Error as error:
            if "replay" in str(error):
                raise Refused(replayed=True) from None
            return self._open_otherwise(bare, Position(ssrc, sequence), now=now)
        self._count(ssrc, sequence)
        return opened

    def unprotect_rtcp(self, data: bytes) -> bytes:
        """The RTCP packet within an SRTCP packet; Refused."""
        if self._rtcp is None or not 8 <= len(data) <= MAX_PACKET_BYTES:
            raise Refused
        gcm = self._keys.suite not in _TAG_BYTES
        at_end = _RTCP_INDEX_BYTES if gcm else _RTCP_TAG_BYTES
        try:
            return self._rtcp.unprotect_rtcp(_without_mki(data, self._keys, at_end=at_end))
        except Error as error:
            raise Refused(replayed="replay" in str(error)) from None

    def protect_rtcp(self, data: bytes) -> bytes | None:
        """An SRTCP packet of ours; None while there are no keys."""
        return None if self._out is None else self._out.protect_rtcp(data)

    def _open_otherwise(self, data: bytes, heard: Position, *, now: float) -> bytes:
        """By the key before, or by a guess of the rollovers."""
        assert self._now is not None
        ssrc, sequence = heard
        if self._before is not None:
            try:
                return self._before.unprotect(data, ssrc)
            except Error:
                pass
        for at in self._candidates(ssrc, sequence):
            if not self._may_guess(now):
                break
            try:
                opened = self._now.lead(data, at)
            except Error:
                continue
            self._count(ssrc, sequence, from_index=at.number)
            return opened
        raise Refused

    def _candidates(self, ssrc: int, sequence: int) -> list[Position]:
        """Numbers just before those the packet may have."""
        if ssrc in self._indexes:
            return []
        known = self._seen_before.get(ssrc)
        if known is None:
            # Its first packets were lost, and the counter rolled over among them.
            return [Position(ssrc, 0xFFFF)] if sequence < 0x8000 else []
        index = known + (sequence - known + 0x8000) % 0x10000 - 0x8000
        likely = [index, index + 0x10000, index - 0x10000, index + 0x20000]
        return [Position(ssrc, known if at == known + 1 else at - 1) for at in likely if at > 0]

    def _may_guess(self, now: float) -> bool:
        passed = max(0.0, now - self._guessed_at)
        self._guesses = min(GUESSES_A_SECOND, self._guesses + passed * GUESSES_A_SECOND)
        self._guessed_at = now
        if self._guesses < 1.0:
            return False
        self._guesses -= 1.0
        return True

    def _count(self, ssrc: int, sequence: int, *, from_index: int | None = None) -> None:
        """An authentic packet of the present key came."""
        assert self._now is not None
        self._before = None
        if from_index is not None:
            self._indexes[ssrc] = from_index
        last = self._indexes.get(ssrc, sequence)
        index = last + (sequence - last + 0x8000) % 0x10000 - 0x8000
        if ssrc not in self._indexes and len(self._indexes) >= MOST_SOURCES:
            self._now.forget()
            self._indexes.clear()
        self._indexes[ssrc] = max(last, index)
        self.position = Position(ssrc, self._indexes[ssrc])

    def _rtcp_session(self, keys: SrtpKeys) -> Session | None:
        if not keys.remote:
            return None
        kind, profile = Policy.SSRC_ANY_INBOUND, _PROFILES[keys.suite]
        return Session(Policy(key=keys.remote, ssrc_type=kind, srtp_profile=profile))

    def _out_session(self, keys: SrtpKeys) -> Session | None:
        if not keys.local:
            return None
        kind, profile = Policy.SSRC_ANY_OUTBOUND, _PROFILES[keys.suite]
        return Session(Policy(key=keys.local, ssrc_type=kind, srtp_profile=profile))


def seal(suite: str, key: bytes) -> Callable[[bytes], bytes]:
    """What a sender with this master key makes of each RTP packet."""
    kind, profile = Policy.SSRC_ANY_OUTBOUND, _PROFILES[suite]
    protect: Callable[[bytes], bytes] = Session(
        Policy(key=key, ssrc_type=kind, srtp_profile=profile)
    ).protect
    return protect


def _without_mki(data: bytes, keys: SrtpKeys, *, at_end: int) -> bytes:
    """The name of the key stands before the last bytes; there is one key only, so it says nothing.

    (Before the tag, RFC 3711 section 3.1; behind it with GCM, RFC 7714 section 8.2 and 9.)
    """
    if not keys.mki_bytes or len(data) < 12 + keys.mki_bytes + at_end:
        return data
    end = len(data) - at_end
    return data[: end - keys.mki_bytes] + data[end:]


def _lead(session: Session, policy: Policy, at: Position) -> None:
    """Bring a fresh session to where the source stands: it takes packets of ours, which go nowhere.

    libsrtp has a call for this that its wrapper lacks (`srtp_stream_set_roc`).
    """
    sender = Session(policy)
    for index in [*range(_STRIDE, at.number, _STRIDE), at.number]:
        packet = struct.pack("!BBHII", 0x80, 0, index & 0xFFFF, 0, at.ssrc)
        session.unprotect(sender.protect(packet))
