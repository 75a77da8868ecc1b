"""`trunkline transcribe`: archives of recorded calls, behind whatever is live."""

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from trunkline.batch.priority import PRIORITIES, give_up_priority
from trunkline.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from trunkline.batch.report import RunReport

FORMATS = ("json", "csv", "vtt", "srt", "txt")
S3 = "s3://"
SOME_FAILED = 3
MOST_SPEAKERS = 16


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `transcribe`."""
    parser = subparsers.add_parser(
        "transcribe",
        help="transcribe recorded calls in files",
        description="Transcribe recordings (WAV, also mu-law and A-law, MP3, FLAC, OGG Vorbis and "
        "Opus, AIFF, AU) with personal data taken out, one transcript file a recording and format: "
        "call.wav.json. A folder is searched with all below it, as is s3://BUCKET/PREFIX. Each "
        "channel is a party. Stop it whenever you like: the same command goes on where it was, "
        "and does nothing for what is done. It runs behind everything else on the machine, and "
        "stands still while the appliance's live calls need it.",
        epilog="Exit: 0 all done; 1 could not begin; 2 wrong usage; 3 some recordings failed, "
        "each named with its reason, the others are done; 130 stopped.",
    )
    parser.add_argument("inputs", nargs="+", metavar="FILE|DIR|s3://...", help="recordings")
    parser.add_argument(
        "--out", metavar="DIR|s3://...", help="where transcripts go (default: beside each file)"
    )
    parser.add_argument(
        "--format", default="json", metavar="LIST", help=f"of {','.join(FORMATS)} (default json)"
    )
    parser.add_argument(
        "--channels",
        default="agent,customer",
        metavar="LIST",
        help="who is on channel 0, 1, ... of a file with several (default agent,customer)",
    )
    _add_how(parser)
    parser.add_argument(
        "--job", type=Path, metavar="DIR", help="where the run's state is kept (default: a folder "
        "of the state directory that belongs to these inputs)"
    )  # fmt: skip
    parser.add_argument("--report", type=Path, metavar="FILE", help="quality report as JSON")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings file (TOML)")


def _add_how(parser: argparse.ArgumentParser) -> None:
    """What decides how well and how fast."""
    parser.add_argument(
        "--speakers",
        type=int,
        default=1,
        metavar="N",
        help="tell at most N speakers apart on a file with one channel (default 1: do not)",
    )
    parser.add_argument(
        "--threads", type=int, default=1, metavar="N", help="cores to use at most (default 1)"
    )
    parser.add_argument(
        "--effort",
        choices=("fast", "full"),
        default="fast",
        help="fast (default): each utterance is decoded once; full: as live, what is in doubt is "
        "decoded again by beam, and digit strings twice; half as fast",
    )
    parser.add_argument(
        "--word-times",
        choices=("fast", "exact", "none"),
        default="fast",
        help="fast (default): aligned on every second frame; exact: as live, a fifth slower; none: "
        "spread over the utterance, a third faster",
    )
    parser.add_argument(
        "--priority",
        choices=PRIORITIES,
        default="idle",
        help="idle (default): only cores that nobody else wants; low: nice 19; normal",
    )


def run(args: argparse.Namespace) -> int:
    """Transcribe; see the epilog for exit codes."""
    settings = load(args.settings)
    formats = _checked(args)
    give_up_priority(args.priority)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        done = _transcribe(args, settings, formats)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return done


def _checked(args: argparse.Namespace) -> list[str]:
    """The formats; SettingsError for what cannot be."""
    formats = [name for name in args.format.split(",") if name]
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise SettingsError(f"--format: {args.format}: choose of {', '.join(FORMATS)}")
    for text in args.inputs:
        if not text.startswith(S3) and not Path(text).exists():
            raise SettingsError(f"{text}: there is no such file or folder")
    if args.threads < 1:
        raise SettingsError("--threads: at least 1")
    if not 1 <= args.speakers <= MOST_SPEAKERS:
        raise SettingsError(f"--speakers: 1 to {MOST_SPEAKERS}")
    if not all(role.strip() for role in args.channels.split(",")):
        raise SettingsError(f"--channels: {args.channels}: names with commas between")
    return list(dict.fromkeys(formats))


def _transcribe(args: argparse.Namespace, settings: Settings, formats: list[str]) -> int:
    # Presidio, ONNX Runtime and boto3 take seconds to import: only once the arguments are good.
    from trunkline.batch.job import BadJob, Busy
    from trunkline.batch.places import PlaceError
    from trunkline.batch.setting_up import Asked, Missing, WrongUse, transcribe
    from trunkline.bus.sealed import BadKey

    asked = Asked(
        inputs=args.inputs,
        out=args.out or "",
        formats=formats,
        roles=tuple(role.strip() for role in args.channels.split(",")),
        threads=args.threads,
        word_times=args.word_times,
        effort=args.effort,
        most_speakers=args.speakers,
        job=args.job,
    )
    try:
        report = transcribe(asked, settings, stream=sys.stderr, clock=time.monotonic)
    except WrongUse as error:
        print(f"trunkline: {error}", file=sys.stderr)
        return 2
    except (Missing, PlaceError, Busy, BadJob, BadKey) as error:
        print(f"trunkline: {error}", file=sys.stderr)
        return 1
    return _told(report, args.report)


def _told(report: "RunReport", path: Path | None) -> int:
    from trunkline.batch.report import FAILED, table

    for line in table(report):
        print(line)
    if path is not None:
        plain = msgspec.json.format(msgspec.json.encode(report), indent=2)
        try:
            path.write_bytes(plain + b"\n")
        except OSError as error:
            print(f"trunkline: {path}: {error.strerror}", file=sys.stderr)
            return 1
    return SOME_FAILED if any(file.outcome == FAILED for file in report.files) else 0
