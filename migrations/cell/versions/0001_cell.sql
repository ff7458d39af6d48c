-- A cell: everything of one client, and nothing of anybody else.

create sequence event_id;
create sequence slot_pos;
create sequence task_seq;

-- Append-only facts. `id` is given at once, `pos` by the sealer after commit: gapless, in an order
-- in which nothing can appear behind a position that was already read.
create table event (
    id bigint primary key default nextval('event_id'),
    pos bigint,
    kind text not null,
    project_id uuid,
    task_id uuid,
    actor text,                                   -- labeler pseudonym, 'key:<id>' or 'person:<pseudonym>'
    n bigint not null default 1,                  -- how many things this event counts for
    at timestamptz not null default clock_timestamp(),
    data jsonb not null default '{}'
);
create unique index event_pos on event (pos) where pos is not null;
create index event_unsealed on event (id) where pos is null;
create index event_task on event (task_id, id) where task_id is not null;

-- Counts, folded from sealed events by the sealer: no submit updates a shared row.
create table tally (
    project_id uuid not null,
    kind text not null,
    n bigint not null,
    primary key (project_id, kind)
);

create table outbox (
    id bigint generated always as identity primary key,
    topic text not null,                          -- callback | consensus | import | export | estimate
    project_id uuid,
    task_id uuid,
    event_id bigint,
    data jsonb not null default '{}',
    attempts integer not null default 0,
    not_before timestamptz not null default clock_timestamp(),
    created_at timestamptz not null default clock_timestamp()
);
create index outbox_due on outbox (not_before, id);

create table idempotency (
    key text not null,
    actor text not null,
    route text not null,
    body_hash bytea not null,
    status integer,                               -- null while the first request is in flight
    body bytea,
    created_at timestamptz not null default clock_timestamp(),
    primary key (actor, route, key)
);
create index idempotency_age on idempotency (created_at);

create table labeler (
    id uuid primary key,                          -- pseudonym: HMAC(cell key, person or key id)
    kind text not null check (kind in ('person', 'model')),
    handle text not null,
    created_at timestamptz not null default clock_timestamp()
);

create table project (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    kind text not null,
    mode text not null check (mode in ('live', 'test')),
    state text not null default 'active' check (state in ('active', 'paused', 'archived')),
    version integer not null default 1,
    config jsonb not null,
    instructions text not null,
    policy jsonb not null,
    price_micros bigint not null check (price_micros >= 0),
    currency text not null,
    minutes double precision not null check (minutes > 0),
    lease_seconds integer not null check (lease_seconds between 30 and 86400),
    priority smallint not null default 0,
    created_at timestamptz not null default clock_timestamp()
);
create index project_order on project (created_at, id);

-- Every version of the terms under which work was offered; append-only.
create table project_version (
    project_id uuid not null references project on delete cascade,
    version integer not null,
    config jsonb not null,
    instructions text not null,
    policy jsonb not null,
    price_micros bigint not null,
    currency text not null,
    minutes double precision not null,
    event_id bigint not null,
    at timestamptz not null default clock_timestamp(),
    primary key (project_id, version)
);

create table batch (
    id uuid primary key default gen_random_uuid(),
    project_id uuid not null references project on delete cascade,
    name text not null,
    event_id bigint not null,
    created_at timestamptz not null default clock_timestamp()
);
create index batch_project on batch (project_id, created_at, id);

create table import (
    id uuid primary key default gen_random_uuid(),
    project_id uuid not null references project on delete cascade,
    batch_id uuid,
    name text not null,
    format text not null check (format in ('jsonl', 'csv')),
    state text not null default 'receiving'
        check (state in ('receiving', 'queued', 'running', 'done', 'failed')),
    blob text not null,
    bytes_total bigint,
    bytes_received bigint not null default 0,
    bytes_read bigint not null default 0,         -- checkpoint: written with the rows it stands for
    rows_read bigint not null default 0,
    tasks_created bigint not null default 0,
    rows_failed bigint not null default 0,
    failure jsonb,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
);
create index import_project on import (project_id, created_at, id);

create table import_error (
    import_id uuid not null references import on delete cascade,
    row bigint not null,                          -- 1-based, the header of a CSV not counted
    errors jsonb not null,                        -- [{pointer, code, detail}]
    primary key (import_id, row)
);

create table task (
    id uuid primary key,
    project_id uuid not null,
    seq bigint not null default nextval('task_seq'),
    batch_id uuid,
    external_id text,
    params jsonb not null,
    metadata jsonb,
    priority smallint not null default 0 check (priority between 0 and 9),
    state text not null default 'open' check (state in ('open', 'decided', 'canceled')),
    answers smallint not null default 0,
    confidence real,                              -- of the leading answer, after the last answer
    posterior jsonb,                              -- {class: probability}, for kinds with an online rule
    event_id bigint not null,                     -- the event that made it
    canceled_event_id bigint,
    import_id uuid,
    import_row bigint,
    created_at timestamptz not null default clock_timestamp()
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);
create unique index task_order on task (project_id, seq);
create index task_state on task (project_id, state, seq);
create index task_batch on task (batch_id, seq) where batch_id is not null;
create index task_external on task (project_id, external_id) where external_id is not null;

