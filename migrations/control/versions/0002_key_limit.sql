-- Requests a minute that the operator allows a key; without a number there is no limit.
alter table api_key add column per_minute integer check (per_minute > 0);
