"""Every text that the database holds about one call, whichever table it is in."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from psycopg import AsyncConnection, sql

from trunkline.evaluate.leaks import ShownWord
from trunkline.evaluate.score import StoredText

_TABLES = """
select n.nspname, c.relname, min(a.attname)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attname in ('call_id', 'key')
where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^(pg_|information_schema)'
group by 1, 2 order by 1, 2
"""
"""Tables with rows of calls: by call_id, or (the bus) by key."""

_NOT_TEXT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+Z-]+|[0-9a-f]{32,64}")
"""Times and hashes: chance digits, which would look like a leak now and then."""

ALL_ROWS = ("segments",)
"""Tables whose rows are read together; elsewhere (the bus) revisions repeat each other."""


async def stored_texts(dsn: str, call_id: str) -> list[StoredText]:
    """All texts of the call's rows; encrypted values hold none."""
    out: list[StoredText] = []
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        for schema, table, column in await (await connection.execute(_TABLES)).fetchall():
            query = sql.SQL("select to_jsonb(t) from {} t where {} = %s").format(
                sql.Identifier(schema, table), sql.Identifier(column)
            )
            for at, (row,) in enumerate(
                await (await connection.execute(query, [call_id])).fetchall()
            ):
                row.pop("search", None)  # lexemes and positions, derived from the text
                name = "" if table in ALL_ROWS else str(at)
                out += row_texts(row, place=table, row=name, call_id=call_id)
    return out


def row_texts(value: object, *, place: str, row: str, call_id: str) -> Iterator[StoredText]:
    """Every text below a JSON value; words with times and channel are kept with them."""
    if isinstance(value, dict):
        fields = cast(dict[str, object], value)
        timed = tuple(_timed_words(fields))
        if timed:
            yield StoredText(f"{place}.words", row, "", timed)
        for name, inner in fields.items():
            if not (timed and name in ("words", "text")):
                yield from row_texts(inner, place=f"{place}.{name}", row=row, call_id=call_id)
    elif isinstance(value, list):
        for inner in value:
            yield from row_texts(inner, place=place, row=row, call_id=call_id)
    elif isinstance(value, str):
        yield from _string_texts(value, place=place, row=row, call_id=call_id)


def _string_texts(value: str, *, place: str, row: str, call_id: str) -> Iterator[StoredText]:
    if value.startswith("\\x"):
        try:
            value = bytes.fromhex(value[2:]).decode()
        except ValueError:
            return  # encrypted, or a hash
    if value.startswith(("{", "[")):
        try:
            yield from row_texts(json.loads(value), place=place, row=row, call_id=call_id)
            return
        except ValueError:
            pass
    text = _NOT_TEXT.sub(" ", value.replace(call_id, " "))
    if text.strip():
        yield StoredText(place, row, text)


def _timed_words(fields: dict[str, object]) -> Iterator[ShownWord]:
    words, channel = fields.get("words"), fields.get("channel")
    if isinstance(words, list) and isinstance(channel, int):
        for word in cast(list[dict[str, Any]], words):
            yield ShownWord(
                word["text"], word["start_ms"], word["end_ms"], channel, word.get("kind")
            )
