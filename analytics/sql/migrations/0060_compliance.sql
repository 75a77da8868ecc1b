-- What redaction did, day by day, and the samples of it that people review.

-- The program knows which roles there are; this list would have to follow each new one.
alter table api_keys drop constraint if exists api_keys_role_check;
alter table api_keys add constraint api_keys_role_check check (role ~ '^[a-z_]{1,32}$');
comment on column api_keys.role is 'admin, supervisor, analyst, compliance, service, ...: what its scopes were chosen from.';
comment on column api_keys.scopes is 'What it may do: calls (stored), captions (live), compliance (view and review queue), ...';
comment on column audit.action is 'key.created, key.revoked, session.opened, session.closed, model.registered, model.retired, route.added, route.removed, review.looked, review.marked, review.drawn, review.exported, review.resealed, policy.named, compliance.reported, ...';
comment on column audit.subject is 'The key_id, call_id, segment_id, model, route_id or policy version it was done to.';

create index calls_days on calls (tenant_id, started_at);

create table policy_names (
    tenant_id text not null references tenants,
    version   text not null,
    name      text not null,
    named_at  timestamptz not null default now(),
    named_by  text not null,
    primary key (tenant_id, version)
);
comment on table policy_names is 'What people call a version of the redaction policy.';
comment on column policy_names.tenant_id is 'Whose policy.';
comment on column policy_names.version is 'As segments.policy_version has it: a hash of everything that decides what is masked.';
comment on column policy_names.name is 'In the words of who is responsible for it.';
comment on column policy_names.named_at is 'When it was last named.';
comment on column policy_names.named_by is 'A key_id, or operator for the command line.';

-- The views read one summary a call, which the store writes anew whenever the call changes: counting
-- words of segments instead would read some hundred times as much.
create function seen_tenant(tenant text) returns boolean
    language sql stable
    as $$ select coalesce(nullif(current_setting('trunkline.tenant_id', true), ''), tenant) = tenant $$;
comment on function seen_tenant is 'False for other tenants than that of an API request; row-level security cannot say it for a view.';

create view v_redaction_calls with (security_barrier) as
    select c.tenant_id, c.call_id, c.started_at, (c.started_at at time zone 'UTC')::date as day,
           c.summary ->> 'policy_version' as policy_version,
           c.summary ->> 'policy_version' is distinct from n.policy_version
               and c.summary ->> 'policy_version' <> '' as policy_is_old,
           c.summary -> 'redactions' as kinds,
           coalesce(m.spans, 0)::bigint as spans,
           coalesce((c.summary -> 'redactions' ->> 'unavailable')::bigint, 0) as unavailable,
           coalesce(m.spans, 0) > 0 as touched,
           coalesce((c.summary ->> 'transcript_complete')::boolean, true) as transcript_complete,
           c.lost, c.summary_revision
    from tenants t
    cross join lateral (
        select coalesce((
            select o.summary ->> 'policy_version' from calls o
            where o.tenant_id = t.tenant_id and o.finalised_at is not null
                and o.summary ->> 'policy_version' <> ''
            order by o.call_id desc limit 1), '') as policy_version
        offset 0  -- keeps the planner from asking this again for every call
    ) n
    join calls c on c.tenant_id = t.tenant_id
    cross join lateral (
        select sum(k.value::bigint) as spans
        from jsonb_each_text(c.summary -> 'redactions') k where k.key <> 'unavailable'
    ) m
    where c.finalised_at is not null and c.summary is not null
        and may_read(t.tenant_id) and seen_tenant(t.tenant_id);
comment on view v_redaction_calls is 'What redaction did to each finished call.';
comment on column v_redaction_calls.tenant_id is 'Whose call.';
comment on column v_redaction_calls.call_id is 'Which call.';
comment on column v_redaction_calls.started_at is 'When the call was answered.';
comment on column v_redaction_calls.day is 'UTC day on which it was answered.';
comment on column v_redaction_calls.policy_version is 'Of the segment that was redacted last; empty: nothing was said.';
comment on column v_redaction_calls.policy_is_old is 'Whether the tenant''s newest finished call has another policy version.';
comment on column v_redaction_calls.kinds is 'Masked spans by kind, unavailable among them.';
comment on column v_redaction_calls.spans is 'Masked spans; without unavailable.';
comment on column v_redaction_calls.unavailable is 'Segments withheld whole, because redaction failed or was late.';
comment on column v_redaction_calls.touched is 'Whether anything was masked; unavailable alone does not count.';
comment on column v_redaction_calls.transcript_complete is 'Whether redaction had said that every final was out.';
comment on column v_redaction_calls.lost is 'Closed by the store, because nothing came for too long.';
comment on column v_redaction_calls.summary_revision is 'Grows each time the stored call changes.';

