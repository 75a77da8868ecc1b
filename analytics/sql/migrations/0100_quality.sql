-- How good each leg sounded.

alter table legs add column mos double precision;
comment on column legs.mos is
    'Estimated from loss, jitter and codec (ITU-T G.107, simplified), 1.0 to 4.5; null where nothing was heard.';
