"""The embedded database, really started: no stand-in for PostgreSQL."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.fixtures.home import clear, home_folder

from neraca.kit import postgres, postgres_place

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")


@pytest.fixture
def home() -> Iterator[Path]:
    with home_folder() as folder:
        yield folder


def one(server: postgres.Server, query: str) -> object:
    with psycopg.connect(server.dsn, connect_timeout=5) as db:
        row = db.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def master(server: postgres.Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def wait_gone(pid: int) -> None:
    for _ in range(200):
        if not Path(f"/proc/{pid}/cwd").exists():
            return
        time.sleep(0.02)
    raise AssertionError(f"{pid} lives on")


def test_first_start_restart_and_stop(home: Path) -> None:
    first = postgres.start(home)
    assert one(first, "select 1") == 1
    assert one(first, "show listen_addresses") == ""
    assert one(first, "show synchronous_commit") == "on"
    assert one(first, "show server_encoding") == "UTF8"
    with psycopg.connect(first.dsn, autocommit=True) as db:
        db.execute("create table kept as select 7 as n")
    assert postgres.status(home).running
    first.stop()
    assert not postgres.status(home).running
    assert not postgres.server_processes(first.data)
    second = postgres.start(home)
    assert one(second, "select n from kept") == 7
    second.stop()


def test_folders_are_private_and_parents_untouched(home: Path) -> None:
    before = home.parent.stat().st_mode
    server = postgres.start(home)
    try:
        assert home.parent.stat().st_mode == before
        for folder in (server.data, server.sockets):
            assert folder.stat().st_mode & 0o777 == 0o700
            assert folder.stat().st_uid == server.account.uid
    finally:
        server.stop()


def test_two_shares_the_last_one_out_stops(home: Path) -> None:
    first, second = postgres.start(home), postgres.start(home)
    first.stop()
    assert one(second, "select 1") == 1
    second.stop()
    assert not postgres.status(home).running


HOLDER = """
import sys, time
from pathlib import Path
from neraca.kit import postgres
server = postgres.start(Path(sys.argv[1]))
print(server.dsn, flush=True)
sys.stdin.read()
server.stop()
"""


def holder(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_several_starters_share_one_server(home: Path) -> None:
    starters = [holder(home) for _ in range(4)]
    with contextlib.ExitStack() as stack:
        for starter in starters:
            stack.enter_context(starter)
        said = [s.stdout.readline() for s in starters if s.stdout]
        assert len(set(said)) == 1
        assert said[0].startswith("host=")
    assert [s.returncode for s in starters] == [0, 0, 0, 0]
    assert not postgres.status(home).running


def test_a_killed_application_leaves_a_server_that_the_next_one_stops(home: Path) -> None:
    with holder(home) as app:
        assert app.stdout is not None
        app.stdout.readline()
        app.kill()
    assert postgres.status(home).running
    server = postgres.start(home)
    assert one(server, "select 1") == 1
    server.stop()
    assert not postgres.status(home).running


def compute(db: psycopg.Connection) -> None:
    with contextlib.suppress(psycopg.Error):
        db.execute("select count(*) from generate_series(1, 100000000000)")


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks into /proc")
def test_a_killed_server_with_a_busy_backend_starts_again(home: Path) -> None:
    server = postgres.start(home)
    with psycopg.connect(server.dsn, autocommit=True) as busy:
        busy.execute("set statement_timeout = 0")
        worker = busy.info.backend_pid
        # A backend that computes does not look whether its server is still there.
        threading.Thread(target=compute, args=[busy], daemon=True).start()
        while one(server, f"select state from pg_stat_activity where pid = {worker:d}") != "active":  # noqa: S608 - a number
            time.sleep(0.02)
        old = master(server)
        os.kill(old, signal.SIGKILL)
        wait_gone(old)
        assert Path(f"/proc/{worker}/cwd").exists()
        assert not server.lives()
        server.ensure()
        assert one(server, "select 1") == 1
        assert not Path(f"/proc/{worker}/cwd").exists()
    server.stop()


def test_a_server_that_died_unseen_is_reaped_before_the_next_one_starts(home: Path) -> None:
    """Nobody has looked since: what `lives` would have reaped is not forgotten, and no Popen complains."""
    server = postgres.start(home)
    first = server._child
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    server.ensure()
    assert first.returncode == -signal.SIGKILL
    assert one(server, "select 1") == 1
    server.stop()


def test_a_server_without_its_pid_file_is_stopped_all_the_same(home: Path) -> None:
    server = postgres.start(home)
    child = server._child
    assert child is not None
    (server.data / "postmaster.pid").unlink()
    server.stop()
    assert child.returncode is not None
    assert not postgres.server_processes(server.data)


def test_a_server_that_takes_its_time_is_waited_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine: long after its launch it has neither a socket nor a working folder."""
    found = postgres_place.find_binaries(None, os.environ).folder
    slow = home.parent / "slow"
    slow.mkdir(mode=0o755)
    for name in ("initdb", "pg_isready"):
        (slow / name).symlink_to(found / name)
    (slow / "postgres").write_text(f'#!/bin/sh\n[ "$1" = --version ] || sleep 2\nexec "{found}/postgres" "$@"\n')
    (slow / "postgres").chmod(0o755)
    monkeypatch.setenv("NERACA_PG_BIN", str(slow))
    server = postgres.start(home)
    assert server.binaries.folder == slow
    assert one(server, "select 1") == 1
    server.stop()


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks into /proc")
def test_a_reused_process_id_is_neither_trusted_nor_signalled(home: Path) -> None:
    server = postgres.start(home)
    old = master(server)
    os.kill(old, signal.SIGKILL)
    wait_gone(old)
    account = server.account
    with subprocess.Popen(["sleep", "60"], user=account.uid if account.switch else None) as innocent:
        pidfile = server.data / "postmaster.pid"
        lines = pidfile.read_text().splitlines()
        pidfile.write_text("\n".join([str(innocent.pid), *lines[1:]]) + "\n")
        server.stop()
        assert innocent.poll() is None
        again = postgres.start(home)
        assert one(again, "select 1") == 1
        again.stop()
        assert innocent.poll() is None
        innocent.kill()


