-- What the account that a task comes from told of it and this door has no word for, such as `attempts`: told as it was.
alter table scale_body add column beside jsonb;
