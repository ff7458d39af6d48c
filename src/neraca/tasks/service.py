"""Post, read and cancel tasks; make batches."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from neraca import assets, kinds, projects
from neraca.accounts import CellSession
from neraca.kit import ids
from neraca.kit.session import Connection
from neraca.tables import event
from neraca.tasks import gold_queries, item_queries, items, queries, rules, suggestions
from neraca.wire import tasks as wire
from neraca.wire.errors import Conflict, Fault, NotFound, ValidationFailed


async def add(session: CellSession, project: queries.Row, asked: wire.TasksNew) -> wire.TasksCreated:
    """Stores tasks, all or none. Raises validation-failed with every fault of every task."""
    if project["state"] == "archived":
        raise Conflict(why="the project is archived")
    kind = kinds.get(project["kind"])
    assert kind is not None
    config = kind.config.model_validate(project["config"], strict=False)
    named = {a for t in asked.tasks for a in rules.asset_ids(t.params)}
    sizes = await assets.sizes(session.db, list(named)) if named else {}
    batch_ids = {UUID(t.batch_id) for t in asked.tasks if t.batch_id}
    known = await queries.batches_known(session.db, project["id"], batch_ids) if batch_ids else set()
    errors: list[Fault] = []
    made: list[queries.NewTask] = []
    key = session.cell.pseudonym_key
    for i, task in enumerate(asked.tasks):
        params, flaws = rules.checked(kind, config, dict(task.params), sizes)
        errors += [Fault(f"#/tasks/{i}/params{f.pointer[1:]}", f.code, f.detail) for f in flaws]
        if task.batch_id and UUID(task.batch_id) not in known:
            errors.append(Fault(f"#/tasks/{i}/batch_id", "not-found", "There is no such batch in this project."))
        gold: dict[str, Any] | None = None
        if task.gold is not None and not flaws:
            gold, wrong = rules.known(kind, config, params, task.gold)
            errors += [Fault(f"#/tasks/{i}/gold{f.pointer[1:]}", f.code, f.detail) for f in wrong]
        errors += rules.useless(task, f"#/tasks/{i}")
        item, faults = items.read(kind, project["config"], task, f"#/tasks/{i}")
        errors += faults
        suggested: dict[str, Any] = {}
        if not flaws:
            suggested, wrong = suggestions.read(key, kind, config, params, task.suggestion)
            errors += [Fault(f"#/tasks/{i}/suggestion/answer{f.pointer[1:]}", f.code, f.detail) for f in wrong]
        made.append(
            queries.NewTask(
                id=ids.new(),
                params=params,
                external_id=task.external_id,
                metadata=dict(task.metadata) if task.metadata is not None else None,
                priority=project["priority"] if task.priority is None else task.priority,
                batch_id=UUID(task.batch_id) if task.batch_id else None,
                gold=gold,
                gold_use=task.gold_use,
                **suggested,
                **item,
            )
        )
    if not errors:
        misfits = await items.misfits(session.db, project["id"], made)
        errors = [Fault(f"#/tasks/{n}/features", "other-length", why) for n, why in misfits.items()]
    if errors:
        raise ValidationFailed(errors)
    added = await projects.add_event(
        session.db, event.TASKS_ADDED, project_id=project["id"], actor=session.who.actor, n=len(made)
    )
    await suggestions.meet(session.db, key, (t.suggestion.source for t in asked.tasks if t.suggestion))
    await queries.copy_tasks(
        session.db, made, project_id=project["id"], event_id=added, slots=rules.first_slots(project["policy"])
    )
    await item_queries.copy(session.db, made, project_id=project["id"])
    await keep_gold(session.db, made, project_id=project["id"], actor=session.who.actor)
    return wire.TasksCreated(items=[wire.TaskRef(id=str(t.id), external_id=t.external_id) for t in made])


async def keep_gold(db: Connection, made: Sequence[queries.NewTask], *, project_id: UUID, actor: str) -> None:
    """Those of new tasks whose right answer came with them are gold, and decided."""
    known = [(t.id, t.gold, t.gold_use) for t in made if t.gold is not None]
    if not known:
        return
    told = await projects.add_event(db, event.GOLD_MADE, project_id=project_id, actor=actor, n=len(known))
    decided = await projects.add_event(
        db, event.TASK_DECIDED, project_id=project_id, actor=actor, n=len(known), data={"reason": "gold"}
    )
    await gold_queries.copy(db, known, project_id=project_id, made=told, decided=decided)


async def add_batch(session: CellSession, project_id: UUID, name: str) -> wire.Batch:
    """A new batch of a project."""
    made = await projects.add_event(session.db, event.BATCH_CREATED, project_id=project_id, actor=session.who.actor)
    row = await queries.add_batch(session.db, project_id, name, made)
    return wire.Batch(**{**row, "id": str(row["id"]), "project_id": str(row["project_id"])})


def verdict(row: queries.Row) -> wire.Verdict | None:
    """The verdict columns of a task row."""
    if row["v_version"] is None:
        return None
    return wire.Verdict(
        answer=row["v_value"],
        confidence=row["v_confidence"],
        posterior=row["v_posterior"],
        reason=row["v_reason"],
        version=row["v_version"],
        answers=[str(a) for a in row["v_answers"]],
        at=row["v_at"],
        calibrated_on=row["v_calibrated_on"],
        objects=row["v_objects"],
        items=row["v_items"],
    )


def shown(row: queries.Row) -> wire.Task:
    """A task as the API tells it."""
    return wire.Task(
        id=str(row["id"]),
        project_id=str(row["project_id"]),
        batch_id=str(row["batch_id"]) if row["batch_id"] else None,
        external_id=row["external_id"],
        params=row["params"],
        metadata=row["metadata"],
        state=row["state"],
        reason=row["reason"],
        priority=row["priority"],
        answers_count=row["answers"],
        confidence=row["confidence"],
        verdict=verdict(row),
        suggestion=None
        if row["suggestion"] is None
        else wire.Suggestion(answer=row["suggestion"], source=row["suggested_by"]),
        created_at=row["created_at"],
    )


async def get(session: CellSession, task_id: UUID) -> queries.Row:
    """A task of the caller's mode. Raises not-found."""
    row = await queries.get(session.db, task_id, session.who.mode)
    if row is None:
        raise NotFound
    return row


