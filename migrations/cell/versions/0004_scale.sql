-- The Scale door. What its clients see is kept as they sent it; what is worked on is a task of the house
-- with the same id. Live and test are two accounts.

create table scale_account (
    mode text primary key check (mode in ('live', 'test')),
    callback_key text not null                    -- sent with every callback as scale-callback-auth
);

create table scale_project (
    id uuid primary key default gen_random_uuid(),
    mode text not null check (mode in ('live', 'test')),
    name text not null,
    type text not null,
    rapid boolean not null default false,
    studio boolean not null default false,
    dataset_id text,
    archived boolean not null default false,
    created_by text not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (mode, name)
);
create index scale_project_order on scale_project (mode, created_at, id);

-- Every version of a project's parameters; append-only.
create table scale_param (
    project_id uuid not null references scale_project on delete cascade,
    version integer not null,
    params jsonb not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (project_id, version)
);

create table scale_batch (
    id uuid primary key default gen_random_uuid(),
    mode text not null check (mode in ('live', 'test')),
    project_id uuid not null references scale_project on delete cascade,
    name text not null,
    state text not null check (state in ('staging', 'in_progress', 'paused', 'cancelled')),
    callback text,
    calibration boolean not null default false,
    self_label boolean not null default false,
    metadata jsonb not null default '{}',
    priority integer,
    created_at timestamptz not null default clock_timestamp(),
    completed_at timestamptz,                     -- when its end was noticed; null again when tasks join
    unique (mode, name)
);
create index scale_batch_order on scale_batch (mode, created_at, id);
create index scale_batch_project on scale_batch (project_id, created_at, id);

-- The house's project in which tasks with one and the same question are worked.
create table scale_place (
    id uuid primary key references project on delete cascade,
    mode text not null check (mode in ('live', 'test')),
    project_id uuid references scale_project on delete cascade,
    type text not null,
    fingerprint bytea not null,                   -- of kind and configuration
    created_at timestamptz not null default clock_timestamp(),
    unique nulls not distinct (mode, project_id, type, fingerprint)
);

-- Narrow on purpose: counting and filtering read this table, showing a task reads the next one too.
create table scale_task (
    id uuid primary key,                          -- 24 random hex digits and eight zeros
    mode text not null check (mode in ('live', 'test')),
    project_id uuid references scale_project on delete cascade,
    batch_id uuid references scale_batch on delete cascade,
    type text not null,
    status text not null check (status in ('pending', 'completed', 'canceled', 'error')),
    stage smallint not null,                      -- 0 media wanted, 1 ready, 2 in the house's tables, 3 never will be
    place uuid,
    priority smallint not null default 0,
    unique_id text,
    idempotency_key text,
    tags text[],
    callback_url text,
    callback_succeeded boolean,
    review_status text check (review_status in ('accepted', 'rejected', 'fixed', 'commented', 'pending')),
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    completed_at timestamptz,
    fetch_at timestamptz,
    fetches smallint not null default 0
);
create unique index scale_task_unique on scale_task (mode, unique_id) where unique_id is not null;
create unique index scale_task_once on scale_task (mode, idempotency_key) where idempotency_key is not null;
create index scale_task_order on scale_task (mode, created_at, id);
create index scale_task_project on scale_task (project_id, created_at, id);
create index scale_task_status on scale_task (project_id, status, created_at, id);
create index scale_task_batch on scale_task (batch_id, created_at, id) where batch_id is not null;
create index scale_task_completed on scale_task (mode, completed_at) where completed_at is not null;
create index scale_task_tags on scale_task using gin (tags) where tags is not null;
create index scale_task_review on scale_task (mode, review_status) where review_status is not null;
create index scale_task_fetch on scale_task (fetch_at) where stage = 0;
create index scale_task_ready on scale_task (batch_id) where stage = 1;

create table scale_body (
    id uuid primary key references scale_task on delete cascade,
    instruction text,
    params jsonb not null,                        -- as sent, over the project's own
    metadata jsonb not null default '{}',
    native jsonb,                                 -- the same for the kind that works it; its image is added when fetched
    response jsonb,                               -- where it is not the verdict: errors, test keys, moved house, fixes
    review_comments text,
    audits jsonb,
    prior jsonb
);

-- Counts, exact at every moment: what is folded plus what is not folded yet. No task's end updates a shared row.
create table scale_count (
    mode text not null,
    project_id uuid,
    batch_id uuid,
    type text not null,
    status text not null,
    n bigint not null,
    unique nulls not distinct (batch_id, project_id, mode, type, status)
);
create index scale_count_project on scale_count (project_id);
create table scale_delta (
    id bigint generated always as identity primary key,
    mode text not null,
    project_id uuid,
    batch_id uuid,
    type text not null,
    status text not null,
    n integer not null
);
create index scale_delta_batch on scale_delta (batch_id) where batch_id is not null;

create function scale_counted() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        insert into scale_delta (mode, project_id, batch_id, type, status, n)
        values (old.mode, old.project_id, old.batch_id, old.type, old.status, -1);
    end if;
    if tg_op = 'DELETE' then
        return null;
    end if;
    insert into scale_delta (mode, project_id, batch_id, type, status, n)
    values (new.mode, new.project_id, new.batch_id, new.type, new.status, 1);
    if new.status <> 'pending' and (new.callback_url is not null or new.batch_id is not null) then
        insert into outbox (topic, task_id) values ('scale', new.id);
    end if;
    return null;
end $$;
create trigger scale_task_born after insert or delete on scale_task
    for each row execute function scale_counted();
create trigger scale_task_moved after update of status on scale_task
    for each row when (old.status is distinct from new.status) execute function scale_counted();

-- A task of the house that ends or begins again takes its twin of the door with it, whoever decided it.
create function scale_follow() returns trigger language plpgsql as $$
begin
    update scale_task set
        status = case new.state when 'decided' then 'completed' when 'canceled' then 'canceled' else 'pending' end,
        completed_at = case new.state when 'decided' then clock_timestamp() end,
        updated_at = clock_timestamp()
    where id = new.id and stage = 2;
    return null;
end $$;
create trigger task_scale after update of state on task
    for each row when (old.state is distinct from new.state) execute function scale_follow();

-- Endpoints of this door are one for each host that clients named; each delivery has its own address.
alter table endpoint add column style text not null default 'neraca' check (style in ('neraca', 'scale'));
create unique index endpoint_scale on endpoint (mode, url) where style = 'scale';
alter table delivery add column url text;

create function scale_told() returns trigger language plpgsql as $$
begin
    update scale_task set callback_succeeded = (new.state = 'done')
    where id = new.task_id and exists (select 1 from endpoint e where e.id = new.endpoint_id and e.style = 'scale');
    return null;
end $$;
create trigger delivery_scale after update of state on delivery
    for each row when (old.state is distinct from new.state and new.state in ('done', 'dead'))
    execute function scale_told();
