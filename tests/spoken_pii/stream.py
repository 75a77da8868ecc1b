"""A call as the live recogniser would give it: segments, growing partials, tails that change.

Measured on 1534 words of the project's recogniser: a partial every 300 to 400 ms adds nothing (43
%), one word (28 %), two (20 %) or more (9 %); it changes nothing before its new words (57 %), the
last word (20 %), the last two (17 %), or more, to the start of the segment at worst (5 %). What
changes are half-heard words ("car" for card), figures run together ("444444"), times ("4:00"), and
digit strings that go from words to numerals and back.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from tests.spoken_pii.call import Call, Said
from tests.spoken_pii.numbers_said import ONES
from triton_models.events import RawTranscript, Word

SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)
TURN_GAP_MS = 450
PAUSE_MS = 400
_GROWTH = ((1, 0.5), (2, 0.33), (3, 0.1), (5, 0.07))
_CHANGED = ((0, 0.57), (1, 0.2), (2, 0.18), (4, 0.03), (9, 0.02))


class Heard(NamedTuple):
    """One revision, and for each word of it what it was in truth."""

    event: RawTranscript
    said: tuple[Said, ...]


def stream(call: Call) -> Iterator[Heard]:
    """All revisions in order; the same for the same call."""
    rng = random.Random(f"stream/{call.name}")
    slow = {agent: rng.random() < (0.1 if agent else 0.25) for agent in (True, False)}
    at_ms = 1000
    for turn in call.turns:
        for said in _segments(rng, turn.words, slow=slow[turn.agent]):
            words, at_ms = _timed(rng, said, at_ms)
            yield from _revisions(rng, said, words, call=call.name, agent=turn.agent)
        at_ms += rng.choice((-200, 100, TURN_GAP_MS, TURN_GAP_MS, 1500))
        at_ms = max(at_ms, words[-1].end_ms + 10)


def _segments(rng: random.Random, words: list[Said], *, slow: bool) -> Iterator[list[Said]]:
    """Mostly the whole turn; slow speakers pause long enough to end a segment."""
    first = 0
    for at, word in enumerate(words):
        if at + 1 == len(words) or (word.pause and rng.random() < (0.5 if slow else 0.06)):
            yield words[first : at + 1]
            first = at + 1


def _timed(rng: random.Random, said: list[Said], at_ms: int) -> tuple[list[Word], int]:
    words: list[Word] = []
    for one in said:
        digits = sum(c.isdigit() for c in one.text)
        length_ms = 90 + 55 * len(one.text) + 230 * digits
        confidence = round(rng.uniform(0.55, 0.99), 2)
        end_ms = at_ms + length_ms
        words.append(Word(text=one.text, start_ms=at_ms, end_ms=end_ms, confidence=confidence))
        at_ms = end_ms + (PAUSE_MS if one.pause else 20)
    return words, at_ms


def _revisions(
    rng: random.Random, said: list[Said], words: list[Word], *, call: str, agent: bool
) -> Iterator[Heard]:
    revision, end = 1, 0
    while (end := end + _drawn(rng, _GROWTH)) < len(words):
        changed = min(_drawn(rng, _CHANGED), end)
        texts = [word.text for word in words[:end]]
        texts[end - changed :] = _otherwise(rng, texts[end - changed :])
        yield _heard(
            said[:end], [_with(w, t) for w, t in zip(words, texts, strict=False)],
            revision=revision, call=call, agent=agent, frozen=max(0, end - changed - 4),
        )  # fmt: skip
        revision += 1
    yield _heard(said, words, revision=revision, call=call, agent=agent, frozen=-1)


def _drawn(rng: random.Random, of: Sequence[tuple[int, float]]) -> int:
    return rng.choices([value for value, _ in of], [share for _, share in of])[0]


def _with(word: Word, text: str) -> Word:
    return Word(text=text, start_ms=word.start_ms, end_ms=word.end_ms, confidence=word.confidence)


def _otherwise(rng: random.Random, texts: list[str]) -> list[str]:
    """The last words as first heard: cut short, another digit, numerals for words."""
    return [_half_heard(rng, text, last=at == len(texts) - 1) for at, text in enumerate(texts)]


def _half_heard(rng: random.Random, text: str, *, last: bool) -> str:
    bare = text.rstrip(".,?!").lower()
    if bare in ONES:
        digit = str(ONES.index(bare))
        return rng.choice((digit, digit * 2, rng.choice(ONES), f"{digit}:00", bare, bare + ","))
    if bare.isdigit():
        cut = bare[: rng.randrange(1, len(bare) + 1)]
        return rng.choice((cut, cut, bare + bare[-1], "-".join(bare)))
    if last and len(bare) > 3:
        return text[: rng.randrange(2, len(bare))] + rng.choice((".", "", ""))
    return text.rstrip(".,?!") + rng.choice(("", ".", ","))


def _heard(
    said: Sequence[Said],
    words: Sequence[Word],
    *,
    revision: int,
    call: str,
    agent: bool,
    frozen: int,
) -> Heard:
    leg_id = f"{call}-{int(not agent)}"
    is_final = frozen < 0
    event = RawTranscript(
        tenant_id="t", call_id=call, leg_id=leg_id, segment_id=f"{leg_id}/{words[0].start_ms:09d}",
        revision=revision, is_final=is_final, start_ms=words[0].start_ms, end_ms=words[-1].end_ms,
        words=tuple(words), speaker="agent" if agent else "customer", channel=int(not agent),
        language="en", model="m", model_sha256="", decoder="",
        frozen_words=len(words) if is_final else frozen, speech_final=is_final,
        audio_end_at=SOME_TIME, recognised_at=SOME_TIME,
    )  # fmt: skip
    return Heard(event, tuple(said))
