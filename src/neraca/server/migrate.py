"""Brings the control plane and every cell to the present schema: `python -m neraca.server.migrate`.

A new database gets the SQL of all versions at once and an old one is left to Alembic, which takes
more time to import than all the rest: neither a start nor a new client loads it for nothing.
"""

import contextlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from neraca.server import where
from neraca.tables import CONTROL

LOCK = 0x6E657261  # one migrator at a time


def scripts(name: str) -> Path:
    """The folder of migrations, in the wheel or in a checkout."""
    inside = Path(__file__).parent.parent / "migrations" / name
    return inside if inside.exists() else Path(__file__).parents[3] / "migrations" / name


def versions(name: str) -> list[tuple[str, str | None]]:
    """The revisions of `name` in their order, each with its SQL; None where it is a program."""
    found: list[tuple[str, str | None]] = []
    for path in sorted((scripts(name) / "versions").glob("[0-9]*.py")):
        text = path.with_suffix(".sql")
        found.append((path.name[:4], text.read_text("utf-8") if text.exists() else None))
    return found


def migrate(dsn: str, database: str, name: str) -> None:
    """Brings one database to the newest version of `name`, control or cell."""
    known = versions(name)
    head = known[-1][0]
    with psycopg.connect(make_conninfo(dsn, dbname=database)) as db:
        if db.execute("select to_regclass('alembic_version')").fetchone() != (None,):
            if db.execute("select version_num from alembic_version").fetchone() == (head,):
                return
        elif all(text is not None for _, text in known):
            for _, text in known:
                db.execute((text or "").encode())
            db.execute(
                "create table alembic_version (version_num varchar(32) not null,"
                " constraint alembic_version_pkc primary key (version_num))"
            )
            db.execute("insert into alembic_version values (%s)", [head])
            return
    upgrade(dsn, database, name)


def upgrade(dsn: str, database: str, name: str) -> None:
    """Lets Alembic run the versions that a database does not have yet."""
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import NullPool, create_engine  # noqa: PLC0415

    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(make_conninfo(dsn, dbname=database)),
        poolclass=NullPool,
    )
    config = Config()
    config.set_main_option("script_location", str(scripts(name)).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextlib.contextmanager
def alone(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection to the server's own database, holding the migrators' lock."""
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as server:
        server.execute("select pg_advisory_lock(%s)", [LOCK])
        yield server


def create_database(server: psycopg.Connection, name: str) -> None:
    """Creates a database that nobody may connect to but its owner, unless it is there."""
    if server.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        return
    server.execute(sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(name)))
    server.execute(sql.SQL("revoke connect on database {} from public").format(sql.Identifier(name)))


def create_role(server: psycopg.Connection, role: str, password: str, database: str) -> None:
    """A cell's own role: it may connect to its database and change rows there, nothing else."""
    if not server.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
        server.execute(
            sql.SQL("create role {} login password {} connection limit 100").format(
                sql.Identifier(role), sql.Literal(password)
            )
        )
    server.execute(sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), sql.Identifier(role)))


def grant(dsn: str, database: str, role: str) -> None:
    """What a cell's role may do with the tables that are there now."""
    with psycopg.connect(make_conninfo(dsn, dbname=database), autocommit=True) as cell:
        name = sql.Identifier(role)
        cell.execute("revoke all on schema public from public")
        # A temporary table would outlive its request on a pooled connection, with what is in it.
        everybody = sql.SQL("revoke connect, temporary on database {} from public")
        cell.execute(everybody.format(sql.Identifier(database)))
        cell.execute(sql.SQL("grant usage on schema public to {}").format(name))
        cell.execute(sql.SQL("grant select, insert, update, delete on all tables in schema public to {}").format(name))
        cell.execute(sql.SQL("grant usage, select on all sequences in schema public to {}").format(name))
        cell.execute(sql.SQL("revoke all on alembic_version from {}").format(name))


def prepare_cell(dsn: str, *, database: str, role: str, password: str) -> None:
    """Creates and migrates one cell; running it again changes nothing."""
    with alone(dsn) as server:
        create_database(server, database)
        create_role(server, role, password, database)
        migrate(dsn, database, "cell")
        grant(dsn, database, role)


def prepare(dsn: str) -> None:
    """Creates and migrates the control plane, then every cell that the directory names."""
    with alone(dsn) as server:
        create_database(server, CONTROL)
        migrate(dsn, CONTROL, "control")
        _jobs(dsn)
    with psycopg.connect(make_conninfo(dsn, dbname=CONTROL)) as control:
        cells = control.execute("select database, role, role_password from client").fetchall()
    for database, role, password in cells:
        prepare_cell(dsn, database=database, role=role, password=password)


def _jobs(dsn: str) -> None:
    """The tables of the job queue, in the control plane."""
    with psycopg.connect(make_conninfo(dsn, dbname=CONTROL), autocommit=True) as control:
        if control.execute("select to_regclass('procrastinate_jobs')").fetchone() != (None,):
            return
        spec = importlib.util.find_spec("procrastinate")  # not imported: only its file is wanted
        assert spec is not None
        assert spec.origin is not None
        schema = Path(spec.origin).parent / "sql" / "schema.sql"
        control.execute(schema.read_bytes())


def main() -> int:
    """Runs `prepare` on the configured server."""
    prepare(where.dsn(where.home()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
