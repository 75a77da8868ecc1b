-- name: admit
-- Give the connector's new rows of the outbox a state. Ids are handed out before commit, so a
-- lower one can appear later: look a thousand ids back.
insert into deliveries (outbox_id, connector, tenant_id, call_id, revision)
select o.id, %(connector)s, o.tenant_id, o.call_id, o.revision
from outbox o
where o.kind = 'call.finalised'
  and o.id > (select coalesce(max(outbox_id), 0) - 1000 from deliveries where connector = %(connector)s)
  and not exists (
      select from deliveries d where d.connector = %(connector)s and d.outbox_id = o.id
  )
order by o.id
limit 500
on conflict do nothing;

-- name: take
-- The longest due delivery that no other worker holds. Its lock ends with the transaction, so a
-- worker that dies gives it back at once.
select d.outbox_id, d.tenant_id, d.call_id, d.revision, d.failures,
       exists (
           select from deliveries newer
           where newer.connector = d.connector and newer.call_id = d.call_id
             and newer.tenant_id = d.tenant_id and newer.revision > d.revision
       ) as superseded
from deliveries d
where d.connector = %(connector)s and d.state = 'waiting' and d.next_attempt_at <= now()
order by d.next_attempt_at, d.outbox_id
limit 1
for update of d skip locked;

-- name: settle
-- The delivery has reached its end: done, parked or superseded.
update deliveries
set state = %(state)s, failures = %(failures)s, why = %(why)s, changed_at = clock_timestamp()
where connector = %(connector)s and outbox_id = %(outbox_id)s;

-- name: retry
-- The attempt failed; the next one is due after the wait.
update deliveries
set failures = %(failures)s, why = %(why)s, changed_at = clock_timestamp(),
    next_attempt_at = clock_timestamp() + make_interval(secs => %(wait_s)s)
where connector = %(connector)s and outbox_id = %(outbox_id)s;

-- name: next_due_s
-- Seconds until the next delivery becomes due; no row's own lock matters for one not yet due.
select extract(epoch from min(next_attempt_at) - now())::float8
from deliveries
where connector = %(connector)s and state = 'waiting' and next_attempt_at > now();

-- name: depth
-- How many deliveries wait and how many are parked.
select count(*) filter (where state = 'waiting'), count(*) filter (where state = 'parked')
from deliveries
where connector = %(connector)s and state in ('waiting', 'parked');

-- name: list
-- The newest deliveries, for an operator; `states` narrows them down.
select outbox_id, connector, tenant_id, call_id, revision, state, failures, next_attempt_at,
       changed_at, why
from deliveries
where state = any(%(states)s)
order by changed_at desc, outbox_id desc
limit %(limit)s;

-- name: unpark
-- An operator wants the parked (or waiting) delivery tried again now.
update deliveries
set state = 'waiting', failures = 0, next_attempt_at = clock_timestamp(),
    changed_at = clock_timestamp()
where outbox_id = %(outbox_id)s and state in ('parked', 'waiting');

-- name: wake
-- Tell the delivery loops that something is due.
notify trunkline_outbox;
