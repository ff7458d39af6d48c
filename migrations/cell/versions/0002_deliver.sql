-- Imports know who asked for them, and the same source is taken in once.
alter table import add column actor text not null default 'job';
alter table import add column source_key text;
create unique index import_source on import (project_id, source_key) where source_key is not null;
create index import_task on task (import_id, import_row) where import_id is not null;

-- Where an export goes on after its process was killed, beyond the last task: the part of the file
-- being written and the number of annotations in it.
alter table export add column checkpoint jsonb not null default '{}';

-- The next deliveries of one endpoint.
create index delivery_next on delivery (endpoint_id, next_at) where state = 'pending';
