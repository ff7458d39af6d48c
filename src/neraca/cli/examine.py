"""What `neraca doctor` looks at."""

import os
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from neraca import accounts
from neraca.kit.session import Connection
from neraca.server import migrate, port, settings, where

LEAST_FREE_BYTES = 1 << 30
OLDEST_BEAT_SECONDS = 60.0
SECRETS = ("secrets.json", "first-run.json")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do where it is not well."""

    what: str
    state: Literal["ok", "warn", "fail"]
    detail: str


async def all_findings(actor: str) -> list[Finding]:
    """Everything, in the order in which it would be repaired; leaves an event when there is a database."""
    home = where.home()
    found = [python(), disk(home), permissions(home), address()]
    try:
        where.dsn(home)
    except where.NotRunning as absent:
        return [*found, Finding("database", "fail", str(absent))]
    known = settings.load()
    try:
        psycopg.connect(known.dsn, connect_timeout=5).close()
    except psycopg.OperationalError:
        return [*found, Finding("database", "fail", "it does not answer; start it with `make run`.")]
    house = known.house()
    try:
        async with house.control() as control:
            found += await database(control)
            found.append(await worker(control))
            rows = await accounts.clients(control, None, 10_000)
            await accounts.add_event(control, actor, "doctor.ran", {"clients": len(rows)})
        for cell in await house.cells():  # as the server's owner: a cell's own role may not see its migrations
            owner = make_conninfo(known.dsn, dbname=cell.database)
            async with await psycopg.AsyncConnection.connect(owner, row_factory=dict_row) as inside:
                found.append(await version(inside, "cell", f"schema of {cell.name}"))
    except psycopg.Error as refusal:
        found.append(Finding("database", "fail", f"{str(refusal).strip().splitlines()[0]} Start it with `make run`."))
    finally:
        await house.close()
    return found


def python() -> Finding:
    """The interpreter's version."""
    now = sys.version_info
    told = f"{now.major}.{now.minor}.{now.micro}"
    if (3, 11) <= now[:2] <= (3, 13):
        return Finding("Python", "ok", told)
    return Finding("Python", "warn", f"{told}; Neraca is tested with 3.11 to 3.13.")


def disk(home: Path) -> Finding:
    """Room for the database and the objects."""
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    told = f"{free / (1 << 30):.1f} GiB free at {there}"
    if free >= LEAST_FREE_BYTES:
        return Finding("disk", "ok", told)
    return Finding("disk", "fail", f"{told}; make room, at least 1 GiB.")


def permissions(home: Path) -> Finding:
    """Files with secrets must be their owner's alone."""
    open_ones = [
        path
        for path in (home / name for name in SECRETS)
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_ones:
        return Finding("permissions", "fail", f"others can read it; run: chmod 600 {' '.join(map(str, open_ones))}")
    return Finding("permissions", "ok", f"secrets in {home} are their owner's alone")


def address() -> Finding:
    """Who holds the port."""
    given = os.environ.get("NERACA_PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 2**16:
        return Finding("port", "fail", f"NERACA_PORT is {given!r}; give a number from 1 to 65535.")
    if port.is_free(int(given)):
        return Finding("port", "warn", f"nothing serves {given}; start it with `make run`.")
    return Finding("port", "ok", f"{given} is served")


async def database(control: Connection) -> list[Finding]:
    """Its version, the settings that matter, the control plane's schema."""
    found = []
    number = int(await setting(control, "server_version_num"))
    told = await setting(control, "server_version")
    found.append(
        Finding("PostgreSQL", "ok", told)
        if number >= 150_000
        else Finding("PostgreSQL", "fail", f"{told}; Neraca needs 15 or newer.")
    )
    for name, why in (
        ("autovacuum", "tables of slots grow without it"),
        ("fsync", "an acknowledged answer could be lost"),
        ("synchronous_commit", "an acknowledged answer could be lost"),
    ):
        value = await setting(control, name)
        found.append(
            Finding(name, "ok", value)
            if value not in {"off", "local"}
            else Finding(name, "fail", f"it is {value}: {why}; set it to on.")
        )
    found.append(await version(control, "control", "schema of the control plane"))
    return found


async def setting(db: Connection, name: str) -> str:
    """The value of a PostgreSQL setting."""
    row = await (await db.execute("select current_setting(%(n)s) as value", {"n": name})).fetchone()
    return "" if row is None else str(dict(row)["value"])


async def version(db: Connection, name: str, what: str) -> Finding:
    """Whether a database has every migration."""
    head = migrate.versions(name)[-1][0]
    row = await (await db.execute("select version_num as value from alembic_version")).fetchone()
    have = None if row is None else str(dict(row)["value"])
    if have == head:
        return Finding(what, "ok", f"version {head}")
    return Finding(what, "fail", f"version {have}, not {head}; start the server once to migrate it.")


async def worker(control: Connection) -> Finding:
    """The background worker's last sign of life."""
    query = "select extract(epoch from clock_timestamp() - max(at))::float8 as value from beat"
    row = await (await control.execute(query)).fetchone()
    age = None if row is None else dict(row)["value"]
    if age is None:
        return Finding("worker", "fail", "it was never seen; start it with `make run`.")
    if age > OLDEST_BEAT_SECONDS:
        return Finding("worker", "fail", f"last seen {age:.0f} s ago; look at the worker's log in NERACA_HOME.")
    return Finding("worker", "ok", f"seen {age:.0f} s ago")
