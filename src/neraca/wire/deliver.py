"""Imports, exports, callbacks and their deliveries."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from neraca.wire.shape import Asked, Moment, Name, Page, Told, Uuid

Url = Annotated[str, Field(min_length=1, max_length=2048)]


class ImportNew(Asked):
    format: Literal["jsonl", "csv"]
    name: Name
    bytes: Annotated[int, Field(ge=1, le=2**36)] | None = None
    source_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    batch_id: Uuid | None = None


class Import(Told):
    id: str
    project_id: str
    batch_id: str | None
    name: str
    format: Literal["jsonl", "csv"]
    state: Literal["receiving", "queued", "running", "done", "failed"]
    bytes_total: int | None
    bytes_received: int
    bytes_read: int
    rows_read: int
    tasks_created: int
    rows_failed: int
    failure: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime


class Imports(Page):
    items: list[Import]


class RowFault(Told):
    pointer: str
    code: str
    detail: str


class RowErrors(Told):
    """A row that was not imported; 1-based, the header of a CSV not counted."""

    row: int
    errors: list[RowFault]


class ImportErrors(Page):
    items: list[RowErrors]


class ExportNew(Asked):
    format: Literal["jsonl", "coco"]


class Export(Told):
    id: str
    project_id: str
    format: Literal["jsonl", "coco"]
    state: Literal["queued", "running", "done", "failed"]
    position: int | None
    rows: int
    rows_total: int | None
    bytes: int
    sha256: str | None
    failure: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime


class Exports(Page):
    items: list[Export]


class CallbackNew(Asked):
    url: Url
    project_id: Uuid | None = None


class CallbackChange(Asked):
    url: Url | None = None
    state: Literal["active", "paused"] | None = None


class Callback(Told):
    id: str
    url: str
    project_id: str | None
    mode: Literal["live", "test"]
    state: Literal["active", "paused", "disabled"]
    notice: str | None
    secret: str | None  # only in the answer to its creation
    created_at: datetime


class Callbacks(Page):
    items: list[Callback]


class Attempt(Told):
    n: int
    at: datetime
    status: int | None
    code: str
    ms: int
    body_sha256: str


class Delivery(Told):
    id: str
    task_id: str
    type: str
    state: Literal["pending", "done", "dead"]
    attempts: list[Attempt]
    next_at: datetime | None
    created_at: datetime


class Deliveries(Page):
    items: list[Delivery]


class Replay(Asked):
    """Deliveries made from `since` on and before `until`, as RFC 3339 with an offset."""

    since: Moment
    until: Moment


class Replayed(Told):
    deliveries: int
