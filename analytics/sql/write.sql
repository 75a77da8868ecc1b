-- What the sink writes. Rows come as one JSON array per statement.

-- name: tenants
-- A tenant exists from its first call on.
insert into tenants (tenant_id) select unnest(%s::text[]) order by 1
on conflict do nothing

-- name: calls
-- Locks every call of the batch, in one order, and returns those about which something is new.
insert into calls (tenant_id, call_id, external_id, ingress, queue, attributes, announced,
                   started_at, clock_started_at, ended_at, duration_ms, end_reason, transcript_ended_at,
                   last_event_at)
select tenant_id, call_id, external_id, ingress, queue, attributes, announced, started_at,
       clock_started_at, ended_at, duration_ms, end_reason, transcript_ended_at, last_event_at
from jsonb_to_recordset(%s::jsonb) as r (
    tenant_id text, call_id text, external_id text, ingress text, queue text,
    attributes jsonb, announced boolean,
    started_at timestamptz, clock_started_at timestamptz, ended_at timestamptz,
    duration_ms bigint, end_reason text, transcript_ended_at timestamptz,
    last_event_at timestamptz)
order by tenant_id, call_id
on conflict (tenant_id, call_id) do update set
    external_id = case when excluded.announced then excluded.external_id
                       else calls.external_id end,
    ingress = case when excluded.announced then excluded.ingress else calls.ingress end,
    queue = case when excluded.announced then excluded.queue else calls.queue end,
    attributes = case when excluded.announced then excluded.attributes else calls.attributes end,
    announced = calls.announced or excluded.announced,
    started_at = case when excluded.announced then excluded.started_at
                      when calls.announced then calls.started_at
                      else least(calls.started_at, excluded.started_at) end,
    clock_started_at = coalesce(excluded.clock_started_at, calls.clock_started_at),
    ended_at = coalesce(excluded.ended_at, calls.ended_at),
    duration_ms = coalesce(excluded.duration_ms, calls.duration_ms),
    end_reason = case when excluded.ended_at is null then calls.end_reason
                      else excluded.end_reason end,
    lost = calls.lost and excluded.ended_at is null,
    transcript_ended_at = coalesce(excluded.transcript_ended_at, calls.transcript_ended_at)
where (excluded.announced
        and (calls.announced, calls.external_id, calls.ingress, calls.queue, calls.attributes,
             calls.started_at)
            is distinct from (true, excluded.external_id, excluded.ingress, excluded.queue,
                              excluded.attributes, excluded.started_at))
    or (not calls.announced and excluded.started_at < calls.started_at)
    or (excluded.clock_started_at is not null
        and calls.clock_started_at is distinct from excluded.clock_started_at)
    or (excluded.ended_at is not null
        and (calls.ended_at, calls.duration_ms, calls.end_reason)
            is distinct from (excluded.ended_at, excluded.duration_ms, excluded.end_reason))
    or (excluded.transcript_ended_at is not null
        and calls.transcript_ended_at is distinct from excluded.transcript_ended_at)
returning tenant_id, call_id

-- name: legs
-- What the gateway says of a leg replaces what its speech let us suppose.
insert into legs (tenant_id, call_id, leg_id, described, channel, role, codec, label,
                  participant_name, participant_aor, joined_ms, left_ms, left_reason,
                  packets_received, packets_lost, packets_late, jitter_ms, mos)
select tenant_id, call_id, leg_id, described, channel, role, codec, label,
       participant_name, participant_aor, joined_ms, left_ms, left_reason,
       packets_received, packets_lost, packets_late, jitter_ms, mos
from jsonb_to_recordset(%s::jsonb) as r (
    tenant_id text, call_id text, leg_id text, described boolean, channel integer, role text,
    codec text, label text, participant_name text, participant_aor text, joined_ms bigint,
    left_ms bigint, left_reason text, packets_received bigint, packets_lost bigint,
    packets_late bigint, jitter_ms double precision, mos double precision)
