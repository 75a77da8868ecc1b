-- What is masked in calls that are over: by a reviewer, or under a stricter policy.

comment on column segments.words is 'Array of {text, start_ms, end_ms, confidence, kind, shown}; kind only on tokens, and shown only where the policy lets a role see another form of one, never the value: {role: text}.';
comment on column segments.revision is 'Highest revision seen; a later one may mask more. From 1500000001 on: a retraction.';

create table retractions (
    id           bigserial primary key,
    tenant_id    text not null,
    call_id      text not null,
    segment_id   text not null,
    day          date not null,
    leg_id       text not null,
    revision     integer not null,
    spans        jsonb not null,
    made_by      text not null,
    why          text not null,
    made_at      timestamptz not null,
    published_at timestamptz,
    foreign key (tenant_id, call_id) references calls on delete cascade
);
create index retractions_unpublished on retractions (id) where published_at is null;
create index retractions_call on retractions (tenant_id, call_id);
create index retractions_made_by on retractions (tenant_id, made_by);
comment on table retractions is 'One row each time words of a stored segment were masked after its call was over.';
comment on column retractions.id is 'In the order of writing.';
comment on column retractions.tenant_id is 'Whose call.';
comment on column retractions.call_id is 'Of which call.';
comment on column retractions.segment_id is 'Of which segment.';
comment on column retractions.day is 'As in segments.';
comment on column retractions.leg_id is 'On which leg.';
comment on column retractions.revision is 'The segment''s revision that shows the mask first.';
comment on column retractions.spans is 'Array of {start_ms, end_ms, kind}: what it masked, on the call clock.';
comment on column retractions.made_by is 'A key_id, operator, or redact-again:JOB_ID.';
comment on column retractions.why is 'review or policy.';
comment on column retractions.made_at is 'When.';
comment on column retractions.published_at is 'When the new revision was on the bus; null: not yet.';

create table redaction_jobs (
    job_id         bigserial primary key,
    tenant_id      text not null references tenants,
    policy_version text not null,
    from_at        timestamptz,
    to_at          timestamptz,
    only_call_id   text not null default '',
    last_call_id   text not null default '',
    calls          integer not null default 0,
    started_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    finished_at    timestamptz
);
create index redaction_jobs_open on redaction_jobs (tenant_id) where finished_at is null;
comment on table redaction_jobs is 'Stored transcripts redacted again under a newer policy; what each changed is in retractions.';
comment on column redaction_jobs.job_id is 'In the order of starting.';
comment on column redaction_jobs.tenant_id is 'Whose calls.';
comment on column redaction_jobs.policy_version is 'The policy that they are brought to.';
comment on column redaction_jobs.from_at is 'Calls that started at or after this; null: all.';
comment on column redaction_jobs.to_at is 'Calls that started before this; null: all.';
comment on column redaction_jobs.only_call_id is 'Only this call; empty: all.';
comment on column redaction_jobs.last_call_id is 'Calls up to this one are done; a job that was killed goes on after it.';
comment on column redaction_jobs.calls is 'Calls that were looked at because their policy was another.';
comment on column redaction_jobs.started_at is 'When it was first started.';
comment on column redaction_jobs.updated_at is 'When it last got on.';
comment on column redaction_jobs.finished_at is 'When all was done; null: not yet.';
