"""Model labelers: programs behind an address that answer tasks."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from neraca.wire.deliver import Url
from neraca.wire.shape import Asked, Name, Page, Told, Uuid

PerMinute = Annotated[int, Field(ge=1, le=100_000)]
AtOnce = Annotated[int, Field(ge=1, le=64)]


class ModelNew(Asked):
    name: Name
    url: Url
    project_ids: Annotated[list[Uuid], Field(default_factory=list, max_length=100)]
    per_minute: PerMinute = 600
    at_once: AtOnce = 4


class ModelChange(Asked):
    """`state: active` lifts a notice and forgets the failures behind it."""

    url: Url | None = None
    state: Literal["active", "paused"] | None = None
    per_minute: PerMinute | None = None
    at_once: AtOnce | None = None


class ModelProject(Told):
    """A model in one project. Its accuracy and the 95 % interval are those of the latest estimate."""

    project_id: str
    state: Literal["active", "paused"]
    notice: str | None
    answers: int  # counted up to 10,000
    accuracy: float | None
    low: float | None
    high: float | None
    confidence: float | None  # its own, over its latest 200 answers that came with one


class Model(Told):
    id: str
    name: str
    mode: Literal["live", "test"]
    url: str
    state: Literal["active", "paused", "failing"]
    notice: str | None
    per_minute: int
    at_once: int
    failures: int  # calls in a row that failed
    flawed: int  # answers that had flaws and were not taken
    secret: str | None  # only in the answer to its creation
    projects: list[ModelProject]
    created_at: datetime


class Models(Page):
    items: list[Model]
