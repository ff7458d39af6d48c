-- Labelers that are programs: an address that is asked for answers. One worker at a time serves a model.
create table model (
    id uuid primary key default gen_random_uuid(),
    labeler_id uuid not null,                     -- pseudonym of model:<id>
    name text not null,
    mode text not null check (mode in ('live', 'test')),
    url text not null,
    secret text not null,                         -- signs what is sent
    state text not null default 'active' check (state in ('active', 'paused', 'failing')),
    notice text,                                  -- in words, for the manager
    per_minute integer not null check (per_minute > 0),
    at_once smallint not null check (at_once > 0),
    failures integer not null default 0,          -- calls in a row that failed
    flawed bigint not null default 0,             -- answers that had flaws, ever
    flawed_in_row integer not null default 0,
    rest_until timestamptz not null default '-infinity',
    held_by text,                                 -- the worker that serves it
    held_until timestamptz not null default '-infinity',
    created_at timestamptz not null default clock_timestamp()
);
create index model_order on model (created_at, id);
create index model_active on model (id) where state = 'active';

create table model_project (
    model_id uuid not null references model on delete cascade,
    project_id uuid not null references project on delete cascade,
    state text not null default 'active' check (state in ('active', 'paused')),
    notice text,
    patience bigint not null,                     -- answers before its skill is judged
    event_id bigint not null,                     -- the event that attached it
    created_at timestamptz not null default clock_timestamp(),
    primary key (model_id, project_id)
);
create index model_project_project on model_project (project_id);

-- How sure a model said it was, where it said so.
create table model_confidence (
    answer_id uuid primary key,
    labeler_id uuid not null,
    project_id uuid not null,
    confidence real not null check (confidence between 0 and 1),
    at timestamptz not null default clock_timestamp()
);
create index model_confidence_latest on model_confidence (labeler_id, project_id, at);
