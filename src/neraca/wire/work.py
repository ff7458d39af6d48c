"""A labeler's side: what there is to do, leases, drafts, submits."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from neraca.wire.shape import Asked, Money, Name, Page, Skill, Told, Uuid

Fence = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ExamStanding(Told):
    """How far a labeler is in the exam of a project."""

    state: Literal["open", "passed", "failed"]
    tasks: int  # of one attempt
    wanted: int  # how many of them must be right
    answered: int  # in this attempt
    correct: int | None  # told at the end of the exam
    attempt: int
    attempts: int


class WorkProject(Told):
    project_id: str
    name: str
    kind: str
    price: Money
    minutes: float
    open_slots: int
    answered: int
    exam: Literal["open", "failed"] | None  # what stands between the labeler and the work


class WorkProjects(Page):
    items: list[WorkProject]


class Instructions(Told):
    project_id: str
    name: str
    kind: str
    config: dict[str, Any]
    config_version: int
    instructions: str
    price: Money
    minutes: float
    exam: ExamStanding | None


class Labeler(Told):
    """Somebody who has asked for work here, under the pseudonym of this client."""

    labeler: str
    handle: str
    kind: Literal["person", "model"]
    skills: list[str]  # granted by a manager; a slot may want one
    created_at: datetime


class Labelers(Page):
    items: list[Labeler]


class Skills(Asked):
    """All that a labeler is granted: what is not named is taken away."""

    skills: Annotated[list[Skill], Field(max_length=100)]


class NextWanted(Asked):
    project_id: Uuid
    prefetch: bool = False


class Lease(Told):
    lease_id: str
    fence: int
    task_id: str
    project_id: str
    kind: str
    params: dict[str, Any]
    config: dict[str, Any]
    config_version: int
    lease_until: datetime
    opened: bool
    price: Money
    draft: dict[str, Any] | None
    exam: ExamStanding | None  # a task of the exam says so
    suggestion: dict[str, Any] | None  # an answer to begin with, by a model or another source; it may be wrong
    media: dict[str, str]  # a link by the id of each asset
    credits: dict[str, str]  # who made it, by the id of each asset where that is known


class Held(Asked):
    fence: Fence


class Skipped(Asked):
    fence: Fence
    reason: Annotated[str, Field(max_length=1000)] | None = None


class Drafted(Asked):
    fence: Fence
    answer: dict[str, JsonValue]


class Submitted(Asked):
    fence: Fence
    answer: dict[str, JsonValue]
    active_ms: Annotated[int, Field(ge=0, le=86_400_000)]


class Entered(Asked):
    """An answer made elsewhere, under the name of whoever made it."""

    labeler: Name
    answer: dict[str, JsonValue]
    active_ms: Annotated[int, Field(ge=0, le=86_400_000)] = 0


class LeaseTime(Told):
    lease_until: datetime


class Receipt(Told):
    answer_id: str
    task_decided: bool
