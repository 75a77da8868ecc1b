"""The same requests to our gateway and to sippy 2.5.0; where they differ, the table says why.

A step is `METHOD CSEQ [BRANCH]`; with `&` it is not waited for; `await N` is for INVITE N, `listen`
for what comes unasked. Between `freeze` and `thaw` our media worker answers nothing. Final answers
are listed as they came; `+`: repeated.
"""

import asyncio
import contextlib
import itertools
import json
import signal
import socket
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import pytest
import pytest_asyncio

from sip_gateway.settings import Settings
from sip_gateway.sip.message import Response
from sip_gateway.sip.parsing import parse
from tests.services.gateway import TestGateway, gateway
from tests.services.sippy import sippy
from tests.sip_bench import SDP, Inside, build

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

HOST = "127.0.0.1"
ANSWER_S = 3.0
SILENCE_S = 0.3
SIGNALS = {"freeze": signal.SIGSTOP, "thaw": signal.SIGCONT}
LISTEN_S = 0.9  # the first repeat comes after T1, the next after three: RFC 3261 section 13.3.1.4


class Row(NamedTuple):
    """A sequence, and what each makes of it."""

    steps: str
    ours: str
    sippy: str = ""
    """Empty: the same. With ` or `: either, by chance."""

    why: str = ""


TABLE = {
    "a call": Row("INVITE 1, ACK 1, BYE 2", "200 INVITE, 200 BYE"),
    "a repeated INVITE": Row(
        "INVITE 1, INVITE 1, ACK 1, BYE 2",
        "200 INVITE+, 200 BYE",
    ),
    "a lost ACK": Row(
        "INVITE 1, listen, ACK 1, listen, BYE 2",
        "200 INVITE+, 200 BYE",
    ),
    "a BYE in place of the ACK": Row(
        "INVITE 1, BYE 2, listen",
        ours="200 INVITE, 200 BYE",
        sippy="200 INVITE, 200 BYE, 200 INVITE",
        why="who hangs up waits for no answer to the INVITE: we stop repeating it",
    ),
    "a repeated BYE": Row("INVITE 1, ACK 1, BYE 2, BYE 2", "200 INVITE, 200 BYE+"),
    "a second BYE": Row(
        "INVITE 1, ACK 1, BYE 2, BYE 3",
        ours="200 INVITE, 200 BYE, 481 BYE",
        sippy="200 INVITE, 200 BYE, 200 BYE",
        why="the dialog is gone (RFC 3261 section 15.1.2); sippy keeps it for 32 s",
    ),
    "a BYE of another call": Row("BYE 1", "481 BYE"),
    "a CANCEL of nothing": Row("CANCEL 1", "481 CANCEL"),
    "a CANCEL after the 200": Row(
        "INVITE 1, CANCEL 1, ACK 1, BYE 2",
        ours="200 INVITE, 200 CANCEL, 200 BYE",
        sippy="200 INVITE, 481 CANCEL, 200 BYE",
        why="it changes nothing (section 9.2), but its INVITE is known until 64*T1 (RFC 6026)",
    ),
    "a re-INVITE": Row(
        "INVITE 1, ACK 1, INVITE 2, ACK 2, BYE 3", "200 INVITE, 200 INVITE, 200 BYE"
    ),
    "re-INVITEs that overlap": Row(
        "INVITE 1, ACK 1, freeze, INVITE 2 &, INVITE 3, thaw, await 2, ACK 2, BYE 4",
        ours="200 INVITE, 500 INVITE, 200 INVITE, 200 BYE",
        sippy="200 INVITE, 200 INVITE, 200 INVITE, 200 BYE"
        " or 200 INVITE, 200 INVITE, 500 INVITE, 200 BYE",
        why="we ask a media worker first and refuse the other meanwhile (section 14.2); "
        "sippy refuses it only if it reads both at once",
    ),
    "an older CSeq": Row("INVITE 5, ACK 5, BYE 4, BYE 6", "200 INVITE, 500 BYE, 200 BYE"),
    "the same INVITE by another path": Row(
        "INVITE 1, INVITE 1 other, ACK 1, BYE 2",
        ours="200 INVITE, 482 INVITE, 200 BYE",
        sippy="200 INVITE+, 200 BYE",
        why="a forked copy is one call (section 8.2.2.2); sippy takes it for another",
    ),
    "an ACK of nothing": Row("ACK 1, listen", ""),
    "a re-INVITE after the end": Row(
        "INVITE 1, ACK 1, BYE 2, INVITE 3",
        ours="200 INVITE, 200 BYE, 481 INVITE",
        sippy="200 INVITE, 200 BYE, 500 INVITE",
        why="the dialog is gone (section 12.2.2)",
    ),
}


