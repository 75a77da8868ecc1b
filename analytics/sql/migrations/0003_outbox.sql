-- What must leave the store, written in the transaction of what it tells about.

create table outbox (
    id           bigserial primary key,
    tenant_id    text not null,
    call_id      text not null,
    kind         text not null,
    revision     integer not null,
    created_at   timestamptz not null default now(),
    published_at timestamptz,
    unique (tenant_id, call_id, kind, revision),
    foreign key (tenant_id, call_id) references calls on delete cascade
);
create index outbox_unpublished on outbox (id) where published_at is null;
comment on table outbox is 'One row each time a finished call is new or has changed.';
comment on column outbox.id is 'In the order of writing.';
comment on column outbox.tenant_id is 'Whose call.';
comment on column outbox.call_id is 'Which call.';
comment on column outbox.kind is 'call.finalised';
comment on column outbox.revision is 'The call''s summary_revision that this row tells about.';
comment on column outbox.created_at is 'When it was written.';
comment on column outbox.published_at is 'When its CallSummary was on the bus; null: not yet.';
