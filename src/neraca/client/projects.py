"""Projects and tasks, as a client's key sees them."""

import itertools
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pydantic import BaseModel, JsonValue

from neraca.client.connection import Wire
from neraca.client.errors import TimedOut
from neraca.wire.projects import KindInfo, Kinds, LabelerSkill, Policy, Progress, Project, ProjectNew
from neraca.wire.quality import Estimate, LabelerReport, Quality
from neraca.wire.shape import Money
from neraca.wire.tasks import Answers, Gold, GoldUse, Task, TaskNew, TaskRef, TasksCreated

CHUNK = 1000  # what one request may hold


class ProjectCalls:
    """`client.projects`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def kinds(self) -> list[KindInfo]:
        """The kinds of work that this server knows, with the schemas of their shapes."""
        return self._wire.ask(Kinds, "GET", "/api/kinds").items

    def create(self, new: ProjectNew | Mapping[str, JsonValue]) -> Project:
        """Makes a project."""
        body = new.model_dump(mode="json") if isinstance(new, ProjectNew) else dict(new)
        return self._wire.ask(Project, "POST", "/api/projects", json=body)

    def get(self, project_id: str) -> Project:
        """One project."""
        return self._wire.ask(Project, "GET", f"/api/projects/{project_id}")

    def list(self) -> Iterator[Project]:
        """Every project."""
        return self._wire.pages(Project, "/api/projects")

    def progress(self, project_id: str) -> Progress:
        """How far a project is."""
        return self._wire.ask(Progress, "GET", f"/api/projects/{project_id}/progress")

    def labelers(self, project_id: str) -> Iterator[LabelerSkill]:
        """Who answered, how much and how well, under the pseudonyms of this client."""
        return self._wire.pages(LabelerSkill, f"/api/projects/{project_id}/labelers")

    def quality(self, project_id: str) -> Quality:
        """How good a project's labels are: agreement, doubtful tasks, mixed-up classes, labelers, cost."""
        return self._wire.ask(Quality, "GET", f"/api/projects/{project_id}/quality")

    def labeler(self, project_id: str, labeler_id: str) -> LabelerReport:
        """One labeler in a project: skill, classes, pace, work over time, and the evidence in words."""
        return self._wire.ask(LabelerReport, "GET", f"/api/projects/{project_id}/labelers/{labeler_id}")

    def estimate(
        self,
        policy: Policy | Mapping[str, JsonValue],
        price: Money | Mapping[str, JsonValue],
        *,
        classes: int,
        kind: str = "choice",
        tasks: int = 1000,
        pilot_id: str | None = None,
        continued: bool = False,
    ) -> Estimate:
        """What a policy will take: answers a task, how tasks end, cost. From a pilot's labelers, if one is named.

        `classes`: how many an answer may be. `continued`: the pilot itself goes on under this policy.
        """
        body = {
            "kind": kind, "classes": classes, "tasks": tasks, "pilot_id": pilot_id, "continued": continued,
            "policy": _plain(policy), "price": _plain(price),
        }  # fmt: skip
        return self._wire.ask(Estimate, "POST", "/api/projects/estimate", json=body, repeatable=True)

    def gold(self, project_id: str) -> Iterator[Gold]:
        """The tasks whose right answer is known, retired ones too, with how often they were answered rightly."""
        return self._wire.pages(Gold, f"/api/projects/{project_id}/gold")

    def wait(
        self,
        project_id: str,
        *,
        timeout: float | None = None,
        every: float = 1.0,
        told: Callable[[Progress], None] | None = None,
    ) -> Progress:
        """Returns when no task is open. Seconds; raises `TimedOut`."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            progress = self.progress(project_id)
            if told is not None:
                told(progress)
            if progress.open == 0:
                return progress
            if end is not None and time.monotonic() >= end:
                raise TimedOut(f"{progress.open} tasks are still open.", code="timed-out")
            self._wire.sleep(every)


def _plain(given: BaseModel | Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """As it is sent; of what is not set it says nothing."""
    return given.model_dump(mode="json", exclude_none=True) if isinstance(given, BaseModel) else dict(given)


def scale_task(task_id: str) -> str | None:
    """Scale's name of a task that came through its door, None for another: 24 hex digits, eight zeros here."""
    digits = task_id.replace("-", "")
    if len(digits) == 24 and digits == task_id:
        return digits
    return digits[:24] if len(digits) == 32 and digits.endswith("0" * 8) else None


