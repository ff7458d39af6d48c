"""SQL on slots and leases. Only the database's clock is asked."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncCursor

from neraca.kit.session import KEEP_PLANS, Connection

Row = dict[str, Any]
SLACK = "15 seconds"  # no transaction that opens slots lives longer: see docs/decisions/0004
PREFETCH_SECONDS = 120

LOCK = f"select pg_advisory_xact_lock(hashtextextended(%(l)s::text, 1)), {KEEP_PLANS}"

# Some projects are for those who are named alone; a model is named by being attached.
MAY = """(not p.named_only
    or exists (select 1 from project_labeler a where a.project_id = p.id and a.labeler_id = %(l)s)
    or exists (select 1 from model m join model_project x on x.model_id = m.id
               where m.labeler_id = %(l)s and x.project_id = p.id))"""

# Gold among the work of a labeler: `share` of what they are given, less the more of it they have answered rightly.
# Whether it is their turn hangs on the slot that they would get and on how much gold they were asked, under the
# cell's secret: nobody who does not know that can tell. The next gold is the first behind a random task id that they
# have not had, of sixteen looked at; what everybody is asked comes before it, in one order. It takes the place of
# the slot, so there is none where there is no work.
GOLD_STEADY = 20  # right answers to gold that halve the share
GOLD_LOOK = 8
SPAN = f"make_interval(secs => case when %(prefetch)s then {PREFETCH_SECONDS} else p.lease_seconds end)"
HAD = """
      and not exists (select 1 from slot o where o.task_id = s.task_id and o.labeler_id = %(l)s and o.fence > 0
                      offset 0)
      and not exists (select 1 from refusal r where r.task_id = s.task_id and r.labeler_id = %(l)s
                      and r.until > clock_timestamp())
