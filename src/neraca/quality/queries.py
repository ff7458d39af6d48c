"""SQL on posteriors, verdicts and skills."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import KEEP_PLANS, Connection
from neraca.measure import online

Row = dict[str, Any]

LOCK = f"select {KEEP_PLANS} from task where id = %(t)s for update"
STANDING = """
select t.project_id, t.state, t.priority, t.suggestion, t.suggested_by,
  (select i.told from task_item i where i.task_id = t.id) as told,
  coalesce(t.reason = 'escalated', false) as escalated, p.kind, p.config, p.policy, (
    select coalesce(json_agg(json_build_object('id', a.id, 'labeler_id', a.labeler_id, 'value', a.value,
      'confirmed', a.confirmed) order by a.event_id), '[]')
    from answer a where a.task_id = t.id and not a.surplus and a.event_id > coalesce(t.redo_event_id, 0)) as answers, (
    select json_build_object('classes', k.classes, 'pooled', k.pooled, 'prior', k.prior, 'objects', k.objects,
      'tau', k.tau, 'bias', k.bias, 'calibrated_on', k.calibrated_on)
    from project_skill k where k.project_id = t.project_id and k.objects is not null) as crowd
from task t join project p on p.id = t.project_id where t.id = %(t)s
"""

# Everything that a decision changes, in one statement. The caller holds the task's row lock.
DECIDE = """
with noted as (
  insert into event (kind, project_id, task_id, actor, data) values ('task.decided', %(p)s, %(t)s, 'engine',
    jsonb_build_object('reason', %(r)s::text, 'answers', %(n)s::int)) returning id
), moved as (
  update task set state = 'decided', reason = %(r)s, confidence = %(c)s, posterior = %(post)s where id = %(t)s
), closed as (
  update slot set state = 3 where task_id = %(t)s and state = 0
), told as (
  insert into outbox (topic, project_id, task_id, event_id, data)
  select 'callback', %(p)s, %(t)s, id, jsonb_build_object('type', 'task.decided') from noted
)
insert into verdict (task_id, version, project_id, value, confidence, posterior, reason, answers, event_id,
  calibrated_on, objects, items)
select %(t)s, coalesce((select max(version) from verdict where task_id = %(t)s), 0) + 1, %(p)s, %(v)s, %(c)s, %(post)s,
  %(r)s, %(a)s, id, %(g)s, %(o)s, %(i)s from noted
"""

# A task that asks on wants a slot that is open or leased; where there is none, one is made, in the lane of the others.
ASK = """
with moved as (
  update task set confidence = %(c)s, posterior = %(post)s where id = %(t)s
)
insert into slot (task_id, n, project_id, priority, needs)
select %(t)s, max(n) + 1, %(p)s, %(y)s,
  coalesce(%(s)s::text, (array_agg(needs order by n) filter (where needs like 'studio:%%'))[1])
from slot where task_id = %(t)s having count(*) filter (where state < 2) = 0
"""

# Nobody else is asked from now on; who is at work may finish. One slot for somebody with the skill, and the next when
# that is not enough: what experts give is dear.
ESCALATE = """
with noted as (
  insert into event (kind, project_id, task_id, actor, data) values ('task.escalated', %(p)s, %(t)s, 'engine',
    jsonb_build_object('because', %(r)s::text, 'to', %(s)s::text))
), moved as (
  update task set reason = 'escalated', confidence = %(c)s, posterior = %(post)s where id = %(t)s
), closed as (
  update slot set state = 3 where task_id = %(t)s and state = 0
)
insert into slot (task_id, n, project_id, priority, needs)
select %(t)s, max(n) + 1, %(p)s, %(y)s, %(s)s from slot where task_id = %(t)s
"""

# What a task has cost, those at work included, under the terms that each was given; what an answer costs now.
PAID = """
select p.price_micros as price, coalesce(sum(s.price_micros) filter (where s.state in (1, 2)), 0)::bigint as spent,
  count(*) filter (where s.state = 1) as pending
from project p left join slot s on s.task_id = %(t)s and not s.gold
  and (s.needs is null or s.needs like 'studio:%%')
where p.id = %(p)s group by p.price_micros
"""

# What the last estimate believes of those who said something: one column of each confusion. What is of the project
# and not of the labeler stands in the first row alone.
BELIEFS = """
select s.accuracy, s.answers, s.leaning, s.copy_of, p.classes = %(names)s as known, p.tau, p.calibrated_on, p.sway,
  case when said.n = 1 then p.prior end as prior, case when said.n = 1 then p.bias end as bias,
  jsonb_path_query_array(coalesce(s.confusion, p.pooled), '$[*][$i]', jsonb_build_object('i', said.i)) as col
