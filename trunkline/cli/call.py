"""`trunkline call`: place a real call from audio files."""

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sip_gateway.caller.digest import Login
from sip_gateway.caller.place import place_call
from sip_gateway.caller.plan import CallFailed, CallPlan, CallReport, TlsFiles
from sip_gateway.caller.recording import length_ms
from sip_gateway.calls.hints import PHRASES, PROFILE, QUEUE
from sip_gateway.sip.address import parse_sip_uri
from sip_gateway.sip.flow import default_port
from sip_gateway.sip.sdes import KEY_BYTES

TRANSPORTS = ("udp", "tcp", "tls")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `call`."""
    parser = subparsers.add_parser(
        "call",
        help="place a call from audio files, to see whether a line is alive",
        description="Place a call from WAV files (any rate; PCM, mu-law or A-law) and play it in "
        "real time, in RTP packets of 20 ms. Prints the call id, to be used with `trunkline "
        "transcript`. Exit code 0: the call was taken and played to its end; 1: refused or broken, "
        "with the reason; 2: wrong usage.",
    )
    parser.add_argument("agent", type=Path, metavar="AGENT.wav", help="what the agent says")
    parser.add_argument(
        "customer",
        type=Path,
        nargs="?",
        metavar="CUSTOMER.wav",
        help="what the customer says; without it AGENT.wav is stereo, agent on the left",
    )
    parser.add_argument(
        "--to",
        required=True,
        metavar="sip:[USER@]HOST:PORT",
        help="where to call; `sip:HOST;transport=tls` or `sips:HOST` over TLS",
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--siprec",
        action="store_true",
        default=True,
        help="as an SBC forks a call: two labelled streams with metadata, RFC 7866 (default)",
    )
    kind.add_argument(
        "--plain", action="store_true", help="as a phone: one stream with both voices mixed"
    )
    add_audio(parser)
    add_transport(parser)
    add_login(parser)
    add_headers(parser)


def add_audio(parser: argparse.ArgumentParser) -> None:
    """How the audio goes out."""
    parser.add_argument(
        "--codec", choices=("pcmu", "pcma"), default="pcmu", help="G.711 law (default pcmu)"
    )
    parser.add_argument(
        "--loss",
        type=_probability,
        default=0.0,
        metavar="P",
        help="leave out RTP packets with this probability, 0 to 1 (default 0)",
    )
    parser.add_argument(
        "--srtp",
        choices=tuple(KEY_BYTES),
        default="",
        metavar="SUITE",
        help=f"encrypt the audio; the key is in the SDP: use TLS. One of {', '.join(KEY_BYTES)}",
    )


def add_transport(parser: argparse.ArgumentParser) -> None:
    """Over what to call."""
    parser.add_argument(
        "--transport",
        choices=TRANSPORTS,
        default="tcp",
        help="for SIP where --to names none (default tcp: a SIPREC INVITE is larger than a UDP "
        "packet should be)",
    )
    parser.add_argument("--tls-ca", default="", metavar="PEM", help="who signed its certificate")
    parser.add_argument("--tls-certificate", default="", metavar="PEM", help="ours, for mutual TLS")
    parser.add_argument("--tls-key", default="", metavar="PEM", help="the key of our certificate")


def add_login(parser: argparse.ArgumentParser) -> None:
    """Who to say that we are."""
    parser.add_argument("--user", default="", help="answer a digest challenge as this user")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="its password, the file's only line"
    )


def add_headers(parser: argparse.ArgumentParser) -> None:
    """What a call may tell of itself."""
    parser.add_argument("--queue", default="", help="say that the call is of this queue")
    parser.add_argument("--profile", default="", help="ask for this profile of recognition")
    parser.add_argument(
        "--phrase",
        action="append",
        default=[],
        metavar="TEXT",
        help="words that will be spoken, may be given several times",
    )


def run(args: argparse.Namespace) -> int:
    """Place the call and wait for its end."""
    try:
        plan = _plan(args)
    except ValueError as error:
        print(f"trunkline call: --to {args.to}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"trunkline call: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    try:
        report = asyncio.run(_place(plan))
    except CallFailed as error:
        print(f"trunkline call: {error}", file=sys.stderr)
        return 1
    print(_summary(report), file=sys.stderr)
    return 0 if report.bye_answered and not report.ended_by_far_end else 1


def _plan(args: argparse.Namespace) -> CallPlan:
    to = parse_sip_uri(args.to)
    named = "tls" if to.scheme == "sips" else (to.params.get("transport") or "").lower()
    if named and named not in TRANSPORTS:
        raise ValueError(f"this caller does not speak {named}")
    transport = named or args.transport
    return CallPlan(
        host=to.host,
        port=to.port or default_port(transport),
        user=to.user,
        agent=args.agent,
        customer=args.customer,
        siprec=not args.plain,
        transport=transport,
        tls=TlsFiles(args.tls_ca, args.tls_certificate, args.tls_key),
        codec=args.codec.upper(),
        loss=args.loss,
        headers=headers(args),
        srtp=args.srtp,
        login=_login(args),
    )


def _login(args: argparse.Namespace) -> Login | None:
    if bool(args.user) != bool(args.password_file):
        raise ValueError("--user and --password-file belong together")
    return Login(args.user, args.password_file.read_text().strip()) if args.user else None


def headers(args: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    """The headers that tell it."""
    phrases = ",".join(quote(phrase, safe=" ") for phrase in args.phrase)
    told = ((QUEUE, args.queue), (PROFILE, args.profile), (PHRASES, phrases))
    return tuple((name, value) for name, value in told if value)


async def _place(plan: CallPlan) -> CallReport:
    total_ms = length_ms(plan)
    begun = asyncio.Event()

    def started(call_id: str, at: datetime) -> None:
        print(call_id or "(no call id: the far end is not a Trunkline)", flush=True)
        begun.set()

    showing = asyncio.ensure_future(_show_progress(begun, total_ms))
    try:
        return await place_call(plan, on_started=started)
    finally:
        showing.cancel()
        if begun.is_set() and sys.stderr.isatty():
            print(file=sys.stderr)


async def _show_progress(begun: asyncio.Event, total_ms: int) -> None:
    """One line, rewritten every half second; nothing where nobody looks."""
    await begun.wait()
    loop = asyncio.get_running_loop()
    began = loop.time()
    while sys.stderr.isatty():
        done_s = min(total_ms / 1000, loop.time() - began)
        print(f"\r{_clock(done_s)} of {_clock(total_ms / 1000)}", end="", file=sys.stderr)
        await asyncio.sleep(0.5)


def _summary(report: CallReport) -> str:
    left_out = f", {report.packets_left_out} left out" if report.packets_left_out else ""
    end = "the far end hung up" if report.ended_by_far_end else "played to its end"
    no_bye = "" if report.bye_answered else "; the far end did not answer BYE"
    played = _clock(report.duration_ms / 1000)
    return f"{end} after {played}; {report.packets_sent} packets sent{left_out}{no_bye}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _probability(text: str) -> float:
    value = float(text)
    if not 0.0 <= value < 1.0:
        raise argparse.ArgumentTypeError("a probability: at least 0, below 1")
    return value