async def answers(session: CellSession, task_id: UUID) -> wire.Answers:
    """A task's answers side by side, its verdict, and links to what was shown."""
    task = await get(session, task_id)
    rows = await queries.answers(session.db, task_id)
    given = [
        wire.Answer(
            id=str(r["id"]),
            labeler=str(r["labeler_id"]),
            handle=r["handle"],
            labeler_kind=r["kind"],
            answer=r["value"],
            submitted_at=r["submitted_at"],
            active_ms=r["active_ms"],
            surplus=r["surplus"],
            confirmed=r["confirmed"],
        )
        for r in rows
    ]
    return wire.Answers(
        items=given,
        verdict=verdict(task),
        gold=await gold_queries.of_task(session.db, task_id),
        media=media(session, task["params"]),
        credits=await makers(session, task["params"]),
    )


def _named(params: dict[str, Any]) -> list[str]:
    """The assets that a task's parameters name."""
    found = (v for v in params.values() if isinstance(v, str) and v.startswith(rules.PREFIX))
    return [v[len(rules.PREFIX) :] for v in found]


def media(session: CellSession, params: dict[str, Any]) -> dict[str, str]:
    """A short-lived link for every asset that a task's parameters name."""
    return {name: assets.link(session, name) for name in _named(params)}


async def makers(session: CellSession, params: dict[str, Any]) -> dict[str, str]:
    """Who is to be named beside each asset."""
    named = [UUID(name) for name in _named(params)]
    found = await assets.makers(session.db, named) if named else {}
    return {str(asset_id): credit for asset_id, credit in found.items()}


async def cancel(session: CellSession, task_id: UUID) -> wire.Task:
    """Ends an open task; canceling twice is the same as once. Raises conflict on a decided one."""
    row = await queries.lock(session.db, task_id, session.who.mode)
    if row is None:
        raise NotFound
    if row["state"] == "decided":
        raise Conflict(why="the task is decided already")
    if row["state"] == "open":
        made = await projects.add_event(
            session.db, event.TASK_CANCELED, project_id=row["project_id"], task_id=task_id, actor=session.who.actor
        )
        await queries.cancel(session.db, task_id, made)
        await projects.outbox(
            session.db,
            "callback",
            project_id=row["project_id"],
            task_id=task_id,
            event_id=made,
            data={"type": event.TASK_CANCELED},
        )
    return shown(await get(session, task_id))
