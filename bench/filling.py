"""Projects made over HTTP and filled by SQL, in the shapes that the product's own code writes."""

from collections.abc import Sequence
from uuid import UUID

import httpx
from psycopg.types.json import Jsonb

from bench.installation import Database
from neraca.measure import online

CLASSES = [{"id": name, "label": name.title()} for name in ("cat", "dog", "horse", "cow", "sheep")]
CHOICE = {"question": "Which animal is it?", "options": CLASSES}
IMAGE = {
    "question": "Box every animal.",
    "classes": [{"id": name, "label": name.title()} for name in ("cat", "dog", "horse")],
    "shapes": ["box"],
}
TASKS = """
with added as (
  insert into event (kind, project_id, actor, n) values ('tasks.added', %(p)s, 'bench', %(n)s) returning id
), made as (
  insert into task (id, project_id, external_id, params, event_id)
  select gen_random_uuid(), %(p)s, 'item-' || i, case when %(image)s
      then jsonb_build_object('image', 'asset:' || gen_random_uuid(), 'width', 640, 'height', 480)
      else jsonb_build_object('text', 'The animal of line ' || i || ' in the list.') end, added.id
  from added, generate_series(1, %(n)s) i returning id, seq
)
insert into slot (task_id, n, project_id, priority, opened_at)
select id, k, %(p)s, 0, clock_timestamp() - interval '1 minute' from made, generate_series(1, %(k)s) k order by seq, k
"""
STAND = """
update task t set answers = 1, confidence = d.top, posterior = d.p from (
  select id, max(share) as top, jsonb_object_agg(name, share) as p from (
    select id, name, x / sum(x) over (partition by id) as share from (
      select id, name, random() as x from task, unnest(%(names)s::text[]) name where project_id = %(p)s) drawn) shares
  group by id) d
where t.id = d.id
"""
FILL = """
update slot set state = 2, fence = 1, labeler_id = %(l)s, lease_id = gen_random_uuid(), begun = true, version = 1,
  price_micros = 50000, currency = 'USD', lease_until = clock_timestamp() + interval '15 minutes'
where project_id = %(p)s and n = 1
"""
ANSWER = """
with noted as (
  insert into event (kind, project_id, task_id, actor, data)
  select 'answer.stored', project_id, task_id, labeler_id::text, jsonb_build_object('slot', n, 'price_micros',
    price_micros, 'currency', currency, 'version', version, 'active_ms', 900)
  from slot where project_id = %(p)s and n = 1 order by pos returning id, task_id
)
insert into answer (task_id, project_id, labeler_id, lease_id, value, project_version, active_ms, event_id)
select s.task_id, %(p)s, %(l)s, s.lease_id, '{"choice": "cat"}', 1, 900, noted.id
from noted join slot s on s.task_id = noted.task_id and s.n = 1
"""
DECIDE = """
with noted as (
  insert into event (kind, project_id, task_id, actor, data)
  select 'task.decided', project_id, id, 'engine', '{"reason": "count", "answers": 1}'
  from task where project_id = %(p)s order by seq returning id, task_id
)
insert into verdict (task_id, version, project_id, value, confidence, posterior, reason, answers, event_id)
select a.task_id, 1, %(p)s, a.value, 0.7, '{"cat": 0.7, "dog": 0.1, "horse": 0.1, "cow": 0.05, "sheep": 0.05}',
  'count', array[a.id], noted.id from noted join answer a on a.task_id = noted.task_id
"""
# A crowd of which one in ten guesses and the others are right seven to nineteen times in twenty; it answers a task
# one after the other. The truth of a task, and who answers it, is drawn.
CROWD = """
with drawn as (
  select t.id as task_id, t.seq, k, (random() * 4)::int as other,
    row_number() over (order by t.seq, k) as nth, (hashtextextended(t.id::text, 0) & 3)::int as truth,
    ((hashtextextended(t.id::text, 1) & 1048575) + k * 7) %% %(w)s as who
  from task t cross join generate_series(1, %(k)s) k where t.project_id = %(p)s
), said as (
  select d.*, nextval('event_id') as event_id, l.id as labeler_id,
    case when random() < case when who %% 10 = 0 then 0.2 else 0.35 + 0.6 * (who %% 11) / 10 end then truth else other
    end as class
  from drawn d join (select id, (row_number() over (order by id) - 1) as n from labeler where handle = 'Crowd') l
    on l.n = d.who
), noted as (
  insert into event (id, kind, project_id, task_id, actor, data)
  select event_id, 'answer.stored', %(p)s, task_id, labeler_id::text, jsonb_build_object('slot', k, 'price_micros',
    50000, 'currency', 'USD', 'version', 1, 'active_ms', 2000) from said order by event_id
)
insert into answer (task_id, project_id, labeler_id, lease_id, value, project_version, active_ms, event_id)
select task_id, %(p)s, labeler_id, gen_random_uuid(),
  jsonb_build_object('choice', (array['cat', 'dog', 'horse', 'cow', 'sheep'])[class + 1]), 1,
  (500 + random() * 8000)::int, event_id from said order by event_id
"""
# Nine tasks of ten are decided, by what their first answer says.
JUDGED = """
with first as (
  select distinct on (a.task_id) a.task_id, a.value, a.id from answer a where a.project_id = %(p)s
    and hashtextextended(a.task_id::text, 2) %% 10 <> 0 order by a.task_id, a.event_id
), noted as (
  insert into event (kind, project_id, task_id, actor, data)
  select 'task.decided', %(p)s, task_id, 'engine', '{"reason": "met", "answers": 4}' from first returning id, task_id
)
insert into verdict (task_id, version, project_id, value, confidence, posterior, reason, answers, event_id)
select f.task_id, 1, %(p)s, f.value, 0.97, '{"cat": 1}', 'met', array[f.id], noted.id
from noted join first f on f.task_id = noted.task_id
"""


