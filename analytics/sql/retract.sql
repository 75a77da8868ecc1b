-- What masks words of a stored call after its end.

-- name: hold
-- Locks the call, before any of its other rows; whether its own redaction is through with it.
select finalised_at is not null or transcript_ended_at is not null from calls
where tenant_id = %s and call_id = %s
for update

-- name: retract
-- Only what was made of the revision that is stored; above every revision that redaction makes.
update segments s set revision = greatest(s.revision, %(above)s) + 1, words = r.words,
                      text = r.text, written = r.written, redacted_at = %(now)s, stored_at = now()
from jsonb_to_recordset(%(rows)s::jsonb) as r (
    segment_id text, made_of integer, text text, written text, words jsonb)
where s.tenant_id = %(tenant_id)s and s.call_id = %(call_id)s and s.day = %(day)s
    and s.segment_id = r.segment_id and s.revision = r.made_of
returning s.segment_id

-- name: judged
-- The call has been judged by this policy.
update segments set policy_version = %(policy_version)s
where tenant_id = %(tenant_id)s and call_id = %(call_id)s and day = %(day)s
    and policy_version <> %(policy_version)s

-- name: judged_call
-- The same in its summary, which nobody needs to be told.
update calls set summary = jsonb_set(summary, '{policy_version}', to_jsonb(%(policy_version)s::text))
where tenant_id = %(tenant_id)s and call_id = %(call_id)s and summary is not null

-- name: note
-- What was masked, to be told to everyone else.
insert into retractions (tenant_id, call_id, segment_id, day, leg_id, revision, spans, made_by, why,
                         made_at)
select s.tenant_id, s.call_id, s.segment_id, s.day, s.leg_id, s.revision, r.masked,
       %(made_by)s, %(why)s, %(now)s
from segments s
join jsonb_to_recordset(%(rows)s::jsonb) as r (segment_id text, masked jsonb)
    on r.segment_id = s.segment_id
where s.tenant_id = %(tenant_id)s and s.call_id = %(call_id)s and s.day = %(day)s

-- name: audit
-- Who masked what.
insert into audit (tenant_id, actor, action, subject, detail)
values (%(tenant_id)s, %(made_by)s, 'transcript.masked', %(call_id)s,
        jsonb_build_object('why', %(why)s::text, 'segments', %(segments)s::integer))

-- name: unpublished
-- Segments with a retraction that is not on the bus yet, each as it is now.
select r.id,
       jsonb_build_object(
           'type', 'Transcript', 'tenant_id', s.tenant_id, 'call_id', s.call_id,
           'leg_id', s.leg_id, 'segment_id', s.segment_id, 'revision', s.revision,
           'is_final', true, 'retraction', true, 'start_ms', s.start_ms, 'end_ms', s.end_ms,
           'words', s.words, 'written', s.written, 'speaker', s.speaker, 'channel', s.channel,
           'language', s.language, 'model', s.model, 'model_sha256', s.model_sha256,
           'decoder', s.decoder, 'policy_version', s.policy_version,
           'recovered', s.recovered, 'audio_end_at', s.audio_end_at,
           'recognised_at', s.recognised_at, 'redacted_at', s.redacted_at)::text
from (select * from retractions where published_at is null order by id limit %s) r
join segments s on s.tenant_id = r.tenant_id and s.call_id = r.call_id
    and s.segment_id = r.segment_id and s.day = r.day
order by r.id

-- name: mark_published
-- These are on the bus now.
update retractions set published_at = %s where id = any(%s)

-- name: retracted
-- Retractions that came over the bus; where they were made this changes nothing.
update segments s set revision = r.revision, text = r.text, written = r.written, words = r.words,
                      policy_version = r.policy_version, redacted_at = r.redacted_at,
                      stored_at = now()
from jsonb_to_recordset(%s::jsonb) as r (
    tenant_id text, call_id text, segment_id text, day date, revision integer, text text,
    written text, words jsonb, policy_version text, redacted_at timestamptz)
where s.tenant_id = r.tenant_id and s.call_id = r.call_id and s.segment_id = r.segment_id
    and s.day = r.day and s.revision < r.revision
returning s.tenant_id, s.call_id
