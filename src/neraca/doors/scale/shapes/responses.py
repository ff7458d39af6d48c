"""What each task type answers with."""

from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from neraca.doors.scale.shapes.parts import Linked, Open, Point, Table, Text
from neraca.doors.scale.shapes.threads import Thread


class Drawn(Open):
    """An annotation of any geometry."""

    label: Text
    type: Text | None = None
    left: float | None = None
    top: float | None = None
    width: Annotated[float, Field(ge=0)] | None = None
    height: Annotated[float, Field(ge=0)] | None = None
    x: float | None = None
    y: float | None = None
    vertices: list[Point] | None = None


class Drawing(Open):
    annotations: list[Drawn]
    global_attributes: Table | None = None


class Linking(Open):
    """Annotations in a file."""

    annotations: Linked


class Segments(Open):
    annotations: Table
    label_mapping: Annotated[Table, Field(alias="labelMapping")]


class PointSegments(Linking):
    point_segmentations: Linked


class Entity(Open):
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    label: Text


class Entities(Open):
    annotations: list[Entity]


class Category(Open):
    category: Text | list[Text]


class Choice(Open):
    choice: JsonValue = None
    fields_: Annotated[Table | None, Field(alias="fields")] = None


class Collection(Open):
    annotations: Table


class Fields(Open):
    fields_: Annotated[Table, Field(alias="fields")]


class Block(Open):
    label: Text
    text: str


class Document(Open):
    annotations: list[Block]


class Conversation(Open):
    """What was said: as the older form's list, or as the threads of the newer one."""

    responses: list[Table] | None = None
    threads: list[Thread] | None = None

    @model_validator(mode="after")
    def given(self) -> Self:
        if self.responses is None and self.threads is None:
            raise ValueError("responses or threads is required")
        return self
