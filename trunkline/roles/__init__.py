"""One module per role: what `trunkline run ROLE` starts."""

import importlib
from pathlib import Path

from trunkline.roles.process import run_role
from trunkline.settings import Settings


def start(name: str, settings: Settings, *, index: int = 0, socket_path: Path | None = None) -> int:
    """Run the role until SIGTERM; 0 after a clean drain."""
    # By name, so that a role's process loads only the packages it is made of.
    module = importlib.import_module(f"trunkline.roles.{name}")
    if name == "media":
        return int(module.start(settings, index=index, socket_path=socket_path))
    return run_role(name, settings, build=module.build)
