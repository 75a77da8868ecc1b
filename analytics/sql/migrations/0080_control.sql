-- Live calls can be paused: a scope of its own, for keys that had all that their role could have.

update api_keys
   set scopes = array_append(scopes, 'control')
 where role in ('admin', 'supervisor', 'service')
   and scopes @> array['calls', 'captions']
   and not scopes @> array['control'];
comment on column api_keys.scopes is
    'What it may do: calls (stored), captions (live), compliance (view and review queue), control (pausing live calls), ...';
