-- A hypothesis as an answer of the kind that works the task, and whose it is: {"answer": …, "by": …}.
alter table scale_body add column suggestion jsonb;