def test_an_empty_pid_file_is_no_obstacle(home: Path) -> None:
    server = postgres.start(home)
    server.stop()
    (server.data / "postmaster.pid").write_text("")
    again = postgres.start(home)
    assert one(again, "select 1") == 1
    again.stop()


def test_half_a_database_is_made_anew(home: Path) -> None:
    half = home / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = postgres.start(home)
    assert one(server, "select 1") == 1
    server.stop()


@root_only
def test_an_ordinary_user_runs_it_under_the_own_account(home: Path) -> None:
    nobody = postgres_place.Account("nobody", *pwd.getpwnam("nobody")[2:4], switch=True)
    # The launcher needs no package: any Python that this user may run will do.
    pythons = (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3")
    fit = (p for p in pythons if nobody.run(p, "-c", "import sys; assert sys.version_info >= (3, 11)").returncode == 0)
    python = next(fit, None)
    if python is None or not nobody.can("-r", Path(postgres.__file__)):
        pytest.skip("an ordinary user can reach neither this checkout nor a Python of 3.11")
    found = postgres_place.find_binaries(None, os.environ)
    if nobody.run(found.folder / "postgres", "--version").returncode != 0:
        pytest.skip("an ordinary user cannot reach the programs of PostgreSQL")
    home.mkdir()
    os.chown(home, nobody.uid, nobody.gid)
    with subprocess.Popen(
        [python, "-c", HOLDER, str(home)], user=nobody.uid, group=nobody.gid, extra_groups=[],
        cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ
        | {"PYTHONPATH": str(Path(postgres.__file__).parents[2]), "NERACA_PG_BIN": str(found.folder)},
    ) as user:  # fmt: skip
        assert user.stdout is not None
        assert user.stdout.readline().startswith("host=")
        assert (home / "postgres" / "data").stat().st_uid == nobody.uid
    assert user.returncode == 0
    server = postgres.start(home)  # root later goes on under the owner of the data
    assert server.account.name == "nobody"
    server.stop()


@root_only
def test_a_home_that_the_account_cannot_reach(home: Path) -> None:
    home.parent.chmod(0o700)
    server = postgres.start(home)
    try:
        assert one(server, "select 1") == 1
        assert home not in server.data.parents
        record = json.loads((home / "database.json").read_text())
        assert record["data"] == str(server.data)
        assert record["dsn"] == server.dsn
        assert home.parent.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()
    again = postgres.start(home)
    assert again.data == server.data
    again.stop()


@root_only
def test_binaries_that_the_account_cannot_read_are_copied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = postgres_place.find_binaries(None, {})
    hidden = home.parent / "venv"
    hidden.mkdir(mode=0o700)
    package = found.folder.parent.parent
    shutil.copytree(package, hidden / package.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, hidden / libraries.name)
    monkeypatch.setenv("NERACA_PG_BIN", str(hidden / package.name / "pginstall" / "bin"))
    server = postgres.start(home)
    try:
        assert one(server, "select 1") == 1
        assert hidden not in server.binaries.folder.parents
        assert hidden.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


def test_a_path_of_150_characters(home: Path) -> None:
    deep = home.parent / ("d" * 60) / ("e" * (150 - len(str(home.parent)) - 62 - 5)) / "home"
    assert len(str(deep)) >= 150
    deep.parent.mkdir(parents=True)
    server = postgres.start(deep)
    try:
        assert one(server, "select 1") == 1
        assert deep in server.data.parents
        assert len(str(server.sockets)) < 80
    finally:
        server.stop()
        clear(deep)


def test_a_path_with_every_odd_character(home: Path) -> None:
    odd = home.parent / "a b,c'd\"e$f\\g(h)é"
    server = postgres.start(odd)
    try:
        assert one(server, "select 1") == 1
    finally:
        server.stop()
        clear(odd)


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    server = postgres.start(home)
    server.stop()
    with (server.data / "postgresql.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")
    with pytest.raises(postgres.PostgresError, match="no_such_setting"):
        postgres.start(home)


def test_data_of_another_version_is_named(home: Path) -> None:
    server = postgres.start(home)
    server.stop()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(postgres.PostgresError, match="made by PostgreSQL 9"):
        postgres.start(home)


def test_nothing_is_known_of_an_empty_home(home: Path) -> None:
    assert not postgres.status(home).embedded
