"""Puts one wrong line into a module as it is imported; the files stay as they are."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

import msgspec


class Misplanted(Exception):
    """The code has changed: the bug's place is not there, or is there twice."""


class Bug(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mistake somebody could make."""

    name: str
    module: str
    """Where it is made."""
    right: str
    """What stands there once."""
    wrong: str
    """What stands there then."""
    tests: tuple[str, ...] = ()
    """What must catch it, if not the tests of its property."""

    def planted_in(self, source: str) -> str:
        """The module's source with the mistake."""
        if source.count(self.right) != 1:
            raise Misplanted(f"{self.name}: {self.module}: {source.count(self.right)} places")
        return source.replace(self.right, self.wrong)


class _Loader(SourceFileLoader):
    def __init__(self, bug: Bug, path: str) -> None:
        super().__init__(bug.module, path)
        self._bug = bug

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        """Compiled anew: what is cached is the right one."""
        source = self.get_source(fullname)
        return compile(self._bug.planted_in(source or ""), self.path, "exec")


class _Finder(MetaPathFinder):
    def __init__(self, bug: Bug) -> None:
        self._bug = bug

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The planted module's; of others nothing."""
        if fullname != self._bug.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None:
            return None
        spec.loader = _Loader(self._bug, spec.origin)
        return spec


def plant(bug: Bug) -> None:
    """From now on in this process; the module must not have been imported yet."""
    if bug.module in sys.modules:
        raise Misplanted(f"{bug.module} was imported before")
    sys.meta_path.insert(0, _Finder(bug))
