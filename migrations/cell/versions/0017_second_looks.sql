-- A verdict that was sent back: answers up to this event count no more.
alter table task add column redo_event_id bigint;

alter table verdict drop constraint verdict_reason_check;
alter table verdict add constraint verdict_reason_check
    check (reason in ('count', 'met', 'exhausted', 'capped', 'escalated', 'gold', 'fixed'));

-- What a client rejected waits for its judgement again when it is done anew.
create or replace function scale_follow() returns trigger language plpgsql as $$
begin
    update scale_task set
        status = case new.state when 'decided' then 'completed' when 'canceled' then 'canceled' else 'pending' end,
        completed_at = case new.state when 'decided' then clock_timestamp() end,
        review_status = case when new.state = 'decided' and review_status = 'rejected' then 'pending'
                             else review_status end,
        updated_at = clock_timestamp()
    where id = new.id and stage = 2;
    return null;
end $$;

-- Where a batch puts its tasks among the open slots: its level goes before their own priority, its lane is the skill
-- that its slots want. `moving`: its open slots are on their way there.
alter table scale_batch add column level smallint check (level between 0 and 9);
alter table scale_batch add column lane text;
alter table scale_batch add column moving boolean not null default false;
create index scale_batch_moving on scale_batch (id) where moving;

-- Who may work in a project: everybody of the client, or only those who are named.
alter table project add column named_only boolean not null default false;
create table project_labeler (
    project_id uuid not null references project on delete cascade,
    labeler_id uuid not null,
    primary key (project_id, labeler_id)
);
create index project_labeler_labeler on project_labeler (labeler_id);

-- The Studio names people by their address; who has joined has a pseudonym here. A project is for those assigned from
-- the first assignment on.
alter table scale_project add column assigned boolean not null default false;
update scale_project p set assigned = true where exists (select 1 from scale_assignment a where a.project_id = p.id);
alter table scale_assignment add column labeler_id uuid;
alter table scale_group_member add column labeler_id uuid;
create index scale_assignment_unknown on scale_assignment (email) where labeler_id is null;
create index scale_group_member_unknown on scale_group_member (email) where labeler_id is null;

-- A client's judgements that change no answer, as they were sent; append-only.
create table scale_audit (
    id uuid primary key default gen_random_uuid(),
    task_id uuid not null references scale_task on delete cascade,
    audited_by text not null,
    body jsonb not null,
    created_at timestamptz not null default clock_timestamp()
);
create index scale_audit_task on scale_audit (task_id, created_at, id);

-- Batches of a Studio's order that have ended, and whose level goes to the next one.
create index scale_batch_passed on scale_batch (id)
    where completed_at is not null and studio_priority is not null and level is not null;
