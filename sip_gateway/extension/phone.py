"""pyVoIP 1.6.8 with its audio taken out: it registers, rings, answers and hangs up.

pyVoIP is GPLv3, which goes for the whole process that loads it; this module is the only one that
imports it, and only the role `extension` imports this module. Everything here runs on pyVoIP's
threads: one reads SIP, and one for each call waits for its end.
"""

import contextlib
import threading
from collections.abc import Callable

# First: pyVoIP's modules import each other in a circle, which holds when it is entered here.
from pyVoIP.VoIP import CallState, InvalidStateError, PhoneStatus, VoIPCall, VoIPPhone  # isort: skip
from pyVoIP import __version__ as pyvoip_version
from pyVoIP.RTP import TransmitType
from pyVoIP.SIP import SIPMessage

from sip_gateway.extension.settings import Extension
from sip_gateway.sip.message import Request
from sip_gateway.sip.parsing import Malformed, parse

LICENCE = f"this process uses pyVoIP {pyvoip_version}, which is under the GPL version 3"

Message = SIPMessage
"""A message as pyVoIP reads it: its answers are made from one."""

ANSWER_S = 5
"""How long pyVoIP waits for an answer to REGISTER; of itself it takes 30 s, also at the end."""


class PhoneCall(VoIPCall):
    """A call of which pyVoIP knows the SIP alone: it opens no RTP port and decodes nothing."""

    def __init__(self, phone: "Phone", request: Message, session_id: int) -> None:
        # As of a call that it places, with no media yet: of one that rings it would open ports.
        super().__init__(phone, CallState.DIALING, request, session_id, phone.myIP, ms={})
        self.state = CallState.RINGING
        self.changed: Callable[[Message], object] = lambda message: None
        """Told of each further INVITE, on the thread that reads SIP."""

        self.ended: Callable[[], object] = lambda: None
        """Told of the end, on whatever thread."""

        self.is_over = threading.Event()

    def answer_with(self, body: bytes, request: Message | None = None) -> None:
        """Answer the call, or a further INVITE of it, with this session description."""
        text = self.sip.gen_answer(
            request or self.request, self.session_id, {}, TransmitType.RECVONLY
        )
        head, _, own = text.partition("\r\n\r\n")
        old, new = f"Content-Length: {len(own)}", f"Content-Length: {len(body)}"
        message = f"{head.replace(old, new)}\r\n\r\n".encode() + body
        self.sip.out.sendto(message, (self.phone.server, self.phone.port))
        self.state = CallState.ANSWERED

    def renegotiate(self, request: Message) -> None:
        """A further INVITE came, new or repeated."""
        self.changed(request)

    def bye(self) -> None:
        """The PBX hung up."""
        super().bye()
        self._end()

    def hangup(self) -> None:
        """We hang up."""
        super().hangup()
        self._end()

    def _end(self) -> None:
        self.state = CallState.ENDED
        self.is_over.set()
        self.ended()

    def refuse(self) -> None:
        """Tell the PBX busy, unless the call is over."""
        with contextlib.suppress(InvalidStateError):
            self.deny()

    def hang_up(self) -> None:
        """Say BYE, unless the call is over."""
        with contextlib.suppress(InvalidStateError):
            self.hangup()


class Phone(VoIPPhone):
    """The extension. `serve` gets each new call, on a thread of its own until it returns."""

    def __init__(
        self,
        extension: Extension,
        *,
        host: str,
        password: str,
        serve: Callable[[PhoneCall], None],
    ) -> None:
        def served(call: VoIPCall) -> None:
            assert isinstance(call, PhoneCall)
            serve(call)
            self._forget(call)

        super().__init__(
            extension.server,
            extension.port,
            extension.user,
            password,
            myIP=host,
            callCallback=served,
            sipPort=extension.sip_port,
        )
        self.sip.register_timeout = ANSWER_S

    @property
    def registered(self) -> bool:
        """Whether the PBX knows us, or did until the renewal that is under way."""
        return self.get_status() in (PhoneStatus.REGISTERED, PhoneStatus.REGISTERING)

    @property
    def failed(self) -> bool:
        """Whether it has given up."""
        return self.get_status() in (PhoneStatus.FAILED, PhoneStatus.INACTIVE)

    def release_ports(self, call: VoIPCall | None = None) -> None:
        """Nothing: our calls have no port of its. Its own way takes a lock in `__del__`, and waits
        for ever where two calls are collected at once."""

    def _forget(self, call: PhoneCall) -> None:
        """What it would keep of each call for ever."""
        thread = threading.current_thread()
        if isinstance(thread, threading.Timer) and thread in self.threads:
            self.threads.remove(thread)
            self.threadLookup.pop(thread, None)
        self.sip.tagLibrary.pop(call.call_id, None)

    def _create_Call(self, request: Message, sess_id: int) -> None:  # noqa: N802
        self.calls[request.headers["Call-ID"]] = PhoneCall(self, request, sess_id)


def read(raw: bytes) -> Request | None:
    """A request as we read it ourselves; None if we would refuse it."""
    try:
        request = parse(raw)
    except Malformed:
        return None
    return request if isinstance(request, Request) else None
