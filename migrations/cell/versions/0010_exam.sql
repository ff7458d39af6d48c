-- What a gold task is for: woven into work, asked in an exam, or asked of everybody.
alter table gold_live add column use text not null default 'work' check (use in ('work', 'exam', 'calibration'));
create index gold_live_set on gold_live (project_id, use, task_id) where use <> 'work';

-- Where a labeler stands in the exam of a project; moves with their own submits only, or by a manager's hand.
create table exam (
    labeler_id uuid not null,
    project_id uuid not null,
    state text not null default 'open' check (state in ('open', 'passed', 'failed')),
    attempt integer not null default 1,
    answered integer not null default 0,          -- in this attempt
    correct integer not null default 0,
    decided_by text,                              -- 'engine', or the manager
    decided_at timestamptz,
    primary key (labeler_id, project_id)
) with (fillfactor = 70);
create index exam_project on exam (project_id);
