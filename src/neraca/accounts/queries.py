"""SQL on the control plane: people, sign-ins, memberships, invitations, keys, clients, offers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from neraca.kit.session import Connection

Row = dict[str, Any]


async def _one(db: Connection, sql: str, **values: object) -> Row | None:
    return await (await db.execute(sql, values)).fetchone()


async def _all(db: Connection, sql: str, **values: object) -> list[Row]:
    return await (await db.execute(sql, values)).fetchall()


async def cell(db: Connection, client_id: UUID) -> Row | None:
    return await _one(
        db,
        "select id, name, database, role, role_password, pseudonym_key from client"
        " where id = %(id)s and ready_at is not null",
        id=client_id,
    )


async def ready_clients(db: Connection) -> list[UUID]:
    return [r["id"] for r in await _all(db, "select id from client where ready_at is not null order by created_at")]


async def person_by_email(db: Connection, email: str) -> Row | None:
    return await _one(db, "select * from person where lower(email) = lower(%(email)s)", email=email)


async def recent_failures(db: Connection, email: str) -> int:
    row = await _one(
        db,
        "select count(*) as n from login_failure where email = lower(%(email)s)"
        " and at > clock_timestamp() - interval '15 minutes'",
        email=email,
    )
    return int(row["n"]) if row else 0


async def add_failure(db: Connection, email: str) -> None:
    await db.execute("delete from login_failure where at < clock_timestamp() - interval '1 day'")
    await db.execute("insert into login_failure (email) values (lower(%(email)s))", {"email": email})


async def clear_failures(db: Connection, email: str) -> None:
    await db.execute("delete from login_failure where email = lower(%(email)s)", {"email": email})


async def add_login(db: Connection, id_hash: bytes, person_id: UUID, csrf: str) -> None:
    await db.execute("delete from login where expires_at < clock_timestamp()")
    await db.execute(
        "insert into login (id_hash, person_id, csrf, expires_at)"
        " values (%(hash)s, %(person)s, %(csrf)s, clock_timestamp() + interval '30 days')",
        {"hash": id_hash, "person": person_id, "csrf": csrf},
    )


async def login(db: Connection, id_hash: bytes) -> Row | None:
    """The live sign-in with its person; idle for a week ends it."""
    return await _one(
        db,
        "select l.csrf, l.seen_at < clock_timestamp() - interval '1 hour' as stale,"
        " p.id, p.email, p.name, p.locale, p.operator"
        " from login l join person p on p.id = l.person_id"
        " where l.id_hash = %(hash)s and l.expires_at > clock_timestamp()"
        " and l.seen_at > clock_timestamp() - interval '7 days' and p.disabled_at is null",
        hash=id_hash,
    )


async def touch_login(db: Connection, id_hash: bytes) -> None:
    await db.execute("update login set seen_at = clock_timestamp() where id_hash = %(h)s", {"h": id_hash})


async def end_login(db: Connection, id_hash: bytes) -> None:
    await db.execute("delete from login where id_hash = %(hash)s", {"hash": id_hash})


async def set_locale(db: Connection, person_id: UUID, locale: str) -> None:
    await db.execute("update person set locale = %(l)s where id = %(id)s", {"l": locale, "id": person_id})


async def memberships(db: Connection, person_id: UUID) -> list[Row]:
    return await _all(
        db,
        "select m.client_id, c.name as client_name, m.role, m.team from membership m"
        " join client c on c.id = m.client_id where m.person_id = %(id)s and c.ready_at is not null"
        " order by c.name, c.id",
        id=person_id,
    )


async def membership(db: Connection, id_hash: bytes, client_id: UUID) -> Row | None:
    """The role of a live sign-in's person in a client, and whether a conflict wall stands before it."""
    return await _one(
        db,
        "select p.id as person_id, m.role, exists ("
        "  select 1 from worked w join client o on o.id = w.client_id"
        "  where w.person_id = p.id and o.id <> c.id and o.exclusion_group = c.exclusion_group"
        "  and w.last_at > clock_timestamp() - make_interval(days => greatest(o.exclusion_days, c.exclusion_days))"
        " ) as walled"
        " from login l join person p on p.id = l.person_id"
        " join membership m on m.person_id = p.id join client c on c.id = m.client_id"
        " where l.id_hash = %(hash)s and l.expires_at > clock_timestamp()"
        " and p.disabled_at is null and m.client_id = %(client)s and c.ready_at is not null",
        hash=id_hash,
        client=client_id,
    )


