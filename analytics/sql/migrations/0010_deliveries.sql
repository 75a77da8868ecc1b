-- What each connector has done with each row of the outbox.

create table deliveries (
    outbox_id bigint not null references outbox (id) on delete cascade,
    connector text not null,
    tenant_id text not null,
    call_id text not null,
    revision integer not null,
    state text not null default 'waiting'
        check (state in ('waiting', 'done', 'parked', 'superseded')),
    failures integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    why text not null default '',
    changed_at timestamptz not null default now(),
    primary key (connector, outbox_id)
);

comment on table deliveries is 'What each CRM connector has done with each row of the outbox.';
comment on column deliveries.outbox_id is 'The row of the outbox that is delivered.';
comment on column deliveries.connector is 'Which connector: webhook, ...';
comment on column deliveries.tenant_id is 'Tenant the call belongs to.';
comment on column deliveries.call_id is 'The call that is delivered.';
comment on column deliveries.revision is 'Revision of the finished call, from the outbox; part of the idempotency key.';
comment on column deliveries.state is 'waiting: to be sent; done: the receiver has it; parked: given up, an operator decides; superseded: a later revision is sent instead.';
comment on column deliveries.failures is 'Attempts that failed since it was first due, or since an operator retried it.';
comment on column deliveries.next_attempt_at is 'Not tried before this time.';
comment on column deliveries.why is 'Why the last attempt failed, empty once done: a status or an error type, never text of the call.';
comment on column deliveries.changed_at is 'When the state or the number of failures last changed.';

create index deliveries_due on deliveries (connector, next_attempt_at) where state = 'waiting';
create index deliveries_parked on deliveries (connector, changed_at) where state = 'parked';
create index deliveries_call on deliveries (call_id);

create function trunkline_notify_outbox() returns trigger language plpgsql as $$
begin
    notify trunkline_outbox;
    return null;
end
$$;

create trigger outbox_notify after insert on outbox
    for each statement execute function trunkline_notify_outbox();
