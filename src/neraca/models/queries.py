"""SQL on models, the projects they work for, and who serves them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from neraca.kit.session import Connection

Row = dict[str, Any]
COLUMNS = (
    "id, labeler_id, name, mode, url, state, notice, per_minute, at_once, failures, flawed, flawed_in_row, created_at"
)
HOLD_SECONDS = 20  # a worker that died is missed after that time

# A model's projects, each with how it fares there.
PROJECTS = """
select mp.model_id, mp.project_id, mp.state, mp.notice, s.accuracy, s.low, s.high,
  (select count(*) from (select 1 from answer a where a.project_id = mp.project_id and a.labeler_id = m.labeler_id
                         limit 10000) a) as answers,
  (select avg(c.confidence) from (select confidence from model_confidence c where c.labeler_id = m.labeler_id
     and c.project_id = mp.project_id order by c.at desc limit 200) c) as confidence
from model_project mp join model m on m.id = mp.model_id
left join labeler_skill s on s.project_id = mp.project_id and s.labeler_id = m.labeler_id
where mp.model_id = any(%(ids)s) order by mp.created_at, mp.project_id
"""

# Active models that nobody else serves, with those of their projects where there may be something for them.
DUE = """
select m.id, m.labeler_id, m.name, m.mode, m.per_minute, m.at_once, m.failures,
  coalesce(m.held_by = %(w)s and m.held_until > clock_timestamp() + make_interval(secs => %(h)s / 2), false) as held,
  array(select mp.project_id from model_project mp join project p on p.id = mp.project_id
    where mp.model_id = m.id and mp.state = 'active' and p.state = 'active' and (
      exists (select 1 from slot s where s.project_id = p.id and s.state = 0 and s.needs is null)
      or exists (select 1 from labeler_grant g join slot s on s.project_id = p.id and s.state = 0
                 and s.needs = g.skill where g.labeler_id = m.labeler_id)
      or exists (select 1 from slot s where s.project_id = p.id and s.state = 1 and s.labeler_id = m.labeler_id
                 and s.lease_until is not null))
    order by p.priority desc, p.created_at, p.id) as projects
from model m where m.state = 'active' and m.rest_until <= clock_timestamp()
  and (m.held_by = %(w)s or m.held_until < clock_timestamp())
"""

# What the estimate knows of models that work on: accuracy's upper bound (of those who draw, F1's), answers and classes.
SKILLS = """
select mp.model_id, mp.project_id, s.answers, s.high, jsonb_array_length(p.classes) as classes,
  s.objects is not null as draws
