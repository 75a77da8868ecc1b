-- Recordings of calls: where they are is a matter of the machines that keep them.

create table recordings (
    tenant_id      text not null,
    call_id        text not null,
    revision       integer not null,
    state          text not null check (state in ('ready', 'expired', 'erased')),
    locator        text not null default '',
    duration_ms    bigint not null default 0,
    muted_ms       bigint not null default 0,
    legs           integer not null default 0,
    sha256         text not null default '',
    policy_version text not null default '',
    has_original   boolean not null default false,
    made_at        timestamptz,
    removed_at     timestamptz,
    stored_at      timestamptz not null default now(),
    primary key (tenant_id, call_id),
    foreign key (tenant_id, call_id) references calls on delete cascade
);
comment on table recordings is 'One row per call that has, or had, a redacted recording.';
comment on column recordings.tenant_id is 'Whose call.';
comment on column recordings.call_id is 'Of which call.';
comment on column recordings.revision is 'Grows each time more of the recording is muted.';
comment on column recordings.state is 'ready; expired or erased: the audio is gone.';
comment on column recordings.locator is 'Tenant, day and call: names it in any recordings folder; no path.';
comment on column recordings.duration_ms is 'Length of the recording; 0 ms is that of the call clock.';
comment on column recordings.muted_ms is 'How much of it is masked on any leg.';
comment on column recordings.legs is 'How many legs it has, each on a channel of its own.';
comment on column recordings.sha256 is 'Of the sealed file, hex.';
comment on column recordings.policy_version is 'Of the redaction that it follows.';
comment on column recordings.has_original is 'Whether the untouched audio is kept as well, sealed with its own key.';
comment on column recordings.made_at is 'When this revision was made.';
comment on column recordings.removed_at is 'When the audio was removed; null while it is there.';
comment on column recordings.stored_at is 'When this row was written last.';

alter table recordings enable row level security;
create policy tenant on recordings for select to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true));
grant select on recordings to trunkline_api;

create view v_recordings with (security_barrier) as
    select r.tenant_id, r.call_id, c.started_at, r.state, r.duration_ms, r.muted_ms, r.legs,
           r.revision, r.policy_version, r.sha256, r.has_original, r.made_at, r.removed_at
    from recordings r
    join calls c on c.tenant_id = r.tenant_id and c.call_id = r.call_id
    where may_read(r.tenant_id);
comment on view v_recordings is 'Every recording with the start of its call.';
grant select on v_recordings to trunkline_analyst;
