-- What was paid is a tally of its own from now on: fold the answers that are sealed already.
insert into tally (project_id, kind, n)
select project_id, 'paid.micros', sum((data->>'price_micros')::bigint)::bigint from event
where kind = 'answer.stored' and pos is not null and project_id is not null group by project_id
on conflict (project_id, kind) do update set n = excluded.n;
