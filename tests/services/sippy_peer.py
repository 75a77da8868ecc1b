"""sippy as a program: `call HOST PORT USER PASSWORD HASH` or `answer`, over UDP on the loopback.

tests/services/sippy.py runs it. Each event of a call is a line of JSON; the first line is our port.
A call hangs up a second after its answer.
"""

import json
import os
import socket
import sys
from typing import Any

from sippy.CCEvents import (  # type: ignore[import-not-found]
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventTry,
)
from sippy.Core.EventDispatcher import ED2  # type: ignore[import-not-found]
from sippy.MsgBody import MsgBody  # type: ignore[import-not-found]
from sippy.SipCallId import SipCallId  # type: ignore[import-not-found]
from sippy.SipConf import SipConf  # type: ignore[import-not-found]
from sippy.SipLogger import SipLogger  # type: ignore[import-not-found]
from sippy.SipTransactionManager import SipTransactionManager  # type: ignore[import-not-found]
from sippy.Time.Timeout import Timeout  # type: ignore[import-not-found]
from sippy.UA import UA  # type: ignore[import-not-found]

HOST = "127.0.0.1"
SDP = (
    f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
    "m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)
TALK_S = 1.0

Anything = Any  # sippy has no types


def say(**what: object) -> None:
    """One line to who started us."""
    print(json.dumps(what), flush=True)


class Stack:
    """sippy's transaction layer on a port of its own."""

    def __init__(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        self.settings: dict[str, Anything] = {
            "_sip_address": HOST,
            "_sip_port": self.port,
            "_sip_logger": SipLogger("test", logfile=os.devnull),
        }
        SipConf.my_address, SipConf.my_port = HOST, self.port
        self.settings["_sip_tm"] = SipTransactionManager(self.settings, self.receive)
        self.calls: list[Anything] = []

    def receive(self, request: Anything, transaction: Anything) -> Anything:
        """A request outside the calls we know: a new one is answered."""
        for call in self.calls:
            if call.isYours(request):
                return call.recvRequest(request, transaction)
        if request.getMethod() != "INVITE" or request.getHFBody("to").getTag() is not None:
            return (request.genResponse(481, "Call/Transaction Does Not Exist"), None, None)
        call = UA(self.settings, self.answer)
        self.calls.append(call)
        return call.recvRequest(request, transaction)

    def answer(self, event: Anything, call: Anything) -> None:
        """Take every call at once."""
        say(event=event.name)
        if isinstance(event, CCEventTry):
            call.recvEvent(CCEventConnect((200, "OK", MsgBody(SDP))))

    def call(self, host: str, port: int, user: str, password: str) -> Anything:
        """A call to place, which says who it is when it is asked."""

        def told(event: Anything, call: Anything) -> None:
            status = event.getData()[0] if isinstance(event, CCEventConnect | CCEventFail) else 0
            say(event=event.name, status=status)
            if isinstance(event, CCEventConnect):
                Timeout(lambda: call.recvEvent(CCEventDisconnect()), TALK_S)
                Timeout(ED2.breakLoop, 2 * TALK_S)
            if isinstance(event, CCEventFail | CCEventDisconnect):
                Timeout(ED2.breakLoop, 0.1)  # the ACK goes out first

        return UA(self.settings, told, user, password, (host, port))


def main() -> None:
    """What the command line says."""
    stack = Stack()
    say(port=stack.port)
    if sys.argv[1] == "call":
        host, port, user, password, kind = sys.argv[2:]
        ours = stack.call(host, int(port), user, password)
        ours.auth_enalgs = None if kind == "any" else (kind,)
        ours.recvEvent(CCEventTry((SipCallId(), user, "line", MsgBody(SDP), None, user)))
    ED2.loop()


if __name__ == "__main__":
    main()
