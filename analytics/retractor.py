"""Masks words of stored calls for whoever is allowed to: the one way into every sink."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from analytics.batch import CallKey
from analytics.retraction import BadMark, Changed, Mark, Origin, Retraction, Write, retraction_of
from analytics.store import Store

TRIES = 5
"""Others may mask words of the same segment at the same moment."""


class Retractor:
    """Masks in the store at once; the store role then tells everyone else.

    `write` makes the written form of redacted words, in the given language.
    """

    def __init__(self, store: Store, *, write: Write) -> None:
        self._store = store
        self._write = write

    async def mask_words(
        self, key: CallKey, marks: Sequence[Mark], *, by: str, why: str = "review"
    ) -> int:
        """Mask what these say is personal data; how many segments read otherwise now.

        Raises BadMark, StillLive while the call's own redaction goes on, and what a Store raises.
        Marks of what is masked already change nothing.
        """
        for left in reversed(range(TRIES)):
            retractions = list(await self._retractions(key, marks))
            try:
                return await self._store.retract(
                    key, retractions, origin=Origin(by, why), now=datetime.now(UTC)
                )
            except Changed:
                if not left:
                    raise
        return 0

    async def _retractions(self, key: CallKey, marks: Sequence[Mark]) -> Iterator[Retraction]:
        finals = {final.segment_id: final for final in await self._store.finals(*key)}
        if not {mark.segment_id for mark in marks} <= finals.keys():
            raise BadMark("there is no such segment")
        by_segment: dict[str, list[Mark]] = {}
        for mark in marks:
            by_segment.setdefault(mark.segment_id, []).append(mark)
        made = (
            retraction_of(finals[segment_id], found, write=self._write)
            for segment_id, found in by_segment.items()
        )
        return filter(None, made)