async def offers(db: Connection, person_id: UUID) -> list[Row]:
    return await _all(
        db,
        "select o.*, c.name as client_name from work_offer o join client c on c.id = o.client_id"
        " join membership m on m.client_id = c.id and m.person_id = %(id)s"
        " where o.open_slots > 0 and not exists ("
        "  select 1 from worked w join client x on x.id = w.client_id"
        "  where w.person_id = %(id)s and x.id <> c.id and x.exclusion_group = c.exclusion_group"
        "  and w.last_at > clock_timestamp() - make_interval(days => greatest(x.exclusion_days, c.exclusion_days)))"
        " order by c.name, o.project_id limit 500",
        id=person_id,
    )


async def note_work(db: Connection, person_id: UUID, client_id: UUID) -> None:
    await db.execute(
        "insert into worked (person_id, client_id) values (%(p)s, %(c)s)"
        " on conflict (person_id, client_id) do update set last_at = clock_timestamp()",
        {"p": person_id, "c": client_id},
    )


async def put_offers(db: Connection, client_id: UUID, rows: list[Row]) -> None:
    """Replaces what a client offers; called by the relay."""
    await db.execute(
        "delete from work_offer where client_id = %(c)s and project_id <> all(%(keep)s)",
        {"c": client_id, "keep": [r["project_id"] for r in rows]},
    )
    async with db.cursor() as cursor:
        await cursor.executemany(
            "insert into work_offer (client_id, project_id, kind, price_micros, currency, minutes, open_slots)"
            " values (%(client_id)s, %(project_id)s, %(kind)s, %(price_micros)s, %(currency)s, %(minutes)s,"
            " %(open_slots)s) on conflict (client_id, project_id) do update set kind = excluded.kind,"
            " price_micros = excluded.price_micros, currency = excluded.currency, minutes = excluded.minutes,"
            " open_slots = excluded.open_slots, updated_at = clock_timestamp()",
            [{**r, "client_id": client_id} for r in rows],
        )


async def add_person(
    db: Connection, email: str, name: str, password_hash: str, *, operator: bool = False
) -> UUID | None:
    row = await _one(
        db,
        "insert into person (email, name, password_hash, operator) values (%(e)s, %(n)s, %(h)s, %(o)s)"
        " on conflict do nothing returning id",
        e=email,
        n=name,
        h=password_hash,
        o=operator,
    )
    return row["id"] if row else None


async def put_person(db: Connection, email: str, name: str, password_hash: str, *, operator: bool) -> UUID:
    """A person with this password, whether they were there before or not."""
    row = await _one(
        db,
        "insert into person (email, name, password_hash, operator) values (%(e)s, %(n)s, %(h)s, %(o)s)"
        " on conflict (lower(email)) do update set password_hash = excluded.password_hash returning id",
        e=email,
        n=name,
        h=password_hash,
        o=operator,
    )
    assert row is not None
    person_id: UUID = row["id"]
    return person_id


async def add_membership(db: Connection, person_id: UUID, client_id: UUID, role: str, team: str = "in-house") -> None:
    await db.execute(
        "insert into membership (person_id, client_id, role, team) values (%(p)s, %(c)s, %(r)s, %(t)s)"
        " on conflict (person_id, client_id) do update set role = excluded.role, team = excluded.team",
        {"p": person_id, "c": client_id, "r": role, "t": team},
    )


async def members(db: Connection, client_id: UUID, after: list[str] | None, limit: int, search: str = "") -> list[Row]:
    """Those whose name or address has `search` in it, whatever its case; everybody where it is empty."""
    return await _all(
        db,
        "select m.person_id, p.name, p.email, m.role, m.team, m.created_at from membership m"
        " join person p on p.id = m.person_id where m.client_id = %(c)s"
        " and (%(t)s::timestamptz is null or (m.created_at, m.person_id) > (%(t)s::timestamptz, %(i)s::uuid))"
        " and (%(s)s = '' or strpos(lower(p.name), lower(%(s)s)) > 0 or strpos(lower(p.email), lower(%(s)s)) > 0)"
        " order by m.created_at, m.person_id limit %(n)s",
        c=client_id,
        t=after[0] if after else None,
        i=after[1] if after else None,
        n=limit + 1,
        s=search,
    )


async def set_role(db: Connection, client_id: UUID, person_id: UUID, role: str) -> Row | None:
    return await _one(
        db,
        "update membership m set role = %(r)s from person p where p.id = m.person_id and m.client_id = %(c)s"
        " and m.person_id = %(p)s returning m.person_id, p.name, p.email, m.role, m.team, m.created_at",
        r=role,
        c=client_id,
        p=person_id,
    )


