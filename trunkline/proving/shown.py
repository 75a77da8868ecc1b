"""When words were said that the stored transcript of a call shows, where its database is here."""

from collections import defaultdict

import psycopg

from redaction.recording.intervals import Interval, union
from trunkline.proving.judge import Shown
from trunkline.running import NotRunning, find_appliance
from trunkline.settings import Settings

_WORDS = """
select s.channel, (w->>'start_ms')::bigint, (w->>'end_ms')::bigint
from segments s, jsonb_array_elements(s.words) w
where s.call_id = %s and w->>'kind' is null
"""


class Transcripts:
    """Of the appliance that runs on these settings' state."""

    def __init__(self, settings: Settings) -> None:
        try:
            self._dsn = find_appliance(settings).postgres_dsn
        except NotRunning:
            self._dsn = ""

    def of(self, call_id: str) -> Shown | None:
        """By channel; None if it cannot be told. Blocks."""
        if not self._dsn:
            return None
        try:
            with psycopg.connect(self._dsn) as connection:
                rows = connection.execute(_WORDS, [call_id]).fetchall()
        except psycopg.Error:
            return None
        words = defaultdict[int, list[Interval]](list)
        for channel, start_ms, end_ms in rows:
            words[channel].append(Interval(start_ms, end_ms))
        return {channel: union(said) for channel, said in words.items()} or None
