"""What an operator should look at in a recording, from its legs' figures (pure)."""

from collections.abc import Sequence

from trunkline.batch.quality import LegQuality

_SPEECHLESS = 0.005
"""Share of speech below which a leg is silent: a cough, or a ringing tone."""

_QUIET_DB = -42.0
_NOISY_DB = 12.0
"""Speech over noise below this costs words."""

_CLIPPED = 0.001
_UNSURE = 0.35
_FEWEST_WORDS = 20
"""Judged by its words from so many on."""

_SLOWEST, _FASTEST = 1.3, 6.5
"""Words a second of speech: nobody talks like that for long, unless the rate is wrong."""

_SLOW, _FAST, _DOUBTFUL, _FEW_WORDS = 3.1, 5.2, 0.55, 5
"""Nor like this with words that are guessed. Measured on calls read at their rate: 3.4 to 4.5 words
a second and a confidence over 0.8; at twice or half of it: over 5.5 or under 3.1, and under 0.5."""


def flags(legs: Sequence[LegQuality], *, are_copies: bool) -> tuple[str, ...]:
    """The words that apply, in a fixed order; none for a good recording."""
    speaking = [leg for leg in legs if leg.speech_share > _SPEECHLESS and leg.words]
    worded = [leg for leg in speaking if leg.words >= _FEWEST_WORDS]
    found = {
        "no_speech": not speaking,
        "one_sided": len(legs) > 1 and len(speaking) == 1,
        "channels_are_copies": are_copies,
        "quiet": any(leg.speech_db < _QUIET_DB for leg in speaking),
        "clipped": any(leg.clipped_share > _CLIPPED for leg in legs),
        "noisy": any(leg.speech_db - leg.noise_db < _NOISY_DB for leg in speaking),
        "unsure": any(leg.unsure_share > _UNSURE for leg in worded),
        "wrong_rate_suspected": any(_is_off_speed(leg) for leg in speaking),
    }
    return tuple(word for word, applies in found.items() if applies)


def _is_off_speed(leg: LegQuality) -> bool:
    if leg.words >= _FEWEST_WORDS and not _SLOWEST <= leg.words_per_s <= _FASTEST:
        return True
    is_guessed = leg.words >= _FEW_WORDS and leg.mean_confidence < _DOUBTFUL
    return is_guessed and not _SLOW <= leg.words_per_s <= _FAST
