-- Skills by name, as a manager grants them.
create table labeler_grant (
    labeler_id uuid not null,
    skill text not null check (char_length(skill) between 1 and 64),
    granted_by text not null,
    granted_at timestamptz not null default clock_timestamp(),
    primary key (labeler_id, skill)
);

create index labeler_order on labeler (created_at, id);

-- A slot that wants a skill lies in a lane of its own, with its own index and cursors: who may not have it never
-- steps over it, however many there are.
alter table slot add column needs text;
drop index slot_open;
create index slot_open on slot (project_id, priority, pos) where state = 0 and needs is null;
create index slot_needed on slot (project_id, needs, priority, pos) where state = 0 and needs is not null;

alter table walk add column needs text not null default '';
alter table walk drop constraint walk_pkey;
alter table walk add primary key (labeler_id, project_id, priority, needs);
