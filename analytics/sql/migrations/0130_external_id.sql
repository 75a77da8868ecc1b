-- A CRM asks for its call by the peer's own name for it.
create index calls_external_id on calls (tenant_id, external_id);
