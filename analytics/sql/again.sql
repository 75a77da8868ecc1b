-- Which stored calls are to be judged again by their tenant's policy, and how far a job has got.

-- name: lock
-- One job of a tenant at a time; the lock ends with the connection, however that ends.
select pg_try_advisory_lock(hashtextextended('trunkline redact-again ' || %s, 0))

-- name: resume
-- The job of the same calls and policy that was not finished.
select job_id, last_call_id, calls from redaction_jobs
where tenant_id = %(tenant_id)s and policy_version = %(policy_version)s and finished_at is null
    and from_at is not distinct from %(from_at)s and to_at is not distinct from %(to_at)s
    and only_call_id = %(only_call_id)s
order by job_id desc
limit 1

-- name: begin
-- A new job, and its row in the audit.
with job as (
    insert into redaction_jobs (tenant_id, policy_version, from_at, to_at, only_call_id)
    values (%(tenant_id)s, %(policy_version)s, %(from_at)s, %(to_at)s, %(only_call_id)s)
    returning job_id, last_call_id, calls
), audited as (
    insert into audit (tenant_id, actor, action, subject, detail)
    select %(tenant_id)s, 'operator', 'redact-again.started', job_id::text,
           jsonb_build_object('policy_version', %(policy_version)s::text) from job
)
select job_id, last_call_id, calls from job

-- name: calls
-- The next calls that are over.
select call_id from calls
where tenant_id = %(tenant_id)s and call_id > %(after)s
    and (finalised_at is not null or transcript_ended_at is not null)
    and (%(from_at)s::timestamptz is null or started_at >= %(from_at)s)
    and (%(to_at)s::timestamptz is null or started_at < %(to_at)s)
    and (%(only_call_id)s = '' or call_id = %(only_call_id)s)
order by call_id
limit %(limit)s

-- name: stale
-- Those of these calls that another policy has judged.
select distinct call_id from segments
where tenant_id = %(tenant_id)s and call_id = any(%(calls)s) and day = any(%(days)s)
    and policy_version <> %(policy_version)s
order by call_id

-- name: progress
-- The calls up to this one are done.
update redaction_jobs set last_call_id = %(last_call_id)s, calls = %(calls)s, updated_at = now()
where job_id = %(job_id)s

-- name: finish
-- All is done, and its row in the audit.
with job as (
    update redaction_jobs set finished_at = now(), updated_at = now() where job_id = %(job_id)s
    returning job_id, tenant_id, calls
)
insert into audit (tenant_id, actor, action, subject, detail)
select tenant_id, 'operator', 'redact-again.finished', job_id::text,
       jsonb_build_object('calls', calls, 'calls_changed', (
           select count(distinct call_id) from retractions
           where tenant_id = job.tenant_id and made_by = 'redact-again:' || job.job_id))
from job

-- name: changes
-- What the job has masked.
select r.call_id, r.segment_id, s.span ->> 'kind' from retractions r
cross join lateral jsonb_array_elements(r.spans) as s (span)
where r.tenant_id = %(tenant_id)s and r.made_by = %(made_by)s
