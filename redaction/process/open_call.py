"""One open call of the stage: its redactor, which one thread at a time has."""

import asyncio
from dataclasses import dataclass, field

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from triton_models.events import RawGap, RawTranscript


@dataclass(slots=True)
class OpenCall:
    """What the stage keeps of a call until its end."""

    redactor: CallRedactor | None
    """None where its tenant has no usable policy: nothing of the call is shown."""
    policy_version: str
    working: "asyncio.Future[list[Redacted]] | None" = None
    """Set while a thread holds the redactor, also after its time is over."""
    lost: list[RawTranscript] = field(default_factory=list)
    """Given up meanwhile; the redactor has not been told yet."""
    missed: list[RawGap] = field(default_factory=list)
    """Nor of these."""

    @property
    def idle(self) -> CallRedactor | None:
        """The redactor, if no thread has it."""
        return self.redactor if self.working is None or self.working.done() else None

    def step(self, raw: RawTranscript) -> list[Redacted]:
        """Redact one revision; runs in a thread, the only one that has this call now."""
        assert self.redactor is not None
        while self.lost:
            self.redactor.lose(self.lost.pop(0))
        return [*self._missed(self.redactor), *self.redactor.receive(raw)]

    def end(self) -> list[Redacted]:
        """What was held back, unless a thread still has it."""
        if (redactor := self.idle) is None:
            return []
        return [*self._missed(redactor), *redactor.end()]

    def _missed(self, redactor: CallRedactor) -> list[Redacted]:
        """What gaps change of what was said before they were told."""
        gaps, self.missed = self.missed, []
        return [found for gap in gaps for found in redactor.miss(gap.start_ms, gap.end_ms)]
