"""SQL on projects, their versions and their counts."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]
COLUMNS = (
    "id, name, kind, mode, state, version, config, instructions, policy, price_micros, currency, minutes,"
    " lease_seconds, priority, created_at"
)


async def add_event(
    db: Connection,
    kind: str,
    *,
    project_id: UUID,
    actor: str,
    n: int = 1,
    task_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> int:
    """One append-only event; gives its id, the name under which rows refer to it."""
    row = await (
        await db.execute(
            "insert into event (kind, project_id, task_id, actor, n, data)"
            " values (%(k)s, %(p)s, %(t)s, %(a)s, %(n)s, %(d)s) returning id",
            {"k": kind, "p": project_id, "t": task_id, "a": actor, "n": n, "d": Jsonb(data or {})},
        )
    ).fetchone()
    assert row is not None
    return int(row["id"])


async def add(db: Connection, values: dict[str, Any]) -> Row:
    row = await (
        await db.execute(
            "insert into project (name, kind, mode, config, instructions, policy, price_micros, currency, minutes,"
            " lease_seconds, priority) values (%(name)s, %(kind)s, %(mode)s, %(config)s, %(instructions)s,"
            " %(policy)s, %(price_micros)s, %(currency)s, %(minutes)s, %(lease_seconds)s, %(priority)s)"
            f" returning {COLUMNS}",
            {**values, "config": Jsonb(values["config"]), "policy": Jsonb(values["policy"])},
        )
    ).fetchone()
    assert row is not None
    return row


async def add_version(db: Connection, project_id: UUID, event_id: int) -> None:
    """Keeps the project's present terms as a version."""
    await db.execute(
        "insert into project_version (project_id, version, config, instructions, policy, price_micros, currency,"
        " minutes, event_id) select id, version, config, instructions, policy, price_micros, currency, minutes,"
        " %(e)s from project where id = %(p)s",
        {"p": project_id, "e": event_id},
    )


async def instructions(db: Connection, project_id: UUID, version: int) -> str:
    """The instructions of a version of a project."""
    row = await (
        await db.execute(
            "select instructions from project_version where project_id = %(p)s and version = %(v)s",
            {"p": project_id, "v": version},
        )
    ).fetchone()
    return str(row["instructions"]) if row else ""


async def change(db: Connection, project_id: UUID, values: dict[str, Any], *, new_version: bool) -> Row | None:
    """Writes the given columns; keys are column names chosen by the service."""
    stored = {k: Jsonb(v) if isinstance(v, dict) else v for k, v in values.items()}
    sets = [f"{name} = %({name})s" for name in stored]
    if new_version:
        sets.append("version = version + 1")
    return await (
        await db.execute(
            f"update project set {', '.join(sets)} where id = %(id)s returning {COLUMNS}".encode(),
            {**stored, "id": project_id},
        )
    ).fetchone()


async def get(db: Connection, project_id: UUID, mode: str | None, *, lock: bool = False) -> Row | None:
    return await (
        await db.execute(
            f"select {COLUMNS} from project where id = %(id)s and (%(m)s::text is null or mode = %(m)s)"
            + (" for update" if lock else ""),
            {"id": project_id, "m": mode},
        )
    ).fetchone()


async def page(db: Connection, mode: str | None, after: list[str] | None, limit: int) -> list[Row]:
    return await (
        await db.execute(
            f"select {COLUMNS} from project where (%(m)s::text is null or mode = %(m)s)"
            " and (%(t)s::timestamptz is null or (created_at, id) > (%(t)s::timestamptz, %(i)s::uuid))"
            " order by created_at, id limit %(n)s",
            {"m": mode, "t": after[0] if after else None, "i": after[1] if after else None, "n": limit + 1},
        )
    ).fetchall()