"""
# A lease on a gold task c that is no answer wanted of it.
LEASE_GOLD = f"""insert into slot (task_id, n, project_id, priority, state, fence, labeler_id, lease_id, lease_until,
    begun, version, price_micros, currency, gold)
  select c.task_id, coalesce((select max(n) from slot o where o.task_id = c.task_id), 0) + 1, p.id, p.priority, 1, 1,
    %(l)s, gen_random_uuid(), clock_timestamp() + {SPAN}, not %(prefetch)s, p.version, p.price_micros, p.currency,
    true
  from wanting p cross join lateral"""
GOLD = f"""drawn as (
  select w.id as project_id, (encode(substr(k.mark, 17, 16), 'hex'))::uuid as start
  from (select * from wanting where (policy->>'gold_share')::float8 > 0) w cross join pick
  left join labeler_gold m on m.labeler_id = %(l)s and m.project_id = w.id
  cross join lateral (select sha256(%(secret)s::bytea || uuid_send(%(l)s::uuid) || uuid_send(pick.task_id)
    || int4send(coalesce(m.asked, 0))) as mark) k
  where ('x' || encode(substr(k.mark, 1, 4), 'hex'))::bit(32)::bigint / 4294967296.0
    < (w.policy->>'gold_share')::float8 * {GOLD_STEADY} / ({GOLD_STEADY} + coalesce(m.correct, 0))
), dealt as (
  {LEASE_GOLD} (
    select s.task_id from drawn d cross join lateral (
      (select task_id from gold_live where project_id = d.project_id and use = 'calibration' order by task_id
       limit 200)
      union all
      (select task_id from gold_live where project_id = d.project_id and use = 'work' and task_id >= d.start
       order by task_id limit {GOLD_LOOK})
      union all
      (select task_id from gold_live where project_id = d.project_id and use = 'work' and task_id < d.start
       order by task_id limit {GOLD_LOOK})) s
    where true {HAD.strip()} limit 1) c
  on conflict do nothing
  returning *, opened_at as since
), weighed as (
  insert into labeler_gold (labeler_id, project_id, asked) select labeler_id, project_id, 1 from dealt
  on conflict (labeler_id, project_id) do update set asked = labeler_gold.asked + 1
)"""

# The priorities of the open slots that everybody may have, highest first, by hops over their index.
LEVEL = """level as (
  (select s.priority from wanting cross join lateral (
     select priority from slot where project_id = %(p)s and state = 0 and needs is null
     order by priority desc limit 1) s)
  union all
  select (select s.priority from slot s where s.project_id = %(p)s and s.state = 0 and s.needs is null
            and s.priority < l.priority order by s.priority desc limit 1)
  from level l where l.priority is not null
)"""

# What was chosen for them, the best that is still there. Nothing of a higher priority may lie ahead of them.
CHOSEN = f"""chosen as (
  select c.* from wanting cross join (
    select * from unnest(%(tasks)s::uuid[], %(ns)s::smallint[]) with ordinality one(task_id, n, at) order by at) want
  cross join lateral (
    select s.task_id, s.n, s.pos, s.priority, s.opened_at from slot s
    where s.task_id = want.task_id and s.n = want.n and s.project_id = %(p)s and s.state = 0 and s.needs is null
      and not exists (
        select 1 from level l cross join lateral (
          select 1 from slot h where h.project_id = %(p)s and h.state = 0 and h.needs is null
            and h.priority = l.priority and h.pos > coalesce((
              select w.pos from walk w where w.labeler_id = %(l)s and w.project_id = %(p)s
              and w.priority = l.priority and w.needs = ''), 0)
            {HAD.strip().replace("s.task_id", "h.task_id")}
          order by h.pos limit 1) higher where l.priority > s.priority)
      {HAD.strip()}
    for update of s skip locked
  ) c $unneeded limit 1
)"""

# What only they may do comes before everything else, for a labeler who was granted skills.
NEEDED = f"""needed as (
  select c.* from (
    select g.skill, y.priority from wanting cross join labeler_grant g cross join generate_series(9, 0, -1) y(priority)
    where g.labeler_id = %(l)s order by y.priority desc, g.skill) lane
  cross join lateral (
    select s.task_id, s.n, s.pos, s.priority, s.opened_at from slot s
    where s.project_id = %(p)s and s.state = 0 and s.needs = lane.skill and s.priority = lane.priority
      and s.pos > coalesce((select w.pos from walk w where w.labeler_id = %(l)s and w.project_id = %(p)s
                            and w.priority = lane.priority and w.needs = lane.skill), 0)
      {HAD.strip()}
    order by s.pos limit 1 for update of s skip locked
  ) c limit 1
)"""

# The leases that the labeler holds and the one given now, as they are told.
LEASES = """
select s.lease_id, s.fence, s.task_id, s.project_id, s.lease_until, s.begun, s.price_micros, s.currency, s.version,
  s.fresh, t.params, t.suggestion, p.kind, p.lease_seconds,
  s.n, s.gold, p.policy ? 'gold_share' as golden, p.policy ? 'confidence' as aimed, p.policy ? 'exam' as examined,
  v.config, d.value as draft,
  exists (select 1 from labeler_grant g where g.labeler_id = %(l)s) as skilled
