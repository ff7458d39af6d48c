-- Known answers; append-only versions. The end of one is a version too, with the time and the reason.
create table gold (
    task_id uuid not null,
    version integer not null,
    project_id uuid not null,
    answer jsonb not null,
    source text not null check (source in ('manager', 'import')),
    event_id bigint not null,
    made_at timestamptz not null default clock_timestamp(),
    retired_at timestamptz,
    retired_reason text check (retired_reason in ('manager', 'corrected', 'contested', 'worn', 'outdated')),
    note text,                                    -- a manager's words
    primary key (task_id, version)
);
create index gold_project on gold (project_id, event_id, task_id);

-- What may be handed out now. Task ids are random, so a walk from a random id on is a random choice.
create table gold_live (
    project_id uuid not null,
    task_id uuid not null,
    version integer not null,
    primary key (project_id, task_id)
);

-- How an answer compares with the known one of that time; append-only.
create table gold_answer (
    answer_id uuid primary key,
    task_id uuid not null,
    version integer not null,
    project_id uuid not null,
    labeler_id uuid not null,
    correct boolean not null
);
create index gold_answer_task on gold_answer (task_id, version);

-- Counts of one labeler: `asked` moves with a claim of theirs, the others with their submits. What they said to
-- gold that is retired does not count.
create table labeler_gold (
    labeler_id uuid not null,
    project_id uuid not null,
    asked integer not null default 0,
    answered integer not null default 0,
    correct integer not null default 0,
    primary key (labeler_id, project_id)
) with (fillfactor = 70);
create index labeler_gold_project on labeler_gold (project_id);

alter table slot add column gold boolean not null default false;

alter table verdict drop constraint verdict_reason_check;
alter table verdict add constraint verdict_reason_check check (reason in ('count', 'met', 'exhausted', 'gold'));
