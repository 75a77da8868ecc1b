"""What a transcript tells of how it came about, beyond the model that made it."""

import functools
import hashlib

import msgspec

from triton_models.options import LegOptions


@functools.lru_cache(maxsize=256)
def mark(options: LegOptions) -> str:
    """Added to the hash of a model's settings: `+` and six digits where a leg's are not the usual.

    Two transcripts of one model with the same mark were decoded alike.
    """
    usual = LegOptions()
    decisive = msgspec.structs.replace(
        options,
        model=usual.model,
        language=usual.language,
        most_speakers=usual.most_speakers,  # who speaks does not change which words
    )
    if decisive == usual:
        return ""
    return "+" + hashlib.sha256(msgspec.json.encode(decisive)).hexdigest()[:6]
