-- Quality tasks of the Scale door are gold of the house, under the same id, where a kind works their type.
-- stage: 0 media wanted, 1 ready, 2 gold, 3 kept alone: no kind, a test key, or `refused` says why.
alter table scale_quality_task
    add column stage smallint not null default 3,
    add column place uuid,
    add column metadata jsonb not null default '{}',
    add column instruction text,
    add column media text,                        -- the address of the picture
    add column native jsonb,                      -- the parameters for the kind
    add column answer jsonb,                      -- the expected response as an answer of the kind
    add column refused text,
    add column fetch_at timestamptz,
    add column fetches smallint not null default 0;
create index scale_quality_fetch on scale_quality_task (fetch_at) where stage = 0;

-- What of a place's terms the door has set for its gold, once: an operator's change stays.
alter table scale_place
    add column woven boolean not null default false,
    add column exam smallint;
