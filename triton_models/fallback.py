"""What a leg does whose recogniser refuses it for good: asking again would end the same way."""

from typing import NamedTuple

import msgspec

from triton_models.options import LegOptions

NO_SUCH_MODEL = "unknown model"
"""In Triton's error about a model that is not served, or was unloaded."""

OPTIONS_REFUSED = "the leg's options are refused"
"""In a recogniser's error about options that it cannot use."""


class Instead(NamedTuple):
    """What the leg goes on with, and why: `unknown_model` or `bad_options`."""

    options: LegOptions
    why: str


def fallback(asked: LegOptions, *, why: str, default: LegOptions) -> Instead | None:
    """What to ask instead; None where the same may be asked again."""
    if NO_SUCH_MODEL in why and asked.model != default.model:
        # Its language is the other model's: the words will be the default's.
        options = msgspec.structs.replace(asked, model=default.model, language=default.language)
        return Instead(options, "unknown_model")
    if OPTIONS_REFUSED in why and asked != default:
        return Instead(default, "bad_options")
    return None
