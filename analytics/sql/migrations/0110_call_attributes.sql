-- What a call told of itself besides: ids of a contact centre, as far as the operator wants them.

alter table calls add column attributes jsonb not null default '{}';
comment on column calls.attributes is
    'Headers and SIPREC extension data that call_attributes names, by name in lower case.';
