-- How a task ended: its verdict's reason. 'escalated' stands also while it waits for those with the skill.
alter table task add column reason text;
update task t set reason = (select v.reason from verdict v where v.task_id = t.id order by v.version desc limit 1)
where state = 'decided';
create index task_reason on task (project_id, reason, seq) where reason is not null;
create index task_escalated on task (project_id) where reason = 'escalated' and state = 'open';

alter table verdict drop constraint verdict_reason_check;
alter table verdict add constraint verdict_reason_check
    check (reason in ('count', 'met', 'exhausted', 'capped', 'escalated', 'gold'));

-- What an answer can tell at most (see measure.online.sway), and how often the first two answers of a task agree.
alter table project_skill add column sway double precision;
alter table project_skill add column pairs bigint not null default 0;
alter table project_skill add column agreement double precision;

-- How tasks ended is a tally of its own from now on: fold the decisions that are sealed already.
insert into tally (project_id, kind, n)
select project_id, 'ended.' || (data->>'reason'), sum(n)::bigint from event
where pos is not null and kind = 'task.decided' and data ? 'reason' and project_id is not null group by 1, 2
on conflict (project_id, kind) do update set n = excluded.n;
