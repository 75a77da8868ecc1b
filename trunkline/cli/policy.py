"""`trunkline policy`: check a tenant's policy file, and see what it makes of a sample."""

import argparse
import secrets
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from trunkline.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from redaction.presidio import Engine
    from redaction.redact import Policy
    from redaction.sample import Shown


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `policy test` and `policy check`."""
    parser = subparsers.add_parser("policy", help="try out or check a redaction policy")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    test = actions.add_parser(
        "test",
        help="show what a policy makes of a sample, and why",
        description="Redact a sample dialogue: lines `A: ...` (agent) and `C: ...` (customer). "
        "Prints each line before and after, what was masked as which kind, and by which rule. "
        "It prints what it masks: use made-up data.",
    )
    test.add_argument("sample", nargs="?", metavar="TEXT|FILE", help="else standard input")
    test.add_argument(
        "--cases",
        type=Path,
        metavar="FILE",
        help="instead: count what it makes of reviewed cases (`trunkline review export`)",
    )
    chosen = test.add_mutually_exclusive_group()
    chosen.add_argument("--policy", type=Path, metavar="FILE", help="this policy file")
    chosen.add_argument("--tenant", metavar="T", help="the policy of this tenant (policies_dir)")
    check = actions.add_parser("check", help="say what is wrong with policy files")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    for action in (test, check):
        action.add_argument("--settings", type=Path, metavar="FILE", help="settings ([redaction])")


def run(args: argparse.Namespace) -> int:
    """0 done; 1 the policy cannot be used, or the sample not be read."""
    settings = load(args.settings)
    if args.action == "check":
        return max(_check(path, settings) for path in args.files)
    return _test(args, settings)


def _check(path: Path, settings: Settings) -> int:
    from redaction.policy_file import PolicyError, read_policy, warnings_of

    try:
        file = read_policy(path)
        policy = _of_file(path, settings)
    except PolicyError as error:
        print(f"trunkline policy: {error}", file=sys.stderr)
        return 1
    print(f"{path}: good, version {policy.version}")
    for warning in warnings_of(file):
        print(f"{path}: note: {warning}")
    return 0


def _test(args: argparse.Namespace, settings: Settings) -> int:
    from redaction.policies import Policies
    from redaction.policy_file import PolicyError
    from redaction.sample import try_out
    from trunkline.review_cases import CaseError, read_cases, report, try_cases

    try:
        if args.policy is not None:
            policy = _of_file(args.policy, settings)
        else:
            key, engine = secrets.token_bytes(32), _engine(settings)
            policies = Policies(settings.redaction, key=key, engine=engine)
            policy = policies.policy_of(args.tenant or "default")
        if args.cases is not None:
            print(f"policy version {policy.version}")
            print("\n".join(report(try_cases(policy, read_cases(args.cases)))))
            return 0
        lines = _sample(args.sample)
    except (PolicyError, CaseError, OSError, UnicodeDecodeError) as error:
        print(f"trunkline policy: {error}", file=sys.stderr)
        return 1
    _show(policy.version, try_out(policy, lines))
    return 0


def _of_file(path: Path, settings: Settings) -> "Policy":
    from redaction.policies import build_policy
    from redaction.policy_file import read_policy

    keys = (secrets.token_bytes(32), path.stem)
    file, engine = read_policy(path), _engine(settings)
    return build_policy(settings.redaction, file, path=path, engine=engine, keys=keys)


def _engine(settings: Settings) -> "Engine":
    """What the appliance runs; without its weights the rules alone, and a note that says so."""
    from redaction.presidio import build_engine
    from trunkline.redacting import engine_for

    try:
        return engine_for(settings)
    except SettingsError:
        print("note: the model of names is not fetched: rules alone", file=sys.stderr)
        return build_engine()


def _sample(given: str | None) -> list[str]:
    """Lines of a file, of the argument itself, or of standard input."""
    if given is None:
        return sys.stdin.read().splitlines()
    if "\n" not in given and len(given) < 256 and Path(given).is_file():
        return Path(given).read_text(encoding="utf-8").splitlines()
    return given.splitlines()


def _show(version: str, lines: "list[Shown]") -> None:
    print(f"policy version {version}")
    counts: Counter[str] = Counter()
    for line in lines:
        print()
        print(f"  before  {line.speaker}: {line.before}")
        print(f"  after   {line.speaker}: {line.after}")
        for masked in line.masked:
            counts[masked.kind] += 1
            print(f'          {masked.kind}: "{masked.words}" {masked.why}')
    print()
    total = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    print(f"taken out: {total or 'nothing'}")