from (select *, true as fresh from given union all select *, false from live) s
join task t on t.id = s.task_id join project p on p.id = s.project_id
join project_version v on v.project_id = s.project_id and v.version = s.version
left join draft d on d.task_id = s.task_id and d.labeler_id = %(l)s
order by s.begun desc, s.lease_until
"""

# What a labeler has, and one claim where that is not what they ask for, in one statement. Priorities are
# found by hops over the index, highest first; inside one, slots are walked from the labeler's cursor on,
# stepping over tasks they had before. A lease is shown again under the terms that it was given, though the
# project has moved on. `offset 0` keeps the planner from turning a look at one task into a join over all that
# the labeler has had; docs/decisions/0004 tells of the indexes.
CLAIM = f"""
with recursive live as (
  select s.*, s.opened_at as since from (
    select * from slot where state = 1 and labeler_id = %(l)s and project_id = %(p)s and lease_until is not null
    offset 0) s
  where s.lease_until > clock_timestamp()
), wanting as (
  select p.* from project p where p.id = %(p)s and p.mode = %(m)s and p.state = 'active' and (
    select count(*) < %(most)s and count(*) filter (where not begun) = 0 from live)
    and {MAY}
    and (not p.policy ? 'exam' or exists (select 1 from exam e where e.labeler_id = %(l)s and e.project_id = p.id
                                          and e.state = 'passed'))
), {LEVEL}, $needed $chosen $pick as (
  select c.* from level l cross join lateral (
    select s.task_id, s.n, s.pos, s.priority, s.opened_at from slot s
    where s.project_id = %(p)s and s.state = 0 and s.needs is null and s.priority = l.priority
      and s.pos > coalesce((select w.pos from walk w where w.labeler_id = %(l)s and w.project_id = %(p)s
                            and w.priority = l.priority and w.needs = ''), 0)
      {HAD.strip()}
    order by s.pos limit 1 for update of s skip locked
  ) c $unless limit 1
), $either $gold taken as (
  update slot s set state = 1, fence = s.fence + 1, labeler_id = %(l)s, lease_id = gen_random_uuid(),
    lease_until = clock_timestamp() + {SPAN},
    begun = not %(prefetch)s, version = p.version, price_micros = p.price_micros, currency = p.currency
  from pick, wanting p
  where s.task_id = pick.task_id and s.n = pick.n $instead
  returning s.*, pick.opened_at as since
), given as (
  select * from taken $dealt
), walked as (
  insert into walk (labeler_id, project_id, priority, needs, pos)
  select %(l)s, %(p)s, priority, coalesce(needs, ''), pos from taken
  where since < clock_timestamp() - interval '{SLACK}' $walking
  on conflict (labeler_id, project_id, priority, needs) do update set pos = excluded.pos where walk.pos < excluded.pos
), noted as (
  insert into event (kind, project_id, task_id, actor, data)
  select 'lease.granted', project_id, task_id, %(l)s::text,
    jsonb_build_object('slot', n, 'fence', fence, 'price_micros', price_micros, 'currency', currency,
                       'version', version) || case when gold then '{{"gold": true}}'::jsonb else '{{}}' end
  from given
)
{LEASES}"""


def _claim(*, gold: bool, needed: bool, chosen: bool) -> str:
    """The statement with what a claim needs of it: gold costs it a tenth more, and most projects have none."""
    first = (["needed"] if needed else []) + (["chosen"] if chosen else [])
    none = " and ".join(f"not exists (select 1 from {name})" for name in first)
    every = " union all ".join(f"select * from {name}" for name in [*first, "common"])
    parts = {
        "$gold": f"{GOLD}," if gold else "",
        "$instead": "and not exists (select 1 from dealt)" if gold else "",
        "$dealt": "union all select * from dealt" if gold else "",
        "$needed": f"{NEEDED}," if needed else "",
        "$chosen": f"{CHOSEN}," if chosen else "",
        "$unneeded": "where not exists (select 1 from needed)" if needed else "",
        "$pick": "common" if first else "pick",
        "$unless": f"where {none}" if first else "",
        "$either": f"pick as ({every})," if first else "",
        "$walking": "and not exists (select 1 from chosen)" if chosen else "",
    }
    text = CLAIM
    while "$" in text:  # a part may have parts
        text = re.sub(r"\$[a-z]+", lambda found: parts[found[0]], text)
    return text


BOTH = (False, True)
CLAIMS = {(g, n, c): _claim(gold=g, needed=n, chosen=c) for g in BOTH for n in BOTH for c in BOTH}

# Nothing lies ahead: move the cursors up to the last open slot that is older than the slack, so that
# the next look does not walk again over everything this labeler has had.
ADVANCE = f"""
insert into walk (labeler_id, project_id, priority, needs, pos)
select %(l)s, %(p)s, g.priority, '', q.pos from generate_series(0, 9) as g(priority) cross join lateral (
  select e.pos from (
    select s.pos, s.opened_at from slot s where s.project_id = %(p)s and s.state = 0 and s.needs is null
      and s.priority = g.priority order by s.pos desc limit 64) e
  where e.opened_at < clock_timestamp() - interval '{SLACK}' order by e.pos desc limit 1) q
