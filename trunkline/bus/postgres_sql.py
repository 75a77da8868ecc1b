"""The bus's queries, by name, as they stand in `sql/bus.sql`."""

import re
from importlib.resources import files
from typing import LiteralString, cast

from psycopg import sql

_NAMED = re.compile(r"^-- name: (\w+)\n((?:(?!^-- name:).*\n?)*)", re.MULTILINE)
_TOPIC = re.compile(r"[a-z][a-z0-9_.]{0,47}")


class Queries:
    """Every query of the bus, with the table of a topic put in where one asks for it."""

    def __init__(self) -> None:
        text = files("trunkline.bus").joinpath("sql/bus.sql").read_text(encoding="utf-8")
        self._texts = dict(_NAMED.findall(text))
        self._made: dict[tuple[str, str], sql.Composed] = {}

    def __call__(self, name: str, topic: str = "") -> sql.Composed:
        """The query `name`; about `topic`, if it names a table."""
        if (name, topic) not in self._made:
            # The text is our own file's, which is what LiteralString stands for.
            query = sql.SQL(cast(LiteralString, self._texts[name]))
            table = sql.Identifier("bus", topic)
            self._made[name, topic] = query.format(table=table)
        return self._made[name, topic]


def checked_topic(topic: str) -> str:
    """`topic`, if it can be a table's name; ValueError if not."""
    if not _TOPIC.fullmatch(topic):
        raise ValueError(f"topic {topic!r}: at most 48 of a-z, 0-9, '_' and '.'")
    return topic


def channel_of(topic: str) -> str:
    """The notification channel that rings when `topic` grows."""
    return f"bus.{topic}"


def group_channel_of(group: str) -> str:
    """The notification channel that rings when members join or leave `group`."""
    return f"bus.group.{group}"[:63]
