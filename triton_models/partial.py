"""Some fields of a struct and the rest left open: what a profile, a rule or a version changes."""

from typing import TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def partial_of(whole: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A struct with the fields of `whole`, none of them required; it refuses any other."""
    fields = [
        (field.name, _open(field.type) | msgspec.UnsetType, msgspec.UNSET)
        for field in msgspec.structs.fields(whole)
    ]
    return msgspec.defstruct(
        f"Some{whole.__name__}", fields, frozen=True, kw_only=True, forbid_unknown_fields=True
    )


def overlay(whole: S, some: msgspec.Struct) -> S:
    """`whole` with the fields that `some` names, struct within struct."""
    changes: dict[str, object] = {}
    for name in some.__struct_fields__:
        value, below = getattr(some, name), getattr(whole, name)
        if value is msgspec.UNSET:
            continue
        nested = isinstance(value, msgspec.Struct) and isinstance(below, msgspec.Struct)
        changes[name] = overlay(below, value) if nested else value
    return msgspec.structs.replace(whole, **changes)


def _open(kind: type) -> type:
    """Structs inside are partial too; within arrays they are not."""
    is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    return partial_of(kind) if is_struct else kind