union all
select %(l)s, %(p)s, g.priority, a.skill, q.pos from labeler_grant a cross join generate_series(0, 9) as g(priority)
cross join lateral (
  select e.pos from (
    select s.pos, s.opened_at from slot s where s.project_id = %(p)s and s.state = 0 and s.needs = a.skill
      and s.priority = g.priority order by s.pos desc limit 64) e
  where e.opened_at < clock_timestamp() - interval '{SLACK}' order by e.pos desc limit 1) q
where a.labeler_id = %(l)s
on conflict (labeler_id, project_id, priority, needs) do update set pos = excluded.pos where walk.pos < excluded.pos
"""

# Behind the cursors: a stretch of open slots is looked through again, at most once a minute. What is
# found there moves to the front of everybody's walk.
SWEEP = """
with stretch as (
  select w.priority, w.needs, s.task_id, s.n, s.pos from walk w cross join lateral (
    (select task_id, n, pos from slot x where w.needs = '' and x.project_id = %(p)s and x.state = 0
       and x.needs is null and x.priority = w.priority and x.pos > w.sweep_pos and x.pos <= w.pos
     order by x.pos limit 500)
    union all
    (select task_id, n, pos from slot x where w.needs <> '' and x.project_id = %(p)s and x.state = 0
       and x.needs = w.needs and x.priority = w.priority and x.pos > w.sweep_pos and x.pos <= w.pos
     order by x.pos limit 500)) s
  where w.labeler_id = %(l)s and w.project_id = %(p)s and (w.needs = '' or exists (
      select 1 from labeler_grant g where g.labeler_id = %(l)s and g.skill = w.needs))
    and w.swept_at < clock_timestamp() - make_interval(secs => %(every)s)
), found as (
  select s.task_id, s.n from stretch t join slot s on s.task_id = t.task_id and s.n = t.n and s.state = 0
  where not exists (select 1 from slot o where o.task_id = t.task_id and o.labeler_id = %(l)s and o.fence > 0 offset 0)
    and not exists (select 1 from refusal r where r.task_id = t.task_id and r.labeler_id = %(l)s
                    and r.until > clock_timestamp())
  order by t.pos limit 20 for update of s skip locked
), moved as (
  update slot s set pos = nextval('slot_pos'), opened_at = clock_timestamp() from found f
  where s.task_id = f.task_id and s.n = f.n and s.state = 0 returning 1
), noted as (
  update walk w set
    sweep_pos = coalesce((select max(t.pos) from stretch t where (t.priority, t.needs) = (w.priority, w.needs)
                          having count(*) = 500), 0),
    swept_at = clock_timestamp()
  where w.labeler_id = %(l)s and w.project_id = %(p)s
    and w.swept_at < clock_timestamp() - make_interval(secs => %(every)s)
)
select (select count(*) from moved) as n,
  exists (select 1 from labeler_grant g where g.labeler_id = %(l)s) as skilled
"""


# The lock is a statement of its own: the one behind it then sees what the last holder of the lock has done.
LOCK_TASK = f"""
select {KEEP_PLANS} from task where id = (
  select task_id from slot where lease_id = %(i)s and state = 1 and labeler_id = %(l)s) for update
"""
HELD = """
select s.task_id, s.n, s.fence, s.gold, s.project_id, s.lease_until > clock_timestamp() as live, t.state,
  coalesce(t.reason = 'escalated', false) as escalated, t.params, t.priority, t.suggestion, t.suggested_by, p.kind,
  (select i.told from task_item i where i.task_id = s.task_id) as told, p.policy, p.config, v.config as shown_config, (
    select coalesce(json_agg(json_build_object('id', a.id, 'labeler_id', a.labeler_id, 'value', a.value,
      'confirmed', a.confirmed) order by a.event_id), '[]')
    from answer a where a.task_id = s.task_id and not a.surplus
      and a.event_id > coalesce(t.redo_event_id, 0)) as earlier