def project(
    manager: httpx.Client, name: str, *, kind: str = "choice", answers: int = 1, policy: dict[str, object] | None = None
) -> UUID:
    """A project that wants a fixed number of answers, or has another policy."""
    body = {
        "name": name,
        "kind": kind,
        "config": CHOICE if kind == "choice" else IMAGE,
        "policy": policy or {"type": "fixed", "answers": answers},
        "price": {"micros": 50_000, "currency": "USD"},
        "minutes": 0.5,
    }
    made = manager.post("/api/projects", json=body).raise_for_status().json()
    return UUID(made["id"])


def tasks(cell: Database, project_id: UUID, n: int, *, kind: str = "choice", answers: int = 1) -> None:
    """`n` tasks with their open slots, as one import a minute ago would have left them."""
    cell.execute(TASKS, {"p": project_id, "n": n, "k": answers, "image": kind == "image"})


def believed(cell: Database, project_id: UUID, labelers: Sequence[UUID]) -> None:
    """An estimate of labelers who each know other classes well, and every task of the project with one answer."""
    names = [option["id"] for option in CLASSES]
    k = len(names)
    for at, labeler in enumerate(labelers):
        rates = [0.95 if (c + at) % 2 else 0.55 for c in range(k)]
        rows = [[rate if c == said else (1 - rate) / (k - 1) for said in range(k)] for c, rate in enumerate(rates)]
        cell.execute(
            "insert into labeler_skill (project_id, labeler_id, answers, confusion, accuracy, low, high)"
            " values (%s, %s, 100, %s, 0.8, 0.7, 0.9)", [project_id, labeler, Jsonb(rows)],
        )  # fmt: skip
    cell.execute(
        "insert into project_skill (project_id, classes, pooled, prior, answers, iterations, converged)"
        " values (%s, %s, %s, %s, 1000000, 5, true)",
        [project_id, Jsonb(names), Jsonb(online.start_rows(k, 0.75)), Jsonb(online.uniform(k))],
    )
    cell.execute(STAND, {"p": project_id, "names": names})


def greet(cell: Database, labeler: UUID) -> None:
    """A labeler who has been here before."""
    cell.execute("insert into labeler (id, kind, handle) values (%s, 'model', 'Bench')", [labeler])


def history(cell: Database, project_id: UUID, labeler: UUID) -> int:
    """Every task of a project answered once, by this labeler; all stay open. Gives how many."""
    values = {"p": project_id, "l": labeler}
    with cell.transaction():
        cell.execute(FILL, values)
        stored = cell.execute(ANSWER, values).rowcount
        cell.execute("update task set answers = 1, confidence = 0.7 where project_id = %(p)s", values)
        cell.execute(
            "insert into walk (labeler_id, project_id, priority, pos)"
            " select %(l)s, %(p)s, 0, max(pos) from slot where project_id = %(p)s and n = 1",
            values,
        )
    return stored


def verdicts(cell: Database, project_id: UUID) -> None:
    """Every task of a project, which `history` has answered, decided."""
    values = {"p": project_id}
    with cell.transaction():
        cell.execute(DECIDE, values)
        cell.execute("update task set state = 'decided', reason = 'count' where project_id = %(p)s", values)
        cell.execute("update slot set state = 3 where project_id = %(p)s and state = 0", values)


def crowd(cell: Database, project_id: UUID, *, labelers: int, answers: int) -> None:
    """Every task of a project answered so many times by a crowd, and most of them decided."""
    cell.execute(
        "insert into labeler (id, kind, handle) select gen_random_uuid(), 'person', 'Crowd'"
        " from generate_series(1, %s)", [labelers],
    )  # fmt: skip
    values = {"p": project_id, "w": labelers, "k": answers}
    with cell.transaction():
        cell.execute(CROWD, values)
        cell.execute(JUDGED, values)
        cell.execute(
            "update task t set answers = %(k)s, confidence = 0.9, state = case when exists (select 1 from verdict v"
            " where v.task_id = t.id) then 'decided' else 'open' end where project_id = %(p)s",
            values,
        )
    cell.execute("vacuum (analyze) task, answer, verdict, event")
