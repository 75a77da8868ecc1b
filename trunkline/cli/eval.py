"""`trunkline eval`: place calls whose truth is known and score them; compare two such runs."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from trunkline.api_client import Access, ApiError
from trunkline.cli.call import add_headers, headers
from trunkline.evaluate.compare import EXIT_CODES, Verdict, compare
from trunkline.evaluate.degrade import BadDegradation, parse_line
from trunkline.evaluate.page import page
from trunkline.evaluate.placing import Address
from trunkline.evaluate.prepare import TestCall, on_lines, read_calls, read_speech
from trunkline.evaluate.reference import BadReference
from trunkline.evaluate.report import (
    BadReport,
    Report,
    Run,
    encode_report,
    read_report,
    report_of,
)
from trunkline.evaluate.rules import BadRules, read_rules
from trunkline.evaluate.run import Outcome, Target, evaluate
from trunkline.evaluate.speech_set import find_manifest
from trunkline.evaluate.table import table
from trunkline.running import NotRunning, find_appliance

COMPARE = "compare"
PLACING = """\
Place every call of a folder over SIPREC through the appliance running here, in real time, and score
what came out: word errors overall and by slice, entities, personal data still readable (in the
transcript, in any caption ever shown, in Postgres), caption delays stage by stage, churn, word
times, speakers, confidence, legs, CPU.

DIR holds calls: NAME.wav (stereo, left leg 0, right leg 1) with NAME.json beside it: its turns and
where personal data is said; tests/data/calls/ORIGIN.md describes the format. Or it holds plain
speech: manifest.jsonl with {"audio": ..., "text": ..., "slices": {...}} a line; each recording is
placed as a plain call.
"""
COMPARING = """\
`trunkline eval compare BASE.json CANDIDATE.json` reads the reports of two runs over the same calls
and says whether the candidate may take the base's place. Exit code 0: continue; 3: pause (too
little evidence, or worse without certainty); 4: rollback (worse in what is guarded, or any new leak
of protected personal data); 2: a file cannot be read.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `eval`."""
    parser = subparsers.add_parser(
        "eval",
        help="place test calls and score them; compare two runs",
        usage="trunkline eval DIR [options] | trunkline eval compare BASE.json CANDIDATE.json "
        "[--rules FILE] [--json OUT]",
        description=PLACING,
        epilog=COMPARING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", metavar="DIR", help="folder with calls or speech; or: compare")
    parser.add_argument("reports", nargs="*", type=Path, help=argparse.SUPPRESS)
    parser.add_argument(
        "--parallel", type=int, default=1, metavar="N", help="calls at a time (default 1)"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the scores there as JSON")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="write report.html and report.json there"
    )
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="NAME", help="calls whose name begins so"
    )
    parser.add_argument(
        "--speech", action="store_true", help="DIR must hold plain speech (else found out)"
    )
    parser.add_argument(
        "--degrade",
        action="append",
        default=[],
        metavar="HOW",
        help="play every call like this: some of codec=pcma,loss=3%%,snr=10,noise=pink|white|"
        "babble, or clean; again for a further round",
    )
    parser.add_argument("--seed", type=int, default=1, help="of noise and loss (default 1)")
    parser.add_argument(
        "--words",
        type=Path,
        metavar="DIR",
        help="where word times are, NAME.json (default DIR/words)",
    )
    parser.add_argument(
        "--with-text", action="store_true", help="show text of calls that are not synthetic, too"
    )
    add_headers(parser)
    parser.add_argument(
        "--rules", type=Path, metavar="FILE", help="of compare (TOML; default: the built-in ones)"
    )


def run(args: argparse.Namespace) -> int:
    """Score, or compare; 1 if a call could not be placed or scored."""
    if args.what == COMPARE:
        return _compare(args)
    if args.parallel < 1 or args.reports:
        print("trunkline eval: one DIR, and --parallel of at least 1", file=sys.stderr)
        return 2
    try:
        lines = [parse_line(text, seed=args.seed) for text in args.degrade or ["clean"]]
        with tempfile.TemporaryDirectory(prefix="trunkline-eval-") as work:
            calls = on_lines(_read(args, Path(work)), lines, work=Path(work))
            return _score([call._replace(headers=headers(args)) for call in calls], args)
    except BadDegradation as error:
        print(f"trunkline eval: {error}", file=sys.stderr)
        return 2
    except (BadReference, NotRunning, ApiError) as error:
        print(f"trunkline: {error}", file=sys.stderr)
        return 1


def _read(args: argparse.Namespace, work: Path) -> list[TestCall]:
    manifest = find_manifest(Path(args.what))
    if manifest:
        return read_speech(manifest, args.only, work=work)
    if args.speech:
        raise BadReference(f"{args.what}: no manifest.jsonl in it")
    return read_calls(Path(args.what), args.only, times_in=args.words)


def _score(calls: Sequence[TestCall], args: argparse.Namespace) -> int:
    target = find_target()
    outcome = asyncio.run(
        evaluate(calls, target, parallel=args.parallel, report=_progress, with_text=args.with_text)
    )
    for line in table(outcome.scores):
        print(line)
    report = _report(outcome, target, args)
    if args.json:
        args.json.write_bytes(encode_report(report))
    if args.report:
        args.report.mkdir(parents=True, exist_ok=True)
        (args.report / "report.json").write_bytes(encode_report(report))
        (args.report / "report.html").write_text(page(report), encoding="utf-8")
        print(f"report: {args.report / 'report.html'}", file=sys.stderr)
    return 1 if any(score.problem for score in outcome.scores) else 0


def _report(outcome: Outcome, target: Target, args: argparse.Namespace) -> Report:
    asked = {"queue": args.queue, "profile": args.profile}
    run = Run(
        made_at=datetime.now(UTC),
        version=version("trunkline"),
        endpoint_ms=target.endpoint_ms,
        parallel=args.parallel,
        asked={name: value for name, value in asked.items() if value},
        cost=outcome.cost,
    )
    return report_of(run, tuple(outcome.scores))


def find_target() -> Target:
    """The appliance that runs here."""
    running = find_appliance()
    try:
        key = Path(running.api_key_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ApiError(f"{running.api_key_file}: {error.strerror}") from None
    settings = running.settings()
    return Target(
        access=Access(running.http_url, key),
        sip=Address("127.0.0.1", running.sip_port),
        dsn=running.postgres_dsn,
        endpoint_ms=settings.triton_models.stop_history_ms,
        state_dir=str(settings.state_dir),
    )


def _compare(args: argparse.Namespace) -> int:
    if len(args.reports) != 2:
        print("trunkline eval compare: BASE.json and CANDIDATE.json", file=sys.stderr)
        return 2
    try:
        base, candidate = (read_report(path) for path in args.reports)
        verdict = compare(base, candidate, read_rules(args.rules))
    except (BadReport, BadRules) as error:
        print(f"trunkline eval compare: {error}", file=sys.stderr)
        return 2
    _print(verdict)
    if args.json:
        body = msgspec.json.format(msgspec.json.encode(verdict), indent=2)
        args.json.write_bytes(body + b"\n")
    return EXIT_CODES[verdict.decision]


def _print(verdict: Verdict) -> None:
    """The decision first, then why, then every figure."""
    print(verdict.decision.value)
    for finding in verdict.findings:
        print(f"{finding.decision.value:9} {finding.why}")
    for change in verdict.changes:
        print(f"{'':9} {change}")


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
