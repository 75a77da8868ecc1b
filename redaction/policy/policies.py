"""Which policy a tenant's calls are redacted by: its own file, read again when it changes."""

import hashlib
import importlib
import inspect
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, cast

import msgspec
from presidio_analyzer import EntityRecognizer
from presidio_anonymizer.entities import OperatorConfig

from redaction.numbers.identifiers import of_countries
from redaction.policy.kinds import ENTITY_OF
from redaction.policy.operators import Rendering, operator_for
from redaction.policy.policy_file import (
    PolicyError,
    PolicyFile,
    read_key,
    read_policy,
    rendering_of,
)
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine, build_engine
from redaction.policy.rules import Rules
from redaction.settings import Settings

log = logging.getLogger(__name__)

NO_POLICY = "no usable policy"
"""Why a call is not shown, and the version of its policy."""

FALLBACK = "default.toml"
MAX_TENANTS = 1000
"""Policies kept at once; the one that was used longest ago is let go and read again."""

_TENANT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.@-]{0,127}")


class _Stamp(NamedTuple):
    """What a file was when it was read; another file, another stamp."""

    path: Path
    inode: int
    changed_ns: int
    size: int


class _Loaded(NamedTuple):
    """A tenant's policy, or why it has none, and the files that said so."""

    stamps: tuple[_Stamp, ...]
    policy: Policy | None
    problem: str


class Policies:
    """The policy of every tenant. A call asks once, when it begins, and keeps what it got.

    Without `policies_dir` all have the policy of `[redaction]`. With it, a tenant has
    `<tenant>.toml`, else `default.toml`, else none: its calls are not shown at all. `key` makes the
    hashes of values remembered in calls.
    """

    def __init__(self, settings: Settings, *, key: bytes, engine: Engine | None = None) -> None:
        self._settings = settings
        self._key = key
        self._engine = engine or build_engine()
        self._shared = (
            None if settings.policies_dir else make_policy(settings, self._engine, key=key)
        )
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def unusable(self) -> int:
        """Tenants that have no usable policy now."""
        return sum(1 for loaded in self._loaded.values() if loaded.policy is None)

    def policy_of(self, tenant_id: str) -> Policy:
        """The tenant's policy as its file is now; PolicyError if it has none that can be used."""
        if self._shared is not None:
            return self._shared
        with self._lock:
            loaded = self._current(tenant_id)
        if loaded.policy is None:
            raise PolicyError(loaded.problem)
        return loaded.policy

    def file_of(self, tenant_id: str) -> Path | None:
        """The file that says the tenant's policy; None where `[redaction]` is that of all."""
        return self._path_of(tenant_id) if self._settings.policies_dir else None

    def of_their_own(self) -> tuple[str, ...]:
        """Tenants with a file of their own."""
        if not self._settings.policies_dir:
            return ()
        names = (path.stem for path in Path(self._settings.policies_dir).glob("*.toml"))
        return tuple(sorted(n for n in names if _TENANT.fullmatch(n) and f"{n}.toml" != FALLBACK))

    def _current(self, tenant_id: str) -> _Loaded:
        known = self._loaded.get(tenant_id)
        path = self._path_of(tenant_id)
        if known is not None and known.stamps == _stamps(path, known):
            self._loaded.move_to_end(tenant_id)
            return known
        loaded = self._load(path, tenant_id)
        self._loaded[tenant_id] = loaded
        self._loaded.move_to_end(tenant_id)
        while len(self._loaded) > MAX_TENANTS:
            self._loaded.popitem(last=False)
        _say(path, loaded, before=known)
        return loaded

    def _path_of(self, tenant_id: str) -> Path:
        """The tenant's file; a name that cannot be a file's is nobody's."""
        folder = Path(self._settings.policies_dir)
        if not _TENANT.fullmatch(tenant_id):
            return folder / FALLBACK
        own = folder / f"{tenant_id}.toml"
        return own if own.exists() else folder / FALLBACK

    def _load(self, path: Path, tenant_id: str) -> _Loaded:
        # Stamped before it is read: a change in between is seen the next time.
        stamps: tuple[_Stamp, ...] = (_stamp(path),)
        try:
            file = read_policy(path)
            if file.key_file:
                stamps += (_stamp(path.parent / file.key_file),)
            policy = build_policy(
                self._settings, file, path=path, engine=self._engine, keys=(self._key, tenant_id)
            )
        except PolicyError as error:
            return _Loaded(stamps, None, str(error))
        return _Loaded(stamps, policy, "")


