"""What other slices do in the transaction of a submit, without `answers` knowing them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from neraca.kit.session import Connection


@dataclass(frozen=True, slots=True)
class AnswerStored:
    """An answer has been stored in this transaction; the task's row is locked."""

    db: Connection
    task_id: UUID
    project_id: UUID
    labeler_id: UUID
    answer_id: UUID
    value: dict[str, Any]
    confirmed: bool | None  # whether it says what the suggestion said that its labeler was shown; None: none was
    suggestion: dict[str, Any] | None
    suggested_by: UUID | None
    told: Sequence[float] | None  # by the task's features, as the last estimate takes them
    earlier: Sequence[
        dict[str, Any]
    ]  # id, labeler_id, value, confirmed of the answers before it, surplus ones left out
    kind: str
    config: dict[str, Any]
    policy: dict[str, Any]
    priority: int
    state: str
    escalated: bool  # passed on to those with a skill
    gold: bool  # the task was given to measure the labeler: its right answer is known, its verdict stays


Handler = Callable[[AnswerStored], Awaitable[bool]]
"""Gives whether the task is decided now. An exception rolls the submit back."""

Handlers = Sequence[Handler]
