-- Models and speech routes.

-- name: register
-- A model that is in use. Returns a row if that is new, or it had been retired.
insert into models (name, version, sha256, served_as, settings, registered_at, registered_by)
values (%(name)s, %(version)s, %(sha256)s, %(served_as)s, %(settings)s::jsonb, %(now)s, %(actor)s)
on conflict (name, version, sha256) do update set
    served_as = excluded.served_as, settings = excluded.settings, retired_at = null,
    registered_at = excluded.registered_at, registered_by = excluded.registered_by
where models.retired_at is not null
returning name

-- name: served_as
-- Only one model answers to a name: the one told last.
update models set served_as = case when version = %(version)s and sha256 = %(sha256)s
                                        and name = %(name)s then %(served_as)s else '' end
where (served_as = %(served_as)s and %(served_as)s <> '')
    or (name = %(name)s and version = %(version)s and sha256 = %(sha256)s)

-- name: models
-- All of them, oldest first.
select name, version, sha256, served_as, settings::text, registered_at, registered_by, retired_at
from models order by registered_at, name, version

-- name: retire
-- Not to be used any more.
update models set retired_at = %(now)s
where name = %(name)s and version = %(version)s and retired_at is null
returning name

-- name: add_route
-- A new rule.
insert into speech_routes (tenant_id, queue, ingress, role, share, priority, options, created_at,
                           created_by)
values (nullif(%(tenant_id)s, ''), %(queue)s, %(ingress)s, %(role)s, %(share)s, %(priority)s,
        %(options)s::jsonb, %(now)s, %(actor)s)
returning route_id

-- name: remove_route
-- Kept for the record, but it holds no more.
update speech_routes set active = false, ended_at = %(now)s
where route_id = %(route_id)s and active
returning route_id

-- name: routes
-- Those that hold, first to last.
select route_id, coalesce(tenant_id, ''), queue, ingress, role, share, priority, options::text,
       created_at, created_by
from speech_routes where active
order by priority, route_id

-- name: audit
-- Who did what.
insert into audit (tenant_id, at, actor, action, subject, detail)
values (%(tenant_id)s, %(now)s, %(actor)s, %(action)s, %(subject)s, %(detail)s::jsonb)