def build_policy(
    settings: Settings, file: PolicyFile, *, path: Path, engine: Engine, keys: tuple[bytes, str]
) -> Policy:
    """The policy of a file; `keys` are the process's own key, and the tenant that it is for."""
    memory_key, tenant_id = keys
    secret = read_key(path, file)
    # Two tenants that share a file share no hashes.
    shown_key = hashlib.blake2b(tenant_id.encode(), key=secret[:64], digest_size=32).digest()
    own, facts = _own_recognizers(settings, file, path=path)
    if own:
        engine = build_engine(own, tagger=engine.tagger, classifier=engine.classifier)
    rules = Rules(
        of_countries(file.settings(settings).countries),
        own=file.own_kinds(),
        left_in=file.left_in(),
    )
    return make_policy(
        file.settings(settings),
        engine._replace(
            operators=_operators(file, shown_key), for_roles=_for_roles(file, shown_key)
        ),
        key=memory_key,
        rules=rules,
        facts="\n".join((msgspec.json.encode(file).decode(), _fingerprint(secret), *facts)),
    )


def _operators(file: PolicyFile, key: bytes) -> Mapping[str, OperatorConfig]:
    """The Presidio operator of every entity that is not shown as a plain token."""
    found: dict[str, OperatorConfig] = {}
    for kind in sorted(file.kinds() | file.render.keys() - {"default"}):
        rendering = rendering_of(file, kind)
        if rendering != "token":
            entity = ENTITY_OF.get(kind, kind.upper())
            found[entity] = operator_for(rendering, kind=kind, key=key)
    default = file.render.get("default", "token")
    if default != "token":
        for kind in file.kinds():
            entity = ENTITY_OF.get(kind, kind.upper())
            found.setdefault(entity, operator_for("token", kind=kind, key=key))
        found["DEFAULT"] = operator_for(default, kind="", key=key)
    return found


def _for_roles(file: PolicyFile, key: bytes) -> dict[str, dict[str, OperatorConfig]]:
    """The operator of every entity that a role sees in a form of its own."""
    return {
        role: {
            ENTITY_OF.get(kind, kind.upper()): operator_for(
                cast(Rendering, form), kind=kind, key=key
            )
            for kind, form in forms.items()
        }
        for role, forms in file.for_roles.items()
    }


def _own_recognizers(
    settings: Settings, file: PolicyFile, *, path: Path
) -> tuple[list[EntityRecognizer], list[str]]:
    """The Python recognisers that a file names, and a hash of the source of each."""
    if file.python and not settings.allow_policy_code:
        raise PolicyError(f"{path}: python: needs allow_policy_code = true in [redaction]")
    found: list[EntityRecognizer] = []
    facts: list[str] = []
    for name in file.python:
        recognizer = _made(name, path)
        found.append(recognizer)
        facts.append(f"{name} {_source_hash(recognizer, f'{path}: python: {name}')}")
    return found, facts


def _source_hash(recognizer: EntityRecognizer, where: str) -> str:
    """Of its class's source: the version changes with the code."""
    try:
        source = inspect.getsource(type(recognizer))
    except (OSError, TypeError):
        raise PolicyError(f"{where}: its source cannot be read") from None
    return hashlib.sha256(source.encode()).hexdigest()


def _made(name: str, path: Path) -> EntityRecognizer:
    module, _, attribute = name.partition(":")
    try:
        made = getattr(importlib.import_module(module), attribute)()
    except Exception as error:  # noqa: BLE001 - an operator's code can fail in any way
        raise PolicyError(f"{path}: python: {name}: {type(error).__name__}") from error
    if not isinstance(made, EntityRecognizer):
        raise PolicyError(f"{path}: python: {name}: expected a Presidio EntityRecognizer")
    return made


def _fingerprint(secret: bytes) -> str:
    """Tells one key from another, in the version; says nothing of the key."""
    return hashlib.blake2b(secret, digest_size=8, person=b"policy key").hexdigest()


def _stamp(path: Path) -> _Stamp:
    try:
        stat = path.stat()
    except OSError:
        return _Stamp(path, 0, 0, 0)
    return _Stamp(path, stat.st_ino, stat.st_mtime_ns, stat.st_size)


def _stamps(path: Path, known: _Loaded) -> tuple[_Stamp, ...]:
    """The stamps that a policy read now would have, if it names the files that it named."""
    return (_stamp(path), *(_stamp(stamp.path) for stamp in known.stamps[1:]))


def _say(path: Path, loaded: _Loaded, *, before: _Loaded | None) -> None:
    """One line for a change of state."""
    if loaded.policy is None:
        if before is None or before.problem != loaded.problem:
            log.error("a tenant's policy cannot be used", extra={"reason": loaded.problem})
    elif before is not None:
        log.info("a tenant's policy has changed", extra={"path": str(path)})
