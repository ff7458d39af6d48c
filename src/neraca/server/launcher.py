"""Starts Neraca and keeps it running: database, API, worker. `python -m neraca.server.launcher`.

Only the standard library is used, so that what stays in memory all day is small. The migrations
and the seeding run in processes of their own, which are gone when they are done.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from neraca.kit import postgres
from neraca.kit.lifeline import Lifeline
from neraca.server import port as ports

BACKOFF_SECONDS = (0.0, 0.2, 0.5, 1.0, 1.5)  # a dead child is back within two seconds
HEALTHY_SECONDS = 10.0  # a child that lived so long starts again at once
LEFTOVER_SECONDS = 8.0  # how long children of a killed launcher may take to end
DATABASE_SECONDS = 10.0  # then the launcher looks after its children, before it waits on
READY_SECONDS = 60.0
STOP_SECONDS = 10.0
LOG_BYTES = 10_000_000
TRIES_BEFORE_READY = 3


class StartError(RuntimeError):
    """Neraca cannot start; the message is one plain sentence."""


class Child:
    """One supervised process: when it ends it is started again, a little later each time."""

    def __init__(self, module: str, launcher: "Launcher") -> None:
        self.module = module
        self.deaths = 0
        self._launcher = launcher
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due = 0.0

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def tend(self) -> float:
        """Starts it when it is due; returns in how many seconds to look again."""
        now = time.monotonic()
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return 1.0
            self._process = None
            self.deaths = 0 if now - self._started > HEALTHY_SECONDS else self.deaths
            wait = BACKOFF_SECONDS[min(self.deaths, len(BACKOFF_SECONDS) - 1)]
            self.deaths += 1
            self._due = now + wait
            say(f"{self.module} ended ({ending(code)}); starting it again.")
        if now < self._due:
            return self._due - now
        self._process = self._launcher.spawn(self.module)
        self._started = now
        return 1.0

    def ask_to_stop(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def await_stop(self, end: float) -> None:
        """Waits until a time of the monotonic clock, then kills."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Launcher:
    """Everything between the start and the last sentence."""

    def __init__(self, home: Path, port: int, environ: Mapping[str, str]) -> None:
        self.home = home
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._environ = dict(environ)
        self._lifeline = Lifeline()
        self._database: postgres.Server | None = None
        self._stopping = False
        self._demo: subprocess.Popen[bytes] | None = None
        self._api = Child("api", self)
        self.children = [self._api]  # the worker joins when the API is ready, and slows no start

    def run(self) -> int:
        """Serves until a signal; 0 after a clean stop. Raises `StartError`, `PostgresError`."""
        wake = self._listen_to_signals()
        with self._alone():
            self._await_port()
            try:
                self._prepare()
                if not self._stopping and self._await_ready(wake):
                    self.children.append(Child("worker", self))
                    self._summary()
                    self._seed_demo()
                while not self._stopping:
                    self._pause(wake, self._tend())
            finally:
                self._stop()
        return 0

    def _listen_to_signals(self) -> int:
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGTERM, self._on_stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` asks to be left alone
            signal.signal(signal.SIGHUP, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # wakes the loop
        return reader

    def _on_stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    @staticmethod
    def _pause(wake: int, seconds: float) -> None:
        select.select([wake], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while os.read(wake, 512):
                pass

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One launcher a home; the kernel drops the lock of a killed one."""
        if not self.home.exists():
            self.home.mkdir(mode=0o711, parents=True)  # the database's account must pass through
        with (self.home / "launcher.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise StartError(f"Neraca already runs from {self.home} (process {lock.read().strip()}).") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def _await_port(self) -> None:
        """Waits for leftovers of a killed launcher; names anybody else."""
        end = time.monotonic() + LEFTOVER_SECONDS
        while not ports.is_free(self.port):
            found = ports.holder(self.port)
            ours = found is not None and "neraca.server." in found.command
            if found is not None and not ours:
                raise StartError(
                    f"Port {self.port} is taken by {found.name} (process {found.pid}): stop it, or "
                    "choose another port with NERACA_PORT."
                )
            if time.monotonic() > end:
                who = f"another Neraca (process {found.pid})" if found else "another program"
                raise StartError(
                    f"Port {self.port} is taken by {who}: stop it, or choose another port with NERACA_PORT."
                )
            time.sleep(0.1)

    def _prepare(self) -> None:
        """Database, schema, first accounts."""
        if not self._environ.get("DATABASE_URL"):
            self._database = postgres.start(self.home)
            for note in self._database.notes:
                say(note)
        self._migrate()
        if not (self.home / "first-run.json").exists():
            self._run_once("seed", "--accounts")
        self._note_address()

    def _note_address(self) -> None:
        """The first run's file tells where Neraca is now; its port may have been changed."""
        path = self.home / "first-run.json"
        with contextlib.suppress(OSError, ValueError):
            first = json.loads(path.read_text())
            if first.get("url") != self.url:
                new = path.with_suffix(".new")
                new.unlink(missing_ok=True)
                new.touch(mode=0o600)
                new.write_text(json.dumps(first | {"url": self.url}, indent=2) + "\n")
                new.replace(path)

    def _migrate(self) -> None:
        """Runs the migrations, unless the embedded database is known to have had all of them."""
        if self._database is None:
            self._run_once("migrate")
            return
        digest = hashlib.sha256()
        for path in sorted(migrations().rglob("*")):
            if path.suffix in {".py", ".sql"}:
                digest.update(path.read_bytes())
        mark = self._database.data.parent / "migrated"
        if not mark.exists() or mark.read_text() != digest.hexdigest():
            self._run_once("migrate")
            if not self._stopping:
                mark.write_text(digest.hexdigest())

    def spawn(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts a process of ours; it writes to its own log and ends with this launcher."""
        with self._log(module) as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"neraca.server.{module}", *arguments],
                env=self._environ | {"NERACA_HOME": str(self.home)} | self._lifeline.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[self._lifeline.reader],
                start_new_session=True,  # Ctrl-C is for the launcher, which stops the rest in order
            )

    def _run_once(self, module: str, *arguments: str) -> None:
        before = self._log_size(module)
        code = self.spawn(module, *arguments).wait()
        if code != 0 and not self._stopping:
            raise StartError(f"neraca.server.{module} failed: {self._last_words(module, before)}")

    def _tend(self) -> float:
        wait = self._tend_database()
        if self._demo is not None and self._demo.poll() is not None:
            if self._demo.returncode:
                say(f"The demo data is not complete: {self._last_words('seed', 0)}")
            self._demo = None
        return min(wait, *(child.tend() for child in self.children))

    def _tend_database(self) -> float:
        """Starts it again when it is gone. Where that fails the rest serves on, and it is tried again."""
        if self._database is None or self._database.lives():
            return 1.0
        say("The database ended; starting it again.")
        try:
            self._database.ensure(DATABASE_SECONDS)
        except postgres.PostgresError as refusal:  # killed while it started, a full disk
            say(f"{refusal} It is tried again.")
            return BACKOFF_SECONDS[-1]
        return 1.0

    def _await_ready(self, wake: int) -> bool:
        """Until /readyz says 200. False when told to stop meanwhile."""
        end = time.monotonic() + READY_SECONDS
        while not self._stopping:
            wait = self._tend()
            if self._ready():
                return True
            if self._api.deaths >= TRIES_BEFORE_READY:
                raise StartError(f"The API does not start: {self._last_words('api', 0)}")
            if time.monotonic() > end:
                raise StartError(f"Neraca is not ready after {READY_SECONDS:.0f} seconds; see {self.home}/logs.")
            self._pause(wake, min(wait, 0.05))
        return False

    def _ready(self) -> bool:
        # By hand: an HTTP library would stay in this small process for good.
        asked = f"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n\r\n"
        with contextlib.suppress(OSError):
            address = ("127.0.0.1", self.port)
            with socket.create_connection(address, timeout=5) as connection:
                connection.sendall(asked.encode())
                return connection.recv(64).startswith(b"HTTP/1.1 200 ")
        return False

    def _seed_demo(self) -> None:
        """The demo's projects and pictures, beside the running server."""
        if self._environ.get("NERACA_DEMO") != "0" and not (self.home / "demo-ready").exists():
            self._demo = self.spawn("seed", "--data")

    def _summary(self) -> None:
        say(f"\nNeraca runs at {self.url} - stop it with Ctrl-C.\n")
        path = self.home / "first-run.json"
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            first = json.loads(path.read_text())
            for role in ("operator", "labeler"):
                say(f"  {role:<9} {first[role]['email']}   password {first[role]['password']}")
            say(f"  API keys  in {path}\n")

    def _stop(self) -> None:
        """API and worker first, so that the database is left by its clients."""
        for child in self.children:
            child.ask_to_stop()
        if self._demo is not None:
            self._demo.terminate()
        end = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.await_stop(end)
        if self._demo is not None:
            self._demo.wait()
        if self._database is not None:
            self._database.stop()
        if self._stopping:
            say("Neraca has stopped.")

    def _log(self, module: str) -> IO[bytes]:
        folder = self.home / "logs"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{module}.log"
        if self._log_size(module) > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")

    def _log_size(self, module: str) -> int:
        with contextlib.suppress(FileNotFoundError):
            return (self.home / "logs" / f"{module}.log").stat().st_size
        return 0

    def _last_words(self, module: str, after: int) -> str:
        path = self.home / "logs" / f"{module}.log"
        with path.open("rb") as file:
            file.seek(max(after, self._log_size(module) - 2000))
            lines = file.read().decode(errors="replace").strip().splitlines()
        return f"{lines[-1] if lines else 'it said nothing'} (see {path})"


def migrations() -> Path:
    """The folder of all migrations, in the wheel or in a checkout."""
    inside = Path(__file__).parent.parent / "migrations"
    return inside if inside.exists() else Path(__file__).parents[3] / "migrations"


def ending(code: int) -> str:
    """How a process ended, for a sentence."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit status {code}"


def say(sentence: str) -> None:
    """Prints a line at once; a closed terminal is no reason to fall."""
    with contextlib.suppress(OSError):
        print(sentence, flush=True)  # noqa: T201 - the launcher speaks to a person


def main() -> int:
    """`neraca serve`: 0 after a clean stop, 1 with one sentence on stderr when it cannot start."""
    home = Path(os.environ.get("NERACA_HOME") or ".neraca").absolute()
    given = os.environ.get("NERACA_PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 2**16:
        sys.exit(f"NERACA_PORT is {given!r}: it must be a number from 1 to 65535.")
    try:
        return Launcher(home, int(given), os.environ).run()
    except (StartError, postgres.PostgresError) as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
