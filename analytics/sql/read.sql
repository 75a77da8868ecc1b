-- What the API, the captions and the connectors read.

-- name: as_tenant
-- For the rest of the transaction this connection reads under row-level security.
select set_config('trunkline.tenant_id', %s, true), set_config('role', 'trunkline_api', true)

-- name: calls
-- One tenant's calls, newest first.
select tenant_id, call_id, external_id, ingress, queue, attributes::text, started_at,
       ended_at, duration_ms,
       end_reason, lost, transcript_ended_at is not null, null
from calls
where tenant_id = %(tenant_id)s
    and (%(state)s::text is null or (ended_at is null) = (%(state)s = 'live'))
    and (%(before)s = '' or call_id < %(before)s)
    and (%(queue)s = '' or queue = %(queue)s)
    and (%(external_id)s = '' or external_id = %(external_id)s)
    and (%(attributes)s::jsonb = '{}' or attributes @> %(attributes)s::jsonb)
order by call_id desc
limit %(limit)s

-- name: some_calls
-- These calls, with their summaries.
select tenant_id, call_id, external_id, ingress, queue, attributes::text, started_at,
       ended_at, duration_ms,
       end_reason, lost, transcript_ended_at is not null, summary::text
from calls
where (tenant_id, call_id) in (select * from unnest(%s::text[], %s::text[]))
order by tenant_id, call_id

-- name: open_calls
-- Calls of all tenants that are not finalised, newest first.
select tenant_id, call_id from calls
where finalised_at is null
order by call_id desc
limit %s

-- name: legs
-- The legs of these calls.
select tenant_id, call_id, leg_id, channel, role, label, participant_name, packets_received,
       packets_lost, jitter_ms, mos
from legs
where (tenant_id, call_id) in (select * from unnest(%s::text[], %s::text[]))
order by tenant_id, call_id, channel, leg_id

-- name: segments
-- Every final of these calls in the order of speech, each as the event it came as.
select tenant_id, call_id,
       jsonb_build_object(
           'type', 'Transcript', 'tenant_id', tenant_id, 'call_id', call_id, 'leg_id', leg_id,
           'segment_id', segment_id, 'revision', revision, 'is_final', true,
           'start_ms', start_ms, 'end_ms', end_ms, 'words', words, 'written', written,
           'speaker', speaker,
           'channel', channel, 'language', language, 'model', model,
           'model_sha256', model_sha256, 'decoder', decoder, 'policy_version', policy_version,
           'recovered', recovered, 'audio_end_at', audio_end_at,
           'recognised_at', recognised_at, 'redacted_at', redacted_at)::text
from segments
where (tenant_id, call_id) in (select * from unnest(%s::text[], %s::text[]))
    and day = any(%s)
order by tenant_id, call_id, start_ms, channel, segment_id

-- name: gaps
-- What was not heard of these calls, and has not been since.
select tenant_id, call_id, leg_id, greatest(start_ms, filled_until_ms), end_ms, why, start_ms
from gaps
where (tenant_id, call_id) in (select * from unnest(%s::text[], %s::text[]))
    and end_ms > filled_until_ms
order by tenant_id, call_id, start_ms, leg_id, why
