-- What gold taught a project of its posteriors: q(c) ~ p(c)^tau exp(bias_c). No gold: tau 1, no bias.
alter table project_skill add column tau double precision not null default 1;
alter table project_skill add column bias jsonb not null default '[]';
alter table project_skill add column calibrated_on integer not null default 0;  -- gold tasks it was fitted to

-- By how many gold tasks a verdict's confidence was calibrated; 0: it was not.
alter table verdict add column calibrated_on integer not null default 0;
