"""The Scale door: tasks created by Scale's own client, lists of many tasks, counts."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import scaleapi
from scaleapi.tasks import TaskType

from bench.installation import Database, Installation
from bench.rows import Row

CREATED, THREADS = 2_000, 8
LISTED, PAGE = 100_000, 100
ENDS = 20  # pages at each end of a list
TIMES = 20
ASKED: dict[str, Any] = {"attachment_type": "text", "categories": ["red", "green", "blue"]}
BATCHES = 10  # of one project, each with its share of the tasks
COUNTS = {
    "project": "project=counted",
    "project and status": "project=counted&status=pending",
    "project and type": "project=counted&type=categorization",
    "batch": "batch=counted+7",
    "batch and status": "batch=counted+7&status=pending",
    "project, batch, status and type": "project=counted&batch=counted+7&status=pending&type=categorization",
}
OTHERS = {
    "a time": "project=counted&start_time=2000-01-01",
    "a tag": "project=counted&tags=t7",
    "a unique id": "project=counted&unique_id=counted7",
    "batch and a time": "batch=counted+7&start_time=2000-01-01",
}


def rows(at: Installation, sizes: tuple[int, ...]) -> Iterator[Row]:
    """Creation first, on an empty account; then what many tasks cost."""
    client = scaleapi.ScaleClient(at.key, api_instance_url=f"{at.url}/scale/v1")
    client.create_project("made", TaskType.Categorization, ASKED)
    client.create_batch("made", "made")
    yield from _created(at, client)
    with at.cell() as cell, httpx.Client(base_url=at.url, auth=(at.key, ""), timeout=60) as http:
        client.create_project("listed", TaskType.Categorization, ASKED)
        _fill(cell, "listed", LISTED)
        at.settle()
        yield from _listed(at, http)
        client.create_project("counted", TaskType.Categorization, ASKED)
        for n in range(BATCHES):
            client.create_batch("counted", f"counted {n}")
        _fill(cell, "counted", sizes[-1])
        _untold(cell)
        _folded(cell)
        at.settle()
        yield from _counted(at, http, sizes[-1])
        yield _of_a_batch(at, http, sizes[-1])


def _created(at: Installation, client: Any) -> Iterator[Row]:
    def some(first: int) -> None:
        for n in range(first, CREATED, THREADS):
            client.create_task(TaskType.Categorization, batch="made", attachment=f"text {n}", unique_id=f"made {n}")

    client.create_task(TaskType.Categorization, batch="made", attachment="the first one")
    threads = [threading.Thread(target=some, args=(first,)) for first in range(THREADS)]
    begun = time.perf_counter()
    with at.meter.spent() as spent:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    seconds = time.perf_counter() - begun
    details: dict[str, object] = {"parts_ms": spent.per(CREATED), "per_second": round(CREATED / seconds)}
    what = f"create_task by Scale's client, {THREADS} threads"
    yield Row("scale", what, 1000 * spent.cpu / CREATED, "ms CPU", 3.0, "", details)


def _fill(cell: Database, project: str, count: int) -> None:
    """Completed and pending tasks as they are kept, without the way there."""
    values = {"p": project, "n": count, "b": BATCHES}
    cell.execute(
        "insert into scale_task (id, mode, project_id, batch_id, type, status, stage, unique_id, tags, created_at,"
        "  completed_at)"
        " select (substr(md5(%(p)s::text || n), 1, 24) || '00000000')::uuid, 'live', p.id, b.id, p.type,"
        "  case when n %% 2 = 0 then 'completed' else 'pending' end, 3, %(p)s::text || n, array['t' || n %% 1000],"
        "  now() - make_interval(secs => n), case when n %% 2 = 0 then now() end"
        " from scale_project p cross join generate_series(1, %(n)s::int) n"
        "  left join scale_batch b on b.project_id = p.id and b.name = p.name || ' ' || n %% %(b)s where p.name = %(p)s"
        " on conflict do nothing",
        values,
    )
    cell.execute(
        'insert into scale_body (id, params, response) select t.id, \'{"attachment": "some text",'
        ' "attachment_type": "text", "categories": ["red", "green", "blue"]}\','
        " case when t.status = 'completed' then '{\"category\": \"red\"}'::jsonb end"
        " from scale_task t join scale_project p on p.id = t.project_id where p.name = %(p)s on conflict do nothing",
        values,
    )


def _untold(cell: Database) -> None:
    """Each completed task of a batch left word that the batch may be complete; here nobody is to be told."""
    cell.execute("delete from outbox where topic = 'scale'")


def _folded(cell: Database) -> None:
    while cell.execute("select 1 from scale_delta limit 1").fetchone():
        time.sleep(0.5)
    cell.execute("vacuum (analyze) scale_task, scale_body, scale_delta, scale_count")


def _listed(at: Installation, http: httpx.Client) -> Iterator[Row]:
    """The whole list once; its first pages beside its last ones."""
    token, spans = "", []
    pages = LISTED // PAGE
    for name, many in (("first", ENDS), ("between", pages - 2 * ENDS), ("last", ENDS)):
        with at.meter.spent() as spent:
            for _ in range(many):
                path = f"/scale/v1/tasks?project=listed&limit={PAGE}&include_attachment_url=True"
                body = http.get(path + (f"&next_token={token}" if token else "")).raise_for_status().json()
                token = body.get("next_token", "")
        spans.append((name, many, spent))
    assert not token
    total = sum(spent.cpu for _, _, spent in spans)
    ends: dict[str, object] = {f"{name}_ms": round(1000 * spent.cpu / many / PAGE, 3) for name, many, spent in spans}
    yield Row("scale", f"get_tasks over {LISTED:,} tasks, a task", 1000 * total / LISTED, "ms CPU", 0.15, "", ends)


def _counted(at: Installation, http: httpx.Client, count: int) -> Iterator[Row]:
    for budget, filters in ((10.0, COUNTS), (300.0, OTHERS)):
        for name, query in filters.items():
            path = f"/scale/v1/tasks?limit=1&{query}"
            http.get(path).raise_for_status()
            with at.meter.spent() as spent:
                for _ in range(TIMES):
                    total = http.get(path).raise_for_status().json()["total"]
            what = f"get_tasks_count by {name}, at {count:,} tasks"
            assert total > 0
            yield Row("scale", what, 1000 * spent.cpu / TIMES, "ms CPU", budget, "", {"total": total})


def _of_a_batch(at: Installation, http: httpx.Client, count: int) -> Row:
    """Pages of one batch's tasks, among all the others."""
    token, begun = "", 0
    with at.meter.spent() as spent:
        for _ in range(ENDS):
            path = f"/scale/v1/tasks?batch=counted+7&limit={PAGE}&include_attachment_url=True"
            body = http.get(path + (f"&next_token={token}" if token else "")).raise_for_status().json()
            token, begun = body["next_token"], begun + len(body["docs"])
    assert body["total"] == count // BATCHES
    what = f"get_tasks of one batch at {count:,} tasks, a task"
    return Row("scale", what, 1000 * spent.cpu / begun, "ms CPU", 0.15, "", {"total": body["total"]})