create view v_redaction_days with (security_barrier) as
    select r.tenant_id, r.day, r.policy_version, k.key as kind,
           sum(k.value::bigint)::bigint as spans, count(*) as calls
    from v_redaction_calls r
    cross join lateral jsonb_each_text(r.kinds) k
    group by r.tenant_id, r.day, r.policy_version, k.key;
comment on view v_redaction_days is 'Masked spans by day, policy version and kind, of finished calls.';
comment on column v_redaction_days.tenant_id is 'Whose calls.';
comment on column v_redaction_days.day is 'UTC day on which the calls were answered.';
comment on column v_redaction_days.policy_version is 'Of the calls.';
comment on column v_redaction_days.kind is 'card, name, ...; unavailable: withheld whole.';
comment on column v_redaction_days.spans is 'Tokens of this kind in the stored transcripts.';
comment on column v_redaction_days.calls is 'Calls with at least one.';

create view v_policy_versions with (security_barrier) as
    select r.tenant_id, r.policy_version, coalesce(p.name, '') as name,
           min(r.started_at) as first_call_at, max(r.started_at) as last_call_at,
           count(*) as calls, bool_and(not r.policy_is_old) as is_current
    from v_redaction_calls r
    left join policy_names p on p.tenant_id = r.tenant_id and p.version = r.policy_version
    where r.policy_version <> ''
    group by r.tenant_id, r.policy_version, p.name;
comment on view v_policy_versions is 'Which policy versions finished calls were redacted by, and when: the history of a tenant''s policy.';
comment on column v_policy_versions.tenant_id is 'Whose policy.';
comment on column v_policy_versions.policy_version is 'A hash of everything that decides what is masked.';
comment on column v_policy_versions.name is 'What people call it; empty: it was not named.';
comment on column v_policy_versions.first_call_at is 'Start of the first call that is stored under it.';
comment on column v_policy_versions.last_call_at is 'Start of the last one.';
comment on column v_policy_versions.calls is 'How many calls are stored under it now; re-redacted ones count under the new one.';
comment on column v_policy_versions.is_current is 'Whether the newest finished call has it.';

create table review_draws (
    tenant_id     text not null references tenants,
    day           date not null,
    number        integer not null,
    masked        boolean not null,
    drawn_at      timestamptz not null,
    calls_since   timestamptz not null,
    calls_until   timestamptz not null,
    seed          text not null,
    segments      bigint not null,
    spans         bigint not null,
    drawn         integer not null,
    primary key (tenant_id, day, number, masked)
);
comment on table review_draws is 'Samples that were drawn for review, and what they were drawn from: two strata each.';
comment on column review_draws.tenant_id is 'Whose calls.';
comment on column review_draws.day is 'UTC day of the calls, as segments.day has it.';
comment on column review_draws.number is 'From 1; a further one takes calls that were finished after the draw before.';
comment on column review_draws.masked is 'The stratum: segments with masked spans, or those without.';
comment on column review_draws.drawn_at is 'When.';
comment on column review_draws.calls_since is 'Of calls that were finished after this moment,';
comment on column review_draws.calls_until is 'and not after this one.';
comment on column review_draws.seed is 'Makes the same sample again from the same segments.';
comment on column review_draws.segments is 'How many segments the stratum had.';
comment on column review_draws.spans is 'Masked spans in them, without unavailable.';
comment on column review_draws.drawn is 'How many were drawn.';

