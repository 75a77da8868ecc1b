"""What is told of policies in force: what each does, not what it holds (pure)."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from redaction.events import PolicyInForce
from redaction.policy.kinds import RULES_VERSION
from redaction.policy.policy_file import PolicyFile, rendering_of
from redaction.settings import Settings

SAY_AGAIN = timedelta(minutes=15)
MOST_DUE = 5000


class Found(NamedTuple):
    """A policy as it stands when one looks."""

    tenant_id: str
    """Empty: that of tenants without one of their own,"""

    others: tuple[str, ...]
    """and those that have one."""

    version: str
    source: str
    sha256: str
    policy: PolicyFile | None
    """None: it cannot be used."""


class PoliciesTold:
    """What is to be told of policies, in order.

    Contract: after every look, publish `due` from its head on, taking off what was published. While
    nothing can be published, each change stays due with its own time, the newest `MOST_DUE` of all.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._last: dict[str, tuple[Found, PolicyInForce]] = {}
        self.due: deque[PolicyInForce] = deque(maxlen=MOST_DUE)

    def look(self, found: Sequence[Found], *, now: datetime) -> None:
        """What there is now: what is new or changed is due, and what was not told for a while."""
        before, self._last = self._last, {}
        may_repeat = not self.due
        for one in found:
            old, event = before.get(one.tenant_id, (None, None))
            if event is None or one != old:
                event = announcement(one, self._settings, now=now)
                self.due.append(event)
            elif may_repeat and now - event.seen_at >= SAY_AGAIN:
                event = msgspec.structs.replace(event, seen_at=now)
                self.due.append(event)
            self._last[one.tenant_id] = one, event


def announcement(found: Found, base: Settings, *, now: datetime) -> PolicyInForce:
    """A policy that is in force from `now` on."""
    plain = PolicyInForce(
        tenant_id=found.tenant_id,
        others=found.others,
        policy_version=found.version,
        in_force_at=now,
        seen_at=now,
        source=found.source,
        file_sha256=found.sha256,
        rules_version=RULES_VERSION,
    )
    if found.policy is None:
        return plain
    policy, settings = found.policy, found.policy.settings(base)
    return msgspec.structs.replace(
        plain,
        countries=settings.countries,
        masked=masked(policy),
        for_roles=policy.for_roles,
        left_in=tuple(sorted(policy.left_in())),
        own_kinds=tuple(sorted({one.kind for one in policy.recognizers})),
        allowed=len(settings.allow),
        own_code=len(policy.python),
        ner=settings.ner == "on",
        classifier=settings.classifier == "on",
    )


def masked(policy: PolicyFile) -> Mapping[str, tuple[str, ...]]:
    """The kinds that are taken out, by the form in which they are shown."""
    forms: dict[str, list[str]] = {}
    for kind in sorted((policy.kinds() | policy.render.keys()) - policy.left_in() - {"default"}):
        forms.setdefault(rendering_of(policy, kind), []).append(kind)
    return {form: tuple(kinds) for form, kinds in sorted(forms.items())}
