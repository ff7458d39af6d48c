"""An embedded PostgreSQL server: started by the first that needs it, stopped by the last.

    server = postgres.start(home)     # blocks until it answers; raises PostgresError
    psycopg.connect(server.dsn)
    server.stop()

Several processes may `start` the same home. A shared file lock counts them: the kernel drops it
with its holder, however that dies, so the count cannot go stale. There is no TCP; trust on a
socket in a 0700 folder is safe. Only the standard library is used.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from neraca.kit.postgres_place import (
    Account,
    Binaries,
    Place,
    PostgresError,
    account_for,
    choose_root,
    choose_sockets,
    find_binaries,
    locale_options,
    name_of,
    own_folder,
    reachable_binaries,
)

__all__ = ["PostgresError", "Server", "Status", "start", "status"]

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "synchronous_commit": "on",  # what is acknowledged is durable
    "autovacuum_naptime": "5s",  # dead entries of the claim index are what slows a claim down
    "jit": "off",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # a DETAIL line would quote a client's row
    "log_min_error_statement": "panic",  # so would the statement
}
Recorded = dict[str, str]


@dataclass(frozen=True, slots=True)
class Status:
    """What can be said of a home's database without touching it."""

    embedded: bool
    running: bool
    dsn: str | None
    data: Path | None
    account: str | None
    version: str | None
    log: Path | None


