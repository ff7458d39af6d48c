"""The quick way to a new database and Alembic's own way end in the same place."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.fixtures.home import home_folder

from neraca.kit import postgres
from neraca.server import migrate

DESCRIBE = """
select table_name, column_name, data_type, is_nullable, column_default
  from information_schema.columns where table_schema = 'public'
 union all
select tablename, indexname, indexdef, '', '' from pg_indexes where schemaname = 'public'
 union all
select conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
  from pg_constraint where connamespace = 'public'::regnamespace
 order by 1, 2, 3
"""


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with home_folder() as home:
        server = postgres.start(home)
        yield server.dsn
        server.stop()


def describe(dsn: str, database: str) -> list[tuple[object, ...]]:
    with psycopg.connect(make_conninfo(dsn, dbname=database)) as db:
        return [*db.execute(DESCRIBE).fetchall(), *db.execute("table alembic_version").fetchall()]


@pytest.mark.parametrize("name", ["control", "cell"])
def test_the_quick_way_equals_alembic(dsn: str, name: str) -> None:
    with migrate.alone(dsn) as server:
        for way in ("quick", "slow"):
            migrate.create_database(server, f"{name}_{way}")
    migrate.migrate(dsn, f"{name}_quick", name)
    migrate.upgrade(dsn, f"{name}_slow", name)
    assert describe(dsn, f"{name}_quick") == describe(dsn, f"{name}_slow")
    before = describe(dsn, f"{name}_quick")
    migrate.migrate(dsn, f"{name}_quick", name)
    migrate.upgrade(dsn, f"{name}_quick", name)
    assert describe(dsn, f"{name}_quick") == before


def test_an_older_database_is_upgraded(dsn: str) -> None:
    with migrate.alone(dsn) as server:
        migrate.create_database(server, "cell_old")
    first, text = migrate.versions("cell")[0]
    assert text is not None
    with psycopg.connect(make_conninfo(dsn, dbname="cell_old")) as db:
        db.execute(text.encode())
        db.execute("create table alembic_version (version_num varchar(32) primary key)")
        db.execute("insert into alembic_version values (%s)", [first])
    migrate.migrate(dsn, "cell_old", "cell")
    assert describe(dsn, "cell_old")[-1] == (migrate.versions("cell")[-1][0],)


def test_revisions_are_named_as_their_files() -> None:
    for name in ("control", "cell"):
        for path in (migrate.scripts(name) / "versions").glob("[0-9]*.py"):
            assert f'revision = "{path.name[:4]}"' in path.read_text("utf-8")
