-- What redaction did; drawing samples of it, and reviewing them.

-- name: days
-- What was done to the finished calls of each day.
select day, count(*), count(*) filter (where touched), sum(spans)::bigint,
       sum(unavailable)::bigint, count(*) filter (where unavailable > 0),
       count(*) filter (where not transcript_complete), count(*) filter (where lost),
       count(*) filter (where policy_is_old)
from v_redaction_calls
where tenant_id = %(tenant_id)s and started_at >= %(since)s and started_at < %(until)s
group by day order by day

-- name: kinds
-- Masked spans by day, policy version and kind.
select r.day, r.policy_version, k.key, sum(k.value::bigint)::bigint, count(*)
from v_redaction_calls r
cross join lateral jsonb_each_text(r.kinds) k
where r.tenant_id = %(tenant_id)s and r.started_at >= %(since)s and r.started_at < %(until)s
group by r.day, r.policy_version, k.key order by r.day, r.policy_version, k.key

-- name: policies
-- Which policy versions the finished calls of these days are stored under.
select r.policy_version, coalesce(p.name, ''), min(r.started_at), max(r.started_at), count(*),
       bool_and(not r.policy_is_old)
from v_redaction_calls r
left join policy_names p on p.tenant_id = r.tenant_id and p.version = r.policy_version
where r.tenant_id = %(tenant_id)s and r.started_at >= %(since)s and r.started_at < %(until)s
    and r.policy_version <> ''
group by r.policy_version, p.name order by min(r.started_at)

-- name: history
-- Which policy versions were in force on these days, as redaction told.
select h.policy_version, coalesce(p.name, ''), h.from_at, h.until_at, h.last_seen_at, h.source,
       h.file_sha256, h.does
from v_policy_in_force h
left join policy_names p on p.tenant_id = h.tenant_id and p.version = h.policy_version
where h.tenant_id = %(tenant_id)s and h.from_at < %(until)s
    and coalesce(h.until_at, 'infinity') >= %(since)s
order by h.from_at

-- name: own_policy
-- A tenant's own policy is in force, and was seen to be.
insert into policy_history (tenant_id, policy_version, in_force_at, last_seen_at, source,
                            file_sha256, does)
values (%(tenant_id)s, %(policy_version)s, %(in_force_at)s, %(seen_at)s, %(source)s,
        %(file_sha256)s, %(does)s::jsonb)
on conflict (tenant_id, in_force_at, policy_version) do update set
    last_seen_at = greatest(policy_history.last_seen_at, excluded.last_seen_at)

-- name: shared_policy
-- The same of every tenant without one of its own, since there is such a tenant.
insert into policy_history (tenant_id, policy_version, in_force_at, last_seen_at, source,
                            file_sha256, does)
select t.tenant_id, %(policy_version)s, greatest(%(in_force_at)s, t.created_at), %(seen_at)s,
       %(source)s, %(file_sha256)s, %(does)s::jsonb
from tenants t
where t.tenant_id <> all (%(others)s::text[]) and t.created_at <= %(seen_at)s
order by t.tenant_id
on conflict (tenant_id, in_force_at, policy_version) do update set
    last_seen_at = greatest(policy_history.last_seen_at, excluded.last_seen_at)

-- name: open
-- Calls of these days that are not finished yet, and when the oldest of them began.
select count(*), min(started_at) from calls
where tenant_id = %(tenant_id)s and started_at >= %(since)s and started_at < %(until)s
    and finalised_at is null

-- name: strata
-- What was drawn of these days, and from how much.
select day, number, masked, segments, spans, drawn from review_draws
where tenant_id = %(tenant_id)s and day >= %(first)s and day <= %(last)s
order by day, number, masked

-- name: reviewed
-- What reviewers said of these days, in numbers.
select day, number, masked, state, inclusion, coalesce(spans, 0), coalesce(false_alarms, 0),
       coalesce(missed, 0)
from reviews
where tenant_id = %(tenant_id)s and day >= %(first)s and day <= %(last)s

-- name: marks
-- Marks made in reviews of these days, by kind.
select l.mark, l.kind, count(*), count(*) filter (where l.mark = 'missed' and l.masked_at is null)
from review_labels l
join reviews r on r.review_id = l.review_id
where l.tenant_id = %(tenant_id)s and r.day >= %(first)s and r.day <= %(last)s
group by l.mark, l.kind order by l.mark, l.kind

-- name: name_policy
-- What people call a version.
insert into policy_names (tenant_id, version, name, named_at, named_by)
values (%(tenant_id)s, %(subject)s, %(name)s, %(now)s, %(actor)s)
on conflict (tenant_id, version) do update set
    name = excluded.name, named_at = excluded.named_at, named_by = excluded.named_by

-- name: next
-- The next one to review: what this reviewer has already, else one that nobody has; newest day first.
update reviews set taken_by = %(actor)s, taken_until = %(until)s
where review_id = (
    select review_id from reviews
    where tenant_id = %(tenant_id)s and state = 'open'
        and (taken_by = %(actor)s or taken_until is null or taken_until < %(now)s)
    order by (taken_by = %(actor)s and taken_until >= %(now)s) desc, day desc, place, review_id
    limit 1 for update skip locked)