from unnest(%(l)s::uuid[], %(i)s::int[]) with ordinality said(labeler, i, n)
join project_skill p on p.project_id = %(p)s
left join labeler_skill s on s.project_id = %(p)s and s.labeler_id = said.labeler
order by said.n
"""

# Projects with `online.FIRST` answers or more that grew by `online.GROWTH` since their skills were last estimated, as
# in `measure.replay`: an estimate from fewer takes everybody who is alone with a task for right. With gold it pays
# sooner, and kinds without classes have their gold looked through.
DUE = """
select p.id, n.n from project p
join tally n on n.project_id = p.id and n.kind = 'answer.stored'
left join project_skill s on s.project_id = p.id
cross join lateral (select exists (select 1 from gold_live g where g.project_id = p.id) as gold) g
where (p.kind = any(%(kinds)s) or g.gold)
  and n.n >= greatest(case when g.gold then %(gold)s else %(first)s end, %(growth)s * coalesce(s.answers, 0))
"""


async def lock(db: Connection, task_ids: Sequence[UUID]) -> None:
    """Locks tasks until the transaction ends, in the order of their ids: two who lock several never wait in a ring."""
    await db.execute("select 1 from task where id = any(%(t)s) order by id for update", {"t": list(task_ids)})


async def standing(db: Connection, task_id: UUID) -> Row | None:
    """A task with its project's present terms and the answers that its verdict rests on, in the order of their events.

    They came neither after it nor before the task was sent back. Its row is locked, by a statement of its own, so that
    what whoever held the lock last has written is seen. `crowd` is what the last estimate believes of those who draw.
    """
    await db.execute(LOCK, {"t": task_id})
    return await (await db.execute(STANDING, {"t": task_id})).fetchone()


async def beliefs(db: Connection, project_id: UUID, said: Sequence[tuple[UUID, int]], names: list[str]) -> list[Row]:
    """For each (labeler, class said): P(said | truth) by class, the labeler's accuracy and answers.

    The first row has the prior and the map that gold taught (`tau`, `bias`; `calibrated_on` 0: none). Empty before the
    first estimate; `known` tells whether it was made for the same classes.
    """
    return await (
        await db.execute(
            BELIEFS,
            {"p": project_id, "names": Jsonb(names), "l": [one for one, _ in said], "i": [i for _, i in said]},
        )
    ).fetchall()


async def decide(
    db: Connection, *, task_id: UUID, project_id: UUID, value: Mapping[str, Any], confidence: float,
    posterior: Mapping[str, float] | None, reason: str, answer_ids: Sequence[UUID], calibrated_on: int,
    objects: Sequence[float] | None, items: Mapping[str, float] | None = None,
) -> None:  # fmt: skip
    """Writes a verdict with its event, closes the open slots, and leaves word for the callbacks."""
    await db.execute(
        DECIDE,
        {
            "t": task_id, "p": project_id, "v": Jsonb(value), "c": confidence, "r": reason, "a": list(answer_ids),
            "post": None if posterior is None else Jsonb(posterior), "n": len(answer_ids),
            "g": calibrated_on, "o": None if objects is None else Jsonb(list(objects)),
            "i": None if items is None else Jsonb(items),
        },
    )  # fmt: skip


async def ask(
    db: Connection, *, task_id: UUID, project_id: UUID, priority: int, confidence: float,
    posterior: Mapping[str, float] | None, needs: str | None = None,
) -> None:  # fmt: skip
    """Writes where the task stands, and asks once more where nobody is asked at present: of those with a skill."""
    await db.execute(
        ASK,
        {
            "t": task_id, "p": project_id, "y": priority, "c": confidence, "s": needs,
            "post": None if posterior is None else Jsonb(posterior),
        },
    )  # fmt: skip


async def escalate(
    db: Connection, *, task_id: UUID, project_id: UUID, priority: int, confidence: float,
    posterior: Mapping[str, float] | None, because: str, to: str,
) -> None:  # fmt: skip
    """Passes a task on to those with the skill `to`, with its event."""
    await db.execute(
        ESCALATE,
        {
            "t": task_id, "p": project_id, "y": priority, "c": confidence, "s": to, "r": because,
            "post": None if posterior is None else Jsonb(posterior),
        },
    )  # fmt: skip


async def experts(db: Connection, task_id: UUID) -> list[UUID]:
    """Who answered a task in a slot that wanted a skill."""
    rows = await (
        await db.execute(
            "select labeler_id from slot where task_id = %(t)s and state = 2 and needs not like 'studio:%%'",
            {"t": task_id},
        )
    ).fetchall()
    return [r["labeler_id"] for r in rows]


async def paid(db: Connection, task_id: UUID, project_id: UUID) -> Row:
    """What a task has cost (`spent`, of which `pending` answers are being given), and what an answer costs now."""
    row = await (await db.execute(PAID, {"t": task_id, "p": project_id})).fetchone()
    assert row is not None
    return row


async def due(db: Connection, kinds: Sequence[str]) -> list[Row]:
    """Projects whose skills should be estimated anew: `id`, and `n`, their answers by now."""
    values = {
        "kinds": list(kinds), "first": online.FIRST, "gold": online.FIRST_WITH_GOLD, "growth": online.GROWTH,
    }  # fmt: skip
    return await (await db.execute(DUE, values)).fetchall()


async def answers_so_far(db: Connection, project_id: UUID) -> int:
    """How many answers the tally of a project has."""
    row = await (
        await db.execute("select n from tally where project_id = %(p)s and kind = 'answer.stored'", {"p": project_id})
    ).fetchone()
    return int(row["n"]) if row else 0


async def project(db: Connection, project_id: UUID) -> Row | None:
    return await (
        await db.execute("select id, kind, config, policy from project where id = %(p)s", {"p": project_id})
    ).fetchone()


async def answers_after(db: Connection, project_id: UUID, after: int, limit: int) -> list[Row]:
    """A page of a project's answers in the order of their events."""
    return await (
        await db.execute(
            "select id, event_id, task_id, labeler_id, value, active_ms, confirmed,"
            " extract(epoch from submitted_at)::bigint as at from answer"
            " where project_id = %(p)s and event_id > %(a)s order by event_id limit %(n)s",
            {"p": project_id, "a": after, "n": limit},
        )
    ).fetchall()


