-- Who speaks in a segment, where the end of the call knew better than its middle.

create table corrected_speakers (
    tenant_id  text not null,
    call_id    text not null,
    segment_id text not null,
    speaker    text not null,
    primary key (tenant_id, call_id, segment_id),
    foreign key (tenant_id, call_id) references calls on delete cascade
);
comment on table corrected_speakers is
    'Corrections of segments.speaker; kept because a final may be stored after its correction.';
comment on column corrected_speakers.tenant_id is 'Whose call.';
comment on column corrected_speakers.call_id is 'Of which call.';
comment on column corrected_speakers.segment_id is 'Which segment.';
comment on column corrected_speakers.speaker is 'agent, customer or speaker_N; never an identity.';
