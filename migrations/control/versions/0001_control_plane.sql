-- The control plane: people, memberships, keys and the cell directory. No client content.

create table person (
    id uuid primary key default gen_random_uuid(),
    email text not null,
    name text not null,
    password_hash text not null,
    locale text not null default 'en' check (locale in ('en', 'id')),
    operator boolean not null default false,
    disabled_at timestamptz,
    created_at timestamptz not null default clock_timestamp()
);
create unique index person_email on person (lower(email));

create table login (
    id_hash bytea primary key,                    -- sha-256 of the cookie
    person_id uuid not null references person on delete cascade,
    csrf text not null,
    created_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null
);
create index login_person on login (person_id);

create table login_failure (
    email text not null,
    at timestamptz not null default clock_timestamp()
);
create index login_failure_email on login_failure (email, at);

create table client (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    database text not null unique,                -- random: a client's name is in no catalogue
    role text not null,
    role_password text not null,
    pseudonym_key bytea not null,                 -- labelers are a different pseudonym in every cell
    exclusion_group text,                         -- who worked for one side is not offered the other's
    exclusion_days integer not null default 0 check (exclusion_days >= 0),
    ready_at timestamptz,                         -- set when its cell is migrated
    created_at timestamptz not null default clock_timestamp()
);

create table membership (
    person_id uuid not null references person on delete cascade,
    client_id uuid not null references client on delete cascade,
    role text not null check (role in ('manager', 'reviewer', 'labeler')),
    team text not null default 'in-house' check (team in ('in-house', 'vendor')),
    created_at timestamptz not null default clock_timestamp(),
    primary key (person_id, client_id)
);
create index membership_client on membership (client_id, created_at);

create table invitation (
    token_hash bytea primary key,
    id uuid not null unique default gen_random_uuid(),
    client_id uuid not null references client on delete cascade,
    email text not null,
    role text not null check (role in ('manager', 'reviewer', 'labeler')),
    team text not null default 'in-house' check (team in ('in-house', 'vendor')),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    accepted_at timestamptz
);
create index invitation_client on invitation (client_id, created_at);

create table api_key (
    id uuid primary key default gen_random_uuid(),
    client_id uuid not null references client on delete cascade,
    mode text not null check (mode in ('live', 'test')),
    role text not null check (role in ('manager', 'labeler')),
    name text not null,
    hash bytea not null unique,
    last4 text not null,
    created_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz
);
create index api_key_client on api_key (client_id, created_at);

create table work_offer (
    client_id uuid not null references client on delete cascade,
    project_id uuid not null,
    kind text not null,
    price_micros bigint not null,
    currency text not null,
    minutes double precision not null,
    open_slots bigint not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (client_id, project_id)
);

create table worked (
    person_id uuid not null references person on delete cascade,
    client_id uuid not null references client on delete cascade,
    last_at timestamptz not null default clock_timestamp(),
    primary key (person_id, client_id)
);

create table control_event (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    kind text not null,
    data jsonb not null default '{}'
);

create table beat (                               -- the last sign of life of each background worker
    worker text primary key,
    at timestamptz not null default clock_timestamp()
);