on conflict (tenant_id, call_id, leg_id) do update set
    described = legs.described or excluded.described,
    channel = case when excluded.described then excluded.channel else legs.channel end,
    role = case when excluded.described then excluded.role else legs.role end,
    codec = case when excluded.described then excluded.codec else legs.codec end,
    label = case when excluded.described then excluded.label else legs.label end,
    participant_name = case when excluded.described then excluded.participant_name
                            else legs.participant_name end,
    participant_aor = case when excluded.described then excluded.participant_aor
                           else legs.participant_aor end,
    joined_ms = case when excluded.described then excluded.joined_ms else legs.joined_ms end,
    left_ms = coalesce(excluded.left_ms, legs.left_ms),
    left_reason = case when excluded.left_ms is null then legs.left_reason
                       else excluded.left_reason end,
    packets_received = case when excluded.left_ms is null then legs.packets_received
                            else excluded.packets_received end,
    packets_lost = case when excluded.left_ms is null then legs.packets_lost
                        else excluded.packets_lost end,
    packets_late = case when excluded.left_ms is null then legs.packets_late
                        else excluded.packets_late end,
    jitter_ms = case when excluded.left_ms is null then legs.jitter_ms
                     else excluded.jitter_ms end,
    mos = case when excluded.left_ms is null then legs.mos else excluded.mos end
where (excluded.described
        and (legs.described, legs.channel, legs.role, legs.codec, legs.label,
             legs.participant_name, legs.participant_aor, legs.joined_ms)
            is distinct from (true, excluded.channel, excluded.role, excluded.codec,
             excluded.label, excluded.participant_name, excluded.participant_aor,
             excluded.joined_ms))
    or (excluded.left_ms is not null
        and (legs.left_ms, legs.left_reason, legs.packets_received, legs.packets_lost,
             legs.packets_late, legs.jitter_ms, legs.mos)
            is distinct from (excluded.left_ms, excluded.left_reason, excluded.packets_received,
             excluded.packets_lost, excluded.packets_late, excluded.jitter_ms, excluded.mos))
returning tenant_id, call_id

-- name: pauses
-- Who paused and resumed, as audit rows; what was said before is known.
insert into audit (tenant_id, at, actor, action, subject, detail)
select c.tenant_id,
       coalesce(c.clock_started_at, c.started_at) + r.at_ms * interval '1 millisecond',
       r.by, r.action, c.call_id,
       jsonb_build_object('leg_id', r.leg_id, 'at_ms', r.at_ms, 'why', r.why)
from jsonb_to_recordset(%s::jsonb) as r (
    tenant_id text, call_id text, leg_id text, action text, at_ms bigint, why text, by text)
join calls c using (tenant_id, call_id)
order by r.at_ms, r.leg_id
on conflict do nothing
returning tenant_id, subject

-- name: segments
-- The highest revision stays; a replay of the same one changes nothing.
insert into segments (tenant_id, call_id, segment_id, day, leg_id, revision, start_ms, end_ms,
                      channel, speaker, language, text, written, words, model, model_sha256,
                      decoder, policy_version, recovered, audio_end_at, recognised_at,
                      redacted_at)
select tenant_id, call_id, segment_id, day, leg_id, revision, start_ms, end_ms,
       channel, speaker, language, text, written, words, model, model_sha256, decoder,
       policy_version, recovered, audio_end_at, recognised_at, redacted_at
from jsonb_to_recordset(%s::jsonb) as r (
    tenant_id text, call_id text, segment_id text, day date, leg_id text, revision integer,
    start_ms bigint, end_ms bigint, channel integer, speaker text, language text, text text,
    written text, words jsonb, model text, model_sha256 text, decoder text, policy_version text,
    recovered boolean, audio_end_at timestamptz, recognised_at timestamptz, redacted_at timestamptz)
on conflict (tenant_id, call_id, segment_id, day) do update set
    leg_id = excluded.leg_id, revision = excluded.revision, start_ms = excluded.start_ms,
    end_ms = excluded.end_ms, channel = excluded.channel, speaker = excluded.speaker,
    language = excluded.language, text = excluded.text,
    written = excluded.written, words = excluded.words,
    model = excluded.model, model_sha256 = excluded.model_sha256, decoder = excluded.decoder,
    policy_version = excluded.policy_version, recovered = excluded.recovered,
    audio_end_at = excluded.audio_end_at,
    recognised_at = excluded.recognised_at, redacted_at = excluded.redacted_at, stored_at = now()
where segments.revision < excluded.revision
returning tenant_id, call_id

-- name: corrections
-- The last correction of a segment's speaker stays.
insert into corrected_speakers (tenant_id, call_id, segment_id, speaker)
select tenant_id, call_id, segment_id, speaker
from jsonb_to_recordset(%s::jsonb) as r (
    tenant_id text, call_id text, segment_id text, speaker text)
