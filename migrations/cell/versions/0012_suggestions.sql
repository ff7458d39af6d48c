-- An answer that a task comes with, and whose it is. It is no answer: nobody is paid for it, no policy counts it.
alter table task add column suggestion jsonb;
alter table task add column suggested_by uuid;

-- What suggestions come from, by the names that clients give. What is believed of one stands in labeler_skill, by project.
create table suggester (
    id uuid primary key,                          -- pseudonym of suggestion:<name>
    name text                                     -- null: whatever has no name
);

-- Of an answer whose labeler was shown the suggestion: whether it says the same. Null: none was shown.
alter table answer add column confirmed boolean;

-- P(a labeler takes a suggestion over without looking), as the last estimate believes; null: they never had a choice.
alter table labeler_skill add column leaning double precision;
