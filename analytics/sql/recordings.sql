-- What is known of recordings.

-- name: ready
-- The highest revision stays; what was removed does not come back. No row without its call.
insert into recordings (tenant_id, call_id, revision, state, locator, duration_ms, muted_ms, legs,
                        sha256, policy_version, has_original, made_at)
select %(tenant_id)s, %(call_id)s, %(revision)s, 'ready', %(locator)s, %(duration_ms)s,
       %(muted_ms)s, %(legs)s, %(sha256)s, %(policy_version)s, %(has_original)s, %(made_at)s
where exists (select from calls where tenant_id = %(tenant_id)s and call_id = %(call_id)s)
on conflict (tenant_id, call_id) do update set
    revision = excluded.revision, locator = excluded.locator, duration_ms = excluded.duration_ms,
    muted_ms = excluded.muted_ms, legs = excluded.legs, sha256 = excluded.sha256,
    policy_version = excluded.policy_version, has_original = excluded.has_original,
    made_at = excluded.made_at, stored_at = now()
where recordings.state = 'ready' and recordings.revision < excluded.revision

-- name: removed
-- The audio is gone; an erased recording stays erased.
insert into recordings (tenant_id, call_id, revision, state, removed_at)
select %(tenant_id)s, %(call_id)s, 0, %(why)s, %(removed_at)s
where exists (select from calls where tenant_id = %(tenant_id)s and call_id = %(call_id)s)
on conflict (tenant_id, call_id) do update set
    state = excluded.state, removed_at = excluded.removed_at, has_original = false,
    stored_at = now()
where recordings.state <> 'erased' and recordings.state <> excluded.state

-- name: is_known
-- Whether the call itself is stored.
select 1 from calls where tenant_id = %(tenant_id)s and call_id = %(call_id)s

-- name: of_call
-- One call's recording.
select call_id, state, revision, duration_ms, muted_ms, legs, sha256, policy_version,
       has_original, made_at, removed_at
from recordings where tenant_id = %s and call_id = %s

-- name: heard
-- Who asked for untouched audio, or removed any, and why.
insert into audit (tenant_id, at, actor, action, subject, detail)
values (%(tenant_id)s, %(at)s, %(actor)s, %(action)s, %(subject)s,
        jsonb_build_object('why', %(why)s::text))
