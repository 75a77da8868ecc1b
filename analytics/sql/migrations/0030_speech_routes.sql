-- Which recognisers there are, and which call gets which.

alter table calls add column queue text not null default '';
comment on column calls.queue is
    'What the call is about or who should take it, as the peer told; empty: it did not.';
create index calls_queue on calls (tenant_id, queue, call_id desc) where queue <> '';

create table models (
    name          text not null,
    version       text not null,
    sha256        text not null,
    served_as     text not null default '',
    settings      jsonb not null default '{}',
    registered_at timestamptz not null default now(),
    registered_by text not null,
    retired_at    timestamptz,
    primary key (name, version, sha256)
);
comment on table models is 'Recognisers that were ever in use; a segment''s model, decoder and model_sha256 name one.';
comment on column models.name is 'As segments.model has it.';
comment on column models.version is 'As segments.decoder has it, before a plus sign: a hash of the model''s own settings.';
comment on column models.sha256 is 'Of its weights, as segments.model_sha256 has it.';
comment on column models.served_as is 'The name that routes give it by; empty: not known.';
comment on column models.settings is 'With which settings it recognises.';
comment on column models.registered_at is 'When it was first known here, or known again after it was retired.';
comment on column models.registered_by is 'appliance: at its start; operator: by the command line.';
comment on column models.retired_at is 'When an operator said that it is not to be used any more; null: it may be.';

create table speech_routes (
    route_id   bigserial primary key,
    tenant_id  text references tenants,
    queue      text not null default '',
    ingress    text not null default '',
    role       text not null default '',
    share      double precision not null default 1 check (share >= 0 and share <= 1),
    priority   integer not null default 100,
    options    jsonb not null,
    created_at timestamptz not null default now(),
    created_by text not null,
    active     boolean not null default true,
    ended_at   timestamptz
);
create index speech_routes_active on speech_routes (priority, route_id) where active;
comment on table speech_routes is 'Rules that give calls their recogniser and its options. All that match count; of two that name the same option, the first decides.';
comment on column speech_routes.route_id is 'Of two rules of one priority, the lower is first.';
comment on column speech_routes.tenant_id is 'For this tenant''s calls; null: for all.';
comment on column speech_routes.queue is 'For calls of this queue; empty: for all.';
comment on column speech_routes.ingress is 'For calls that came by this: sip or siprec; empty: for all.';
comment on column speech_routes.role is 'For the legs of this role, such as agent; empty: for all.';
comment on column speech_routes.share is 'For this part of the calls that match, 0 to 1; always the same calls.';
comment on column speech_routes.priority is 'The lowest is first.';
comment on column speech_routes.options is 'What it changes: model, language, profile, endpointing, phrases, ...';
comment on column speech_routes.created_at is 'When it was made.';
comment on column speech_routes.created_by is 'A key_id, or operator for the command line.';
comment on column speech_routes.active is 'False: it was removed, and is kept for the record.';
comment on column speech_routes.ended_at is 'When it was removed; null: it holds.';

comment on column audit.action is 'key.created, key.revoked, session.opened, session.closed, model.registered, model.retired, route.added, route.removed.';
comment on column audit.subject is 'The key_id, call_id, model or route_id it was done to.';

-- What a route says may hold names of people: a tenant sees those for all and its own.
alter table speech_routes enable row level security;
create policy tenant on speech_routes for select to trunkline_api
    using (tenant_id is null or tenant_id = current_setting('trunkline.tenant_id', true));
grant select on speech_routes, models to trunkline_api;

create view v_models with (security_barrier) as
    select name, version, sha256, served_as, registered_at, registered_by, retired_at
    from models;
comment on view v_models is 'Every recogniser that was ever in use.';

create view v_model_days with (security_barrier) as
    select s.tenant_id, s.day, s.model, split_part(s.decoder, '+', 1) as version, s.model_sha256,
           coalesce(m.served_as, '') as served_as, m.name is not null as registered,
           count(distinct s.call_id) as calls, count(*) as segments,
           sum(jsonb_array_length(s.words)) as words,
           percentile_cont(0.95) within group (
               order by extract(epoch from s.recognised_at - s.audio_end_at) * 1000) as delay_p95_ms
    from segments s
    left join models m on m.name = s.model and m.version = split_part(s.decoder, '+', 1)
        and m.sha256 = s.model_sha256
    where may_read(s.tenant_id)
    group by s.tenant_id, s.day, s.model, split_part(s.decoder, '+', 1), s.model_sha256,
             m.served_as, m.name;
comment on view v_model_days is 'What each recogniser did on each day, so that two can be compared.';
comment on column v_model_days.registered is 'Whether the registry knows it.';
comment on column v_model_days.delay_p95_ms is 'From the last audio of a final to the final, for 95 of 100 finals at most.';

grant select on v_models, v_model_days to trunkline_analyst;
