"""Threads, turns, messages, annotations and rubrics of the newer form."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, model_validator

from neraca.doors.scale.shapes.parts import Open, Table, Text


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _labeled(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) and {"label", "text"} <= v.keys() for v in value)


VALUES: dict[str, Callable[[Any], bool]] = {
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "text": lambda v: isinstance(v, str),
    "category": lambda v: isinstance(v, str),
    "category_multiple": _texts,
    "file": lambda v: isinstance(v, dict | list),
    "ranked_choices": _texts,
    "ranked_groups": lambda v: isinstance(v, list) and all(_texts(group) for group in v),
    "labeled_text": _labeled,
    "rubric_criteria": lambda v: isinstance(v, dict | list),
    "rubric_rating": lambda v: isinstance(v, dict),
    "workspace_container": lambda v: isinstance(v, dict | list),
}  # fmt: skip


class Annotation(Open):
    """A value of one of twelve types."""

    id: Text
    key: Text
    type: Literal[
        "integer", "boolean", "text", "category", "category_multiple", "file", "ranked_choices", "ranked_groups",
        "labeled_text", "rubric_criteria", "rubric_rating", "workspace_container",
    ]  # fmt: skip
    value: JsonValue = None

    @model_validator(mode="after")
    def fits(self) -> Self:
        if self.value is not None and not VALUES[self.type](self.value):
            raise ValueError(f"value does not fit the type {self.type}")
        return self


Annotations = Annotated[list[Annotation], Field(default_factory=list)]


class Content(Open):
    text: str | None = None
    attachments: list[Table] | None = None


class Message(Open):
    role: Literal["system", "user", "assistant", "function"]
    content: Content
    source_id: Text
    annotations: Annotations


class Criterion(Open):
    id: Text
    criterion: Text


class Rubric(Open):
    criteria_definitions: list[Criterion]


class Turn(Open):
    id: Text
    messages: list[Message]
    annotations: Annotations
    rubrics: list[Rubric] | None = None


class Thread(Open):
    id: Text
    turns: list[Turn]
    annotations: Annotations