from model_project mp join model m on m.id = mp.model_id
join labeler_skill s on s.project_id = mp.project_id and s.labeler_id = m.labeler_id
join project_skill p on p.project_id = mp.project_id
where mp.state = 'active' and m.state = 'active' and s.answers >= mp.patience
"""


@dataclass(frozen=True, slots=True)
class Serving:
    """A model that this worker serves now, and the projects to look into."""

    id: UUID
    labeler_id: UUID
    name: str
    mode: str
    per_minute: int
    at_once: int
    failures: int
    projects: tuple[UUID, ...]


async def add(db: Connection, values: Row) -> Row:
    row = await (
        await db.execute(
            "insert into model (id, labeler_id, name, mode, url, secret, per_minute, at_once) values (%(id)s,"
            " %(labeler_id)s, %(name)s, %(mode)s, %(url)s, %(secret)s, %(per_minute)s, %(at_once)s)"
            f" returning {COLUMNS}",
            values,
        )
    ).fetchone()
    assert row is not None
    return row


async def page(db: Connection, mode: str | None, after: list[str] | None, limit: int) -> list[Row]:
    return await (
        await db.execute(
            f"select {COLUMNS} from model where (%(m)s::text is null or mode = %(m)s)"
            " and (%(t)s::timestamptz is null or (created_at, id) > (%(t)s::timestamptz, %(i)s::uuid))"
            " order by created_at, id limit %(n)s",
            {"m": mode, "t": after[0] if after else None, "i": after[1] if after else None, "n": limit + 1},
        )
    ).fetchall()


async def get(db: Connection, model_id: UUID, mode: str | None) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS} from model where id = %(i)s and (%(m)s::text is null or mode = %(m)s)",
            {"i": model_id, "m": mode},
        )
    ).fetchone()


async def projects(db: Connection, model_ids: Sequence[UUID]) -> list[Row]:
    return await (await db.execute(PROJECTS, {"ids": list(model_ids)})).fetchall()


async def change(db: Connection, model_id: UUID, values: Row) -> None:
    """Writes what is given; `state: active` begins anew, without the failures of before."""
    await db.execute(
        "update model set url = coalesce(%(url)s, url), per_minute = coalesce(%(per_minute)s, per_minute),"
        " at_once = coalesce(%(at_once)s, at_once), state = coalesce(%(state)s, state),"
        " notice = case when %(state)s::text = 'active' then null else notice end,"
        " failures = case when %(state)s::text = 'active' then 0 else failures end,"
        " flawed_in_row = case when %(state)s::text = 'active' then 0 else flawed_in_row end,"
        " rest_until = case when %(state)s::text = 'active' then '-infinity' else rest_until end where id = %(id)s",
        {"id": model_id, "url": None, "per_minute": None, "at_once": None, "state": None, **values},
    )


async def remove(db: Connection, model_id: UUID) -> None:
    await db.execute("delete from model where id = %(i)s", {"i": model_id})


async def attach(db: Connection, model_id: UUID, project_id: UUID, event_id: int, patience: int) -> None:
    """A project to work for; one that was paused goes on, and is judged after so many answers more."""
    await db.execute(
        "insert into model_project (model_id, project_id, event_id, patience) values (%(m)s, %(p)s, %(e)s, %(n)s)"
        " on conflict (model_id, project_id) do update set state = 'active', notice = null,"
        " patience = %(n)s + coalesce((select s.answers from labeler_skill s join model m on m.id = %(m)s"
        "   where s.project_id = %(p)s and s.labeler_id = m.labeler_id), 0)",
        {"m": model_id, "p": project_id, "e": event_id, "n": patience},
    )


async def detach(db: Connection, model_id: UUID, project_id: UUID) -> bool:
    done = await db.execute(
        "delete from model_project where model_id = %(m)s and project_id = %(p)s", {"m": model_id, "p": project_id}
    )
    return done.rowcount > 0


async def due(db: Connection, worker: str) -> list[Serving]:
    """The models that this worker is to serve now; it keeps those that it has, and takes those that nobody has."""
    rows = await (await db.execute(DUE, {"w": worker, "h": HOLD_SECONDS})).fetchall()
    names = ("id", "labeler_id", "name", "mode", "per_minute", "at_once", "failures")
    return [
        Serving(**{name: row[name] for name in names}, projects=tuple(row["projects"]))
        for row in rows
        if row["projects"] and (row["held"] or await take_up(db, row["id"], worker))
    ]


async def take_up(db: Connection, model_id: UUID, worker: str) -> bool:
    """Whether the worker serves the model from now on. Of two who try, one does."""
    done = await db.execute(
        "update model set held_by = %(w)s, held_until = clock_timestamp() + make_interval(secs => %(h)s)"
        " where id = %(i)s and (held_by = %(w)s or held_until < clock_timestamp())",
        {"i": model_id, "w": worker, "h": HOLD_SECONDS},
    )
    return done.rowcount > 0


async def let_go(db: Connection, worker: str) -> None:
    """A worker that ends leaves its models to the next one at once."""
    await db.execute("update model set held_until = '-infinity' where held_by = %(w)s", {"w": worker})


async def serving(db: Connection, model_id: UUID, project_id: UUID, worker: str) -> Row | None:
    """Where a model is to be called and with what it is signed, while it is active here and ours."""
    return await (
        await db.execute(
            "select m.url, m.secret from model m join model_project mp on mp.model_id = m.id"
            " where m.id = %(i)s and mp.project_id = %(p)s and m.state = 'active' and mp.state = 'active'"
            " and m.held_by = %(w)s and m.rest_until <= clock_timestamp()",
            {"i": model_id, "p": project_id, "w": worker},
        )
    ).fetchone()


async def answered(db: Connection, model_id: UUID) -> None:
    """Failures are forgotten; a row without any is left alone."""
    await db.execute(
        "update model set failures = 0, flawed_in_row = 0 where id = %(i)s and (failures > 0 or flawed_in_row > 0)",
        {"i": model_id},
    )


async def flawed(db: Connection, model_id: UUID) -> int:
    """Counts an answer with flaws; gives how many there were in a row."""
    row = await (
        await db.execute(
            "update model set failures = 0, flawed = flawed + 1, flawed_in_row = flawed_in_row + 1 where id = %(i)s"
            " returning flawed_in_row",
            {"i": model_id},
        )
    ).fetchone()
    return int(row["flawed_in_row"]) if row else 0


async def failed(db: Connection, model_id: UUID) -> int:
    """Counts a call that failed; gives how many there were in a row."""
    row = await (
        await db.execute(
            "update model set failures = failures + 1 where id = %(i)s returning failures", {"i": model_id}
        )
    ).fetchone()
    return int(row["failures"]) if row else 0


async def put_off(db: Connection, model_id: UUID, seconds: float) -> None:
    await db.execute(
        "update model set rest_until = clock_timestamp() + make_interval(secs => %(s)s) where id = %(i)s",
        {"i": model_id, "s": seconds},
    )


async def stop(db: Connection, model_id: UUID, notice: str) -> None:
    """A model that is called no more until its manager says so."""
    await db.execute(
        "update model set state = 'failing', notice = %(n)s where id = %(i)s and state = 'active'",
        {"i": model_id, "n": notice},
    )


async def skills(db: Connection) -> list[Row]:
    """What the latest estimates know of the models at work that have answered enough to be judged."""
    return await (await db.execute(SKILLS)).fetchall()


async def pause(db: Connection, model_id: UUID, project_id: UUID, notice: str) -> None:
    """Takes a model off the work of a project, until its manager says otherwise."""
    await db.execute(
        "update model_project set state = 'paused', notice = %(n)s"
        " where model_id = %(m)s and project_id = %(p)s and state = 'active'",
        {"m": model_id, "p": project_id, "n": notice},
    )


async def keep_confidence(
    db: Connection, answer_id: UUID, labeler_id: UUID, project_id: UUID, confidence: float
) -> None:
    await db.execute(
        "insert into model_confidence (answer_id, labeler_id, project_id, confidence)"
        " values (%(a)s, %(l)s, %(p)s, %(c)s) on conflict do nothing",
        {"a": answer_id, "l": labeler_id, "p": project_id, "c": confidence},
    )