class Talk:
    """A peer on a socket of its own, in one call; `worker` takes signals for the media worker."""

    def __init__(self, port: int, worker: Callable[[signal.Signals], None] | None = None) -> None:
        self._worker = worker
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((HOST, 0))
        self._udp.connect((HOST, port))
        self._udp.setblocking(False)
        self._at = self._udp.getsockname()[1]
        self._id = f"beside-{self._at}"
        self._tag = ""
        self._sent: dict[str, bytes] = {}
        self._heard: list[tuple[int, str, int]] = []

    async def run(self, steps: str) -> str:
        """Walk through the steps; the final answers."""
        for step in steps.split(", "):
            if step == "listen":
                await self._listen(LISTEN_S)
                continue
            if step in SIGNALS:
                if self._worker:
                    self._worker(SIGNALS[step])
                continue
            if step.startswith("await "):
                await self._answered("INVITE", int(step.split()[1]), again=False)
                continue
            method, number, branch = [*step.removesuffix(" &").split(), ""][:3]
            self._send(method, int(number), branch)
            if not step.endswith("&") and method != "ACK":
                await self._answered(method, int(number))
        await self._listen(SILENCE_S)
        self._udp.close()
        groups = itertools.groupby(self._heard)
        runs = [(status, method, len(list(run))) for (status, method, _), run in groups]
        return ", ".join(f"{s} {method}{'+' if many > 1 else ''}" for s, method, many in runs)

    def _send(self, method: str, number: int, branch: str) -> None:
        """The very same bytes if it was sent before by the same branch."""
        name = f"{method}-{number}-{branch}"
        if name not in self._sent:
            self._sent[name] = self._made(method, number, branch)
        self._udp.send(self._sent[name])

    def _made(self, method: str, number: int, branch: str) -> bytes:
        whose = "INVITE" if method == "CANCEL" else method
        via = f"SIP/2.0/UDP {HOST}:{self._at};rport;branch=z9hG4bK-{self._id}-{whose}-{number}"
        outside = method == "CANCEL" or branch == "other"
        to_tag = "" if outside else self._tag or ("none" if method in ("BYE", "ACK") else "")
        inside = Inside(self._id, f"<sip:ann@{HOST}>;tag=peer", to_tag)
        headers = {"Via": via + branch, "Contact": f"<sip:ann@{HOST}:{self._at}>"}
        body = SDP if method == "INVITE" else b""
        return build(method, inside, cseq=number, body=body, headers=headers)

    async def _answered(self, method: str, number: int, *, again: bool = True) -> None:
        """Until a final answer to it came; one more, if it is to come again."""
        before = self._count(method, number) if again else 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                while self._count(method, number) == before:
                    await self._take()

    async def _listen(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self._take()

    async def _take(self) -> None:
        data = await asyncio.get_running_loop().sock_recv(self._udp, 65536)
        answer = parse(data)
        if isinstance(answer, Response) and answer.status >= 200:
            self._heard.append((answer.status, answer.cseq.method, answer.cseq.number))
            if answer.status == 200 and answer.cseq.method == "INVITE":
                self._tag = answer.to.tag
            elif answer.cseq.method == "INVITE":
                self._acknowledge(answer)

    def _acknowledge(self, refusal: Response) -> None:
        """As the transaction of a refused INVITE does (RFC 3261 section 17.1.1.3)."""
        inside = Inside(self._id, f"<sip:ann@{HOST}>;tag=peer", refusal.to.tag)
        via = f"SIP/2.0/UDP {HOST}:{self._at};rport;branch={refusal.via.branch}"
        headers = {"Via": via}
        self._udp.send(build("ACK", inside, cseq=refusal.cseq.number, body=b"", headers=headers))

    def _count(self, method: str, number: int) -> int:
        return sum((m, n) == (method, number) for _, m, n in self._heard)


class Both(NamedTuple):
    """Our gateway, and sippy's port."""

    ours: TestGateway
    sippy: int


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    settings = Settings(listen_host=HOST, sip_port=0, rtp_port_first=44900, rtp_port_last=44999)
    async with (
        gateway(tmp_path_factory.mktemp("beside"), settings) as line,
        sippy("answer") as said,
    ):
        yield Both(line, json.loads(await said.readline())["port"])


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
async def test_both_answer_as_the_table_says(both: Both, row: Row) -> None:
    ours, theirs = await asyncio.gather(
        Talk(both.ours.port, both.ours.signal_worker).run(row.steps),
        Talk(both.sippy).run(row.steps),
    )
    assert ours == row.ours
    assert theirs in (row.sippy or row.ours).split(" or ")
    assert bool(row.sippy) == bool(row.why)
