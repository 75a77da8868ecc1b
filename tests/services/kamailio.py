"""kamailio as the proxy that stands before the gateway: UDP and TCP on one side, TLS on the other.

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

HOST = "127.0.0.1"
NAME = "proxy.example.com"
"""What its certificate says."""

START_S = 20.0

_CONFIG = """
debug=2
log_stderror=yes
children=1
tcp_children=2
enable_tls=yes
# A SIPREC body is larger than its default, which ends the connection.
tcp_rd_buf_size=131072
listen=udp:{host}:{port}
listen=tcp:{host}:{port}
listen=tls:{host}:{tls_port}
mpath="{modules}"
loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "tmx.so"
loadmodule "corex.so"
loadmodule "dispatcher.so"
{registrar_modules}
modparam("tls", "config", "{folder}/tls.cfg")
modparam("rr", "enable_double_rr", 1)
modparam("tm", "fr_timer", 3000)
modparam("dispatcher", "list_file", "{folder}/dispatcher.list")
modparam("dispatcher", "flags", 2)
modparam("dispatcher", "ds_ping_interval", 1)
modparam("dispatcher", "ds_probing_mode", 1)
modparam("dispatcher", "ds_probing_threshold", 1)
modparam("dispatcher", "ds_ping_reply_codes", "class=2")
{registrar_settings}

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
{registrar_route}
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

    tls_port: int
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
    program = needs("kamailio")
    folder.mkdir(parents=True, exist_ok=True)
    proxy = Kamailio(*_free_ports(), folder / "kamailio.log")
    _write(folder, authority, proxy, [f"sip:{HOST}:{port};transport=tls" for port in gateways])
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


def _write(folder: Path, authority: Authority, proxy: Kamailio, gateways: Sequence[str]) -> None:
    ours = authority.sign(NAME, HOST, file="proxy")
    (folder / "tls.cfg").write_text(
        _TLS.format(ca=authority.ca, certificate=ours.certificate, private_key=ours.private_key)
    )
    # setid, destination, flags, priority: the highest priority is asked first.
    rows = [f"1 {uri} 0 {len(gateways) - i}\n" for i, uri in enumerate(gateways)]
    (folder / "dispatcher.list").write_text("".join(rows))
    (folder / "kamailio.cfg").write_text(
        _CONFIG.format(
            host=HOST,
            port=proxy.port,
            tls_port=proxy.tls_port,
            modules=_modules(),
            folder=folder,
            first=gateways[0].replace("sip:", "sip:line@"),
            registrar_modules="",
            registrar_settings="",
            registrar_route="",
        )
    )


def _modules() -> Path:
    """Where the modules lie beside the program: Debian puts the machine's name in between."""
    found = sorted(Path(needs("kamailio")).parents[1].glob("lib/*/kamailio/modules"))
    return found[0] if found else Path("/usr/lib/kamailio/modules")


def _free_ports() -> tuple[int, int]:
    """A port free for UDP and TCP, and one for TLS."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp_port = free_port()
        udp.bind((HOST, tcp_port))
        return tcp_port, free_port()


def free_port() -> int:
    """A TCP port that nobody had a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
        tcp.bind((HOST, 0))
        return int(tcp.getsockname()[1])


def _listens(proxy: Kamailio) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((HOST, proxy.tls_port)) == 0