async def remove_member(db: Connection, client_id: UUID, person_id: UUID) -> bool:
    done = await db.execute(
        "delete from membership where client_id = %(c)s and person_id = %(p)s", {"c": client_id, "p": person_id}
    )
    return done.rowcount > 0


INVITATION = "id, email, role, team, created_at, expires_at, accepted_at"


async def add_invitation(db: Connection, token_hash: bytes, client_id: UUID, email: str, role: str, team: str) -> Row:
    row = await _one(
        db,
        "insert into invitation (token_hash, client_id, email, role, team, expires_at) values"
        " (%(h)s, %(c)s, %(e)s, %(r)s, %(t)s, clock_timestamp() + interval '7 days')"
        f" returning {INVITATION}",
        h=token_hash,
        c=client_id,
        e=email,
        r=role,
        t=team,
    )
    assert row is not None
    return row


async def has_manager(db: Connection, client_id: UUID) -> bool:
    row = await _one(
        db, "select 1 as one from membership where client_id = %(c)s and role = 'manager' limit 1", c=client_id
    )
    return row is not None


async def end_logins(db: Connection, email: str) -> None:
    await db.execute(
        "delete from login l using person p where p.id = l.person_id and lower(p.email) = lower(%(e)s)", {"e": email}
    )


async def invitations(db: Connection, client_id: UUID, after: list[str] | None, limit: int) -> list[Row]:
    return await _all(
        db,
        f"select {INVITATION} from invitation where client_id = %(c)s"
        " and (%(t)s::timestamptz is null or (created_at, id) > (%(t)s::timestamptz, %(i)s::uuid))"
        " order by created_at, id limit %(n)s",
        c=client_id,
        t=after[0] if after else None,
        i=after[1] if after else None,
        n=limit + 1,
    )


async def invitation(db: Connection, token_hash: bytes) -> Row | None:
    """An invitation that can still be accepted."""
    return await _one(
        db,
        "select email from invitation where token_hash = %(h)s and accepted_at is null"
        " and expires_at > clock_timestamp()",
        h=token_hash,
    )


async def end_invitations(db: Connection, client_id: UUID, person_id: UUID) -> None:
    """Ends what is open of a person's invitations into a client."""
    await db.execute(
        "update invitation i set expires_at = clock_timestamp() from person p where p.id = %(p)s"
        " and i.client_id = %(c)s and lower(i.email) = lower(p.email) and i.accepted_at is null"
        " and i.expires_at > clock_timestamp()",
        {"p": person_id, "c": client_id},
    )


async def set_invited_role(db: Connection, client_id: UUID, email: str, role: str) -> None:
    """The role with which somebody will join; an invitation of a manager stays as it is."""
    await db.execute(
        "update invitation set role = %(r)s where client_id = %(c)s and lower(email) = lower(%(e)s)"
        " and role <> 'manager' and accepted_at is null and expires_at > clock_timestamp()",
        {"r": role, "c": client_id, "e": email},
    )


async def take_invitation(db: Connection, token_hash: bytes) -> Row | None:
    return await _one(
        db,
        "update invitation set accepted_at = clock_timestamp() where token_hash = %(h)s and accepted_at is null"
        " and expires_at > clock_timestamp() returning client_id, email, role, team",
        h=token_hash,
    )


KEY = "id, name, mode, role, last4, created_at, revoked_at"


async def add_key(
    db: Connection, client_id: UUID, *, name: str, mode: str, role: str, key_hash: bytes, last4: str
) -> Row:
    row = await _one(
        db,
        "insert into api_key (client_id, mode, role, name, hash, last4) values"
        f" (%(c)s, %(m)s, %(r)s, %(n)s, %(h)s, %(l)s) returning {KEY}",
        c=client_id,
        m=mode,
        r=role,
        n=name,
        h=key_hash,
        l=last4,
    )
    assert row is not None
    return row


async def keys(db: Connection, client_id: UUID, after: list[str] | None, limit: int) -> list[Row]:
    return await _all(
        db,
        f"select {KEY} from api_key where client_id = %(c)s"
        " and (%(t)s::timestamptz is null or (created_at, id) > (%(t)s::timestamptz, %(i)s::uuid))"
        " order by created_at, id limit %(n)s",
        c=client_id,
        t=after[0] if after else None,
        i=after[1] if after else None,
        n=limit + 1,
    )


