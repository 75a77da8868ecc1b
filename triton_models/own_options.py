"""The options of a leg that asks for nothing: what the settings of its model say."""

import msgspec

from triton_models.options import LegOptions
from triton_models.settings import DEFAULT_MODEL, Settings


def own_options(settings: Settings, model: str = "") -> LegOptions:
    """Of the model of that name; one that is not served here goes by the settings of `asr`."""
    options = msgspec.structs.replace(LegOptions(), model=model or DEFAULT_MODEL)
    return _filled(options, settings.of(model))


def _filled(options: LegOptions, settings: Settings) -> LegOptions:
    """The fields of the same name, of the options and of their endpointing."""
    endpointing = msgspec.structs.replace(
        options.endpointing, **_shared(options.endpointing, settings)
    )
    changes = _shared(options, settings) | {"endpointing": endpointing}
    return msgspec.structs.replace(options, **changes)


def _shared(options: msgspec.Struct, settings: Settings) -> dict[str, object]:
    names = set(options.__struct_fields__) & set(settings.__struct_fields__)
    return {name: getattr(settings, name) for name in names - {"model"}}