from slot s join task t on t.id = s.task_id join project p on p.id = s.project_id
join project_version v on v.project_id = s.project_id and v.version = s.version
where s.lease_id = %(i)s and s.state = 1 and s.labeler_id = %(l)s
"""


async def greet(db: Connection, labeler_id: UUID, kind: str, handle: str, project_id: UUID, mode: str | None) -> None:
    """Makes the labeler known to the cell, under its pseudonym, if there is the project that they ask for."""
    await db.execute(
        "insert into labeler (id, kind, handle) select %(i)s, %(k)s, %(h)s where exists (select 1 from project"
        " where id = %(p)s and (%(m)s::text is null or mode = %(m)s) and state <> 'archived') on conflict do nothing",
        {"i": labeler_id, "k": kind, "h": handle, "p": project_id, "m": mode},
    )


async def hold_or_claim(
    db: Connection,
    labeler_id: UUID,
    project_id: UUID,
    mode: str,
    secret: bytes | None,
    *,
    skilled: bool,
    chosen: Sequence[tuple[UUID, int]],
    prefetch: bool,
    most: int,
) -> AsyncCursor[Row]:
    """The labeler's live leases; a `fresh` one among them where these are not what they ask for.

    It makes at most `most` of them. `secret` decides when it is gold, None for never; `skilled` is
    whether they are given what wants a skill that they were granted; `chosen` are the slots that they
    should have, the best first. Locks the labeler's own requests against each other.
    """
    values: Row = {"l": labeler_id, "p": project_id, "m": mode, "prefetch": prefetch, "most": most}
    await db.execute(LOCK, values)
    if secret is not None:
        values["secret"] = secret
    if chosen:
        values |= {"tasks": [task for task, _ in chosen], "ns": [n for _, n in chosen]}
    return await db.execute(CLAIMS[secret is not None, skilled, bool(chosen)], values)


async def alone(db: Connection, labeler_id: UUID) -> None:
    """Locks a labeler's own requests against each other, until the transaction ends."""
    await db.execute(LOCK, {"l": labeler_id})


async def look_behind(db: Connection, labeler_id: UUID, project_id: UUID, *, every: float = 60.0) -> Row:
    """After a vain claim: advances the cursors, and sweeps a stretch behind them once in `every` seconds.

    Gives `n`, the slots that came back, and whether the labeler was granted a skill.
    """
    values = {"l": labeler_id, "p": project_id, "every": every}
    await db.execute(LOCK, values)
    await db.execute(ADVANCE, values)
    row = await (await db.execute(SWEEP, values)).fetchone()
    assert row is not None
    return row


async def begin(db: Connection, lease_id: UUID, labeler_id: UUID, fence: int, *, longest: int = 86_400) -> Row | None:
    """Opens a prefetched lease, or renews an open one: the full time starts now, or `longest` seconds of it."""
    return await (
        await db.execute(
            "update slot s set begun = true,"
            " lease_until = clock_timestamp() + make_interval(secs => least(p.lease_seconds, %(s)s)) from project p"
            " where p.id = s.project_id and s.lease_id = %(i)s and s.state = 1 and s.labeler_id = %(l)s"
            " and s.fence = %(f)s and s.lease_until > clock_timestamp() returning s.lease_until",
            {"i": lease_id, "l": labeler_id, "f": fence, "s": longest},
        )
    ).fetchone()


