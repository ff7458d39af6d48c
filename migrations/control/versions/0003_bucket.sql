-- What is left of the requests that a key may send, or that a model may be asked, for all processes together.
-- Unlogged: after a crash everybody's bucket is full again, and no request waits for a disk.
create unlogged table bucket (
  name text primary key,
  held double precision not null,
  at timestamptz not null,
  given double precision not null
);
