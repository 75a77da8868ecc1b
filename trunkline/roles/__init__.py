"""One module per role: what `trunkline run ROLE` starts."""

import importlib
from pathlib import Path

from trunkline.roles.process import run_role
from trunkline.settings import Settings


def start(name: str, settings: Settings, *, worker: int = 0, socket: Path | None = None) -> int:
    """Run the role until SIGTERM; 0 after a clean drain."""
    # By name, so that a role's process loads only the packages it is made of.
    module = importlib.import_module(f"trunkline.roles.{name}")
    return run_role(name, module.build, settings=settings, worker=worker, socket=socket or Path())
