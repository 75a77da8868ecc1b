"""One tenant's policy as it stands in a TOML file: read and checked, faults said plainly."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, get_args

import msgspec
from msgspec import Meta

from redaction.language.words import atoms_of
from redaction.policy.kinds import ENTITY_OF
from redaction.policy.operators import SYNTHETIC_KINDS, Rendering
from redaction.policy.rules import OwnKind
from redaction.settings import Country, Settings

SHORTEST_KEY = 32
_NEVER_KEPT = ("cvv", "pin", "otp", "password", "security_answer")
"""Not to be kept in any form (PCI DSS 3.3), or so short that a hash is soon guessed by its use."""

HIDING = ("token", "mask")
"""Forms that say nothing of the value."""

KNOWN_ROLES = ("admin", "supervisor", "analyst", "service", "compliance", "crm", "webhook")
"""Roles of API keys; `crm` is every connector, `webhook` that one."""

_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_FORMS: tuple[str, ...] = get_args(Rendering)
_KIND = re.compile(r"[a-z][a-z_]{0,31}")
_RESERVED = ("default", "unavailable")


class PolicyError(Exception):
    """The operator must change the policy: names the file, the key and what was expected."""


class Recognizer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[recognizers]]`: a kind of the operator's own, or more about a built-in one."""

    kind: str
    """What the token says; letters and underscores."""

    pattern: str = ""
    """Regular expression of a whole number or code, without spaces: `[a-z]{2}\\d{6}`. It is laid
    on the digits and letters as meant, so that `double two` counts as `22`."""

    cues: tuple[str, ...] = ()
    """What is said before it: opens a slot, in which any number is masked as this kind."""

    words: tuple[str, ...] = ()
    """Phrases masked as they are."""

    only_after_cue: bool = False
    """The pattern counts only where a cue was heard."""


class PolicyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a tenant's file may say. What it does not say is as in `[redaction]`."""

    countries: tuple[Country, ...] | None = None
    """Country packs."""

    allow: tuple[str, ...] | None = None
    """Phrases and numbers never masked."""

    take_out: tuple[str, ...] | None = None
    """Only these kinds are taken out. Not together with `leave_in`."""

    leave_in: tuple[str, ...] = ()
    """All kinds but these are taken out."""

    render: dict[str, Rendering] = {}
    """Kind -> how it is shown; `default` for the others."""

    for_roles: dict[str, dict[str, str]] = msgspec.field(default_factory=dict, name="for")
    """Role -> kind -> what the role sees instead. All others see what `render` says."""

    key_file: str = ""
    """File with 32 bytes or more, for `hash` and `synthetic`; beside the policy file."""

    recognizers: tuple[Recognizer, ...] = ()

    python: tuple[str, ...] = ()
    """Presidio recognisers, `package.module:Class`, made without arguments."""

    hold_last_words: Annotated[int, Meta(ge=0, le=50)] | None = None
    slot_seconds: Annotated[float, Meta(gt=0, le=600)] | None = None
    slot_turns: Annotated[int, Meta(ge=1, le=50)] | None = None

    def settings(self, base: Settings) -> Settings:
        """`base` with what this file says instead."""
        names = ("countries", "allow", "hold_last_words", "slot_seconds", "slot_turns")
        own = {name: value for name in names if (value := getattr(self, name)) is not None}
        return msgspec.structs.replace(base, **own)

    def kinds(self) -> frozenset[str]:
        """Every kind there is under this policy."""
        return frozenset(ENTITY_OF) | {one.kind for one in self.recognizers}

    def left_in(self) -> frozenset[str]:
        """Kinds that are not taken out."""
        if self.take_out is not None:
            return self.kinds() - frozenset(self.take_out)
        return frozenset(self.leave_in)

    def own_kinds(self) -> tuple[OwnKind, ...]:
        """Its recognisers, ready for use."""
        return tuple(
            OwnKind(
                one.kind,
                re.compile(one.pattern, re.IGNORECASE) if one.pattern else None,
                tuple(map(_as_heard, one.cues)),
                one.words,
                one.only_after_cue,
            )
            for one in self.recognizers
        )


def _as_heard(phrase: str) -> str:
    """A phrase as its words come out of the recogniser: lower case, without punctuation."""
    return " ".join(atom.text for atom in atoms_of(phrase.split()))


