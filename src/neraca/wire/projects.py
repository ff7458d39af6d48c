"""Kinds and projects."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from neraca.wire.shape import Asked, Money, Name, Page, Priority, Skill, Told

Config = dict[str, JsonValue]


GoldShare = Annotated[float, Field(ge=0, le=0.5)]
"""How much of what a new labeler is given is gold; it falls as they answer it rightly."""


class Exam(Asked):
    """What a new labeler passes before they work: so many gold tasks of the exam, this share of them right."""

    tasks: Annotated[int, Field(ge=1, le=100)]
    right: Annotated[float, Field(gt=0, le=1)]
    attempts: Annotated[int, Field(ge=1, le=10)] = 1


class FixedPolicy(Asked):
    """Ask for a fixed number of answers."""

    type: Literal["fixed"]
    answers: Annotated[int, Field(ge=1, le=100)]
    gold_share: GoldShare = 0.0
    exam: Exam | None = None


class Escalation(Asked):
    """Who is asked about tasks that cannot reach their target: at most so many labelers who were granted a skill."""

    to: Skill
    answers: Annotated[int, Field(ge=1, le=20)] = 1


class TargetPolicy(Asked):
    """Ask until the leading answer has this confidence, between a least and a most number.

    No answer is asked with which a task would cost more than `cost_cap`. Tasks that cannot reach the confidence end as
    `exhausted` or `capped`, or are passed on to those with a skill. What these give comes on top of `max` and the cap.
    """

    type: Literal["target"]
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    min: Annotated[int, Field(ge=1, le=100)] = 1
    max: Annotated[int, Field(ge=1, le=100)] = 7
    cost_cap: Money | None = None
    escalate: Escalation | None = None
    gold_share: GoldShare = 0.0
    exam: Exam | None = None


Policy = Annotated[FixedPolicy | TargetPolicy, Field(discriminator="type")]
Minutes = Annotated[float, Field(gt=0, le=1440)]
LeaseSeconds = Annotated[int, Field(ge=30, le=86400)]
Markdown = Annotated[str, Field(max_length=200_000)]


class ProjectNew(Asked):
    name: Name
    kind: Annotated[str, Field(min_length=1, max_length=64)]
    config: Config
    instructions: Markdown = ""
    policy: Policy
    price: Money
    minutes: Minutes
    lease_seconds: LeaseSeconds = 900
    priority: Priority = 0


class ProjectChange(Asked):
    name: Name | None = None
    config: Config | None = None
    instructions: Markdown | None = None
    policy: Policy | None = None
    price: Money | None = None
    minutes: Minutes | None = None
    lease_seconds: LeaseSeconds | None = None
    priority: Priority | None = None
    state: Literal["active", "paused", "archived"] | None = None


class Project(Told):
    id: str
    name: str
    kind: str
    mode: Literal["live", "test"]
    state: Literal["active", "paused", "archived"]
    config: dict[str, Any]
    config_version: int
    instructions: str
    policy: dict[str, Any]
    price: Money
    minutes: float
    lease_seconds: int
    priority: int
    created_at: datetime


class Projects(Page):
    items: list[Project]


class Ended(Told):
    """How tasks ended, all of them; docs/reference/policies.md tells of each."""

    met: int
    count: int
    exhausted: int
    capped: int
    escalated: int
    gold: int  # those whose right answer came with them


class Progress(Told):
    tasks: int
    open: int
    decided: int
    canceled: int
    ended: Ended
    escalated: int  # open ones that wait for somebody with the skill
    answers: int
    live_leases: int
    labelers: int
    answers_per_task: float | None
    mean_confidence: float | None  # of the latest thousand verdicts
    confidence_spread: list[int]  # how many of them have 0 to 5 % confidence, 5 to 10 %, and so on
    spent: Money
    updated_at: datetime


class Hand(Told):
    """How somebody draws shapes of one sort, in units of a shape's size: how unsteady, and how far too wide."""

    shape: str
    noise: float
    bias: float


class ObjectSkill(Told):
    """What is believed of somebody who draws objects; `low` and `high` bound the central 95 %.

    Recall is the share of what is there that they draw, precision the share of what they draw that is there, `classes`
    the share of those that have the right class.
    """

    drawn: int
    recall: float
    recall_low: float
    recall_high: float
    precision: float
    precision_low: float
    precision_high: float
    classes: float
    classes_low: float | None = None  # null: by an estimate that did not tell yet
    classes_high: float | None = None
    hands: list[Hand]


class LabelerSkill(Told):
    """A labeler of a project. `accuracy` is P(right); of those who draw, the expected F1 at an IoU of a half."""

    labeler: str
    handle: str
    kind: Literal["person", "model"]
    answers: int
    accuracy: float | None
    low: float | None
    high: float | None
    gold_answers: int  # to tasks whose right answer is known
    gold_right: int
    gold_score: float | None  # how near their answers came to the known ones on average: 1 is the same
    objects: ObjectSkill | None
    skills: list[str]  # granted by a manager
    exam: Literal["open", "passed", "failed"] | None  # none of who has not begun one


class ExamByHand(Asked):
    """A manager's word: `passed` lets a labeler work, `open` gives them another attempt."""

    state: Literal["open", "passed"]


class LabelerSkills(Page):
    items: list[LabelerSkill]


class KindInfo(Told):
    id: str
    version: int
    title: str
    online: bool
    config_schema: dict[str, Any]
    params_schema: dict[str, Any]
    answer_schema: dict[str, Any]


class Kinds(Page):
    items: list[KindInfo]
