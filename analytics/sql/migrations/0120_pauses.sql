-- Who paused and who resumed a call, and by which way: audit rows that the store writes.

-- The gateway says again and again that a call is paused, and events may be read twice.
create unique index audit_pauses on audit (
    tenant_id, subject, action, actor,
    (detail->>'leg_id'), (detail->>'at_ms'), (detail->>'why')
) where action in ('call.paused', 'call.resumed');

create view v_pauses with (security_barrier) as
select tenant_id, subject as call_id, detail->>'leg_id' as leg_id, at,
       (detail->>'at_ms')::bigint as at_ms, action = 'call.paused' as paused,
       detail->>'why' as why, actor as by
from audit
where action in ('call.paused', 'call.resumed')
    and may_read(tenant_id);
comment on view v_pauses is 'Every pause of a leg and its end.';
comment on column v_pauses.tenant_id is 'Whose call.';
comment on column v_pauses.call_id is 'Which call.';
comment on column v_pauses.leg_id is 'Which leg; a pause of the call has a row for each.';
comment on column v_pauses.at is 'From when on.';
comment on column v_pauses.at_ms is 'The same, on the call clock.';
comment on column v_pauses.paused is 'True: not listened to any more; false: listened to again.';
comment on column v_pauses.why is
    'api (REST, page, command line), dtmf (keys), time (it ended by itself), recording_pause or hold (the peer).';
comment on column v_pauses.by is
    'The key_id; agent or customer, who pressed keys; siprec, sip, audiohook or another way in; time.';
grant select on v_pauses to trunkline_analyst;
