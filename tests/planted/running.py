"""Runs tests in a forked process with a bug in it, and says which failed."""

import contextlib
import importlib
import os
import traceback
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import Phase, settings

from tests.planted.planting import Bug, Misplanted, plant

FOREIGN = ("presidio_analyzer", "presidio_anonymizer", "spacy", "hypothesis", "text_to_num")
"""Slow to import, and not ours to plant bugs in."""

SPEED = ("-p", "no:cacheprovider", "--hypothesis-profile=planted", "--tb=no", "--no-header",
         "--timeout=0")  # fmt: skip
"""No limit of time: what fails must fail by its assertion, however busy the machine is."""

_NO_SHRINKING = (Phase.explicit, Phase.generate)
"""That a test fails is enough, the shortest example is not asked."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What pytest said."""

    failed: tuple[str, ...] = ()
    """Names of tests whose assertions failed."""
    problem: str = ""
    """Why it says nothing: no tests, an error outside a test."""
    ran: int = 0

    @property
    def caught(self) -> bool:
        """A test failed, and nothing else did."""
        return bool(self.failed) and not self.problem

    @property
    def passed(self) -> bool:
        """All of them."""
        return self.ran > 0 and not self.failed and not self.problem


class _Watch:
    """A pytest plugin that writes down what failed."""

    def __init__(self) -> None:
        self.failed: dict[str, None] = {}
        self.problem = ""
        self.ran = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.partition("::")[2]
        if report.when == "call":
            self.ran += 1
            if report.failed:
                self.failed[name] = None
        elif report.failed:
            self.problem = f"{name}: error in its {report.when}"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problem = f"not collected: {str(report.longrepr).strip().splitlines()[-1]}"


def import_what_is_not_ours() -> None:
    """Once, before any fork."""
    for name in FOREIGN:
        importlib.import_module(name)


def run_planted(bug: Bug | None, tests: Sequence[str]) -> Outcome:
    """In a process of its own, which is fork, plant, import, test."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run_and_tell(bug, tests, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if not told:
        return Outcome(problem="the process broke off")
    return msgspec.json.decode(told, type=Outcome)


def _run_and_tell(bug: Bug | None, tests: Sequence[str], writing: int) -> None:
    try:
        outcome = _run(bug, tests)
    except BaseException as error:  # noqa: BLE001 - this process must not go on as its parent
        outcome = Outcome(problem="".join(traceback.format_exception_only(error)).strip())
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(msgspec.json.encode(outcome))
    os._exit(0)


def _run(bug: Bug | None, tests: Sequence[str]) -> Outcome:
    try:
        if bug is not None:
            plant(bug)
    except Misplanted as error:
        return Outcome(problem=str(error))
    settings.register_profile("planted", phases=_NO_SHRINKING, database=None, deadline=None)
    watch = _Watch()
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        pytest.main([*SPEED, *tests], plugins=[watch])
    return Outcome(failed=tuple(watch.failed), problem=watch.problem, ran=watch.ran)
