"""Threads, turns, messages, annotations and rubrics of the newer form."""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from neraca.doors.scale.shapes.parts import Open, Table, Text
from neraca.doors.scale.shapes.values import misfit


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
        wrong = None if self.value is None else misfit(self.type, self.value)
        if wrong:
            raise ValueError(wrong)
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
