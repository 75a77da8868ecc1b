"""`trunkline resume`: listen to a paused call again."""

import argparse

from trunkline.cli.pause import describe, run

__all__ = ["add_parser", "run"]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe `resume`."""
    describe(
        subparsers,
        "resume",
        text="listen to a paused call again",
        more="A call that is not paused stays as it is. Exit code as of `trunkline pause`.",
    )
