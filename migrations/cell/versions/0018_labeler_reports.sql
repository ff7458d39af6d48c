-- Written by the estimate: what the page of a labeler tells, beside their skill.
create table labeler_report (
    project_id uuid not null,
    labeler_id uuid not null,
    report jsonb not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (project_id, labeler_id)
);
