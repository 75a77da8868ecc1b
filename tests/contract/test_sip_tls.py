"""SIP over TLS and IPv6, against real sockets of the loopback and openssl's own client."""

import asyncio
import contextlib
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from sip_gateway.caller.link import connect
from sip_gateway.caller.plan import CallFailed, TlsFiles
from sip_gateway.drivers import tls
from sip_gateway.drivers.tcp import TcpDriver
from sip_gateway.drivers.udp import UdpDriver
from sip_gateway.inline.settings import TargetTls
from sip_gateway.peers.settings import Tls
from sip_gateway.sip.flow import Flow, Outgoing
from tests.services.authority import Authority, Certified
from tests.sip_bench import message

OPTIONS = message("OPTIONS")
HOST = "127.0.0.1"
Came = asyncio.Queue[tuple[bytes, Flow]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Line:
    """A driver for TLS with what came and who may come."""

    def __init__(self, folder: Path, *, mutual: bool = False) -> None:
        self.authority = Authority(folder)
        self.came: Came = asyncio.Queue()
        self.names: set[str] = set()
        self.strangers: set[str] = set()
        ours = self.authority.sign(HOST)
        self.settings = Tls(
            certificate=ours.certificate,
            private_key=ours.private_key,
            ca=self.authority.ca if mutual else "",
            require_client_certificate=mutual,
        )
        self.driver = TcpDriver(
            lambda data, flow: self.came.put_nowait((data, flow)),
            admits=self._admits,
            tls=tls.contexts(self.settings),
        )

    def _admits(self, flow: Flow, names: frozenset[str] | None) -> bool:
        if names is not None and self.names and not self.names & names:
            return False
        return flow.remote_host not in self.strangers

    async def open(self, own: Certified | None = None, ca: str = "") -> Streams:
        context = ssl.create_default_context(cafile=ca or self.authority.ca)
        if own:
            context.load_cert_chain(own.certificate, own.private_key)
        return await asyncio.open_connection(HOST, self.driver.port, ssl=context)

    async def talks(self, streams: Streams) -> bool:
        """Whether a message gets through to us."""
        reader, writer = streams
        writer.write(OPTIONS)
        try:
            async with asyncio.timeout(5):
                closed = asyncio.ensure_future(reader.read(1))
                heard = asyncio.ensure_future(self.came.get())
                done, waiting = await asyncio.wait(
                    {closed, heard}, return_when=asyncio.FIRST_COMPLETED
                )
                for task in waiting:
                    task.cancel()
                if closed in done:
                    closed.exception()
                return heard in done
        finally:
            writer.close()


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    made = Line(tmp_path)
    await made.driver.start(HOST, 0)
    yield made
    made.driver.close()


@pytest.fixture
async def mutual(tmp_path: Path) -> AsyncIterator[Line]:
    made = Line(tmp_path, mutual=True)
    await made.driver.start(HOST, 0)
    yield made
    made.driver.close()


async def test_messages_go_both_ways_over_tls(line: Line) -> None:
    reader, writer = await line.open()
    writer.write(OPTIONS)
    data, flow = await line.came.get()
    assert (data, flow.transport, flow.local_port) == (OPTIONS, "tls", line.driver.port)
    line.driver.send(Outgoing(flow, b"answer", 1))
    assert await reader.readexactly(6) == b"answer"
    writer.close()


@pytest.mark.parametrize(
    ("version", "taken"),
    [("-tls1", False), ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)],
)
async def test_openssl_gets_in_with_tls_1_2_and_newer_only(
    line: Line, version: str, taken: bool
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    # At security level 0 openssl itself would still speak the old versions.
    process = await asyncio.create_subprocess_exec(
        openssl, "s_client", "-connect", f"{HOST}:{line.driver.port}", version, "-brief",
        "-cipher", "ALL:@SECLEVEL=0", "-CAfile", line.authority.ca, "-verify_return_error",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert (process.returncode == 0) is taken, said.decode()
    assert (b"CONNECTION ESTABLISHED" in said) is taken


async def test_who_speaks_in_clear_to_the_tls_port_is_not_heard(line: Line) -> None:
    reader, writer = await asyncio.open_connection(HOST, line.driver.port)
    writer.write(OPTIONS)
    assert OPTIONS not in await reader.read()
    assert line.came.empty()
    writer.close()


async def test_mutual_tls_takes_certificates_of_the_authority_only(
    mutual: Line, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other").sign("sbc.example.com")
    assert await mutual.talks(await mutual.open(mutual.authority.sign("sbc.example.com")))
    for own in (None, other):
        # With TLS 1.3 the refusal comes behind the handshake.
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            assert not await mutual.talks(await mutual.open(own))
        assert mutual.came.empty()


async def test_the_names_in_a_certificate_decide(mutual: Line) -> None:
    mutual.names = {"sbc.example.com", "sip:trunk.example.com"}
    for names, taken in (
        (("SBC.example.com",), True),
        (("x.example.com", "sip:trunk.example.com"), True),
        (("evil.example.com",), False),
    ):
        own = mutual.authority.sign(*names, file="peer")
        assert await mutual.talks(await mutual.open(own)) is taken


async def test_a_stranger_does_not_even_get_a_handshake(line: Line) -> None:
    line.strangers = {HOST}
    with pytest.raises((ssl.SSLError, OSError)):
        await line.open()


async def test_a_new_certificate_is_for_new_connections_and_the_old_ones_stay(line: Line) -> None:
    reader, writer = await line.open()
    renewed = line.authority.sign("renewed.example.com", HOST, file="renewed")
    line.driver.renew(tls.contexts(Tls(certificate=renewed[0], private_key=renewed[1])))
    _, newer = await line.open()
    certificate = newer.get_extra_info("peercert")
    assert ("DNS", "renewed.example.com") in certificate["subjectAltName"]
    writer.write(OPTIONS)
    _, flow = await line.came.get()
    line.driver.send(Outgoing(flow, b"still here", 1))
    assert await reader.readexactly(10) == b"still here"
    writer.close()
    newer.close()


async def test_our_request_reaches_a_peer_whose_connection_is_gone_if_we_trust_it(
    mutual: Line, tmp_path: Path
) -> None:
    came: Came = asyncio.Queue()
    trusted = mutual.authority.sign("sbc.example.com")
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other").sign("sbc.example.com")
    for own, reached in ((trusted, True), (other, False)):
        files = Tls(
            certificate=own.certificate, private_key=own.private_key, ca=mutual.authority.ca
        )
        peer = TcpDriver(lambda data, flow: came.put_nowait((data, flow)), tls=tls.contexts(files))
        await peer.start(HOST, 0)
        gone = Flow("tls", HOST, mutual.driver.port, HOST, 1)
        mutual.driver.send(Outgoing(gone, OPTIONS, peer.port))
        if reached:
            assert (await came.get())[0] == OPTIONS
        else:
            await asyncio.gather(*mutual.driver._connecting)
            assert came.empty()
        peer.close()


async def test_the_caller_tells_whom_it_calls(line: Line, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    with pytest.raises(CallFailed, match="certificate"):
        await connect("tls", HOST, line.driver.port, files=TlsFiles(ca=stranger.ca))
    link = await connect("tls", HOST, line.driver.port, files=TlsFiles(ca=line.authority.ca))
    link.send(OPTIONS)
    assert (await line.came.get())[0] == OPTIONS
    link.close()


@pytest.mark.parametrize(("host", "client"), [("::1", "::1"), ("::", "::1"), ("::", HOST)])
async def test_an_ipv6_address_is_listened_on_and_the_wildcard_takes_ipv4_too(
    host: str, client: str
) -> None:
    came: Came = asyncio.Queue()
    udp = UdpDriver(lambda data, flow: came.put_nowait((data, flow)))
    tcp = TcpDriver(lambda data, flow: came.put_nowait((data, flow)))
    await udp.start(host, 0)
    await tcp.start(host, udp.port)
    family = socket.AF_INET6 if ":" in client else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as peer:
        peer.setblocking(False)
        peer.connect((client, udp.port))
        peer.send(OPTIONS)
        data, flow = await came.get()
        assert (data, flow.local_host, flow.remote_host) == (OPTIONS, client, client)
        udp.send(Outgoing(flow, b"answer", 0))
        assert await asyncio.get_running_loop().sock_recv(peer, 100) == b"answer"
    reader, writer = await asyncio.open_connection(client, tcp.port)
    writer.write(OPTIONS)
    data, flow = await came.get()
    assert (data, flow.local_host, flow.remote_host) == (OPTIONS, client, client)
    tcp.send(Outgoing(flow, b"answer", 0))
    assert await reader.readexactly(6) == b"answer"
    writer.close()
    udp.close()
    tcp.close()


NAMES = pytest.mark.parametrize(
    ("held", "wanted", "fits"),
    [
        (["pbx.example"], "PBX.example", True),
        (["sip:pbx.example"], "pbx.example", True),
        (["other.example", "pbx.example"], "pbx.example", True),
        (["192.0.2.1"], "192.0.2.1", True),
        (["2001:db8::1"], "2001:0db8:0:0::1", True),
        (["other.example"], "pbx.example", False),
        (["*.example"], "pbx.example", False),
        (["*.example"], "*.example", True),
        (["pbx.example.evil"], "pbx.example", False),
        (["sip:ann@pbx.example"], "pbx.example", False),
        (["sips:pbx.example"], "pbx.example", False),
        (["sip:other.example", "pbx.example"], "pbx.example", False),
        (["sip:ann@other.example", "pbx.example"], "pbx.example", True),
    ],
)


@NAMES
async def test_a_target_gets_something_only_if_its_certificate_names_it(
    line: Line, held: list[str], wanted: str, fits: bool
) -> None:
    seen, ours = await toward_target(line, TargetTls(ca=line.authority.ca), held, wanted)
    assert seen == (b"OPTIONS" if fits else b"")
    assert ours == ([] if fits else [("inline", "certificate"), "unreachable"])


@pytest.mark.parametrize(
    ("settings", "fits"),
    [
        (TargetTls(), False),
        (TargetTls(check="authority"), False),
        (TargetTls(check="nothing"), True),
        (TargetTls(check="authority", ca="theirs"), True),
        (TargetTls(ca="theirs"), False),
        (TargetTls(ca="theirs", names=("Other.example",)), True),
    ],
)
async def test_what_is_checked_is_a_setting(line: Line, settings: TargetTls, fits: bool) -> None:
    if settings.ca:
        settings = msgspec.structs.replace(settings, ca=line.authority.ca)
    seen, _ = await toward_target(line, settings, ["other.example"], "pbx.example")
    assert bool(seen) is fits


async def test_a_target_is_told_its_name_and_shown_a_certificate_of_its_own(
    line: Line, tmp_path: Path
) -> None:
    own = line.authority.sign("trunkline.example")
    settings = TargetTls(
        ca=line.authority.ca, certificate=own.certificate, private_key=own.private_key
    )
    told: list[str] = []
    seen, _ = await toward_target(line, settings, ["pbx.example"], "pbx.example", told=told)
    assert (seen, told) == (b"OPTIONS", ["pbx.example", "trunkline.example"])


async def toward_target(
    line: Line, settings: TargetTls, held: list[str], wanted: str, *, told: list[str] | None = None
) -> tuple[bytes, list[object]]:
    """What a target, whose certificate holds these names, gets of a request for it."""
    theirs, ours = line.authority.sign(*held, file="target"), line.authority.sign("us.example")
    happened: list[object] = []
    got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.set_result(await reader.read(7))
        if told is not None and (shown := writer.get_extra_info("peercert")):
            told.append(shown["subjectAltName"][0][1])
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=line.authority.ca)
    context.load_cert_chain(theirs.certificate, theirs.private_key)
    context.verify_mode = ssl.CERT_OPTIONAL
    if told is not None:
        context.sni_callback = lambda _, name, __: told.append(name)
    server = await asyncio.start_server(take, HOST, 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    files = Tls(certificate=ours.certificate, private_key=ours.private_key)
    driver = TcpDriver(
        lambda data, flow: None,
        tls=tls.contexts(files, settings),
        tally=lambda what, kind: happened.append((what, kind)),
    )
    driver.names_at = lambda host, at: frozenset([wanted] if at == port else [])
    driver.unreachable = lambda flow, at: happened.append("unreachable")
    driver.send(Outgoing(Flow("tls", HOST, 5061, HOST, port), OPTIONS, port))
    await asyncio.gather(*driver._connecting)
    async with asyncio.timeout(10):
        seen = b"" if happened else await got
    driver.close()
    server.close()
    return seen, happened