async def revoke_key(db: Connection, client_id: UUID, key_id: UUID) -> bool:
    done = await db.execute(
        "update api_key set revoked_at = coalesce(revoked_at, clock_timestamp())"
        " where client_id = %(c)s and id = %(id)s",
        {"c": client_id, "id": key_id},
    )
    return done.rowcount > 0


async def limits(db: Connection, client_id: UUID) -> list[Row]:
    return await _all(
        db,
        f"select {KEY}, per_minute from api_key where client_id = %(c)s and revoked_at is null order by created_at, id",
        c=client_id,
    )


async def limit_key(db: Connection, key_id: UUID, per_minute: int | None) -> Row | None:
    return await _one(
        db,
        f"update api_key set per_minute = %(n)s where id = %(i)s returning {KEY}, per_minute",
        i=key_id,
        n=per_minute,
    )


# What is there now, of which as many as are wanted and whole are given. One statement: whoever waits for the row
# counts with what the one before has left.
DRAW = """
insert into bucket as b (name, held, at, given)
values (%(w)s, %(m)s - least(%(n)s, %(m)s), clock_timestamp(), least(%(n)s, %(m)s))
on conflict (name) do update set (held, at, given) = (
  select f.held - least(%(n)s, floor(f.held)), f.at, least(%(n)s, floor(f.held))
  from (select least(b.held + %(r)s + extract(epoch from c.at - b.at)::float8 * %(m)s / 60, %(m)s) as held, c.at
        from (select clock_timestamp() as at) c) f
)
returning given, greatest((1 - held) * 60 / %(m)s, 0)::float8 as wait
"""


async def draw(db: Connection, who: str, per_minute: int, wanted: int, returned: int) -> tuple[int, float]:
    """Takes out of a caller's bucket; gives how many, and in how many seconds there is one again."""
    row = await _one(db, DRAW, w=who, m=float(per_minute), n=float(wanted), r=float(returned))
    assert row is not None
    return int(row["given"]), float(row["wait"])


async def key(db: Connection, key_hash: bytes) -> Row | None:
    return await _one(
        db,
        "select k.id, k.client_id, k.mode, k.role, k.name, k.per_minute"
        " from api_key k join client c on c.id = k.client_id"
        " where k.hash = %(h)s and k.revoked_at is null and c.ready_at is not null",
        h=key_hash,
    )


CLIENT = "id, name, exclusion_group, exclusion_days, created_at"


async def clients(db: Connection, after: list[str] | None, limit: int) -> list[Row]:
    return await _all(
        db,
        f"select {CLIENT} from client where ready_at is not null"
        " and (%(t)s::timestamptz is null or (created_at, id) > (%(t)s::timestamptz, %(i)s::uuid))"
        " order by created_at, id limit %(n)s",
        t=after[0] if after else None,
        i=after[1] if after else None,
        n=limit + 1,
    )


async def client_named(db: Connection, name: str) -> Row | None:
    return await _one(db, f"select {CLIENT}, database, ready_at from client where name = %(n)s", n=name)


async def add_client(
    db: Connection,
    *,
    name: str,
    database: str,
    role: str,
    password: str,
    pseudonym_key: bytes,
    exclusion_group: str | None,
    exclusion_days: int,
) -> Row:
    row = await _one(
        db,
        "insert into client (name, database, role, role_password, pseudonym_key, exclusion_group, exclusion_days)"
        f" values (%(n)s, %(d)s, %(r)s, %(p)s, %(k)s, %(g)s, %(y)s) returning {CLIENT}",
        n=name,
        d=database,
        r=role,
        p=password,
        k=pseudonym_key,
        g=exclusion_group,
        y=exclusion_days,
    )
    assert row is not None
    return row


async def client_ready(db: Connection, client_id: UUID) -> None:
    await db.execute("update client set ready_at = clock_timestamp() where id = %(id)s", {"id": client_id})


async def add_event(db: Connection, actor: str, kind: str, data: dict[str, Any]) -> None:
    await db.execute(
        "insert into control_event (actor, kind, data) values (%(a)s, %(k)s, %(d)s)",
        {"a": actor, "k": kind, "d": Jsonb(data)},
    )


async def beat(db: Connection, worker: str) -> datetime:
    row = await _one(
        db,
        "insert into beat (worker) values (%(w)s) on conflict (worker) do update set at = clock_timestamp()"
        " returning at",
        w=worker,
    )
    assert row is not None
    at: datetime = row["at"]
    return at
