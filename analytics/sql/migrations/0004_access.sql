-- Who may ask, and what was done with it.

create table api_keys (
    key_id       text primary key,
    tenant_id    text not null references tenants,
    name         text not null,
    role         text not null check (role in ('admin', 'supervisor', 'analyst', 'service')),
    scopes       text[] not null,
    key_hash     bytea not null unique,
    created_at   timestamptz not null,
    revoked_at   timestamptz,
    last_used_at timestamptz
);
comment on table api_keys is 'Keys to the HTTP API. The keys themselves are not kept.';
comment on column api_keys.key_id is 'Public name of the key, for lists and revocation.';
comment on column api_keys.tenant_id is 'The one tenant whose data it opens.';
comment on column api_keys.name is 'Who or what uses it, in the operator''s words.';
comment on column api_keys.role is 'admin, supervisor, analyst or service.';
comment on column api_keys.scopes is 'What it may do: calls (stored), captions (live).';
comment on column api_keys.key_hash is 'SHA-256 of the whole key.';
comment on column api_keys.created_at is 'When it was made.';
comment on column api_keys.revoked_at is 'When it stopped working; null: it works.';
comment on column api_keys.last_used_at is 'To the minute.';

create table sessions (
    token_hash bytea primary key,
    key_id     text not null references api_keys on delete cascade,
    tenant_id  text not null references tenants,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index sessions_expiry on sessions (expires_at);
comment on table sessions is 'Logins of the web page.';
comment on column sessions.token_hash is 'SHA-256 of the cookie''s value.';
comment on column sessions.key_id is 'The key that was shown at login; revoking it ends the session.';
comment on column sessions.tenant_id is 'Of the key.';
comment on column sessions.created_at is 'When the login was.';
comment on column sessions.expires_at is 'When it ends by itself.';

create table audit (
    id        bigserial primary key,
    tenant_id text not null references tenants,
    at        timestamptz not null default now(),
    actor     text not null,
    action    text not null,
    subject   text not null,
    detail    jsonb not null default '{}'
);
create index audit_newest on audit (tenant_id, at desc);
comment on table audit is 'Who did what to whom. Rows are only ever added.';
comment on column audit.id is 'In the order of writing.';
comment on column audit.tenant_id is 'Whose data.';
comment on column audit.at is 'When.';
comment on column audit.actor is 'A key_id, or operator for the command line.';
comment on column audit.action is 'key.created, key.revoked, session.opened, session.closed.';
comment on column audit.subject is 'The key_id or call_id it was done to.';
comment on column audit.detail is 'More, without any personal data.';
