-- name: lay_schema
-- Everything but the topics' own tables. Run under the lock of `lock_layout`.
CREATE SCHEMA IF NOT EXISTS bus;

CREATE TABLE IF NOT EXISTS bus.heads (
    topic text NOT NULL,
    part int NOT NULL,
    next_pos bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, part)
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
COMMENT ON TABLE bus.heads IS
    'Next offset of each partition. Its row is locked from taking offsets to commit, so that'
    ' records become visible in the order of their offsets and a reader never skips one.';

CREATE TABLE IF NOT EXISTS bus.offsets (
    group_name text NOT NULL,
    topic text NOT NULL,
    part int NOT NULL,
    pos bigint NOT NULL DEFAULT -1,
    owner bigint NOT NULL,
    PRIMARY KEY (group_name, topic, part)
) WITH (fillfactor = 20);
COMMENT ON TABLE bus.offsets IS
    'Last record done by each consumer group, and the member that may move it.';

CREATE UNLOGGED TABLE IF NOT EXISTS bus.members (
    group_name text NOT NULL,
    member bigint NOT NULL,
    pid int NOT NULL,
    joined_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (group_name, member)
) WITH (fillfactor = 20);
COMMENT ON TABLE bus.members IS
    'Who is in a consumer group. A member holds the advisory lock of its own number.';

-- name: lay_topic
-- The table of one topic. `at` grows with `pos`, because it is read under the head's lock.
CREATE TABLE IF NOT EXISTS {table} (
    part int NOT NULL,
    pos bigint NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (part, pos)
);

-- name: lock_layout
-- CREATE ... IF NOT EXISTS still collides when two processes run it at once.
SELECT pg_advisory_xact_lock(hashtextextended('trunkline bus layout', 0));

-- name: lay_heads
-- The partitions of a new topic; those of an old one stay as they are.
INSERT INTO bus.heads (topic, part)
SELECT %(topic)s, part FROM generate_series(0, %(partitions)s - 1) AS part
WHERE NOT EXISTS (SELECT 1 FROM bus.heads WHERE topic = %(topic)s);

-- name: count_heads
-- How many partitions a topic has.
SELECT count(*) FROM bus.heads WHERE topic = %(topic)s;

-- name: topics
-- Every topic that has a table.
SELECT DISTINCT topic FROM bus.heads ORDER BY topic;

-- name: lock_heads
-- Always in the same order, so that two writers never wait for each other.
SELECT 1 FROM bus.heads WHERE topic = %(topic)s AND part = ANY(%(parts)s) ORDER BY part FOR UPDATE;

-- name: append
-- Offsets for a batch, and the batch, in the order of the arrays.
WITH fresh AS (
    SELECT part, key, value, row_number() OVER (PARTITION BY part ORDER BY n) AS nth
    FROM unnest(%(parts)s::int[], %(keys)s::text[], %(values)b::bytea[])
        WITH ORDINALITY AS f (part, key, value, n)
), moved AS (
    UPDATE bus.heads AS h SET next_pos = next_pos + c.many
    FROM (SELECT part, count(*) AS many FROM fresh GROUP BY part) AS c
    WHERE h.topic = %(topic)s AND h.part = c.part
    RETURNING h.part, h.next_pos - c.many AS first_pos
)
INSERT INTO {table} (part, pos, key, value)
SELECT part, first_pos + nth - 1, key, value FROM fresh JOIN moved USING (part);

-- name: ring
-- Wakes who listens; the payload names the partitions that grew.
SELECT pg_notify(%(channel)s, %(parts)s);

-- name: read
-- What follows each partition's position, the same number of records from each.
SELECT r.part, r.pos, r.key, r.value
FROM unnest(%(parts)s::int[], %(positions)s::bigint[]) AS w (part, after)
CROSS JOIN LATERAL (
    SELECT t.part, t.pos, t.key, t.value FROM {table} AS t
    WHERE t.part = w.part AND t.pos > w.after ORDER BY t.pos LIMIT %(each)s
) AS r;

