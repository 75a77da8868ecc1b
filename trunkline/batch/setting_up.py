"""Builds what a run needs out of what was asked for, and runs it."""

import hashlib
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

from redaction.policy.policies import Policies
from redaction.policy.policy_file import PolicyError
from redaction.policy.prepared_policy import Policy
from triton_models.loading import WeightsMissing, lineage
from trunkline import models
from trunkline.batch import job as jobs
from trunkline.batch.hear import Hearing
from trunkline.batch.live_load import Watch
from trunkline.batch.places import SUFFIXES, LocalFiles, LocalFolder, Target
from trunkline.batch.plan import Need, Todo, collisions, in_order, need_of
from trunkline.batch.recogniser import load_for_batch
from trunkline.batch.report import RunReport
from trunkline.batch.run import Order, Place, Run
from trunkline.batch.screen import Screen
from trunkline.batch.transcript import Recipe
from trunkline.batch.voices import Voices
from trunkline.batch.workers import Workers
from trunkline.redacting import engine_for
from trunkline.settings import Settings, SettingsError

if TYPE_CHECKING:
    from trunkline.batch.s3 import Bucket

RECIPE_VERSION = 1
"""Grows when the same audio and settings would give another transcript, or another document."""

S3 = "s3://"


class WrongUse(Exception):
    """What was asked for cannot be; the message says what to change."""


class Missing(Exception):
    """Something that the run needs is not there; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line."""

    inputs: Sequence[str]
    out: str
    formats: Sequence[str]
    roles: tuple[str, ...]
    threads: int
    word_times: str
    effort: str
    most_speakers: int
    job: Path | None


def transcribe(
    asked: Asked, settings: Settings, *, stream: TextIO, clock: Callable[[], float]
) -> RunReport:
    """Do everything that was asked for."""
    began_s, began_cpu_s = clock(), time.process_time()
    places = list(_places(asked))
    recipe, policy = _recipe(asked, settings), _policy(settings, stream)
    decides = _hash(asked, recipe, policy)
    order = Order(places, asked.formats, recipe, policy, decides)
    with ExitStack() as stack:
        folder = asked.job or _job_folder(asked, settings)
        job = stack.enter_context(jobs.opened(folder, key_file=settings.raw_key_file))
        _clear_spool(folder)
        todos = _todos(asked, places, job, options=decides)
        watch = stack.enter_context(Watch(settings))
        make = _Hearings(settings, asked, stream)
        is_idle = all(todo.need is Need.FILES for todo in todos)
        hearings = [] if is_idle else [make() for _ in range(asked.threads)]
        workers = stack.enter_context(Workers(hearings, watch))
        screen = Screen(stream)
        run = Run(order, job, workers=workers, screen=screen)
        try:
            reports = run.transcribe(in_order(todos))
        finally:
            screen.clear()
    cpu_s = time.process_time() - began_cpu_s
    return RunReport(
        files=tuple(sorted(reports, key=lambda one: one.name)),
        wall_s=round(clock() - began_s, 3),
        cpu_s=round(cpu_s, 3),
        paused_s=round(watch.rule.paused_s, 3),
        heard_ms=run.heard_ms,
        hours_per_core_hour=round(run.heard_ms / 1000 / cpu_s, 1),
    )


class _Hearings:
    """Makes each thread's recogniser."""

    def __init__(self, settings: Settings, asked: Asked, stream: TextIO) -> None:
        self._settings = settings
        self._asked = asked
        self._stream = stream

    def __call__(self) -> Hearing:
        try:
            return self._load()
        except WeightsMissing:
            _fetch(self._settings, self._stream)
            return self._load()

    def _load(self) -> Hearing:
        folder, speech = self._settings.models_dir, self._settings.triton_models
        asked = self._asked
        recogniser = load_for_batch(
            speech, folder, word_times=asked.word_times, effort=asked.effort
        )
        return Hearing(recogniser, Voices(folder) if asked.most_speakers > 1 else None)


def _places(asked: Asked) -> Iterator[Place]:
    """Each input with where its transcripts go."""
    for text in asked.inputs:
        if text.startswith(S3):
            beside = text if text.endswith("/") else _s3_beside(text)
            yield Place(_bucket(text), _target(asked.out or beside))
        else:
            path = Path(text)
            beside = str(path if path.is_dir() else path.parent)
            yield Place(LocalFiles(path), _target(asked.out or beside))


def _s3_beside(address: str) -> str:
    """An object's transcript goes beside it; what was found below a prefix, below that prefix."""
    is_object = Path(address).suffix.lower() in SUFFIXES
    return address.rsplit("/", 1)[0] if is_object else address


def _target(text: str) -> Target:
    return _bucket(text) if text.startswith(S3) else LocalFolder(Path(text))


def _bucket(text: str) -> "Bucket":
    try:
        from trunkline.batch.s3 import Bucket
    except ImportError:
        raise WrongUse(f"{text}: needs boto3: pip install 'trunkline[s3]'") from None
    return Bucket(text)


def _todos(asked: Asked, places: Sequence[Place], job: jobs.Job, *, options: str) -> list[Todo]:
    """Every recording once, and what it needs; WrongUse where two would be one transcript."""
    todos: dict[str, Todo] = {}
    for index, place in enumerate(places):
        for found in place.source.recordings():
            need = need_of(found, job.known(found.address), options=options)
            todos.setdefault(found.address, Todo(found, index, need))
    twice = collisions([todo.found.name for todo in todos.values()]) if asked.out else []
    if twice:
        raise WrongUse(f"--out: more than one recording is called {twice[0]}: use several runs")
    return list(todos.values())


def _recipe(asked: Asked, settings: Settings) -> Recipe:
    speech = settings.triton_models
    return Recipe(
        settings.appliance.tenant,
        asked.roles,
        speech.language,
        lineage(speech),
        asked.most_speakers,
    )


def _fetch(settings: Settings, stream: TextIO) -> None:
    try:
        models.fetch(settings.models_dir, report=lambda line: print(line, file=stream, flush=True))
    except models.NotFetched as error:
        raise Missing(str(error)) from None


def _policy(settings: Settings, stream: TextIO) -> Policy:
    try:
        engine = engine_for(settings)
    except SettingsError:
        _fetch(settings, stream)
        engine = engine_for(settings)
    policies = Policies(settings.redaction, key=secrets.token_bytes(32), engine=engine)
    try:
        return policies.policy_of(settings.appliance.tenant)
    except PolicyError as error:
        raise WrongUse(str(error)) from None


def _hash(asked: Asked, recipe: Recipe, policy: Policy) -> str:
    """Of everything that decides what a transcript says."""
    facts = (RECIPE_VERSION, recipe, asked.word_times, asked.effort, policy.version)
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:16]


def _job_folder(asked: Asked, settings: Settings) -> Path:
    inputs = [text if text.startswith(S3) else str(Path(text).resolve()) for text in asked.inputs]
    out = asked.out if asked.out.startswith(S3) or not asked.out else str(Path(asked.out).resolve())
    return jobs.folder_for(settings.state_dir, sorted(inputs), out=out)


def _clear_spool(folder: Path) -> None:
    """What a killed run had fetched."""
    for left in folder.glob("fetched-*"):
        shutil.rmtree(left, ignore_errors=True)
