"""The first page of a list."""

import statistics
import time
from collections.abc import Iterator

from bench import filling
from bench.installation import Installation
from bench.rows import Row

BUDGET_MS = 5.0
TIMES = 200
PAGES = {
    "tasks": "/api/projects/{}/tasks?limit=50",
    "tasks, open ones": "/api/projects/{}/tasks?limit=50&state=open",
    "tasks, decided ones": "/api/projects/{}/tasks?limit=50&state=decided",
    "projects": "/api/projects?limit=50",
    "a project's progress": "/api/projects/{}/progress",
}


def rows(at: Installation, sizes: tuple[int, ...]) -> Iterator[Row]:
    """Each list at the largest size; the first hundredth of the tasks is decided."""
    n = sizes[-1]
    with at.manager() as manager, at.cell() as cell:
        made = filling.project(manager, f"list of {n}")
        filling.tasks(cell, made, n)
        decided = n // 100
        cell.execute(
            "update task set state = 'decided', answers = 1 where id in"
            " (select id from task where project_id = %(p)s order by seq desc limit %(n)s)",
            {"p": made, "n": decided},
        )
        at.settle()
        for what, path in PAGES.items():
            address = path.format(made)
            seconds = []
            for _ in range(10):
                manager.get(address).raise_for_status()
            with at.meter.spent() as spent:
                for _ in range(TIMES):
                    begun = time.perf_counter()
                    manager.get(address).raise_for_status()
                    seconds.append(time.perf_counter() - begun)
            yield Row(
                "lists", f"{what}, at {n:,} tasks", 1000 * spent.cpu / TIMES, "ms CPU", BUDGET_MS,
                "136-228 ms" if what == "tasks" else "",
                {"parts_ms": spent.per(TIMES), "wall_ms_p50": round(1000 * statistics.median(seconds), 1)},
            )  # fmt: skip
