-- What analysts and the API may read: row-level security and views.

-- Roles belong to the cluster, not to this database: another database may have made them.
do $$
begin
    if not exists (select from pg_roles where rolname = 'trunkline_api') then
        create role trunkline_api nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'trunkline_analyst') then
        create role trunkline_analyst nologin;
    end if;
exception when duplicate_object or unique_violation then
    raise notice 'made by another database at the same moment';
end $$;
do $$
begin
    if not pg_has_role(current_user, 'trunkline_api', 'member') then
        execute format('grant trunkline_api to %I', current_user);
    end if;
end $$;

-- The API reads as trunkline_api, with the tenant of the request's key in trunkline.tenant_id:
-- a query that forgets its tenant still sees no other's rows.
alter table calls enable row level security;
alter table legs enable row level security;
alter table segments enable row level security;
alter table gaps enable row level security;
create policy tenant on calls for select to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true));
create policy tenant on legs for select to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true));
create policy tenant on segments for select to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true));
create policy tenant on gaps for select to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true));
grant select on calls, legs, segments, gaps to trunkline_api;

create table analyst_tenants (
    role_name name not null,
    tenant_id text not null references tenants,
    primary key (role_name, tenant_id)
);
comment on table analyst_tenants is 'Which database login sees which tenant through the views.';
comment on column analyst_tenants.role_name is 'A login that is a member of trunkline_analyst.';
comment on column analyst_tenants.tenant_id is 'A tenant it may read.';

create function may_read(tenant text) returns boolean
    language sql stable security definer set search_path from current
    as $$
        select exists (
            select from analyst_tenants
            where role_name = session_user and tenant_id = tenant
        ) or pg_has_role(session_user, 'trunkline_api', 'member')
    $$;
comment on function may_read is 'Whether the login may see the tenant: by analyst_tenants, or as the owner.';

create view v_transcripts with (security_barrier) as
    select s.tenant_id, s.call_id, s.segment_id, c.started_at, c.external_id, s.leg_id, s.channel,
           s.speaker, s.start_ms, s.end_ms,
           coalesce(c.clock_started_at, c.started_at) + s.start_ms * interval '1 ms' as said_at,
           s.language, s.text, s.search, s.model, s.policy_version, s.revision
    from segments s
    join calls c on c.tenant_id = s.tenant_id and c.call_id = s.call_id
    where may_read(s.tenant_id);
comment on view v_transcripts is 'Every final segment with its call.';
comment on column v_transcripts.said_at is 'Wall-clock time of its first word.';
comment on column v_transcripts.search is 'search @@ websearch_to_tsquery(''english'', ''refund -cancelled'')';

create view v_words with (security_barrier) as
    select s.tenant_id, s.call_id, s.segment_id, s.leg_id, s.speaker, w.position::integer,
           w.word ->> 'text' as text, (w.word ->> 'start_ms')::bigint as start_ms,
           (w.word ->> 'end_ms')::bigint as end_ms,
           (w.word ->> 'confidence')::double precision as confidence, w.word ->> 'kind' as kind
    from segments s
    cross join lateral jsonb_array_elements(s.words) with ordinality as w (word, position)
    where may_read(s.tenant_id);
comment on view v_words is 'Every word with its times.';
comment on column v_words.position is '1-based, within the segment.';
comment on column v_words.kind is 'What a token stands for, such as card; null on a word.';

create view v_talk_metrics with (security_barrier) as
    select c.tenant_id, c.call_id, c.started_at, c.ended_at, c.duration_ms, c.end_reason,
           l.leg ->> 'leg_id' as leg_id, (l.leg ->> 'channel')::integer as channel,
           l.leg ->> 'role' as role, (l.leg ->> 'talk_ms')::bigint as talk_ms,
           round((l.leg ->> 'talk_ms')::numeric / nullif(c.duration_ms, 0), 4) as talk_share,
           (l.leg ->> 'words')::bigint as words, (l.leg ->> 'gap_ms')::bigint as gap_ms,
           (l.leg ->> 'packets_received')::bigint as packets_received,
           (l.leg ->> 'packets_lost')::bigint as packets_lost,
           (c.summary ->> 'silence_ms')::bigint as silence_ms,
           (c.summary ->> 'overlap_ms')::bigint as overlap_ms
    from calls c
    cross join lateral jsonb_array_elements(c.summary -> 'legs') as l (leg)
    where may_read(c.tenant_id);
comment on view v_talk_metrics is 'One row per leg of each finished call.';
comment on column v_talk_metrics.talk_share is 'Part of the call in which this leg spoke, 0 to 1.';
comment on column v_talk_metrics.silence_ms is 'Of the call: nobody spoke.';
comment on column v_talk_metrics.overlap_ms is 'Of the call: more than one leg spoke.';

grant select on v_transcripts, v_words, v_talk_metrics to trunkline_analyst;
