"""How good a leg sounded: a MOS estimated by the E-model (ITU-T G.107, simplified; G.113).

Of the path we know what our end sees: loss, how it bunches, and how much the packets jitter. Echo,
level and the network's own delay are taken to be as planned, so it is an upper bound.
"""

from typing import NamedTuple

_BASE = 93.2
"""R of a narrow-band call with nothing wrong: G.107's defaults."""

_WIDE_BASE = 129.0
"""The same on the scale of G.107.1, which is 1.29 times as long."""

_SILENCE = 4.3
_ROBUSTNESS = {"OPUS": 18.7}
"""Bpl; else that of G.711 without concealment (G.113 appendix I): a lost packet is silence to us.

G.113 has no values for Opus. These were found by Al-Ahmadi, Pocta and Melvin's instrumental
estimation for the E-model (ISSC 2018 and later; github.com/mohaoahmadi) for wideband at 15 kbit/s,
the highest rate that they give for it: most encoders send more, so it is a careful estimate.
"""

_IMPAIRMENT = {"PCMU": 0.0, "PCMA": 0.0, "L16": 0.0, "G722": 13.0, "OPUS": 18.1}
"""Ie; of G.722 at 64 kbit/s (G.113 appendix IV) and of Opus Ie,wb, on the scale of G.107.1."""


class Heard(NamedTuple):
    """What of a leg's packets came, in time to be heard."""

    codec: str
    wideband: bool
    expected: int
    lost: int
    losses: int
    """How many times in a row packets were lost, however many each time."""

    delay_ms: float
    """Of packets and the jitter buffer."""


def mos(heard: Heard) -> float | None:
    """1.0 to 4.5; None where nothing was expected."""
    if heard.expected <= 0:
        return None
    impairment = _loss_impairment(heard) + _delay_impairment(heard.delay_ms)
    if heard.wideband:
        return _mos_of((_WIDE_BASE - impairment) / 1.29)
    return _mos_of(_BASE - impairment)


def _loss_impairment(heard: Heard) -> float:
    """Ie,eff of G.107, equation 7-29."""
    base = _IMPAIRMENT.get(heard.codec, 0.0)
    loss = min(1.0, heard.lost / heard.expected)
    if loss == 0.0:
        return base
    run = heard.lost / max(1, heard.losses)
    burst_ratio = max(1.0, run * (1.0 - loss))  # random losses are 1 / (1 - loss) long on average
    percent = 100.0 * loss
    robustness = _ROBUSTNESS.get(heard.codec, _SILENCE)
    return base + (95.0 - base) * percent / (percent / burst_ratio + robustness)


def _delay_impairment(delay_ms: float) -> float:
    """Id without echo, after Cole and Rosenbluth's fit to G.107."""
    return 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)


def _mos_of(rating: float) -> float:
    """G.107 annex B."""
    if rating <= 0:
        return 1.0
    if rating >= 100:
        return 4.5
    # The polynomial dips below 1 where nothing is to be understood.
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
