-- What a client knows of a task beside its answers; no labeler is shown it. Apart from the task, whose row is read by
-- everybody and need not be wide.
create table task_item (
    task_id uuid primary key references task on delete cascade,
    project_id uuid not null,
    features bytea,                               -- numbers of four bytes, little-endian
    probabilities jsonb,                          -- a model's, by class
    told double precision[]                       -- ln of what the last estimate takes from it, by class; null: nothing
);
create index task_item_project on task_item (project_id, task_id);

-- How many features the tasks of a project have; the first ones say.
create table project_item (
    project_id uuid primary key references project on delete cascade,
    length integer not null
);

-- P(class) by a task's item alone, where it had a say in the verdict.
alter table verdict add column items jsonb;
