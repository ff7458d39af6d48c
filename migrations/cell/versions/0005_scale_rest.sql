-- Files that a client of the Scale door uploads, and then names in tasks as scaledata://.
create table scale_file (
    id uuid primary key,
    mode text not null check (mode in ('live', 'test')),
    name text not null,
    reference_id text,
    media_type text not null,
    bytes bigint not null,
    blob text not null,
    sha256 bytea not null,
    project_names text[] not null default '{}',
    metadata jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
);
create unique index scale_file_reference on scale_file (mode, reference_id) where reference_id is not null;
create index scale_file_order on scale_file (mode, created_at, id);

-- Who of the client's people works on what, as its Studio says. People are named by their address.
create table scale_assignment (
    project_id uuid not null references scale_project on delete cascade,
    email text not null,
    primary key (project_id, email)
);
create table scale_group (
    id uuid primary key default gen_random_uuid(),
    project_id uuid not null references scale_project on delete cascade,
    name text not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (project_id, name)
);
create table scale_group_member (
    group_id uuid not null references scale_group on delete cascade,
    email text not null,
    primary key (group_id, email)
);
create table scale_batch_group (
    batch_id uuid not null references scale_batch on delete cascade,
    group_id uuid not null references scale_group on delete cascade,
    primary key (batch_id, group_id)
);
alter table scale_batch add column studio_priority integer;

-- Tasks with a known answer, for training and for hidden evaluation.
create table scale_quality_task (
    id uuid primary key,
    mode text not null check (mode in ('live', 'test')),
    purpose text not null check (purpose in ('training', 'evaluation')),
    project_id uuid references scale_project on delete cascade,
    type text not null,
    params jsonb not null,
    expected_response jsonb not null,
    initial_response jsonb,
    created_at timestamptz not null default clock_timestamp()
);
create index scale_quality_order on scale_quality_task (mode, created_at, id);
