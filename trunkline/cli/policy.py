"""`trunkline policy`: check a tenant's policy file, and see what it makes of a sample."""

import argparse
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trunkline.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from redaction.policy.prepared_policy import Policy
    from redaction.policy.presidio import Engine
    from redaction.policy.sample import Shown


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `policy test` and `policy check`."""
    parser = subparsers.add_parser("policy", help="try out or check a redaction policy")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    test = actions.add_parser(
        "test",
        help="show what a policy makes of a sample, and why",
        description="Redact a sample dialogue: lines `A: ...` (agent) and `C: ...` (customer), or "
        "a call as `GET /v1/calls/ID/transcript` gives it. Prints each line before and after, and "
        "a table: what was masked as which kind, what everybody sees instead and what some roles "
        "do, and the rule or recogniser that decided. With --compare, where another policy does "
        "otherwise. It prints what it masks: use made-up data.",
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
    test.add_argument("--compare", type=Path, metavar="FILE", help="with this other policy file")
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
    from redaction.policy.policy_file import PolicyError, read_policy, warnings_of

    try:
        file = read_policy(path)
        policy = _of_file(path, settings, _engine(settings))
    except PolicyError as error:
        print(f"trunkline policy: {error}", file=sys.stderr)
        return 1
    print(f"{path}: good, version {policy.version}")
    for warning in warnings_of(file):
        print(f"{path}: note: {warning}")
    return 0


def _test(args: argparse.Namespace, settings: Settings) -> int:
    from redaction.policy.policy_file import PolicyError
    from redaction.policy.sample import BadSample

    try:
        engine = _engine(settings)
        policy = _chosen(args, settings, engine)
        if args.cases is not None:
            others = [] if args.compare is None else [_of_file(args.compare, settings, engine)]
            return _try_cases(args.cases, [policy, *others])
        lines = _tried(policy, sample := _sample(args.sample))
        _show(policy.version, lines)
        if args.compare is not None:
            other = _of_file(args.compare, settings, engine)
            _compare(lines, _tried(other, sample), names=(_name(args), args.compare.stem))
    except (PolicyError, BadSample, OSError, UnicodeDecodeError) as error:
        print(f"trunkline policy: {error}", file=sys.stderr)
        return 1
    return 0


def _try_cases(path: Path, policies: "list[Policy]") -> int:
    """What each policy does with what reviewers found."""
    from trunkline.review_cases import CaseError, read_cases, report, try_cases

    try:
        cases = read_cases(path)
    except CaseError as error:
        print(f"trunkline policy: {path}: {error}", file=sys.stderr)
        return 1
    for policy in policies:
        print(f"policy version {policy.version}")
        print("\n".join(report(try_cases(policy, cases))))
    return 0


def _chosen(args: argparse.Namespace, settings: Settings, engine: "Engine") -> "Policy":
    """The policy of the file, or of the tenant."""
    from redaction.policy.policies import Policies

    if args.policy is not None:
        return _of_file(args.policy, settings, engine)
    policies = Policies(settings.redaction, key=secrets.token_bytes(32), engine=engine)
    return policies.policy_of(args.tenant or "default")


def _name(args: argparse.Namespace) -> str:
    return str(args.policy.stem if args.policy is not None else args.tenant or "default")


def _tried(policy: "Policy", sample: str) -> "list[Shown]":
    from redaction.policy.sample import try_out, try_out_call

    if sample.lstrip().startswith("{"):
        return try_out_call(policy, sample.encode())
    return try_out(policy, sample.splitlines())


def _of_file(path: Path, settings: Settings, engine: "Engine") -> "Policy":
    from redaction.policy.policies import build_policy
    from redaction.policy.policy_file import read_policy

    keys = (secrets.token_bytes(32), path.stem)
    file = read_policy(path)
    return build_policy(settings.redaction, file, path=path, engine=engine, keys=keys)


def _engine(settings: Settings) -> "Engine":
    """What the appliance runs; without its weights the rules alone, and a note that says so."""
    from redaction.policy.presidio import build_engine
    from trunkline.redacting import engine_for

    try:
        return engine_for(settings)
    except SettingsError:
        print("note: the model of names is not fetched: rules alone", file=sys.stderr)
        return build_engine()


def _sample(given: str | None) -> str:
    """The text of a file, of the argument itself, or of standard input."""
    if given is None:
        return sys.stdin.read()
    if "\n" not in given and len(given) < 256 and Path(given).is_file():
        return Path(given).read_text(encoding="utf-8")
    return given


def _show(version: str, lines: "list[Shown]") -> None:
    from trunkline.cli import policy_table

    print(f"policy version {version}")
    for line in (*policy_table.dialogue(lines), *policy_table.masked(lines)):
        print(line)


def _compare(one: "list[Shown]", other: "list[Shown]", *, names: tuple[str, str]) -> None:
    from redaction.policy.compared import differences
    from trunkline.cli import policy_table

    for line in policy_table.compared(differences(one, other), names=names):
        print(line)