def read_policy(path: Path) -> PolicyFile:
    """The file's policy; PolicyError if there is anything wrong with it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: not valid TOML: {error}") from None
    try:
        policy = msgspec.convert(raw, PolicyFile)
    except msgspec.ValidationError as error:
        raise PolicyError(f"{path}: {error}") from None
    for problem in _problems(policy):
        raise PolicyError(f"{path}: {problem}")
    return policy


def read_key(path: Path, policy: PolicyFile) -> bytes:
    """The key that the policy in file `path` names; empty if it names none."""
    if not policy.key_file:
        return b""
    place = path.parent / policy.key_file
    try:
        key = place.read_bytes()
    except OSError as error:
        raise PolicyError(f"{path}: key_file: {place}: {error.strerror}") from None
    if len(key) < SHORTEST_KEY:
        raise PolicyError(f"{path}: key_file: {place}: expected {SHORTEST_KEY} bytes or more")
    return key


def warnings_of(policy: PolicyFile) -> list[str]:
    """What is allowed and yet may not be meant."""
    left_in = policy.left_in()
    found = []
    if left_in & {"card", "cvv"}:
        found.append("card numbers or security codes are left in: no transcript is PCI DSS clean")
    if "number" in left_in and left_in < policy.kinds():
        found.append("`number` is left in: long numbers whose kind is not known are shown")
    roles = policy.for_roles
    for role in roles.keys() - set(KNOWN_ROLES):
        found.append(f"for.{role}: no key has this role; a connector may be called so")
    if {"hash", "last_four"} <= {forms.get("card") for forms in roles.values()}:
        found.append(
            "card is shown as hash to one role and as last_four to another: whoever has both can "
            "tell which belong together (PCI DSS 3.5.1 asks you to prevent that)"
        )
    if not policy.countries and policy.countries is not None:
        found.append("`countries` is empty: national numbers are known only as numbers")
    return found


def _problems(policy: PolicyFile) -> list[str]:
    """What msgspec cannot know; each names its key."""
    return [
        *_kind_problems(policy),
        *_recognizer_problems(policy),
        *_render_problems(policy),
        *_role_problems(policy),
    ]


def _kind_problems(policy: PolicyFile) -> list[str]:
    found = []
    if policy.take_out is not None and policy.leave_in:
        found.append("take_out, leave_in: only one of the two may be given")
    for key, kinds in (("take_out", policy.take_out or ()), ("leave_in", policy.leave_in)):
        found += [f"{key}: no kind is called {k!r}" for k in kinds if not _is_kind(k, policy)]
    return found


def _is_kind(kind: str, policy: PolicyFile) -> bool:
    """Whether there may be such a kind; only Python recognisers know what they find."""
    return kind in policy.kinds() or bool(policy.python)


def _recognizer_problems(policy: PolicyFile) -> list[str]:
    found = []
    for n, one in enumerate(policy.recognizers):
        key = f"recognizers[{n}]"
        if not _KIND.fullmatch(one.kind) or one.kind in _RESERVED:
            found.append(f"{key}.kind: expected lower-case letters and underscores")
        if not (one.pattern or one.cues or one.words):
            found.append(f"{key}: expected pattern, cues or words")
        try:
            if one.pattern and re.compile(one.pattern).fullmatch(""):
                found.append(f"{key}.pattern: matches nothing at all")
        except re.error as error:
            found.append(f"{key}.pattern: no regular expression: {error}")
        for name, phrases in (("cues", one.cues), ("words", one.words)):
            if not all(_as_heard(phrase) for phrase in phrases):
                found.append(f"{key}.{name}: expected phrases with words in them")
        if one.only_after_cue and not one.cues:
            found.append(f"{key}.only_after_cue: needs cues")
    return found


def _render_problems(policy: PolicyFile) -> list[str]:
    found = []
    for kind, rendering in policy.render.items():
        key = f"render.{kind}"
        if kind != "default" and not _is_kind(kind, policy):
            found.append(f"{key}: no kind is called {kind!r}")
        found += _form_problems(policy, key, kind=kind, form=rendering)
    return found


def _form_problems(policy: PolicyFile, key: str, *, kind: str, form: str) -> list[str]:
    """What is wrong with showing a kind in a form, to whomever."""
    found = []
    if form == "last_four" and kind != "card":
        found.append(f"{key}: last_four is for card only")
    if form in ("hash", "synthetic") and not policy.key_file:
        found.append(f"{key}: {form} needs key_file")
    if form in ("hash", "synthetic") and kind in _NEVER_KEPT:
        found.append(f"{key}: expected token or mask: it must not be kept in any form")
    if form == "synthetic" and kind not in SYNTHETIC_KINDS:
        found.append(f"{key}: synthetic is for {', '.join(SYNTHETIC_KINDS)}")
    return found


def _role_problems(policy: PolicyFile) -> list[str]:
    found = []
    for role, forms in policy.for_roles.items():
        if not _ROLE.fullmatch(role):
            found.append(f"for.{role}: a role is lower-case letters, digits, dash and underscore")
        for kind, form in forms.items():
            found += _problems_for_role(policy, f"for.{role}.{kind}", kind=kind, form=form)
    return found


def _problems_for_role(policy: PolicyFile, key: str, *, kind: str, form: str) -> list[str]:
    if not _is_kind(kind, policy):
        return [f"{key}: no kind is called {kind!r}; each is named by itself here"]
    if form not in _FORMS:
        return [
            f"{key}: {form!r} is none of {', '.join(_FORMS)}: the value itself is in no event, "
            "so that nobody can be shown it; leave_in takes a kind out for no one"
        ]
    if kind in policy.left_in():
        return [f"{key}: {kind} is left in: everybody sees it as it was said"]
    found = _form_problems(policy, key, kind=kind, form=form)
    if rendering_of(policy, kind) not in HIDING:
        found.append(
            f"{key}: all others would see render.{kind} = {rendering_of(policy, kind)!r}: where a "
            "role has a form of its own that must be token or mask, the strictest"
        )
    return found


def rendering_of(policy: PolicyFile, kind: str) -> Rendering:
    """How a kind is shown."""
    default = policy.render.get("default", "token")
    if kind in _NEVER_KEPT and default == "hash":
        default = "token"
    return policy.render.get(kind, default)