async def verdicts_after(db: Connection, project_id: UUID, after: int, limit: int) -> list[Row]:
    """A page of a project's verdicts in the order of their events; a later one of a task replaces an earlier one."""
    return await (
        await db.execute(
            "select task_id, value, confidence, cardinality(answers) as answers, event_id from verdict"
            " where project_id = %(p)s and event_id > %(a)s order by event_id limit %(n)s",
            {"p": project_id, "a": after, "n": limit},
        )
    ).fetchall()


async def put_project(
    db: Connection, project_id: UUID, *, classes: list[str], pooled: list[list[float]], prior: list[float],
    answers: int, iterations: int, converged: bool, tau: float = 1.0, bias: Sequence[float] = (),
    calibrated_on: int = 0, sway: float | None = None, pairs: int = 0, agreement: float | None = None,
) -> None:  # fmt: skip
    await db.execute(
        "insert into project_skill (project_id, classes, pooled, prior, answers, iterations, converged, tau, bias,"
        " calibrated_on, sway, pairs, agreement) values (%(p)s, %(c)s, %(g)s, %(r)s, %(n)s, %(i)s, %(v)s, %(t)s,"
        " %(b)s, %(k)s, %(w)s, %(pairs)s, %(a)s)"
        " on conflict (project_id) do update set classes = excluded.classes, pooled = excluded.pooled,"
        " prior = excluded.prior, answers = excluded.answers, iterations = excluded.iterations,"
        " converged = excluded.converged, tau = excluded.tau, bias = excluded.bias,"
        " calibrated_on = excluded.calibrated_on, sway = excluded.sway, pairs = excluded.pairs,"
        " agreement = excluded.agreement, updated_at = clock_timestamp()",
        {
            "p": project_id, "c": Jsonb(classes), "g": Jsonb(pooled), "r": Jsonb(prior), "n": answers,
            "i": iterations, "v": converged, "t": tau, "b": Jsonb(list(bias)), "k": calibrated_on,
            "w": sway, "pairs": pairs, "a": agreement,
        },
    )  # fmt: skip


async def believed(db: Connection, project_id: UUID) -> Row | None:
    """The map of the last estimate, and the classes it is for."""
    return await (
        await db.execute(
            "select classes, tau, bias, calibrated_on from project_skill where project_id = %(p)s", {"p": project_id}
        )
    ).fetchone()


async def put_skills(db: Connection, project_id: UUID, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (labeler, answers, confusion, accuracy, low, high, leaning, copy_of)."""
    async with db.cursor() as cursor:
        await cursor.executemany(
            "insert into labeler_skill (project_id, labeler_id, answers, confusion, accuracy, low, high,"
            " leaning, copy_of) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (project_id, labeler_id) do update set copy_of = excluded.copy_of,"
            " answers = excluded.answers, confusion = excluded.confusion, accuracy = excluded.accuracy,"
            " low = excluded.low, high = excluded.high, leaning = excluded.leaning, updated_at = clock_timestamp()",
            [(project_id, labeler, n, Jsonb(confusion), *rest) for labeler, n, confusion, *rest in rows],
        )


async def still_open(db: Connection, task_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the tasks that are not decided."""
    rows = await (
        await db.execute("select id from task where id = any(%(t)s) and state = 'open'", {"t": list(task_ids)})
    ).fetchall()
    return [r["id"] for r in rows]