returning review_id, call_id, segment_id, day, state, taken_by

-- name: one
-- A review, held until the transaction ends.
select review_id, call_id, segment_id, day, state, taken_by from reviews
where tenant_id = %(tenant_id)s and review_id = %(review_id)s
for update

-- name: gone
-- Its segment is not stored any more.
update reviews set state = 'unclear', reviewed_at = %(now)s
where tenant_id = %(tenant_id)s and review_id = %(review_id)s

-- name: left
-- How many are open.
select count(*) from reviews where tenant_id = %s and state = 'open'

-- name: answer
-- What the reviewer said, in numbers.
update reviews set state = %(state)s, reviewed_by = %(actor)s, reviewed_at = %(now)s,
                   spans = %(spans)s, false_alarms = %(false_alarms)s, missed = %(missed)s
where tenant_id = %(tenant_id)s and review_id = %(review_id)s

-- name: label
-- One mark.
insert into review_labels (tenant_id, review_id, call_id, segment_id, mark, kind, start_ms, end_ms,
                           made_by, made_at)
values (%(tenant_id)s, %(review_id)s, %(call_id)s, %(segment_id)s, %(mark)s, %(kind)s, %(start_ms)s,
        %(end_ms)s, %(actor)s, %(now)s)

-- name: case
-- What was seen and marked, sealed.
insert into review_cases (tenant_id, review_id, sealed, made_at)
values (%(tenant_id)s, %(review_id)s, %(sealed)s, %(now)s)

-- name: due
-- Missed words that are not masked yet, by call; of one review, or of all where 0 is given.
select tenant_id, call_id, made_by, array_agg(label_id),
       jsonb_agg(jsonb_build_array(segment_id, start_ms, end_ms, kind) order by label_id)::text
from review_labels
where mark = 'missed' and masked_at is null and (%(review_id)s = 0 or review_id = %(review_id)s)
group by tenant_id, call_id, made_by
order by min(label_id)
limit 100

-- name: masked
-- These are masked.
update review_labels set masked_at = %s where label_id = any(%s)

-- name: cases
-- A tenant's sealed cases, oldest first.
select review_id, sealed from review_cases where tenant_id = %s order by review_id

-- name: reseal
-- The same case under another key.
update review_cases set sealed = %(sealed)s
where tenant_id = %(tenant_id)s and review_id = %(review_id)s

-- name: undrawn
-- Days with calls that were finished after what was last drawn of the day.
select s.tenant_id, s.day
from (
    select tenant_id, (started_at at time zone 'UTC')::date as day, max(finalised_at) as newest
    from calls
    where started_at >= %(since)s and started_at < %(before)s and finalised_at <= %(until)s
        and (%(tenant_id)s = '' or tenant_id = %(tenant_id)s)
    group by 1, 2
) s
left join lateral (
    select calls_until from review_draws
    where tenant_id = s.tenant_id and day = s.day
    order by number desc limit 1
) d on true
where s.newest > coalesce(d.calls_until, 'epoch'::timestamptz)
order by s.day, s.tenant_id

-- name: alone
-- Two processes draw no day at the same moment.
select pg_advisory_xact_lock(hashtextextended('review draw ' || %s, 0))

-- name: newest_draw
-- What was last drawn of a day.
select number, calls_until from review_draws
where tenant_id = %(tenant_id)s and day = %(day)s
order by number desc limit 1

-- name: frame
-- Every segment that can be drawn: of calls of a day that were finished in a stretch of time.
select s.call_id, s.segment_id, s.policy_version, s.words::text
from calls c
join segments s on s.tenant_id = c.tenant_id and s.call_id = c.call_id and s.day = any(%(days)s)
where c.tenant_id = %(tenant_id)s
    and c.started_at >= %(starts)s and c.started_at < %(ends)s
    and c.finalised_at > %(since)s and c.finalised_at <= %(until)s
order by s.call_id, s.segment_id

-- name: drew
-- A stratum, and how much of it was drawn.
insert into review_draws (tenant_id, day, number, masked, drawn_at, calls_since, calls_until, seed,
                          segments, spans, drawn)
values (%(tenant_id)s, %(day)s, %(number)s, %(masked)s, %(now)s, %(since)s, %(until)s, %(seed)s,
        %(segments)s, %(spans)s, %(drawn)s)

-- name: drawn
-- One segment of a sample.
insert into reviews (tenant_id, call_id, segment_id, day, number, masked, place, inclusion,
                     policy_version)
values (%(tenant_id)s, %(call_id)s, %(segment_id)s, %(day)s, %(number)s, %(masked)s, %(place)s,
        %(inclusion)s, %(policy_version)s)

-- name: tenants
-- All of them.
select tenant_id from tenants order by tenant_id
