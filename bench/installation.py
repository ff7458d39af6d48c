"""A Neraca of our own, in an empty NERACA_HOME: started, spoken to, stopped."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from bench.meter import Meter
from neraca.kit import postgres
from neraca.kit.signing import digest, pseudonym, token

Database = psycopg.Connection[dict[str, Any]]
START_SECONDS = 120.0
SETTLE_SECONDS = 180.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """One home and one port; `start` may be called again after `stop`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.meter: Meter
        self._launcher: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Starts the launcher; gives the seconds until the first 200 of /readyz."""
        begun = time.perf_counter()
        self._launcher = subprocess.Popen(
            [sys.executable, "-m", "neraca.server.launcher"],
            env=os.environ | {"NERACA_HOME": str(self.home), "NERACA_PORT": str(self.port), "NERACA_DEMO": "0"},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.meter = Meter(self._launcher.pid)
        while not self._ready():
            if self._launcher.poll() is not None or time.perf_counter() - begun > START_SECONDS:
                raise RuntimeError(f"The server did not start; see {self.home}/logs.")
            time.sleep(0.01)
        return time.perf_counter() - begun

    def _ready(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/readyz").status_code == 200
        return False

    def stop(self) -> None:
        """Ends the launcher as Ctrl-C does, and waits."""
        if self._launcher is not None:
            self._launcher.send_signal(signal.SIGINT)
            self._launcher.wait(60)
            self._launcher = None

    def worker(self) -> None:
        """Waits until the worker is up: it starts after the API."""
        while self.meter.memory()["worker"] < 10:
            time.sleep(0.1)

    @property
    def key(self) -> str:
        """The demo client's live key, as the first start wrote it."""
        return str(json.loads((self.home / "first-run.json").read_text())["live"])

    def manager(self) -> httpx.Client:
        """HTTP as the client's manager."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=60)

    def database(self, name: str) -> Database:
        """A connection as the owner, to fill tables before a measurement."""
        dsn = json.loads((self.home / "database.json").read_text())["dsn"]
        return psycopg.connect(make_conninfo(dsn, dbname=name), autocommit=True, row_factory=dict_row)

    def cell(self) -> Database:
        """The demo client's database."""
        with self.database("neraca_control") as control:
            row = control.execute(
                "select database from client where ready_at is not null order by created_at"
            ).fetchone()
        assert row is not None
        return self.database(row["database"])

    def hire(self, name: str) -> tuple[str, UUID]:
        """A new labeler: its API key, and the pseudonym under which the cell knows it."""
        secret = token("nrc_live")
        with self.database("neraca_control") as control:
            row = control.execute(
                "insert into api_key (client_id, mode, role, name, hash, last4) select id, 'live', 'labeler', %(n)s,"
                " %(h)s, 'test' from client order by created_at limit 1 returning id, (select pseudonym_key from client"
                " where id = client_id) as secret",
                {"n": name, "h": digest(secret)},
            ).fetchone()
        assert row is not None
        return secret, pseudonym(bytes(row["secret"]), f"key:{row['id']}")

    def follow(self, seconds: float = SETTLE_SECONDS) -> None:
        """Waits until the worker has done what the answers so far ask of it: what is sealed, decided and told."""
        end = time.monotonic() + seconds
        with self.cell() as cell:
            while cell.execute(
                "select 1 from event where pos is null union all select 1 from outbox limit 1"
            ).fetchone():
                if time.monotonic() > end:
                    raise RuntimeError("The worker did not follow what was answered.")
                time.sleep(0.2)

    def settle(self, seconds: float = SETTLE_SECONDS) -> None:
        """Waits until what was filled in is sealed, estimated and vacuumed, and the server rests."""
        end = time.monotonic() + seconds
        with self.cell() as cell, self.database("neraca_control") as control:
            while (
                cell.execute("select 1 from event where pos is null union all select 1 from outbox limit 1").fetchone()
                or control.execute("select 1 from procrastinate_jobs limit 1").fetchone()
            ):
                if time.monotonic() > end:
                    raise RuntimeError("The worker did not finish what was filled in.")
                time.sleep(0.5)
            cell.execute("vacuum (analyze) task, slot, event, answer, verdict, walk")
            cell.execute("checkpoint")
        self.meter.quiet()


@contextlib.contextmanager
def installed() -> Iterator[Installation]:
    """An installation in a folder of its own; in the end nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="neraca-bench-", dir="/tmp") as folder:  # a short path: sockets
        Path(folder).chmod(0o755)  # the database's account must pass through
        made = Installation(Path(folder) / "home")
        try:
            yield made
        finally:
            made.stop()
            known = postgres.status(made.home)
            if known.data is not None and made.home not in known.data.parents:
                shutil.rmtree(known.data.parent, ignore_errors=True)