async def counts(db: Connection, project_id: UUID) -> dict[str, int]:
    """The folded counts plus what is not folded yet: exact at this moment. So are `paid.micros` and `ended.*`."""
    rows = await (
        await db.execute(
            "select kind, sum(n)::bigint as n from ("
            " select kind, n from tally where project_id = %(p)s union all"
            " select kind, n from event where pos is null and project_id = %(p)s union all"
            " select 'paid.micros', (data->>'price_micros')::bigint from event"
            "   where pos is null and project_id = %(p)s and kind = 'answer.stored' union all"
            " select 'ended.' || (data->>'reason'), n from event"
            "   where pos is null and project_id = %(p)s and kind = 'task.decided' and data ? 'reason'"
            ") c group by kind",
            {"p": project_id},
        )
    ).fetchall()
    return {r["kind"]: r["n"] for r in rows}


# Labelers are found by hops over the index of answers: it costs as much as there are labelers, not answers.
async def summary(db: Connection, project_id: UUID) -> Row:
    """Live leases and labelers; confidence over the latest thousand verdicts, its mean and in twenty equal steps."""
    row = await (
        await db.execute(
            "with recursive who as ("
            "   (select labeler_id from answer where project_id = %(p)s order by labeler_id limit 1) union all"
            "   select (select a.labeler_id from answer a where a.project_id = %(p)s and a.labeler_id > w.labeler_id"
            "     order by a.labeler_id limit 1) from who w where w.labeler_id is not null),"
            " latest as (select confidence from verdict where project_id = %(p)s"
            "   and reason <> 'gold' order by event_id desc limit 1000)"
            " select (select count(*) from slot where state = 1 and labeler_id is not null and project_id = %(p)s"
            "   and lease_until > clock_timestamp()) as live,"
            " (select count(labeler_id) from who) as labelers,"
            " (select count(*) from task where project_id = %(p)s and reason = 'escalated' and state = 'open')"
            "   as escalated,"
            " (select avg(confidence) from latest) as confidence,"
            " array(select count(l.confidence) from generate_series(0, 19) as step"
            "   left join latest l on least(floor(l.confidence * 20)::int, 19) = step"
            "   group by step order by step) as spread,"
            " clock_timestamp() as at",
            {"p": project_id},
        )
    ).fetchone()
    assert row is not None
    return row


async def skills(db: Connection, project_id: UUID, after: list[str] | None, limit: int, search: str = "") -> list[Row]:
    """Those who answered, the most answers first; only those whose handle has `search` in it, whatever its case."""
    return await (
        await db.execute(
            "select l.id, l.handle, l.kind, a.answers, s.accuracy, s.low, s.high, s.objects,"
            " (select avg(w.score) from gold_answer w where w.project_id = %(p)s and w.labeler_id = l.id)"
            " as gold_score,"
            " coalesce(g.answered, 0) as gold_answers, coalesce(g.correct, 0) as gold_right, e.state as exam,"
            " array(select x.skill from labeler_grant x where x.labeler_id = l.id"
            "   and x.skill not like 'studio:%%' order by x.skill) as skills"
            " from (select labeler_id, count(*) as answers from answer where project_id = %(p)s"
            "   group by labeler_id) a"
            " join labeler l on l.id = a.labeler_id"
            " left join labeler_skill s on s.project_id = %(p)s and s.labeler_id = l.id"
            " left join labeler_gold g on g.project_id = %(p)s and g.labeler_id = l.id"
            " left join exam e on e.project_id = %(p)s and e.labeler_id = l.id"
            " where (%(i)s::uuid is null or (a.answers, l.id) < (%(a)s::bigint, %(i)s::uuid))"
            " and (%(s)s = '' or strpos(lower(l.handle), lower(%(s)s)) > 0)"
            " order by a.answers desc, l.id desc limit %(n)s",
            {
                "p": project_id,
                "a": after[0] if after else None,
                "i": after[1] if after else None,
                "n": limit + 1,
                "s": search,
            },
        )
    ).fetchall()


async def outbox(
    db: Connection,
    topic: str,
    *,
    project_id: UUID,
    task_id: UUID | None = None,
    event_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """What must follow this transaction's commit; the relay takes it up."""
    await db.execute(
        "insert into outbox (topic, project_id, task_id, event_id, data) values (%(o)s, %(p)s, %(t)s, %(e)s, %(d)s)",
        {"o": topic, "p": project_id, "t": task_id, "e": event_id, "d": Jsonb(data or {})},
    )
