-- The written form of what was said, beside the spoken words.

-- The default lets the previous release go on writing.
alter table segments add column written text not null default '';
comment on column segments.written is
    'The text with numbers, money and dates as one writes them; empty: stored before it was kept.';

create or replace view v_transcripts with (security_barrier) as
    select s.tenant_id, s.call_id, s.segment_id, c.started_at, c.external_id, s.leg_id, s.channel,
           s.speaker, s.start_ms, s.end_ms,
           coalesce(c.clock_started_at, c.started_at) + s.start_ms * interval '1 ms' as said_at,
           s.language, s.text, s.search, s.model, s.policy_version, s.revision, s.written
    from segments s
    join calls c on c.tenant_id = s.tenant_id and c.call_id = s.call_id
    where may_read(s.tenant_id);
comment on column v_transcripts.written is 'The text with numbers, money and dates as one writes them.';