class TaskCalls:
    """`client.tasks`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def create(self, project_id: str, tasks: Iterable[TaskNew | Mapping[str, JsonValue]]) -> Iterator[TaskRef]:
        """Posts any number of tasks, 1,000 a request, and yields their ids as each request is stored.

        A request that is broken off is sent again under the same Idempotency-Key, so no task is
        stored twice. Each request is all or nothing. Nothing is sent before the first id is asked for.
        """
        waiting = iter(tasks)
        while chunk := list(itertools.islice(waiting, CHUNK)):
            yield from self.create_chunk(project_id, chunk)

    def create_chunk(self, project_id: str, tasks: Sequence[TaskNew | Mapping[str, JsonValue]]) -> list[TaskRef]:
        """Posts up to 1,000 tasks in one request, all or nothing."""
        body = [
            one.model_dump(mode="json", exclude_none=True) if isinstance(one, TaskNew) else dict(one) for one in tasks
        ]
        return self._wire.ask(
            TasksCreated,
            "POST",
            f"/api/projects/{project_id}/tasks",
            json={"tasks": body},
            headers={"Idempotency-Key": str(uuid.uuid4())},
            repeatable=True,
        ).items

    def list(
        self, project_id: str, *, state: str | None = None, reason: str | None = None, batch_id: str | None = None
    ) -> Iterator[Task]:
        """The tasks of a project, perhaps only those in a state, or those that ended for a reason."""
        asked = {"state": state, "reason": reason, "batch_id": batch_id}
        params = {name: value for name, value in asked.items() if value is not None}
        return self._wire.pages(Task, f"/api/projects/{project_id}/tasks", params)

    def get(self, task_id: str) -> Task:
        """One task with its verdict, if it has one."""
        return self._wire.ask(Task, "GET", f"/api/tasks/{task_id}")

    def answers(self, task_id: str) -> Answers:
        """The answers to a task, beside its verdict."""
        return self._wire.ask(Answers, "GET", f"/api/tasks/{task_id}/answers")

    def enter(self, task_id: str, labeler: str, answer: Mapping[str, JsonValue], *, active_ms: int = 0) -> None:
        """Stores an answer made elsewhere, as a labeler of this name.

        For a task that came through the Scale door, `answer` is a response in Scale's format.
        """
        door = scale_task(task_id)
        given = "answer" if door is None else "response"
        path = f"/api/tasks/{task_id}/answers" if door is None else f"/scale/v1/task/{door}/response"
        self._wire.send("POST", path, json={"labeler": labeler, given: dict(answer), "active_ms": active_ms})

    def make_gold(self, task_id: str, answer: Mapping[str, JsonValue] | None = None, *, use: GoldUse = "work") -> Gold:
        """Makes a decided task measure labelers, in `use`: its verdict, or the answer given here, is right."""
        body = {"answer": None if answer is None else dict(answer), "use": use}
        return self._wire.ask(Gold, "POST", f"/api/tasks/{task_id}/gold", json=body, repeatable=True)

    def retire_gold(self, task_id: str, reason: str | None = None) -> Gold:
        """Ends that, with a reason in your words."""
        params = {} if reason is None else {"reason": reason}
        return self._wire.ask(Gold, "DELETE", f"/api/tasks/{task_id}/gold", params=params, repeatable=True)

    def cancel(self, task_id: str) -> None:
        """Takes a task back."""
        self._wire.send("POST", f"/api/tasks/{task_id}/cancel")
