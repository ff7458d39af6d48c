-- P(right) of each object of a verdict, in the answer's order; null for kinds whose answers are no objects.
alter table verdict add column objects jsonb;
