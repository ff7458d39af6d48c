"""What each task type must be asked with."""

from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from neraca.doors.scale.shapes.parts import Asked, Label, Labels, Side, Table, Text, Texts


class Shaped(Asked):
    """What all geometries take."""

    objects_to_annotate: Labels


class Box(Shaped):
    min_height: Side = 0
    min_width: Side = 0
    can_rotate: bool = False
    integer_pixels: bool = False


class Path(Shaped):
    min_vertices: Annotated[int, Field(ge=0)] = 1
    max_vertices: Annotated[int, Field(ge=1)] | None = None


class Geometries(Asked):
    box: Box | None = None
    polygon: Path | None = None
    line: Path | None = None
    point: Shaped | None = None
    cuboid: Shaped | None = None
    ellipse: Shaped | None = None

    @model_validator(mode="after")
    def one(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("needs at least one geometry")
        return self


class OneOrMore(Asked):
    """`attachment` or `attachments`."""

    attachment: Text | None = None
    attachments: Texts | None = None

    @model_validator(mode="after")
    def given(self) -> Self:
        if self.attachment is None and self.attachments is None:
            raise ValueError("attachment or attachments is required")
        return self


class ImageAnnotation(Asked):
    attachment: Text
    geometries: Geometries
    annotation_attributes: Table | None = None


class OneGeometry(Asked):
    attachment: Text
    objects_to_annotate: Labels
    min_width: Side = 0
    min_height: Side = 0


class Segmentation(Asked):
    attachment: Text
    labels: Annotated[list[Label], Field(min_length=1, max_length=50)]


class Video(OneOrMore):
    geometries: Geometries
    frame_rate: Annotated[float, Field(gt=0)] | None = None


class Lidar(Asked):
    attachments: Texts
    attachment_type: Text
    labels: Labels


class LidarSegmentation(Asked):
    labels: Labels
    attachments: Texts | None = None
    lidar_task: Text | None = None

    @model_validator(mode="after")
    def given(self) -> Self:
        if self.attachments is None and self.lidar_task is None:
            raise ValueError("attachments or lidar_task is required")
        return self


class SensorFusion(Asked):
    attachments: Annotated[list[Text], Field(min_length=1, max_length=1)]
    scene_format: Text
    annotation_definition: list[JsonValue]
    is_frameless: bool


class Named(Asked):
    name: Text


class Entities(Asked):
    text: Text
    labels: Annotated[list[Named], Field(min_length=1)]


class Categorization(Asked):
    attachment: Text
    attachment_type: Text
    categories: Labels
    category_ids: Table | None = None
    allow_multiple: bool = False


class Comparison(Asked):
    attachments: Annotated[list[JsonValue], Field(min_length=2)]
    attachment_type: Text
    choices: list[JsonValue] | None = None
    fields_: Annotated[Table | None, Field(alias="fields")] = None

    @model_validator(mode="after")
    def given(self) -> Self:
        if self.choices is None and self.fields_ is None:
            raise ValueError("choices or fields is required")
        return self


class Collected(Asked):
    type: Text


class TextCollection(Asked):
    fields_: Annotated[list[Collected], Field(alias="fields", min_length=1)]
    responses_required: Annotated[int, Field(ge=1, le=100)] = 1


class DataCollection(Asked):
    attachment: Text
    fields_: Annotated[JsonValue, Field(alias="fields")]


class Transcription(Asked):
    attachment: Text
    fields_: Annotated[Table | None, Field(alias="fields")] = None
    repeatable_fields: Table | None = None

    @model_validator(mode="after")
    def given(self) -> Self:
        if self.fields_ is None and self.repeatable_fields is None:
            raise ValueError("fields or repeatable_fields is required")
        return self


class Featured(Asked):
    type: Text


class DocumentTranscription(OneOrMore):
    features: list[Featured]
