-- What was missed at first and recognised later, from the journal.

alter table segments add column recovered boolean not null default false;
comment on column segments.recovered is
    'Missed at first and recognised later, from the journal: it fills a gap that was told.';

alter table gaps add column filled_until_ms bigint not null default 0;
comment on column gaps.filled_until_ms is
    'What lies before this was recognised later; beyond start_ms the gap is the rest, if any.';
