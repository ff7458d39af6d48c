"""The first page of a list."""

import statistics
import time
from collections.abc import Iterator

import httpx

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


ANSWERS = 100_000
ANSWERED = {
    "a project's progress": "/api/projects/{}/progress",
    "a project's labelers": "/api/projects/{}/labelers?limit=50",
    "what there is to do, for who gave them": "/api/work/projects",
}


def _page(at: Installation, asker: httpx.Client, what: str, address: str, peer: str = "") -> Row:
    seconds = []
    for _ in range(10):
        asker.get(address).raise_for_status()
    with at.meter.spent() as spent:
        for _ in range(TIMES):
            begun = time.perf_counter()
            asker.get(address).raise_for_status()
            seconds.append(time.perf_counter() - begun)
    details: dict[str, object] = {
        "parts_ms": spent.per(TIMES),
        "wall_ms_p50": round(1000 * statistics.median(seconds), 1),
    }
    return Row("lists", what, 1000 * spent.cpu / TIMES, "ms CPU", BUDGET_MS, peer, details)


def rows(at: Installation, sizes: tuple[int, ...]) -> Iterator[Row]:
    """Each list at the largest size, where the last hundredth of the tasks is decided; some with many answers."""
    n = sizes[-1]
    key, labeler = at.hire("lists")
    with at.manager() as manager, at.cell() as cell:
        made = filling.project(manager, f"list of {n}")
        filling.tasks(cell, made, n)
        cell.execute(
            "update task set state = 'decided', answers = 1 where id in"
            " (select id from task where project_id = %(p)s order by seq desc limit %(n)s)",
            {"p": made, "n": n // 100},
        )
        at.settle()
        for what, path in PAGES.items():
            peer = "136-228 ms" if what == "tasks" else ""
            yield _page(at, manager, f"{what}, at {n:,} tasks", path.format(made), peer)
        made = filling.project(manager, "list of answers", answers=2)
        filling.tasks(cell, made, ANSWERS, answers=2)
        filling.greet(cell, labeler)
        filling.history(cell, made, labeler)
        at.settle()
        with httpx.Client(base_url=at.url, headers={"Authorization": f"Bearer {key}"}) as worker:
            for what, path in ANSWERED.items():
                asker = worker if path.startswith("/api/work") else manager
                yield _page(at, asker, f"{what}, at {ANSWERS:,} answers", path.format(made))
