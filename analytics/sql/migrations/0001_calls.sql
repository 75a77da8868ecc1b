-- Tenants, calls and their legs.

create table tenants (
    tenant_id  text primary key,
    name       text not null default '',
    created_at timestamptz not null default now()
);
comment on table tenants is 'Whose calls these are. Every other table carries the tenant of its rows.';
comment on column tenants.tenant_id is 'Name used in settings, events and keys.';
comment on column tenants.name is 'As shown to people; empty: the tenant_id.';
comment on column tenants.created_at is 'When the first call or key of the tenant came.';

create table calls (
    tenant_id           text not null references tenants,
    call_id             text not null,
    external_id         text not null default '',
    ingress             text not null default '',
    announced           boolean not null default false,
    started_at          timestamptz not null,
    clock_started_at    timestamptz,
    ended_at            timestamptz,
    duration_ms         bigint,
    end_reason          text not null default '',
    transcript_ended_at timestamptz,
    last_event_at       timestamptz not null,
    finalised_at        timestamptz,
    lost                boolean not null default false,
    summary             jsonb,
    summary_revision    integer not null default 0,
    primary key (tenant_id, call_id)
);
create index calls_newest on calls (tenant_id, call_id desc);
create index calls_open on calls (last_event_at) where finalised_at is null;
comment on table calls is 'One row per call, from its first event on.';
comment on column calls.tenant_id is 'Whose call.';
comment on column calls.call_id is '32 hex digits in the layout of UUID version 7, hence in the order of time.';
comment on column calls.external_id is 'The peer''s own name for the call: SIPREC session id, else SIP Call-ID.';
comment on column calls.ingress is 'How the call reached us: sip or siprec.';
comment on column calls.announced is 'Whether its start was seen; until then started_at is worked out from its speech.';
comment on column calls.started_at is 'When the call was answered.';
comment on column calls.clock_started_at is 'When its first packet came: 0 ms on the call clock.';
comment on column calls.ended_at is 'When it ended; null while it is live.';
comment on column calls.duration_ms is 'Its end on the call clock.';
comment on column calls.end_reason is 'Why it ended, in the gateway''s words; lost when the gateway never said.';
comment on column calls.transcript_ended_at is 'When the last final was out; null if not said yet.';
comment on column calls.last_event_at is 'When the store last heard of the call, to some seconds.';
comment on column calls.finalised_at is 'When its summary was first written.';
comment on column calls.lost is 'Closed by the store, because nothing came for too long.';
comment on column calls.summary is 'The CallSummary event as JSON; null until finalised.';
comment on column calls.summary_revision is 'Grows each time the stored call changes after it was finalised.';

create table legs (
    tenant_id        text not null,
    call_id          text not null,
    leg_id           text not null,
    described        boolean not null default false,
    channel          integer not null,
    role             text not null,
    codec            text not null default '',
    label            text not null default '',
    participant_name text not null default '',
    participant_aor  text not null default '',
    joined_ms        bigint not null default 0,
    left_ms          bigint,
    left_reason      text not null default '',
    packets_received bigint not null default 0,
    packets_lost     bigint not null default 0,
    packets_late     bigint not null default 0,
    jitter_ms        double precision not null default 0,
    primary key (tenant_id, call_id, leg_id),
    foreign key (tenant_id, call_id) references calls on delete cascade
);
comment on table legs is 'One row per party''s audio.';
comment on column legs.tenant_id is 'Whose call.';
comment on column legs.call_id is 'Of which call.';
comment on column legs.leg_id is 'call_id, a dash, and the channel.';
comment on column legs.described is 'Whether the gateway has described it; until then only its speech is known.';
comment on column legs.channel is '0-based, in the order of the SDP''s media lines.';
comment on column legs.role is 'agent, customer, or speaker_N where the metadata does not tell.';
comment on column legs.codec is 'RFC 3551 name, such as PCMU.';
comment on column legs.label is 'a=label of the media line (RFC 4574).';
comment on column legs.participant_name is 'From the recording metadata.';
comment on column legs.participant_aor is 'From the recording metadata; personal data, not in any view.';
comment on column legs.joined_ms is 'On the call clock.';
comment on column legs.left_ms is 'On the call clock; null while the leg is there.';
comment on column legs.left_reason is 'bye, removed, media_timeout, fault or shutdown.';
comment on column legs.packets_received is 'RTP packets received.';
comment on column legs.packets_lost is 'RTP packets that never came.';
comment on column legs.packets_late is 'RTP packets that came too late to be heard.';
comment on column legs.jitter_ms is 'Largest interarrival jitter (RFC 3550 section 6.4.1).';
