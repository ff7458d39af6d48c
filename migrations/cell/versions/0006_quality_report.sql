-- Written by the estimate, read by whoever looks at a project: agreement, doubtful tasks, mixed-up classes, labelers.
create table quality_report (
    project_id uuid primary key,
    answers bigint not null,                      -- how many there were
    verdict_event_id bigint not null,             -- of the last verdict that was looked at
    report jsonb not null,
    updated_at timestamptz not null default clock_timestamp()
);