async def give_back(db: Connection, lease_id: UUID, labeler_id: UUID, fence: int, reason: str | None) -> bool:
    """Returns a lease unanswered; the task is not offered to this labeler again.

    The task's row is locked before its state is read: a slot that came back while its task was being decided
    would stay open for ever.
    """
    row = await (
        await db.execute(
            "with about as materialized (select t.id, t.state from task t where t.id = (select s.task_id from slot s"
            "   where s.lease_id = %(i)s and s.state = 1 and s.labeler_id = %(l)s) for update),"
            " freed as (update slot set state = case when t.state = 'open' then 0 else 3 end,"
            "   pos = nextval('slot_pos'), opened_at = clock_timestamp(), labeler_id = null, lease_id = null,"
            "   lease_until = null from about t where t.id = slot.task_id and lease_id = %(i)s and slot.state = 1"
            "   and labeler_id = %(l)s and fence = %(f)s returning slot.task_id, slot.project_id, n),"
            " refused as (insert into refusal (task_id, labeler_id, kind, reason, lease_id)"
            "   select task_id, %(l)s, 'skip', %(r)s, %(i)s from freed"
            "   on conflict (task_id, labeler_id) do update set kind = 'skip', reason = excluded.reason,"
            "   lease_id = excluded.lease_id, until = 'infinity')"
            " insert into event (kind, project_id, task_id, actor, data)"
            "   select 'lease.skipped', project_id, task_id, %(l)s::text, jsonb_build_object('slot', n, 'reason',"
            "   %(r)s::text) from freed returning id",
            {"i": lease_id, "l": labeler_id, "f": fence, "r": reason},
        )
    ).fetchone()
    return row is not None


async def sweep_expired(db: Connection, limit: int = 500) -> int:
    """Reopens slots whose lease has ended.

    A lost lease keeps its labeler off the task for ten minutes, a prefetched one that was never seen
    does not. A task that somebody is deciding is left for the next turn.
    """
    row = await (
        await db.execute(
            "with gone as materialized (select s.task_id, s.n, s.labeler_id, s.lease_id, s.begun,"
            "   t.state as task_state from slot s join task t on t.id = s.task_id where s.state = 1"
            "   and s.begun is not null and s.lease_until < clock_timestamp() order by s.lease_until limit %(n)s"
            "   for update of s, t skip locked),"
            " freed as (update slot s set state = case when gone.task_state = 'open' then 0 else 3 end,"
            "   pos = nextval('slot_pos'), opened_at = clock_timestamp(), labeler_id = null, lease_id = null,"
            "   lease_until = null from gone where s.task_id = gone.task_id and s.n = gone.n"
            "   returning s.task_id, s.project_id, s.n, gone.labeler_id, gone.lease_id,"
            "   gone.begun),"
            " refused as (insert into refusal (task_id, labeler_id, kind, lease_id, until)"
            "   select task_id, labeler_id, 'lost', lease_id,"
            "   clock_timestamp() + case when begun then interval '10 minutes' else interval '0' end from freed"
            "   on conflict (task_id, labeler_id) do update set lease_id = excluded.lease_id,"
            "   until = greatest(refusal.until, excluded.until)),"
            " noted as (insert into event (kind, project_id, task_id, actor, data)"
            "   select 'lease.expired', project_id, task_id, labeler_id::text, jsonb_build_object('slot', n)"
            "   from freed)"
            " select count(*) as n from freed",
            {"n": limit},
        )
    ).fetchone()
    return int(row["n"]) if row else 0


async def open_slot(
    db: Connection, task_id: UUID, project_id: UUID, priority: int, *, needs: str | None = None
) -> None:
    """One more answer is wanted for a task, of somebody who was granted the skill `needs` if that is given.

    The caller holds the task's row lock.
    """
    await db.execute(
        "insert into slot (task_id, n, project_id, priority, needs)"
        " select %(t)s, coalesce(max(n), 0) + 1, %(p)s, %(y)s, %(s)s from slot where task_id = %(t)s",
        {"t": task_id, "p": project_id, "y": priority, "s": needs},
    )


async def close_slots(db: Connection, task_id: UUID) -> None:
    """No more answers are wanted: open slots close, leased ones stay valid."""
    await db.execute("update slot set state = 3 where task_id = %(t)s and state = 0", {"t": task_id})


