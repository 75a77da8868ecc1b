-- A CRM asks for its calls by an id of the contact centre: attributes @> '{"ucid": "..."}'.
create index calls_attributes on calls using gin (attributes jsonb_path_ops);
