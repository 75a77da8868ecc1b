-- What was said, personal data taken out, and what was not heard.

create extension if not exists pg_trgm;

create table segments (
    tenant_id     text not null,
    call_id       text not null,
    segment_id    text not null,
    day           date not null,
    leg_id        text not null,
    revision      integer not null,
    start_ms      bigint not null,
    end_ms        bigint not null,
    channel       integer not null,
    speaker       text not null,
    language      text not null,
    text          text not null,
    words         jsonb not null,
    search        tsvector generated always as (to_tsvector('english'::regconfig, text)) stored,
    model         text not null,
    model_sha256  text not null,
    decoder       text not null,
    policy_version text not null,
    audio_end_at  timestamptz not null,
    recognised_at timestamptz not null,
    redacted_at   timestamptz not null,
    stored_at     timestamptz not null default now(),
    primary key (tenant_id, call_id, segment_id, day),
    foreign key (tenant_id, call_id, leg_id) references legs on delete cascade
) partition by range (day);
create table segments_other partition of segments default;
create index segments_search on segments using gin (search);
create index segments_trigrams on segments using gin (text gin_trgm_ops);
comment on table segments is 'One row per final stretch of speech of one leg; partitioned by the day of the call.';
comment on table segments_other is 'Segments of calls whose call_id does not tell a day near the present.';
comment on column segments.tenant_id is 'Whose call.';
comment on column segments.call_id is 'Of which call.';
comment on column segments.segment_id is 'leg_id, a slash, and its first start in ms.';
comment on column segments.day is 'UTC day of the call, read from its call_id, so that it never changes.';
comment on column segments.leg_id is 'Of which leg.';
comment on column segments.revision is 'Highest revision seen; a later one may mask more.';
comment on column segments.start_ms is 'On the call clock.';
comment on column segments.end_ms is 'On the call clock.';
comment on column segments.channel is 'Of the leg.';
comment on column segments.speaker is 'agent, customer or speaker_N; never an identity.';
comment on column segments.language is 'BCP 47 tag of the recogniser.';
comment on column segments.text is 'The words joined by spaces; a masked span is one token such as [card].';
comment on column segments.words is 'Array of {text, start_ms, end_ms, confidence, kind}; kind only on tokens.';
comment on column segments.search is 'For full-text search.';
comment on column segments.model is 'Which recogniser.';
comment on column segments.model_sha256 is 'Of its weights.';
comment on column segments.decoder is 'Hash of its settings.';
comment on column segments.policy_version is 'Of the redaction that let it through.';
comment on column segments.audio_end_at is 'When its last audio arrived.';
comment on column segments.recognised_at is 'When the recogniser said it.';
comment on column segments.redacted_at is 'When redaction passed it on.';
comment on column segments.stored_at is 'When this revision was written here.';

create table gaps (
    tenant_id text not null,
    call_id   text not null,
    leg_id    text not null,
    start_ms  bigint not null,
    end_ms    bigint not null,
    why       text not null,
    primary key (tenant_id, call_id, leg_id, start_ms, why),
    foreign key (tenant_id, call_id, leg_id) references legs on delete cascade
);
comment on table gaps is 'What was not heard.';
comment on column gaps.tenant_id is 'Whose call.';
comment on column gaps.call_id is 'Of which call.';
comment on column gaps.leg_id is 'Of which leg.';
comment on column gaps.start_ms is 'On the call clock.';
comment on column gaps.end_ms is 'On the call clock.';
comment on column gaps.why is 'lost_packets, recogniser_unavailable, worker_restarted, overload.';