on conflict (tenant_id, call_id, segment_id) do update set speaker = excluded.speaker
where corrected_speakers.speaker <> excluded.speaker
returning tenant_id, call_id

-- name: correct
-- Puts corrected speakers onto stored finals, whichever of the two came first.
update segments s set speaker = k.speaker
from corrected_speakers k
join unnest(%s::text[], %s::text[], %s::date[]) as c (tenant_id, call_id, day)
    on c.tenant_id = k.tenant_id and c.call_id = k.call_id
where s.tenant_id = k.tenant_id and s.call_id = k.call_id and s.segment_id = k.segment_id
    and s.day = c.day and s.speaker <> k.speaker
returning s.tenant_id, s.call_id

-- name: gaps
-- A gap may be told again when it has grown.
insert into gaps (tenant_id, call_id, leg_id, start_ms, end_ms, why)
select tenant_id, call_id, leg_id, start_ms, end_ms, why
from jsonb_to_recordset(%s::jsonb) as r (
    tenant_id text, call_id text, leg_id text, start_ms bigint, end_ms bigint, why text)
on conflict (tenant_id, call_id, leg_id, start_ms, why) do update set end_ms = excluded.end_ms
where gaps.end_ms < excluded.end_ms
returning tenant_id, call_id

-- name: fills
-- A gap is filled from its beginning on, further and further.
update gaps set filled_until_ms = r.until_ms
from jsonb_to_recordset(%s::jsonb) as r (
    tenant_id text, call_id text, leg_id text, start_ms bigint, why text, until_ms bigint)
where (gaps.tenant_id, gaps.call_id, gaps.leg_id, gaps.start_ms, gaps.why)
      = (r.tenant_id, r.call_id, r.leg_id, r.start_ms, r.why)
    and gaps.filled_until_ms < r.until_ms
returning gaps.tenant_id, gaps.call_id

-- name: heard
-- Remembers that a call is alive; at most every 10 s a call, and never waiting for another writer.
update calls c set last_event_at = %(now)s
from (
    select tenant_id, call_id from calls
    where (tenant_id, call_id) in (
            select * from unnest(%(tenants)s::text[], %(calls)s::text[]))
        and last_event_at < %(now)s - interval '10 s'
    for no key update skip locked
) h
where c.tenant_id = h.tenant_id and c.call_id = h.call_id

-- name: complete
-- Which of these calls need a summary, or a new one.
select tenant_id, call_id from calls
where (tenant_id, call_id) in (select * from unnest(%s::text[], %s::text[]))
    and (finalised_at is not null or (ended_at is not null and transcript_ended_at is not null))
order by tenant_id, call_id

-- name: mark_lost
-- Calls of which nothing came for too long; a writer that is just at one of them saves it.
update calls c set lost = c.ended_at is null,
                   end_reason = case when c.ended_at is null then 'lost' else c.end_reason end
from (
    select tenant_id, call_id from calls
    where finalised_at is null and last_event_at < %s
    order by tenant_id, call_id
    limit 500
    for no key update skip locked
) s
where c.tenant_id = s.tenant_id and c.call_id = s.call_id
returning c.tenant_id, c.call_id

-- name: finalise
-- The summary, and the end of a call whose gateway never said it.
update calls set summary = %(summary)s::jsonb,
                 summary_revision = summary_revision + 1,
                 finalised_at = coalesce(finalised_at, %(now)s),
                 ended_at = case when lost then %(ended_at)s else ended_at end,
                 duration_ms = case when lost then %(duration_ms)s else duration_ms end
where tenant_id = %(tenant_id)s and call_id = %(call_id)s

-- name: tell
-- The outbox row of the revision just written.
insert into outbox (tenant_id, call_id, kind, revision)
select tenant_id, call_id, 'call.finalised', summary_revision from calls
where tenant_id = %(tenant_id)s and call_id = %(call_id)s

-- name: unpublished
-- Summaries that are not on the bus yet.
select o.id, c.summary::text from outbox o
join calls c on c.tenant_id = o.tenant_id and c.call_id = o.call_id
where o.published_at is null
order by o.id
limit %s

-- name: mark_published
-- These are on the bus now.
update outbox set published_at = %s where id = any(%s)
