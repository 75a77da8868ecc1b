"""Card numbers that the canary's customer keys in: as telephone-events, and as tones in the audio.

Of keys only their number may be told: these digits must be nowhere, not even on the raw topic.
"""

from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from sip_gateway.audio.tones import COLUMNS_HZ, ROWS_HZ, SYMBOLS
from sip_gateway.caller.keys import length_ms
from sip_gateway.caller.plan import Keys
from trunkline.evaluate.prepare import TestCall
from trunkline.evaluate.reference import Reference, Span

EVENTS, TONES = "DTMF_EVENTS", "DTMF_TONES"
"""Kinds, as the report names them."""

KINDS = frozenset({EVENTS, TONES})
AS_EVENTS, AS_TONES = "6011000990139424", "378282246310005"
"""Published payment-test numbers, neither the one that is spoken, nor runs of one digit, which
binary files have by chance."""

CUSTOMER = 1
QUIET_MS = 700
"""Before the keys, between both ways, and behind them."""

TONE_MS, BETWEEN_MS = 80, 120
LEVEL = 0.12
"""Of each of a key's two frequencies: -18 dB."""

HEARD_MS, STEP_MS = 40, 10
AUDIBLE = 60.0
"""Root mean square of what can be heard at all: 55 dB below the loudest."""

SHARE, EACH = 0.7, 0.15
"""Of a tone's power so much lies in two frequencies of the keypad, so much in each at least."""

Samples = NDArray[np.float32]


class Keyed(NamedTuple):
    """The call with keys behind it, and what they say."""

    call: TestCall
    spans: tuple[Span, ...]

    @property
    def from_ms(self) -> int:
        """When the first key is pressed."""
        return self.spans[0].start_ms


def with_keys(call: TestCall, work: Path) -> Keyed:
    """The call goes on, the customer keys both numbers in, and says something; audio in `work`."""
    audio, rate_hz = soundfile.read(call.wav, dtype="float32", always_2d=True)
    events_ms = len(audio) * 1000 // rate_hz + QUIET_MS
    tones_ms = events_ms + length_ms(AS_EVENTS) + QUIET_MS
    tones = np.concatenate([_tone(key, rate_hz) for key in AS_TONES])
    over_ms = tones_ms + len(tones) * 1000 // rate_hz
    # Behind the last word a recording is silent anyway: speech must follow for tones to show.
    speech = _harmless(call.reference, audio, rate_hz)
    whole = np.zeros(((over_ms + 2 * QUIET_MS) * rate_hz // 1000 + len(speech), 2), np.float32)
    whole[: len(audio)] = audio
    for part, at_ms in ((tones, tones_ms), (speech, over_ms + QUIET_MS)):
        first = at_ms * rate_hz // 1000
        whole[first : first + len(part), CUSTOMER] = part
    wav = work / "keyed.wav"
    soundfile.write(wav, whole, rate_hz, subtype="PCM_16")
    spans = (
        _span(EVENTS, AS_EVENTS, events_ms, tones_ms - QUIET_MS),
        _span(TONES, AS_TONES, tones_ms, over_ms),
    )
    duration_ms = len(whole) * 1000 // rate_hz
    reference = msgspec.structs.replace(call.reference, duration_ms=duration_ms)
    pressed = Keys(AS_EVENTS, events_ms, stream=CUSTOMER)
    return Keyed(call._replace(wav=wav, reference=reference, keys=(pressed,)), spans)


def audible_tones(samples: NDArray[np.int16], rate_hz: int) -> int:
    """In how many places a key's tone can be heard; found by its spectrum alone."""
    size, step = HEARD_MS * rate_hz // 1000, STEP_MS * rate_hz // 1000
    if len(samples) < size:
        return 0
    at = np.arange(size) / rate_hz
    hz = np.array([*ROWS_HZ, *COLUMNS_HZ])
    waves = np.exp(-2j * np.pi * hz[:, None] * at)
    windows = np.lib.stride_tricks.sliding_window_view(samples, size)[::step].astype(np.float64)
    power = np.mean(windows**2, axis=1)
    loud = power > AUDIBLE**2
    share = 2 * np.abs(windows[loud] @ waves.T) ** 2 / size**2 / power[loud, None]
    row, column = share[:, : len(ROWS_HZ)].max(axis=1), share[:, len(ROWS_HZ) :].max(axis=1)
    return int(np.sum((row + column > SHARE) & (np.minimum(row, column) > EACH)))


def _tone(key: str, rate_hz: int) -> Samples:
    """A key's tone, and the pause behind it."""
    row, column = divmod(SYMBOLS.index(key), len(COLUMNS_HZ))
    at = np.arange(TONE_MS * rate_hz // 1000) / rate_hz
    wave = np.sin(2 * np.pi * ROWS_HZ[row] * at) + np.sin(2 * np.pi * COLUMNS_HZ[column] * at)
    return np.pad(LEVEL * wave, (0, BETWEEN_MS * rate_hz // 1000)).astype(np.float32)


def _harmless(reference: Reference, audio: Samples, rate_hz: int) -> Samples:
    """A turn of the call in which nothing personal is said; nothing if there is none."""
    personal = {span.turn for span in reference.pii}
    for at, turn in enumerate(reference.turns):
        if at not in personal:
            first, last = (ms * rate_hz // 1000 for ms in (turn.start_ms, turn.end_ms))
            return audio[first:last, turn.channel]
    return audio[:0, 0]


def _span(kind: str, digits: str, start_ms: int, end_ms: int) -> Span:
    return Span(
        kind=kind, turn=0, channel=CUSTOMER, start_ms=start_ms, end_ms=end_ms, spoken="",
        canonical=digits,
    )  # fmt: skip
