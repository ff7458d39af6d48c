-- What an estimate believes of those who draw objects: see quality/objects/rules.py. Null for kinds with other answers.
alter table labeler_skill add column objects jsonb;
alter table project_skill add column objects jsonb;

-- How near an answer comes to the known one: 1 is the same. Null for answers of before.
alter table gold_answer add column score double precision check (score between 0 and 1);
create index gold_answer_labeler on gold_answer (project_id, labeler_id);
