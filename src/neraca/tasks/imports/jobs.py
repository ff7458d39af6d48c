"""Reading an import's file into tasks, in a process of its own; killed at any moment, it goes on."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from neraca import assets, kinds, projects
from neraca.accounts import Cell, House
from neraca.kind import Kind
from neraca.kit import ids
from neraca.kit.problems import MAX_FAULTS, Fault
from neraca.kit.session import Connection
from neraca.tables import event
from neraca.tasks import item_queries, items, suggestions
from neraca.tasks import queries as tasks
from neraca.tasks import rules as task_rules
from neraca.tasks.imports import queries, rules
from neraca.tasks.imports.reading import HeaderError, Row
from neraca.tasks.service import keep_gold
from neraca.wire.tasks import TaskNew

ROWS = 2000
BYTES = 4 << 20


async def run(house: House, cell: Cell, import_id: UUID) -> bool:
    """Imports the file. False if another process is at it; nothing happens to one that is done."""
    async with house.inside(cell, transaction=False) as db:
        if not await queries.alone(db, import_id):
            return False
        source = await queries.begin(db, import_id)
        if source is None:
            return True
        project = await queries.project(db, source["project_id"])
        kind = kinds.get(project["kind"])
        assert kind is not None
        with (house.blobs / source["blob"]).open("rb") as file:
            try:
                found = rules.rows(source["format"], file, kind.params, source["bytes_read"])
                number = source["rows_read"]
                while chunk := _chunk(found, source["bytes_read"]):
                    await _store(db, cell.pseudonym_key, source, project, kind, number, chunk)
                    number += len(chunk)
                    source["bytes_read"] = chunk[-1].end
            except HeaderError as wrong:
                failure = {"code": "header", "errors": [_told(f) for f in wrong.faults]}
                await queries.finish(db, import_id, "failed", failure)
                return True
        await queries.finish(db, import_id, "done")
        (house.blobs / source["blob"]).unlink(missing_ok=True)  # its rows are tasks or errors now
    return True


def _told(fault: Fault) -> dict[str, str]:
    return {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}


def _chunk(found: Iterator[Row], begin: int) -> list[Row]:
    """The next rows: as many as one transaction takes, in number and in bytes."""
    chunk: list[Row] = []
    for row in islice(found, ROWS):
        chunk.append(row)
        if row.end - begin > BYTES:
            break
    return chunk


async def _store(
    db: Connection, key: bytes, source: queries.Row, project: queries.Row, kind: Kind, number: int, chunk: list[Row]
) -> None:
    """One transaction: the tasks of these rows, the report on the others, and the checkpoint."""
    for row in chunk:
        rules.name_class(row, kind)
    asked = [rules.task(row) for row in chunk]
    given = [dict(t.params) if t is not None else rules.params(row) for row, t in zip(chunk, asked, strict=True)]
    named = {a for params in given if params for a in task_rules.asset_ids(params)}
    batches = {UUID(t.batch_id) for t in asked if t is not None and t.batch_id}
    config = kind.config.model_validate(project["config"], strict=False)
    async with db.transaction():
        sizes = await assets.sizes(db, list(named)) if named else {}
        known = await tasks.batches_known(db, project["id"], batches) if batches else set()
        made: list[tasks.NewTask] = []
        failed: list[tuple[int, list[dict[str, str]]]] = []
        for at, (row, task, raw) in enumerate(zip(chunk, asked, given, strict=True), number + 1):
            if task is not None and task.batch_id and UUID(task.batch_id) not in known:
                row.faults.append(Fault("#/batch_id", "not-found", "There is no such batch in this project."))
            if raw is not None:
                params, flaws = task_rules.checked(kind, config, raw, sizes)
                row.faults += [Fault("#/params" + f.pointer[1:], f.code, f.detail) for f in flaws]
                more: dict[str, Any] = {}
                if task is not None and not flaws:
                    more, wrong = _answers(key, kind, config, params, task)
                    row.faults += wrong
                if task is not None:
                    row.faults += task_rules.useless(task, "#")
                    item, wrong = items.read(kind, project["config"], task, "#")
                    row.faults, more = row.faults + wrong, more | item
                if task is not None and not row.faults:
                    made.append(_new(task, params, more, project, source, at))
                    continue
            failed.append((at, [_told(f) for f in row.faults[:MAX_FAULTS]]))
        misfits = await items.misfits(db, project["id"], made)
        failed += [
            (made[n].import_row or 0, [_told(Fault("#/features", "other-length", why))]) for n, why in misfits.items()
        ]
        made = [task for n, task in enumerate(made) if n not in misfits]
        if made:
            added = await projects.add_event(
                db,
                event.TASKS_ADDED,
                project_id=project["id"],
                actor=source["actor"],
                n=len(made),
                data={"import": str(source["id"])},
            )
            await tasks.copy_tasks(
                db,
                made,
                project_id=project["id"],
                event_id=added,
                slots=task_rules.first_slots(project["policy"]),
                import_id=source["id"],
            )
            await suggestions.meet(db, key, (t.suggestion.source for t in asked if t is not None and t.suggestion))
            await item_queries.copy(db, made, project_id=project["id"])
            await keep_gold(db, made, project_id=project["id"], actor=source["actor"])
        await queries.checkpoint(
            db, source["id"], bytes_read=chunk[-1].end, rows_read=number + len(chunk), created=len(made), failed=failed
        )


def _answers(
    key: bytes, kind: Kind, config: Any, params: dict[str, Any], task: TaskNew
) -> tuple[dict[str, Any], list[Fault]]:
    """The answers that a task comes with, a known one and a suggested one, and everything wrong with them."""
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    if task.gold is not None:
        found["gold"], wrong = task_rules.known(kind, config, params, task.gold)
        faults += [Fault("#/gold" + f.pointer[1:], f.code, f.detail) for f in wrong]
    suggested, wrong = suggestions.read(key, kind, config, params, task.suggestion)
    faults += [Fault("#/suggestion/answer" + f.pointer[1:], f.code, f.detail) for f in wrong]
    return found | suggested, faults


def _new(
    task: TaskNew, params: dict[str, Any], more: dict[str, Any], project: queries.Row, source: queries.Row,
    at: int,
) -> tasks.NewTask:  # fmt: skip
    return tasks.NewTask(
        id=ids.new(),
        params=params,
        external_id=task.external_id,
        metadata=dict(task.metadata) if task.metadata is not None else None,
        priority=project["priority"] if task.priority is None else task.priority,
        batch_id=UUID(task.batch_id) if task.batch_id else source["batch_id"],
        import_row=at,
        **more,
        gold_use=task.gold_use,
    )
