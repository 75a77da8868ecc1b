"""A Presidio recogniser as an operator would write it, named by a policy file."""

from presidio_analyzer import Pattern, PatternRecognizer

NONE = None


class Badges(PatternRecognizer):
    """Finds the blue badge."""

    def __init__(self) -> None:
        pattern = Pattern("badge", r"\bblue badge\b", 0.9)
        super().__init__(supported_entity="BADGE", patterns=[pattern], name="Badges")
