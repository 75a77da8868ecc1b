-- Which redaction policy was in force for whom, when, and what it did: also where no call came.

create table policy_history (
    tenant_id      text not null,
    policy_version text not null,
    in_force_at    timestamptz not null,
    last_seen_at   timestamptz not null,
    source         text not null,
    file_sha256    text not null,
    does           jsonb not null,
    primary key (tenant_id, in_force_at, policy_version)
);
comment on table policy_history is 'What each redact process told: by which policy it works, and since when. Rows are never changed, but for last_seen_at.';
comment on column policy_history.tenant_id is 'Whose policy.';
comment on column policy_history.policy_version is 'As segments.policy_version has it; no usable policy: calls were not shown.';
comment on column policy_history.in_force_at is 'When the process first saw it so.';
comment on column policy_history.last_seen_at is 'When it last told that it was still so.';
comment on column policy_history.source is 'own: a file of the tenant; default: the file of all others; settings: no files are in use.';
comment on column policy_history.file_sha256 is 'Of the policy file''s bytes; empty: there was none.';
comment on column policy_history.does is 'What it does: which kinds are shown how and to whom. No phrase, pattern, cue or key.';

alter table policy_history enable row level security;
create policy tenant on policy_history for select to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true));

-- Several processes tell the same, and tell it anew after each start: what follows itself is one.
create view v_policy_in_force with (security_barrier) as
    with marked as (
        select h.*,
               concat_ws(' ', h.source, h.file_sha256, h.policy_version) is distinct from
                   lag(concat_ws(' ', h.source, h.file_sha256, h.policy_version)) over told as begins
        from policy_history h
        where may_read(h.tenant_id) and seen_tenant(h.tenant_id)
        window told as (partition by h.tenant_id order by h.in_force_at, h.policy_version)
    ), numbered as (
        select m.*, count(*) filter (where m.begins) over told as run
        from marked m
        window told as (partition by m.tenant_id order by m.in_force_at, m.policy_version)
    ), spans as (
        select tenant_id, run, policy_version, source, file_sha256,
               min(in_force_at) as from_at, max(last_seen_at) as last_seen_at,
               (array_agg(does order by in_force_at desc))[1] as does
        from numbered
        group by tenant_id, run, policy_version, source, file_sha256
    )
    select tenant_id, policy_version, from_at,
           lead(from_at) over (partition by tenant_id order by run) as until_at,
           last_seen_at, source, file_sha256, does
    from spans;
comment on view v_policy_in_force is 'From when to when each policy version was in force, as redaction told.';
comment on column v_policy_in_force.tenant_id is 'Whose policy.';
comment on column v_policy_in_force.policy_version is 'A hash of everything that decides what is masked; no usable policy: calls were not shown.';
comment on column v_policy_in_force.from_at is 'When the first redact process worked by it; seconds after the file was written.';
comment on column v_policy_in_force.until_at is 'When the first of them worked by another one; null: it is in force. Calls that were open then keep it to their end.';
comment on column v_policy_in_force.last_seen_at is 'When redaction last told that it works by it: it says so every quarter of an hour.';
comment on column v_policy_in_force.source is 'own: a file of the tenant; default: the file of all others; settings: no files are in use.';
comment on column v_policy_in_force.file_sha256 is 'Of the policy file''s bytes; empty: there was none.';
comment on column v_policy_in_force.does is 'Which kinds are shown how and to whom.';

create view v_policy_history with (security_barrier) as
    select h.tenant_id, h.policy_version, coalesce(p.name, '') as name, h.from_at, h.until_at,
           h.last_seen_at, true as told, h.source, h.file_sha256, h.does,
           coalesce(v.calls, 0)::bigint as calls
    from v_policy_in_force h
    left join policy_names p on p.tenant_id = h.tenant_id and p.version = h.policy_version
    left join v_policy_versions v
        on v.tenant_id = h.tenant_id and v.policy_version = h.policy_version
    union all
    select v.tenant_id, v.policy_version, v.name, v.first_call_at, v.last_call_at,
           v.last_call_at, false, '', '', '{}'::jsonb, v.calls
    from v_policy_versions v
    where not exists (
        select from policy_history h
        where h.tenant_id = v.tenant_id and h.policy_version = v.policy_version);
comment on view v_policy_history is 'The history of redaction policies: versions in force, called under or not, and those only known from calls.';
comment on column v_policy_history.tenant_id is 'Whose policy.';
comment on column v_policy_history.policy_version is 'A hash of everything that decides what is masked; no usable policy: calls were not shown.';
comment on column v_policy_history.name is 'What people call it; empty: it was not named.';
comment on column v_policy_history.from_at is 'Since when it was in force; where it was never told: start of the first call under it.';
comment on column v_policy_history.until_at is 'Till when; null: it is in force. Where it was never told: start of the last call under it.';
comment on column v_policy_history.last_seen_at is 'When it was last known to be in force.';
comment on column v_policy_history.told is 'Whether redaction told of it; releases before this one did not.';
comment on column v_policy_history.source is 'own: a file of the tenant; default: the file of all others; settings: no files are in use; empty: not known.';
comment on column v_policy_history.file_sha256 is 'Of the policy file''s bytes; empty: there was none, or it is not known.';
comment on column v_policy_history.does is 'Which kinds are shown how and to whom; {} where it is not known.';
comment on column v_policy_history.calls is 'How many calls are stored under the version now, in all its stretches of time together.';
grant select on policy_history to trunkline_api;
grant select on v_policy_in_force, v_policy_history to trunkline_api, trunkline_analyst;
