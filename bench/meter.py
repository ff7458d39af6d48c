"""What a server costs: CPU and memory of all its processes, those that ended meanwhile included.

The launcher, the API, the worker, the worker's job children and every PostgreSQL process are one tree.
The kernel adds what a finished child used to the parent that reaped it (`cutime`, `cstime`), so a
backend whose connection was closed is still counted, in its postmaster, and a job in the worker that started it.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Self

import psutil  # type: ignore[import-untyped] # it has no types of its own

PARTS = ("launcher", "api", "worker", "jobs", "database")
TRIES = 10
MODULES = {"neraca.server.api": "api", "neraca.server.worker": "worker", "neraca.server.job": "jobs"}
JOB = "neraca.server.job"


@dataclass
class Spent:
    """CPU seconds by part of the server, and the wall time in which they were spent."""

    parts: dict[str, float] = field(default_factory=dict)
    wall: float = 0.0

    @property
    def cpu(self) -> float:
        return sum(self.parts.values())

    @property
    def serving(self) -> float:
        """Without jobs in processes of their own: they come by the clock, not by the operation."""
        return self.cpu - self.parts["jobs"]

    def per(self, operations: int) -> dict[str, float]:
        """Milliseconds an operation, by part."""
        return {part: round(1000 * seconds / operations, 3) for part, seconds in self.parts.items()}


class Meter:
    """Reads the tree of processes under a launcher."""

    def __init__(self, launcher: int) -> None:
        self._launcher = psutil.Process(launcher)

    def _tree(self) -> list[psutil.Process]:
        return [self._launcher, *self._launcher.children(recursive=True)]

    def _part(self, process: psutil.Process) -> str:
        if process.name() == "postgres":
            return "database"
        return next((MODULES[word] for word in process.cmdline() if word in MODULES), "launcher")

    def cpu(self) -> dict[str, float]:
        """CPU seconds by part since the launcher's start; read again if a process ended meanwhile."""
        for _ in range(TRIES):
            before = self._tree()
            found = dict.fromkeys(PARTS, 0.0)
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in before:
                    used = process.cpu_times()
                    part = self._part(process)
                    found[part] += used.user + used.system
                    found["jobs" if part == "worker" else part] += used.children_user + used.children_system
                if {p.pid for p in self._tree()} == {p.pid for p in before}:
                    return found
        raise RuntimeError("The server's processes change too fast to be measured.")

    @contextlib.contextmanager
    def spent(self) -> Iterator[Spent]:
        """What the server spends during the block."""
        begun, before, result = time.perf_counter(), self.cpu(), Spent()
        yield result
        after = self.cpu()
        result.wall = time.perf_counter() - begun
        result.parts = {part: after[part] - before[part] for part in PARTS}

    def memory(self) -> dict[str, float]:
        """Proportional set size by part, in megabytes."""
        found = dict.fromkeys(PARTS, 0.0)
        for process in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                found[self._part(process)] += process.memory_full_info().pss / 1e6
        return found

    def api_memory(self) -> float:
        """PSS of the API, in megabytes."""
        return self.memory()["api"]

    def job_memory(self) -> float:
        """PSS of the job that runs now, in megabytes; 0 without one."""
        found = 0.0
        for process in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                if JOB in process.cmdline():
                    found = max(found, process.memory_full_info().pss / 1e6)
        return found

    def ours(self) -> list[int]:
        """The process ids of launcher, API and worker."""
        return [p.pid for p in self._tree() if self._part(p) != "database"]

    def quiet(self, share: float = 0.1, limit: float = 90.0) -> None:
        """Waits until the server uses less than `share` of a CPU over a second."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            with self.spent() as idle:
                time.sleep(1.0)
            if idle.cpu / idle.wall < share:
                return
        raise RuntimeError(f"The server did not come to rest within {limit:.0f} seconds.")


class Peak:
    """The highest memory of the API, or of a job's process, during a `with` block; looked at five times a second."""

    def __init__(self, read: Callable[[], float]) -> None:
        self._read = read
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.before = self.highest = read()

    def _look(self) -> None:
        while not self._end.wait(0.2):
            self.highest = max(self.highest, self._read())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
