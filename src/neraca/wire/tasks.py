"""Batches, tasks, their answers and verdicts."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from neraca.wire.shape import Asked, Name, Page, Priority, Told, Uuid


class BatchNew(Asked):
    name: Name


class Batch(Told):
    id: str
    project_id: str
    name: str
    created_at: datetime


class Batches(Page):
    items: list[Batch]


GoldUse = Literal["work", "exam", "calibration"]
"""Woven into work at random, asked in an exam only, or asked of everybody who works, before other gold."""


class SuggestionNew(Asked):
    """An answer to begin with, and what it comes from: a model's name, say."""

    answer: dict[str, JsonValue]
    source: Name | None = None


class Suggestion(Told):
    answer: dict[str, Any]
    source: str | None


Feature = Annotated[float, Field(ge=-1e30, le=1e30)]
Probability = Annotated[float, Field(ge=0, le=1)]


class TaskNew(Asked):
    params: dict[str, JsonValue]
    external_id: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    metadata: dict[str, JsonValue] | None = None
    priority: Priority | None = None
    batch_id: Uuid | None = None
    gold: dict[str, JsonValue] | None = None  # the right answer, where it is known
    gold_use: GoldUse = "work"
    suggestion: SuggestionNew | None = None  # what labelers see to begin with; they confirm it or depart from it
    features: Annotated[list[Feature], Field(min_length=1, max_length=4096)] | None = None  # no labeler is shown them
    probabilities: Annotated[dict[str, Probability], Field(min_length=1, max_length=1000)] | None = None  # a model's


class TasksNew(Asked):
    tasks: Annotated[list[TaskNew], Field(min_length=1, max_length=1000)]


class TaskRef(Told):
    id: str
    external_id: str | None


class TasksCreated(Told):
    items: list[TaskRef]


Reason = Literal["count", "met", "exhausted", "capped", "escalated", "gold", "fixed"]
"""Why a task ended; docs/reference/policies.md tells of each."""


class Verdict(Told):
    answer: dict[str, Any]
    confidence: float
    posterior: dict[str, float] | None
    reason: Reason
    version: int
    answers: list[str]
    at: datetime
    calibrated_on: int  # gold tasks that taught what a confidence is worth here; 0: it is not calibrated
    objects: list[float] | None  # P(right) of each object of the answer, in its order; null for other kinds
    items: dict[str, float] | None  # P(class) by the task's features alone, where they had a say in it


class Task(Told):
    id: str
    project_id: str
    batch_id: str | None
    external_id: str | None
    params: dict[str, Any]
    metadata: dict[str, Any] | None
    state: Literal["open", "decided", "canceled"]
    reason: Reason | None  # its verdict's; `escalated` also while it waits for those with the skill
    priority: int
    answers_count: int
    confidence: float | None
    verdict: Verdict | None
    suggestion: Suggestion | None
    created_at: datetime


class Tasks(Page):
    items: list[Task]


class Answer(Told):
    id: str
    labeler: str
    handle: str
    labeler_kind: Literal["person", "model"]
    answer: dict[str, Any]
    submitted_at: datetime
    active_ms: int
    surplus: bool
    confirmed: bool | None  # whether it says what the suggestion said that its labeler was shown; null: none was


class Answers(Told):
    items: list[Answer]
    verdict: Verdict | None
    gold: dict[str, Any] | None  # the known answer, where this measures labelers
    media: dict[str, str]  # a link by the id of each asset
    credits: dict[str, str]  # who made it, by the id of each asset where that is known


class GoldNew(Asked):
    """The right answer; without one, the verdict's."""

    answer: dict[str, JsonValue] | None = None
    use: GoldUse = "work"


class Gold(Told):
    task_id: str
    project_id: str
    external_id: str | None
    answer: dict[str, Any]
    use: GoldUse | None  # none once it is retired
    source: Literal["manager", "import"]
    version: int
    made_at: datetime
    retired_at: datetime | None
    retired_reason: Literal["manager", "corrected", "contested", "worn", "outdated"] | None
    note: str | None
    asked: int
    answered: int
    right: int
    score: float | None  # how near these answers came on average: 1 is the same


class Golds(Page):
    items: list[Gold]


class Asset(Told):
    id: str
    media_type: str
    bytes: int
    width: int
    height: int
    credit: str | None
    url: str
    created_at: datetime
