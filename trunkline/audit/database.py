"""Every row of every table and view of a database that people or programs write to."""

from collections.abc import Iterator

import psycopg
from psycopg import sql

from trunkline.audit.findings import Tally
from trunkline.audit.planted import SEAM, Planted
from trunkline.audit.texts import texts_of
from trunkline.evaluate.score import leaked_stored
from trunkline.evaluate.stored import stored_texts

BATCH = 500
BUS = "bus"
"""The schema of a bus that is kept in Postgres."""

_TABLES = """
select n.nspname, c.relname
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'f')
    and n.nspname !~ '^(pg_|information_schema)'
    and has_table_privilege(c.oid, 'select')
order by 1, 2
"""

_FORBIDDEN = """
select count(*) from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'f') and n.nspname !~ '^(pg_|information_schema)'
    and not has_table_privilege(c.oid, 'select')
"""

_OF_THE_SERVER = (("pg_catalog", "pg_stat_activity"),)
"""Running and last statements."""

CRM_TABLES = frozenset({"outbox", "deliveries"})


class Database:
    """The appliance's database."""

    def __init__(self, dsn: str, planted: Planted, tally: Tally) -> None:
        self._dsn = dsn
        self._planted = planted
        self._tally = tally

    async def search_call(self, call_id: str) -> None:
        """What is stored about the call, with the times at which its words were said."""
        stored = await stored_texts(self._dsn, call_id)
        for leak in leaked_stored(self._planted.spans, stored):
            self._tally.hit("rows of the call", leak.place, [leak.kind])
        self._tally.look("rows of the call", texts=len(stored))
        for one in stored:
            if not one.words:
                self._tally.hit("rows of the call", one.place, self._planted.of_the_call(one.text))

    def search_all(self) -> None:
        """Every row of every table; blocks."""
        with psycopg.connect(self._dsn) as connection:
            connection.execute("set transaction read only")
            for schema, name in [*connection.execute(_TABLES).fetchall(), *_OF_THE_SERVER]:
                self._table(connection, schema, name)
            forbidden = connection.execute(_FORBIDDEN).fetchone()
            if forbidden and forbidden[0]:
                self._tally.problem("Postgres rows", f"{forbidden[0]} tables may not be read")

    def data_directory(self) -> str:
        """Where the server keeps its files, everything in memory written there; "" if not told."""
        try:
            with psycopg.connect(self._dsn, autocommit=True) as connection:
                connection.execute("checkpoint")
                row = connection.execute("show data_directory").fetchone()
                return str(row[0]) if row else ""
        except psycopg.errors.InsufficientPrivilege:
            return ""

    def _table(self, connection: psycopg.Connection, schema: str, name: str) -> None:
        place, where = place_of(schema, name), f"{schema}.{name}"
        self._tally.look(place, tables=1)
        for row in _rows(connection, schema, name):
            self._tally.look(place, rows=1)
            for column, value in row.items():
                found = self._planted.anywhere(SEAM.join(texts_of(value)))
                self._tally.hit(place, f"{where}.{column}", found)


def place_of(schema: str, name: str) -> str:
    """Under which heading a table is told."""
    if schema == BUS:
        return "dead letters" if name.endswith(".dead") else "bus topics"
    return "CRM outbox" if name in CRM_TABLES else "Postgres rows"


def _rows(connection: psycopg.Connection, schema: str, name: str) -> Iterator[dict[str, object]]:
    query = sql.SQL("select to_jsonb(t) from {} t").format(sql.Identifier(schema, name))
    with connection.cursor(name="audit") as cursor:
        cursor.itersize = BATCH
        cursor.execute(query)
        for (row,) in cursor:
            yield row