async def offers(db: Connection) -> list[Row]:
    """What the cell's live, active projects offer to everybody; open slots counted up to 1,000."""
    return await (
        await db.execute(
            "select p.id as project_id, p.kind, p.price_micros, p.currency, p.minutes, (select count(*) from"
            " (select 1 from slot s where s.project_id = p.id and s.state = 0 and s.needs is null"
            "  limit 1000) o) as open_slots"
            " from project p where p.mode = 'live' and p.state = 'active'"
        )
    ).fetchall()


async def work(db: Connection, labeler_id: UUID, mode: str) -> list[Row]:
    """What this labeler may do, first what they are named for, what wants a skill of theirs included.

    Gold they have not had counts as open slots: every claim takes one off.
    """
    return await (
        await db.execute(
            "select p.id as project_id, p.name, p.kind, p.price_micros, p.currency, p.minutes,"
            " o.n + case when o.n > 0 and (p.policy->>'gold_share')::float8 > 0 then greatest(0, (select count(*) from"
            "   (select 1 from gold_live g where g.project_id = p.id and g.use <> 'exam' limit 1000) g)"
            "   - coalesce((select m.asked from labeler_gold m where m.labeler_id = %(l)s and m.project_id = p.id), 0))"
            "   else 0 end as open_slots,"
            " case when p.policy ? 'exam' and coalesce(e.state, 'open') <> 'passed' then coalesce(e.state, 'open') end"
            "   as exam, greatest(0, (p.policy->'exam'->>'tasks')::int - coalesce(e.answered, 0)) as exam_left,"
            " (select count(*) from answer a where a.project_id = p.id and a.labeler_id = %(l)s) as answered"
            " from project p cross join lateral (select count(*) as n from (select 1 from ("
            "   (select 1 from slot s where s.project_id = p.id and s.state = 0 and s.needs is null limit 1000)"
            "   union all (select 1 from labeler_grant g join slot s on s.project_id = p.id and s.state = 0"
            "     and s.needs = g.skill where g.labeler_id = %(l)s limit 1000)) o limit 1000) o) o"
            " left join exam e on e.labeler_id = %(l)s and e.project_id = p.id"
            f" where p.mode = %(m)s and p.state = 'active' and {MAY}"
            " order by p.named_only desc, p.priority desc, p.created_at, p.id limit 500",
            {"l": labeler_id, "m": mode},
        )
    ).fetchall()


async def workable(db: Connection, project_id: UUID, mode: str, labeler_id: UUID) -> Row | None:
    """A project; `may` is whether this labeler is given its work, `holds` whether they still have some of it."""
    return await (
        await db.execute(
            "select id, name, kind, config, version, instructions, policy, price_micros, currency, minutes, state,"
            f" {MAY} as may, exists (select 1 from slot s where s.labeler_id = %(l)s and s.project_id = p.id"
            "   and s.state = 1 and s.lease_until is not null) as holds"
            " from project p where id = %(p)s and mode = %(m)s and state <> 'archived'",
            {"p": project_id, "m": mode, "l": labeler_id},
        )
    ).fetchone()


async def ending(db: Connection, lease_id: UUID, labeler_id: UUID) -> str | None:
    """How a lease ended that this labeler once had and has no more: skip, lost or answered."""
    row = await (
        await db.execute(
            "select kind from refusal where lease_id = %(i)s and labeler_id = %(l)s union all"
            " select 'answered' from answer where lease_id = %(i)s and labeler_id = %(l)s",
            {"i": lease_id, "l": labeler_id},
        )
    ).fetchone()
    return None if row is None else str(row["kind"])


async def held(db: Connection, lease_id: UUID, labeler_id: UUID) -> Row | None:
    """A live lease with its task, whose row is locked, under the terms that it was given.

    `earlier` are the answers that a verdict of the task rests on: those that came after it do not move it.
    """
    values = {"i": lease_id, "l": labeler_id}
    await db.execute(LOCK_TASK, values)
    return await (await db.execute(HELD, values)).fetchone()
