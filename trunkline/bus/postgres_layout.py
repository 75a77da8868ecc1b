"""Makes the bus's tables where they are missing, and knows how many partitions a topic has."""

import logging

from trunkline.bus.postgres_link import Connection
from trunkline.bus.postgres_sql import Queries, checked_topic

log = logging.getLogger(__name__)


class Layout:
    """The tables, each laid once per process and server."""

    def __init__(self, queries: Queries, *, partitions: int) -> None:
        self._queries = queries
        self._wanted = partitions
        self._partitions: dict[str, int] = {}

    async def partitions(self, connection: Connection, topic: str) -> int:
        """How many partitions `topic` has; its table is there afterwards."""
        if topic not in self._partitions:
            self._partitions[topic] = await self._lay(connection, checked_topic(topic))
        return self._partitions[topic]

    def forget(self) -> None:
        """The server was away: what comes back may be an empty database."""
        self._partitions.clear()

    async def lay_schema(self, connection: Connection) -> None:
        """Make what all topics share."""
        async with connection.transaction():
            await connection.execute(self._queries("lock_layout"))
            await connection.execute(self._queries("lay_schema"))

    async def _lay(self, connection: Connection, topic: str) -> int:
        about = {"topic": topic, "partitions": self._wanted}
        async with connection.transaction():
            await self.lay_schema(connection)
            await connection.execute(self._queries("lay_topic", topic))
            await connection.execute(self._queries("lay_heads"), about)
            cursor = await connection.execute(self._queries("count_heads"), about)
            row = await cursor.fetchone()
        there: int = row[0] if row else 0
        if there != self._wanted:
            log.warning("a topic keeps its %d partitions, not the setting's", there)
        return there