-- name: positions_since
-- Per partition, the last offset older than so many seconds; -1 if there is none.
SELECT h.part, coalesce((
    SELECT t.pos FROM {table} AS t
    WHERE t.part = h.part AND t.at < clock_timestamp() - make_interval(secs => %(since_s)s)
    ORDER BY t.pos DESC LIMIT 1
), -1) FROM bus.heads AS h WHERE h.topic = %(topic)s;

-- name: commit
-- Never backwards, and only by the partition's present owner.
UPDATE bus.offsets AS o SET pos = c.pos
FROM unnest(%(topics)s::text[], %(parts)s::int[], %(positions)s::bigint[]) AS c (topic, part, pos)
WHERE o.group_name = %(group)s AND o.topic = c.topic AND o.part = c.part
    AND o.owner = %(member)s AND o.pos < c.pos;

-- name: hold_member_lock
-- Says, for as long as the connection lives, that the member does.
SELECT pg_try_advisory_lock(%(member)s);

-- name: beat
-- The member is alive.
INSERT INTO bus.members (group_name, member, pid, joined_at, seen_at)
VALUES (%(group)s, %(member)s, pg_backend_pid(), clock_timestamp(), clock_timestamp())
ON CONFLICT (group_name, member)
DO UPDATE SET seen_at = clock_timestamp(), pid = excluded.pid
RETURNING xmax = 0 AS joined;

-- name: members
-- Every member row of a group: who, whether its connection lives, whether it beat lately.
SELECT m.member, m.pid,
    EXISTS (
        SELECT 1 FROM pg_locks AS l
        WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.pid = m.pid
            AND ((l.classid::bigint << 32) | l.objid::bigint) = m.member
    ) AS connected,
    m.seen_at > clock_timestamp() - make_interval(secs => %(silent_s)s) AS beating
FROM bus.members AS m WHERE m.group_name = %(group)s ORDER BY m.joined_at, m.member;

-- name: await_release
-- Returns when the connection that held a member's lock is gone, and so all of its locks.
SELECT pg_advisory_lock(%(member)s), pg_advisory_unlock(%(member)s);

-- name: end_silent
-- A stopped or stuck process keeps its connection and so its locks: the server closes it.
SELECT pg_terminate_backend(%(pid)s);

-- name: forget_member
-- A member that is gone.
DELETE FROM bus.members WHERE group_name = %(group)s AND member = %(member)s;

-- name: try_own
-- One partition of a group, for as long as the connection lives.
SELECT pg_try_advisory_lock(hashtextextended(%(group)s || '/' || %(part)s::int, 1));

-- name: disown
-- Lets another member have it.
SELECT pg_advisory_unlock(hashtextextended(%(group)s || '/' || %(part)s::int, 1));

-- name: take_over
-- Makes the member the owner of a partition of each topic; what is committed there.
INSERT INTO bus.offsets (group_name, topic, part, owner)
SELECT %(group)s, topic, %(part)s, %(member)s FROM unnest(%(topics)s::text[]) AS topic
ON CONFLICT (group_name, topic, part) DO UPDATE SET owner = excluded.owner
RETURNING topic, pos;

-- name: try_prune
-- One process prunes at a time.
SELECT pg_try_advisory_xact_lock(hashtextextended('trunkline bus prune', 0));

-- name: prune
-- The oldest expired records of each partition; how many, and how many some group had not done.
WITH old AS (
    SELECT o.part, o.pos
    FROM bus.heads AS h
    CROSS JOIN LATERAL (
        SELECT t.part, t.pos, t.at FROM {table} AS t
        WHERE t.part = h.part ORDER BY t.pos LIMIT %(each)s
    ) AS o
    WHERE h.topic = %(topic)s AND o.at < clock_timestamp() - make_interval(secs => %(kept_s)s)
), gone AS (
    DELETE FROM {table} AS t USING old WHERE t.part = old.part AND t.pos = old.pos
    RETURNING t.part, t.pos
)
SELECT count(*), count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM bus.offsets AS o
    WHERE o.topic = %(topic)s AND o.part = gone.part AND o.pos < gone.pos
)) FROM gone;
