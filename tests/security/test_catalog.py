"""ISO-34, 35: what a cell's own role may do in its database, and that it may do nothing elsewhere."""

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests.fixtures.two import World

from neraca.accounts import CONTROL
from neraca.kit.session import Connection

# Each gives rows only where something is wrong. %(role)s is the cell's role.
LINT = {
    "the role has a power of the whole server": """
        select rolname from pg_roles where rolname = %(role)s and (rolsuper or rolbypassrls or rolcreatedb
          or rolcreaterole or rolreplication)""",
    "the role is a member of another one": """
        select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid
        join pg_roles o on o.oid = m.member where o.rolname = %(role)s""",
    "the role owns something": """
        select c.oid::regclass::text from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = %(role)s
        union all select datname from pg_database d join pg_roles r on r.oid = d.datdba where r.rolname = %(role)s""",
    "a table may be emptied, referred to or given triggers": """
        select table_name, privilege_type from information_schema.role_table_grants
        where grantee in (%(role)s, 'PUBLIC') and table_schema = 'public'
        and privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')""",
    "everybody may do something with a table": """
        select relname from pg_class c, aclexplode(c.relacl) a where c.relnamespace = 'public'::regnamespace
        and a.grantee = 0""",
    "a function runs with its owner's rights": """
        select oid::regprocedure::text from pg_proc where prosecdef
        and pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)""",
    "a view shows more than its reader may see": """
        select oid::regclass::text from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace
        and not coalesce(reloptions::text, '') ~ 'security_invoker=(true|on)'""",
    "a materialized view": "select oid::regclass::text from pg_class where relkind = 'm'",
    "an extension that reaches out": "select extname from pg_extension where extname <> 'plpgsql'",
    "a server or a table elsewhere": "select srvname from pg_foreign_server",
    "objects may be made in public": """
        select 'public' where has_schema_privilege(%(role)s, 'public', 'create')""",
    "temporary tables may be made": """
        select current_database() where has_database_privilege(%(role)s, current_database(), 'temporary')
        or has_database_privilege(%(role)s, current_database(), 'create')""",
    "the migrations' table may be read or written": """
        select 1 where has_table_privilege(%(role)s, 'alembic_version', 'select, insert, update, delete')""",
}
# What a cell's role must not do, each as one statement.
FORBIDDEN = (
    "copy (select 1) to program 'true'", "copy (select 1) to '/tmp/x'", "select pg_read_file('postgresql.conf')",
    "select pg_ls_dir('.')", "select lo_import('/etc/passwd')", "create extension dblink",
    "create extension postgres_fdw", "create table mine (a int)", "create temp table t (a int)", "create schema mine",
    "create function f() returns int language sql as 'select 1'", "truncate task", "drop table task",
    "alter table task add column x int", "create role other", "alter role current_user superuser", "set role {owner}",
    "set session authorization {owner}", "alter system set log_statement = 'all'", "select pg_reload_conf()",
    "select rolpassword from pg_authid", "create database mine", "select * from alembic_version",
    "update alembic_version set version_num = '0'", "select lo_export(1, '/tmp/x')",
)  # fmt: skip


async def rows(db: Connection, text: str, role: str) -> list[tuple[object, ...]]:
    found = await (await db.execute(text.encode(), {"role": role})).fetchall()
    return [tuple(row.values()) for row in found]


async def test_the_catalog_of_a_cell_is_clean(bare: World) -> None:
    for side in (bare.a, bare.b):
        async with bare.house.databases.connection(side.cell.database) as owner:
            for what, text in LINT.items():
                assert await rows(owner, text, side.cell.role) == [], what


async def test_the_lint_finds_what_is_wrong(bare: World) -> None:
    """Each rule is broken once, and found, in a transaction that is rolled back."""
    role = sql.Identifier(bare.a.cell.role)
    breaks: dict[str, sql.SQL | sql.Composed] = {
        "the role has a power of the whole server": sql.SQL("alter role {} createdb").format(role),
        "the role is a member of another one": sql.SQL("grant pg_monitor to {}").format(role),
        "the role owns something": sql.SQL("alter table task owner to {}").format(role),
        "a table may be emptied, referred to or given triggers": sql.SQL("grant truncate on task to {}").format(role),
        "everybody may do something with a table": sql.SQL("grant select on task to public"),
        "a function runs with its owner's rights": sql.SQL(
            "create function f() returns int language sql security definer as 'select 1'"
        ),
        "a view shows more than its reader may see": sql.SQL("create view v as select 1"),
        "a materialized view": sql.SQL("create materialized view m as select 1"),
        "objects may be made in public": sql.SQL("grant create on schema public to {}").format(role),
        "temporary tables may be made": sql.SQL("grant temporary on database {} to {}").format(
            sql.Identifier(bare.a.cell.database), role
        ),
        "the migrations' table may be read or written": sql.SQL("grant select on alembic_version to {}").format(role),
    }
    for what, broken in breaks.items():
        async with (
            bare.house.databases.connection(bare.a.cell.database) as owner,
            owner.transaction(force_rollback=True),
        ):
            await owner.execute(broken)
            assert await rows(owner, LINT[what], bare.a.cell.role) != [], what


async def test_dangerous_statements_are_refused(bare: World) -> None:
    """As the role that answers requests, as a SQL injection would be."""
    wanted = (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFunction)
    async with bare.house.control() as control:
        row = await (await control.execute("select current_user as name")).fetchone()
    assert row is not None
    for text in FORBIDDEN:
        async with bare.house.inside(bare.a.cell, transaction=False) as db:
            with pytest.raises(psycopg.errors.Error) as refused:
                await db.execute(text.format(owner=row["name"]).encode())
        assert isinstance(refused.value, wanted), (text, refused.value)


async def test_no_way_to_another_database(bare: World) -> None:
    """A's role with A's password: not to B's cell, not to the control plane; and A's own, yes."""
    known = {"user": bare.a.cell.role, "password": bare.a.cell.password}
    for database in (bare.b.cell.database, CONTROL):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            await psycopg.AsyncConnection.connect(make_conninfo(bare.house.dsn, dbname=database, **known))
    own = await psycopg.AsyncConnection.connect(make_conninfo(bare.house.dsn, dbname=bare.a.cell.database, **known))
    await own.close()


async def test_neighbours_are_not_seen_at_work(bare: World) -> None:
    """pg_stat_activity hides what other roles ask; no database is named after a client."""
    async with bare.house.inside(bare.b.cell, transaction=False) as theirs:
        await theirs.execute(sql.SQL("select {}").format(sql.Literal(bare.b.canary)))
        async with bare.house.inside(bare.a.cell, transaction=False) as db:
            seen = await (await db.execute("select query from pg_stat_activity")).fetchall()
            named = await (await db.execute("select datname from pg_database")).fetchall()
    assert not [row for row in seen if bare.b.canary in (row["query"] or "")]
    assert not [row for row in named if bare.b.name.split()[-1] in row["datname"]]
