"""kamailio as the proxy before the gateway: UDP and TCP on one side, TLS on the other; or as a PBX.

Its configuration is written for each test, as short as a proxy can be that stays in the path
(Record-Route), forks, knows by OPTIONS who is alive, and goes to the next when it gets a 5xx.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.services.authority import Authority
from tests.services.gateway import needs
from trunkline.ports import free_port

HOST = "127.0.0.1"
NAME = "proxy.example.com"
"""What its certificate says."""

START_S = 20.0

_HEAD = """
debug=2
log_stderror=yes
children=1
tcp_children=2
listen=udp:{host}:{port}
listen=tcp:{host}:{port}
mpath="{modules}"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
modparam("tm", "fr_timer", 3000)
"""

_PROXY = """
enable_tls=yes
# A SIPREC body is larger than its default, which ends the connection.
tcp_rd_buf_size=131072
listen=tls:{host}:{tls_port}
loadmodule "tls.so"
loadmodule "tmx.so"
loadmodule "corex.so"
loadmodule "dispatcher.so"
modparam("tls", "config", "{folder}/tls.cfg")
modparam("rr", "enable_double_rr", 1)
modparam("dispatcher", "list_file", "{folder}/dispatcher.list")
modparam("dispatcher", "flags", 2)
modparam("dispatcher", "ds_ping_interval", 1)
modparam("dispatcher", "ds_probing_mode", 1)
modparam("dispatcher", "ds_probing_threshold", 1)
modparam("dispatcher", "ds_ping_reply_codes", "class=2")

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        # Within a dialog nothing but the route set decides: what does not follow it is not ours.
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not Here");
        exit;
    }}
    t_check_trans();
    if (!is_method("INVITE")) {{ sl_send_reply("405", "Method Not Allowed"); exit; }}
    record_route();
    if ($rU == "forked") {{
        $ru = "{first}";
        append_branch("{first}");
        t_relay();
        exit;
    }}
    if (!ds_select_dst("1", "8")) {{ sl_send_reply("503", "Nobody There"); exit; }}
    t_on_failure("NEXT");
    t_relay();
}}

failure_route[NEXT] {{
    if (t_is_canceled()) exit;
    if (t_check_status("5[0-9][0-9]")) {{
        xlog("L_ERR", "[next] after $T_reply_code\\n");
        if (ds_next_dst()) {{ t_on_failure("NEXT"); t_relay(); exit; }}
    }}
}}

event_route[dispatcher:dst-up] {{ xlog("L_ERR", "[up] $ru\\n"); }}
event_route[dispatcher:dst-down] {{ xlog("L_ERR", "[down] $ru\\n"); }}
"""

_PBX = """
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("auth", "algorithm", "{algorithm}")
modparam("auth", "nonce_expire", {nonce_s})

request_route {{
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        {within}
        t_relay();
        exit;
    }}
    t_check_trans();
    if (is_method("{methods}") && !pv_www_authenticate("pbx", "{password}", "0")) {{
        www_challenge("pbx", "{qop}");
        exit;
    }}
    if (is_method("REGISTER")) {{
        xlog("L_ERR", "[registered] $tU\\n");
        save("location");
        exit;
    }}
    if (!lookup("location")) {{ sl_send_reply("480", "Not Registered"); exit; }}
    {stays}
    t_relay();
}}
"""

_WITHIN = """
        loose_route();
        if (is_method("INVITE|UPDATE|BYE")) {{
            if (!pv_www_authenticate("pbx", "{password}", "0")) {{
                xlog("L_ERR", "[asked] $rm\\n");
                www_challenge("pbx", "1");
                exit;
            }}
            xlog("L_ERR", "[proved] $rm\\n");
        }}
"""

_TLS = """
[server:default]
method = TLSv1.2+
verify_certificate = no
certificate = {certificate}
private_key = {private_key}

[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
ca_list = {ca}
certificate = {certificate}
private_key = {private_key}
"""


class Kamailio(NamedTuple):
    """A running proxy."""

    port: int
    """UDP and TCP."""

    log: Path

    def said(self, words: str) -> int:
        """How many lines of its log hold these words."""
        return sum(words in line for line in self.log.read_text(errors="replace").splitlines())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition, with a deadline; its log tells why it did not come."""
        try:
            async with asyncio.timeout(START_S):
                while not holds():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(self.log.read_text(errors="replace")[-4000:]) from None


@contextlib.asynccontextmanager
async def kamailio(
    folder: Path, authority: Authority, gateways: Sequence[int]
) -> AsyncIterator[Kamailio]:
    """A proxy in front of the gateways at these TLS ports, the first preferred; then it is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    tls_port = free_port(HOST)
    ours = authority.sign(NAME, HOST, file="proxy")
    (folder / "tls.cfg").write_text(
        _TLS.format(ca=authority.ca, certificate=ours.certificate, private_key=ours.private_key)
    )
    uris = [f"sip:{HOST}:{port};transport=tls" for port in gateways]
    # setid, destination, flags, priority: the highest priority is asked first.
    rows = [f"1 {uri} 0 {len(uris) - i}\n" for i, uri in enumerate(uris)]
    (folder / "dispatcher.list").write_text("".join(rows))
    first = uris[0].replace("sip:", "sip:line@")
    config = _PROXY.format(host=HOST, tls_port=tls_port, folder=folder, first=first)
    async with _running(folder, config) as proxy:
        yield proxy


@contextlib.asynccontextmanager
async def small_pbx(
    folder: Path, password: str, *, asks: str = "", always: bool = False
) -> AsyncIterator[Kamailio]:
    """A registrar whose extensions all have this password, and call each other over UDP.

    `asks` is the hash by which it asks callers, too, for it; `always`: also within a call, where
    its nonces are old after a second.
    """
    methods, algorithm = ("REGISTER|INVITE", asks) if asks else ("REGISTER", "MD5")
    words = {"password": password, "methods": methods, "algorithm": algorithm}
    words |= {"within": "", "stays": "", "nonce_s": "300"}
    if always:
        within = _WITHIN.format(password=password)
        words |= {"within": within, "stays": "record_route();", "nonce_s": "1"}
    async with _running(folder, _PBX.format(**words, qop=int(bool(asks)))) as pbx:
        yield pbx


@contextlib.asynccontextmanager
async def _running(folder: Path, config: str) -> AsyncIterator[Kamailio]:
    program = needs("kamailio")
    folder.mkdir(parents=True, exist_ok=True)
    proxy = Kamailio(free_port(HOST, udp_too=True), folder / "kamailio.log")
    head = _HEAD.format(host=HOST, port=proxy.port, modules=_modules())
    (folder / "kamailio.cfg").write_text(head + config)
    with proxy.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, "-f", str(folder / "kamailio.cfg"), "-DD", "-E", "-m", "32", "-M", "8",
            "-Y", str(folder), "-w", str(folder),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        await proxy.until(lambda: process.returncode is not None or _listens(proxy))
        assert process.returncode is None, proxy.log.read_text(errors="replace")[-4000:]
        yield proxy
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(START_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _modules() -> Path:
    """Where the modules lie beside the program: Debian puts the machine's name in between."""
    found = sorted(Path(needs("kamailio")).parents[1].glob("lib/*/kamailio/modules"))
    return found[0] if found else Path("/usr/lib/kamailio/modules")


def _listens(proxy: Kamailio) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((HOST, proxy.port)) == 0