class Server:
    """A running server and our share in it."""

    def __init__(self, home: Path, place: Place, account: Account, binaries: Binaries, lease: IO[str]) -> None:
        self.home = home
        self.data = place.data
        self.sockets = place.sockets
        self.log = place.data / "server.log"
        self.account = account
        self.binaries = binaries
        self.dsn = f"host={place.sockets} user=neraca dbname=postgres"
        self._lease = lease
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def notes(self) -> list[str]:
        """What an operator should know, in sentences."""
        if self.account.name == "nobody" and self.account.switch:
            shared = "The database runs as `nobody`, which other services of this machine may use"
            return [f"{shared}: an account named `postgres` would be safer."]
        return []

    def answers(self) -> bool:
        """Whether the server takes connections now; a process id alone would not tell."""
        return self._program("pg_isready", "-q", "-U", "neraca", "-d", "postgres", "-h", self.sockets).returncode == 0

    def lives(self) -> bool:
        """A cheap look, for a supervisor's loop: the recorded server process exists."""
        self._reap()
        pid = _recorded_pid(self.data)
        return pid is not None and _exists(pid)

    def ensure(self, limit: float = 60.0) -> None:
        """Waits until the server answers, and starts it if it does not run. `limit` in seconds."""
        with _gate(self.home):
            self._ensure(limit)

    def _ensure(self, limit: float) -> None:
        end = time.monotonic() + limit
        launched = False
        while not self.answers():
            running = server_processes(self.data)
            if not running and not launched:
                self._await_child()  # if it was ours, it is on its way out
                self._clear_stale_locks()
                self._launch()
                launched = True
            elif launched and self._gave_up():
                raise PostgresError(f"PostgreSQL did not start. {self._last_words()}")
            elif not launched and _recorded_pid(self.data) not in running:
                for pid in running:  # backends that outlived their server hold its memory
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGQUIT)
            for _ in range(10):
                time.sleep(0.05)
                if launched and self._gave_up():
                    break
                if (self.sockets / ".s.PGSQL.5432").exists():
                    break
            if time.monotonic() > end:
                raise PostgresError(f"PostgreSQL is not ready. {self._last_words()}")

    def _launch(self) -> None:
        options = SETTINGS | {"unix_socket_directories": str(self.sockets)}
        command: list[str | Path] = [self.binaries.folder / "postgres", "-D", self.data]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        log = _open_log(self.log, self.account)
        try:
            self._child = self.account.serve(command, log)
        finally:
            os.close(log)

    def _reap(self) -> None:
        if self._gave_up():
            self._child = None

    def _gave_up(self) -> bool:
        return self._child is not None and self._child.poll() is not None

    def _await_child(self) -> None:
        """Takes leave of a child that ends: its working folder is gone a moment before it can be reaped."""
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _outlive(self) -> None:
        if self._child is not None:
            self._child.returncode = 0  # it outlives us, and Popen need not complain
            self._child = None

    def _clear_stale_locks(self) -> None:
        # Only called when no live process works in the data folder: a process id in these files
        # is then dead, a zombie or somebody else's, and PostgreSQL would refuse to start.
        for path in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)

    def stop(self) -> None:
        """Gives our share back; the last one out stops the server."""
        with _gate(self.home), self._lease:
            self._reap()
            try:
                fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # somebody else uses it
                self._outlive()
                return
            self._shut_down()

    def _shut_down(self, limit: float = 30.0) -> None:
        running = server_processes(self.data)  # never signal by the file alone: ids are reused
        running &= {_recorded_pid(self.data), self._child.pid if self._child is not None else None}
        for pid in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)  # `fast`: clients are cut off, nothing is lost
        end = time.monotonic() + limit
        while running & server_processes(self.data):
            if time.monotonic() > end:
                raise PostgresError(f"PostgreSQL does not stop. {self._last_words()}")
            time.sleep(0.02)
        self._await_child()

    def _program(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return self.account.run(self.binaries.folder / name, *arguments)

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").splitlines()[-4:]
        except OSError:
            return f"Its log {self.log} cannot be read."
        return f"Its log ({self.log}) ends: {' / '.join(lines) or 'empty'}"


def start(home: Path, limit: float = 60.0) -> Server:
    """Starts the server of a home, or joins it; makes its database at the first start.

    Writes `database.json` into the home: `dsn`, `data`, `account`, `version`, `sockets`, and
    `place` where data could not be in the home. Raises `PostgresError`.
    """
    home = home.resolve()
    if not home.exists():
        home.mkdir(mode=0o711, parents=True)
    with contextlib.suppress(FileExistsError):
        (home / "postgres").mkdir(mode=0o711)
    try:
        with _gate(home):
            return _start(home, limit)
    except PermissionError as error:
        raise PostgresError(f"The database of {home} cannot be started by {name_of(os.geteuid())}: {error}") from None


def _start(home: Path, limit: float) -> Server:
    recorded = _read_record(home)
    place = Path(recorded["place"]) if "place" in recorded else None
    old = next((p for p in (home / "postgres", place) if p and (p / "data").exists()), None)
    account = account_for((old or home / "postgres") / "data")
    major = None
    if old is not None:
        major = (old / "data" / "PG_VERSION").read_text().strip()
    found = find_binaries(major, os.environ)
    root = choose_root(home, account, place)
    binaries = reachable_binaries(found, account, root)
    known_sockets = Path(recorded["sockets"]) if "sockets" in recorded else None
    sockets = choose_sockets(root, account, known_sockets)
    _write_record(home, root, sockets, account, binaries)
    if not (root / "data").exists():
        _init(root, account, binaries)
    lease = (home / "postgres" / "lease").open("a")
    fcntl.flock(lease, fcntl.LOCK_SH)
    server = Server(home, Place(root, sockets), account, binaries, lease)
    try:
        server._ensure(limit)  # noqa: SLF001 - the gate is held here
    except BaseException:
        server._outlive()  # noqa: SLF001 - a child that is only slow goes on; the next start joins it
        lease.close()
        raise
    return server


def _init(root: Path, account: Account, binaries: Binaries) -> None:
    """Makes the database beside its place and moves it there: half a database is never found."""
    fresh = root / "data.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    own_folder(fresh, account)
    done = account.run(
        binaries.folder / "initdb", "-D", fresh, "-U", "neraca", "-A", "trust",
        "--encoding=UTF8", *locale_options(binaries.major),
    )  # fmt: skip
    if done.returncode != 0:
        said = " ".join(done.stderr.split())
        raise PostgresError(f"The database could not be made in {root}: {said}")
    fresh.rename(root / "data")


def status(home: Path) -> Status:
    """What is known of a home's embedded database. Reads only."""
    home = home.resolve()
    recorded = _read_record(home)
    if "data" not in recorded:
        return Status(embedded=False, running=False, dsn=None, data=None, account=None, version=None, log=None)
    data = Path(recorded["data"])
    return Status(
        embedded=True,
        running=(Path(recorded["sockets"]) / ".s.PGSQL.5432").exists()
        and _recorded_pid(data) in server_processes(data),
        dsn=recorded.get("dsn"),
        data=data,
        account=recorded.get("account"),
        version=recorded.get("version"),
        log=data / "server.log",
    )


@contextlib.contextmanager
def _gate(home: Path) -> Iterator[None]:
    """One starter or stopper at a time; the kernel opens the gate when its holder dies."""
    with (home / "postgres" / "gate").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read_record(home: Path) -> Recorded:
    try:
        read = json.loads((home / "database.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return {k: v for k, v in read.items() if isinstance(v, str)} if isinstance(read, dict) else {}


def _write_record(home: Path, root: Path, sockets: Path, account: Account, binaries: Binaries) -> None:
    record: Recorded = {
        "dsn": f"host={sockets} user=neraca dbname=postgres",
        "data": str(root / "data"),
        "sockets": str(sockets),
        "account": account.name,
        "version": binaries.version,
    }
    if root != home / "postgres":
        record["place"] = str(root)
    new = home / "database.json.new"
    new.write_text(json.dumps(record, indent=2) + "\n")
    new.replace(home / "database.json")


def _recorded_pid(data: Path) -> int | None:
    """The process id in postmaster.pid; None when there is none, or none yet."""
    try:
        first = (data / "postmaster.pid").read_text().split()[:1]
    except (FileNotFoundError, PermissionError):
        return None
    return int(first[0]) if first and first[0].isdigit() else None


def server_processes(data: Path) -> set[int]:
    """Live processes of the server of a data folder: named `postgres`, working in it.

    A zombie works nowhere and is not among them, nor is a reused process id.
    """
    data = data.resolve()
    if not Path("/proc/self/cwd").exists():
        return _processes_by_lsof(data)
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() != data:
                continue
            program = (entry / "exe").readlink().name
            if program.removesuffix(" (deleted)") == "postgres":
                found.add(int(entry.name))
    return found


def _processes_by_lsof(data: Path) -> set[int]:
    """The same where there is no /proc: macOS brings `lsof`, which tells the working folder."""
    tool = shutil.which("lsof") or "/usr/sbin/lsof"
    said = subprocess.run(
        [tool, "-w", "-a", "-c", "postgres", "-d", "cwd", "-Fpn"],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    rows = re.findall(r"^p(\d+)\n(?:f\w+\n)?n(.*)$", said, re.MULTILINE)
    return {int(pid) for pid, folder in rows if folder == str(data)}


def _exists(pid: int) -> bool:
    """Whether a process exists and is no zombie (whose working folder /proc does not tell)."""
    if Path("/proc/self/cwd").exists():
        with contextlib.suppress(OSError):
            return bool((Path("/proc") / str(pid) / "cwd").readlink())
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def _open_log(path: Path, account: Account) -> int:
    """The log, opened to append; never through a link that the account may have planted."""
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if account.switch:
        os.fchown(number, account.uid, account.gid)
    return number
