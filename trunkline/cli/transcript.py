"""`trunkline transcript`: what was said in a call, personal data taken out."""

import argparse
import sys

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from trunkline.api_client import Access, ApiClient, ApiError, add_api_arguments, find_access, say
from trunkline.live_captions import CaptionSegment, read_head, read_segments
from trunkline.running import NotRunning

LAST_WORDS_S = 15.0

FORMATS = ("text", "json", "vtt", "srt")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `transcript`."""
    parser = subparsers.add_parser(
        "transcript",
        help="print the transcript of a call",
        description="Print what was said in a call, with times; personal data is replaced by "
        "tokens such as [card]. `trunkline calls` lists the call ids, and the answer to an INVITE "
        "carries it as X-Trunkline-Call-ID.",
    )
    parser.add_argument("call_id", metavar="CALL_ID", help="32 hex digits")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="text (default), json with every word's times, or subtitles: vtt, srt",
    )
    parser.add_argument(
        "--follow", action="store_true", help="print a live call's finished lines until it ends"
    )
    add_api_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the transcript; 1 if the call is unknown or the appliance cannot be asked."""
    if args.follow and args.format != "text":
        print("trunkline: --follow prints text only", file=sys.stderr)
        return 2
    try:
        access = find_access(args)
        with ApiClient(access) as api:
            if args.follow and api.transcript(args.call_id).call.state == "live":
                follow(access, args.call_id)
            else:
                print(api.transcript_as(args.call_id, args.format).decode().rstrip("\n"))
    except (ApiError, NotRunning) as error:
        print(say(error), file=sys.stderr)
        return 1
    return 0


def follow(access: Access, call_id: str) -> None:
    """Print each line once it is final, until the call is stored whole."""
    url = f"{access.captions_url}?call_id={call_id}"
    try:
        with connect(url, additional_headers=access.headers, proxy=None, max_size=None) as socket:
            _print_finals(socket, call_id)
    except InvalidStatus as error:
        raise ApiError(f"{access.url}: HTTP {error.response.status_code}") from None
    except (OSError, WebSocketException) as error:
        raise ApiError(f"{access.url} does not answer ({type(error).__name__})") from None


def _print_finals(socket: Connection, call_id: str) -> None:
    printed: set[str] = set()
    ended = False
    while True:
        try:
            # The last words become final after the end; then nothing more is worth waiting for.
            message = socket.recv(timeout=LAST_WORDS_S if ended else None)
        except TimeoutError:
            return
        for of_call, segment in read_segments(message):
            if of_call == call_id and segment.is_final:
                _print_once(segment, printed)
        head = read_head(message)
        if head.call_id == call_id and head.type == "summary":
            return
        ended = ended or (head.call_id == call_id and head.type == "call_ended")


def _print_once(segment: CaptionSegment, printed: set[str]) -> None:
    if segment.segment_id not in printed:
        printed.add(segment.segment_id)
        minutes, seconds = divmod(segment.start_ms // 1000, 60)
        print(f"{minutes:02}:{seconds:02}  {segment.speaker}: {segment.text}", flush=True)
