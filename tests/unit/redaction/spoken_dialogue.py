"""Plays short dialogues, written as text, through the redactor."""

from collections.abc import Iterator

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_score import WORD_MS, raw
from triton_models.events import RawTranscript, Word


def events(dialogue: str, *, partials: bool = False) -> Iterator[RawTranscript]:
    """Lines `A: ...` and `C: ...`; `|` cuts a line into segments."""
    at_ms = number = 0
    for line in dialogue.strip().splitlines():
        agent, text = line.strip()[0] == "A", line.strip()[2:]
        for part in text.split("|"):
            number, start_ms, words = number + 1, at_ms, []
            for word in part.split():
                words.append(
                    Word(text=word, start_ms=at_ms, end_ms=at_ms + WORD_MS, confidence=0.9)
                )
                at_ms += WORD_MS
            for end in range(1 if partials else len(words), len(words) + 1):
                yield raw(
                    words[:end],
                    segment_id=f"{number:03d}",
                    revision=end,
                    is_final=end == len(words),
                    agent=agent,
                    start_ms=start_ms,
                )
        at_ms += 500


def text_of(redacted: Redacted) -> str:
    """Its words, joined."""
    return " ".join(word.text for word in redacted.rendered.words)


def shown(policy: Policy, dialogue: str) -> list[str]:
    """What stands at the end, a line for each segment."""
    redactor = CallRedactor(policy, call_id="call")
    lines: dict[str, str] = {}
    for event in events(dialogue):
        for redacted in redactor.receive(event):
            assert not redacted.fault, redacted.fault
            lines[redacted.raw.segment_id] = text_of(redacted)
    for redacted in redactor.end():
        lines[redacted.raw.segment_id] = text_of(redacted)
    return [lines[key] for key in sorted(lines)]


def ever_shown(policy: Policy, dialogue: str) -> list[str]:
    """Every revision in order, partials after every word."""
    redactor = CallRedactor(policy, call_id="call")
    out = [
        text_of(redacted)
        for event in events(dialogue, partials=True)
        for redacted in redactor.receive(event)
    ]
    return out + [text_of(redacted) for redacted in redactor.end()]
