"""A key of a telephone: callers key in card numbers."""


class Key:
    """Which key it was: for comparing only. It does not show, print, pickle or encode itself."""

    __slots__ = ("_symbol",)

    def __init__(self, symbol: str) -> None:
        self._symbol = symbol

    def among(self, symbols: str) -> bool:
        """Whether it is one of these."""
        return self._symbol in symbols

    def __repr__(self) -> str:
        return "Key()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self._symbol == other._symbol

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> str:
        raise TypeError("a key is never written anywhere")