create table reviews (
    review_id    bigserial primary key,
    tenant_id    text not null,
    call_id      text not null,
    segment_id   text not null,
    day          date not null,
    number       integer not null,
    masked       boolean not null,
    place        integer not null,
    inclusion    double precision not null check (inclusion > 0 and inclusion <= 1),
    policy_version text not null,
    state        text not null default 'open' check (state in ('open', 'done', 'unclear')),
    taken_by     text not null default '',
    taken_until  timestamptz,
    reviewed_by  text not null default '',
    reviewed_at  timestamptz,
    spans        integer,
    false_alarms integer,
    missed       integer,
    unique (tenant_id, call_id, segment_id),
    foreign key (tenant_id, call_id) references calls on delete cascade,
    foreign key (tenant_id, day, number, masked) references review_draws
);
create index reviews_open on reviews (tenant_id, day, place) where state = 'open';
create index reviews_days on reviews (tenant_id, day);
comment on table reviews is 'Segments drawn for review, and what a reviewer said of them in numbers. No text.';
comment on column reviews.review_id is 'Name of the review.';
comment on column reviews.tenant_id is 'Whose call.';
comment on column reviews.call_id is 'Of which call.';
comment on column reviews.segment_id is 'Which segment.';
comment on column reviews.day is 'Of which draw: its day,';
comment on column reviews.number is 'its number,';
comment on column reviews.masked is 'and its stratum.';
comment on column reviews.place is 'In which order they are shown: random, so that any first part of them is a sample too.';
comment on column reviews.inclusion is 'With what probability this segment was to be drawn.';
comment on column reviews.policy_version is 'Of its redaction when it was drawn.';
comment on column reviews.state is 'open; done; unclear: the reviewer could not tell.';
comment on column reviews.taken_by is 'The key_id of who looks at it now.';
comment on column reviews.taken_until is 'After that another reviewer may get it.';
comment on column reviews.reviewed_by is 'The key_id of who reviewed it.';
comment on column reviews.reviewed_at is 'When.';
comment on column reviews.spans is 'Masked spans that the reviewer was shown.';
comment on column reviews.false_alarms is 'How many of them hid nothing personal.';
comment on column reviews.missed is 'Spans that should have been masked.';

create table review_labels (
    label_id   bigserial primary key,
    tenant_id  text not null,
    review_id  bigint not null references reviews on delete cascade,
    call_id    text not null,
    segment_id text not null,
    mark       text not null check (mark in ('missed', 'false_alarm')),
    kind       text not null,
    start_ms   bigint not null,
    end_ms     bigint not null,
    made_by    text not null,
    made_at    timestamptz not null,
    masked_at  timestamptz
);
create index review_labels_of on review_labels (review_id);
create index review_labels_due on review_labels (label_id) where mark = 'missed' and masked_at is null;
comment on table review_labels is 'Marks that reviewers made. No text: that is sealed in review_cases.';
comment on column review_labels.label_id is 'In the order of writing.';
comment on column review_labels.tenant_id is 'Whose call.';
comment on column review_labels.review_id is 'In which review.';
comment on column review_labels.call_id is 'Of which call.';
comment on column review_labels.segment_id is 'In which segment.';
comment on column review_labels.mark is 'missed: personal, but shown; false_alarm: masked, but not personal.';
comment on column review_labels.kind is 'Of what was missed, or of the token.';
comment on column review_labels.start_ms is 'Of the words or the token, on the call clock.';
comment on column review_labels.end_ms is 'On the call clock.';
comment on column review_labels.made_by is 'The key_id of the reviewer.';
comment on column review_labels.made_at is 'When.';
comment on column review_labels.masked_at is 'When missed words were masked in the stored transcript and told to every sink; null: not yet.';

create table review_cases (
    tenant_id text not null,
    review_id bigint primary key references reviews on delete cascade,
    sealed    bytea not null,
    made_at   timestamptz not null
);
comment on table review_cases is 'What a reviewer saw and marked, as a case to test redaction with; sealed with the tenant''s own key.';
comment on column review_cases.tenant_id is 'Whose case, and whose key.';
comment on column review_cases.review_id is 'Of which review; also authenticated by the seal.';
comment on column review_cases.sealed is 'AES-256-GCM; opens with the tenant''s key file only.';
comment on column review_cases.made_at is 'When.';

-- Reviews are read and written as the tenant of the request; drawing is the appliance's own work.
alter table policy_names enable row level security;
alter table review_draws enable row level security;
alter table reviews enable row level security;
alter table review_labels enable row level security;
alter table review_cases enable row level security;
alter table audit enable row level security;
create policy tenant on policy_names for select to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true));
create policy tenant on review_draws for select to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true));
create policy tenant on reviews to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true))
    with check (tenant_id = current_setting('trunkline.tenant_id', true));
create policy tenant on review_labels to trunkline_api
    using (tenant_id = current_setting('trunkline.tenant_id', true))
    with check (tenant_id = current_setting('trunkline.tenant_id', true));
create policy tenant on review_cases for insert to trunkline_api
    with check (tenant_id = current_setting('trunkline.tenant_id', true));
create policy tenant on audit for insert to trunkline_api
    with check (tenant_id = current_setting('trunkline.tenant_id', true));
grant select on policy_names, review_draws, reviews, review_labels to trunkline_api;
grant update (state, taken_by, taken_until, reviewed_by, reviewed_at, spans, false_alarms, missed)
    on reviews to trunkline_api;
grant insert on review_labels, review_cases, audit to trunkline_api;
grant usage on sequence review_labels_label_id_seq, audit_id_seq to trunkline_api;
grant select on v_redaction_calls, v_redaction_days, v_policy_versions to trunkline_api, trunkline_analyst;