-- One answer wanted. Whatever becomes open gets a fresh, higher `pos`, so that a labeler's cursor
-- (`walk`) need not look back: see docs/decisions/0004.
create table slot (
    task_id uuid not null,
    n smallint not null,
    project_id uuid not null,
    priority smallint not null,
    state smallint not null default 0,            -- 0 open, 1 leased, 2 filled, 3 closed
    pos bigint not null default nextval('slot_pos'),
    opened_at timestamptz not null default clock_timestamp(),
    fence integer not null default 0,
    labeler_id uuid,
    lease_id uuid,
    lease_until timestamptz,
    begun boolean,                                -- false: prefetched, not yet on the screen
    version integer,                              -- of the project, when leased
    price_micros bigint,
    currency text,
    primary key (task_id, n)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index slot_open on slot (project_id, priority, pos) where state = 0;
-- A planner that believes that there are hardly any leases finds these four equally good, and keeps to its
-- choice when there are many. So each has a condition that only the question it is made for implies.
create unique index slot_labeler on slot (task_id, labeler_id) where labeler_id is not null and fence > 0;
create unique index slot_lease on slot (lease_id) where state = 1 and lease_id is not null;
create index slot_live on slot (labeler_id, project_id)
    where state = 1 and labeler_id is not null and lease_until is not null;
create index slot_expiry on slot (lease_until) where state = 1 and begun is not null;

-- Up to where a labeler has been through the open slots of a project, for each priority.
create table walk (
    labeler_id uuid not null,
    project_id uuid not null,
    priority smallint not null,
    pos bigint not null default 0,
    sweep_pos bigint not null default 0,
    swept_at timestamptz not null default clock_timestamp(),
    primary key (labeler_id, project_id, priority)
) with (fillfactor = 70);

create table refusal (
    task_id uuid not null,
    labeler_id uuid not null,
    kind text not null check (kind in ('skip', 'lost')),
    reason text,
    lease_id uuid,                                -- the lease that ended so
    until timestamptz not null default 'infinity',
    at timestamptz not null default clock_timestamp(),
    primary key (task_id, labeler_id)
);
create index refusal_lease on refusal (lease_id);

create table draft (
    task_id uuid not null,
    labeler_id uuid not null,
    value jsonb not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (task_id, labeler_id)
);

-- Append-only versions.
create table answer (
    id uuid primary key default gen_random_uuid(),
    task_id uuid not null,
    project_id uuid not null,
    labeler_id uuid not null,
    version integer not null default 1,
    lease_id uuid not null unique,
    value jsonb not null,
    project_version integer not null,
    active_ms bigint not null,
    surplus boolean not null default false,       -- accepted after the task was decided; payable
    event_id bigint not null,
    submitted_at timestamptz not null default clock_timestamp()
);
create unique index answer_task on answer (task_id, labeler_id, version);
create index answer_labeler on answer (project_id, labeler_id);
create index answer_event on answer (project_id, event_id);

create table verdict (
    task_id uuid not null,
    version integer not null,
    project_id uuid not null,
    value jsonb not null,
    confidence double precision not null,
    posterior jsonb,
    reason text not null check (reason in ('count', 'met', 'exhausted')),
    answers uuid[] not null,
    event_id bigint not null,
    at timestamptz not null default clock_timestamp(),
    primary key (task_id, version)
);
create index verdict_project on verdict (project_id, event_id);

create table labeler_skill (
    project_id uuid not null,
    labeler_id uuid not null,
    answers bigint not null,
    confusion jsonb not null,                     -- [[expected count of answer l when the truth is c]]
    accuracy double precision not null,
    low double precision not null,
    high double precision not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (project_id, labeler_id)
);

create table project_skill (
    project_id uuid primary key,
    classes jsonb not null,                       -- the order of rows and columns below
    pooled jsonb not null,                        -- row-stochastic confusion of all labelers together
    prior jsonb not null,                         -- class probabilities
    answers bigint not null,
    iterations integer not null,
    converged boolean not null,
    updated_at timestamptz not null default clock_timestamp()
);

create table asset (
    id uuid primary key default gen_random_uuid(),
    blob text not null,
    sha256 bytea not null,
    media_type text not null,
    bytes bigint not null,
    width integer not null,
    height integer not null,
    credit text,
    created_at timestamptz not null default clock_timestamp()
);
create index asset_hash on asset (sha256);

create table export (
    id uuid primary key default gen_random_uuid(),
    project_id uuid not null references project on delete cascade,
    format text not null check (format in ('jsonl', 'coco')),
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    blob text,
    position bigint,                              -- the sealed position whose state it shows
    after_seq bigint not null default 0,          -- checkpoint
    rows bigint not null default 0,
    rows_total bigint,
    bytes bigint not null default 0,
    sha256 text,
    failure jsonb,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
);
create index export_project on export (project_id, created_at, id);

create table endpoint (
    id uuid primary key default gen_random_uuid(),
    project_id uuid,                              -- null: every project of this mode
    mode text not null check (mode in ('live', 'test')),
    url text not null,
    secret text not null,
    state text not null default 'active' check (state in ('active', 'paused', 'disabled')),
    notice text,
    created_at timestamptz not null default clock_timestamp()
);

create table delivery (
    id uuid primary key default gen_random_uuid(),
    endpoint_id uuid not null references endpoint on delete cascade,
    task_id uuid not null,
    seq bigint generated always as identity,
    event_id bigint not null,
    kind text not null,
    payload jsonb not null,
    state text not null default 'pending' check (state in ('pending', 'done', 'dead')),
    attempts integer not null default 0,
    next_at timestamptz not null default clock_timestamp(),
    first_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    unique (endpoint_id, event_id, kind)
);
create index delivery_due on delivery (next_at) where state = 'pending';
create index delivery_order on delivery (endpoint_id, task_id, seq) where state = 'pending';
create index delivery_log on delivery (endpoint_id, seq);

create table delivery_attempt (
    delivery_id uuid not null references delivery on delete cascade,
    n integer not null,
    at timestamptz not null default clock_timestamp(),
    status integer,
    code text not null,                           -- ours: delivered, http-error, timeout, refused …
    ms integer not null,
    body_sha256 text not null,
    primary key (delivery_id, n)
);
