"""What is known of a task beside its answers: features, or the probabilities that a model gives.

For the statistics alone; no labeler is shown it. Used by kinds whose answer is one class.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from neraca.kind import Kind
from neraca.kit.problems import Fault, pointer, shown
from neraca.kit.session import Connection
from neraca.tasks import item_queries
from neraca.tasks.queries import NewTask
from neraca.wire.tasks import TaskNew


def read(kind: Kind, config: Mapping[str, Any], asked: TaskNew, at: str) -> tuple[dict[str, Any], list[Fault]]:
    """What is stored of it, and everything that is wrong with it. `at` points to the task."""
    given = {
        name: value
        for name, value in (("features", asked.features), ("probabilities", asked.probabilities))
        if value is not None
    }
    if not given:
        return {}, []
    names = set(kind.classes(dict(config))) if kind.online else set()
    if not names:
        told = "Features and probabilities are for kinds whose answer is one class."
        return {}, [Fault(f"{at}/{name}", "no-classes", told) for name in given]
    faults = [
        Fault(f"{at}/probabilities{pointer([name])[1:]}", "unknown-class", f"There is no class {shown(name)}.")
        for name in asked.probabilities or {}
        if name not in names
    ]
    if asked.probabilities is not None and not any(asked.probabilities.values()):
        faults.append(Fault(f"{at}/probabilities", "all-zero", "At least one class must have a probability above 0."))
    return given, faults


async def misfits(db: Connection, project_id: UUID, made: Sequence[NewTask]) -> dict[int, str]:
    """What is wrong with those of new tasks that have another number of features than the project's first ones."""
    sizes = {n: len(task.features) for n, task in enumerate(made) if task.features is not None}
    if not sizes:
        return {}
    wanted = await item_queries.length(db, project_id, next(iter(sizes.values())))
    return {
        n: f"There are {size} features; the tasks of this project have {wanted}."
        for n, size in sizes.items()
        if size != wanted
    }
