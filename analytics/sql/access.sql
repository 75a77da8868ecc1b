-- Keys, sessions, and the audit rows they leave.

-- name: create_key
-- Only the hash of the key is kept.
insert into api_keys (key_id, tenant_id, name, role, scopes, key_hash, created_at)
values (%(key_id)s, %(tenant_id)s, %(name)s, %(role)s, %(scopes)s, %(key_hash)s, %(now)s)

-- name: keys
-- All keys of a tenant, oldest first.
select key_id, tenant_id, name, role, scopes, created_at, revoked_at, last_used_at
from api_keys where tenant_id = %s
order by created_at, key_id

-- name: revoke_key
-- Ends the key; its sessions find it revoked.
update api_keys set revoked_at = %(now)s
where tenant_id = %(tenant_id)s and key_id = %(key_id)s and revoked_at is null

-- name: by_key
-- The key behind a hash.
select key_hash, key_id, tenant_id, name, role, scopes
from api_keys where key_hash = %s and revoked_at is null

-- name: used
-- To the minute, so that a busy key is not rewritten with every request.
update api_keys set last_used_at = %(now)s
where key_id = %(key_id)s
    and (last_used_at is null or last_used_at < %(now)s - interval '1 minute')

-- name: open_session
-- Only the hash of the token is kept.
insert into sessions (token_hash, key_id, tenant_id, created_at, expires_at)
values (%(token_hash)s, %(key_id)s, %(tenant_id)s, %(now)s, %(expires_at)s)

-- name: expire_sessions
-- Those that have ended by themselves.
delete from sessions where expires_at <= %s

-- name: by_session
-- The key behind a session that has not ended.
select s.token_hash, k.key_id, k.tenant_id, k.name, k.role, k.scopes
from sessions s join api_keys k using (key_id)
where s.token_hash = %s and s.expires_at > %s and k.revoked_at is null

-- name: close_session
-- The page logged out.
delete from sessions where token_hash = %s returning tenant_id, key_id

-- name: audit
-- Who did what.
insert into audit (tenant_id, at, actor, action, subject)
values (%(tenant_id)s, %(now)s, %(actor)s, %(action)s, %(subject)s)
