"""The one table of task types: what each is asked with, answers with, and which kind works it."""

from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from neraca.doors.scale.shapes import params, parts, responses
from neraca.kind import shown

FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class TaskType:
    """`kind` works the task where its parameters fit it; otherwise `foreign` does."""

    word: str
    params: type[BaseModel]
    response: type[BaseModel]
    kind: str = FOREIGN


TYPES = {
    one.word: one
    for one in (
        TaskType("annotation", params.OneGeometry, responses.Drawing, "image"),
        TaskType("categorization", params.Categorization, responses.Category, "choice"),
        TaskType("chat", parts.Nothing, responses.Conversation),
        TaskType("chatexperimental", parts.Nothing, responses.Conversation),
        TaskType("chatlite", parts.Nothing, responses.Conversation),
        TaskType("comparison", params.Comparison, responses.Choice),
        TaskType("cuboidannotation", params.OneGeometry, responses.Drawing),
        TaskType("datacollection", params.DataCollection, responses.Fields),
        TaskType("documentmodel", parts.Nothing, parts.Nothing),
        TaskType("documenttranscription", params.DocumentTranscription, responses.Document),
        TaskType("federal2dvideoannotation", parts.Nothing, parts.Nothing),
        TaskType("imageannotation", params.ImageAnnotation, responses.Drawing, "image"),
        TaskType("laneannotation", parts.Nothing, parts.Nothing),
        TaskType("lidarannotation", params.Lidar, responses.Linking),
        TaskType("lidarlinking", parts.Nothing, responses.Linking),
        TaskType("lidarsegmentation", params.LidarSegmentation, responses.PointSegments),
        TaskType("lidartopdown", params.OneOrMore, parts.Nothing),
        TaskType("lineannotation", params.OneGeometry, responses.Drawing),
        TaskType("multichat", parts.Nothing, responses.Conversation),
        TaskType("multistage", parts.Nothing, responses.Conversation),
        TaskType("namedentityrecognition", params.Entities, responses.Entities),
        TaskType("pointannotation", params.OneGeometry, responses.Drawing),
        TaskType("polygonannotation", params.OneGeometry, responses.Drawing),
        TaskType("segmentannotation", params.Segmentation, responses.Segments),
        TaskType("sensorfusion", params.SensorFusion, parts.Nothing),
        TaskType("textcollection", params.TextCollection, responses.Collection),
        TaskType("transcription", params.Transcription, responses.Fields),
        TaskType("videoannotation", params.Video, responses.Linking),
        TaskType("videoboxannotation", params.OneOrMore, responses.Linking),
        TaskType("videocuboidannotation", params.OneOrMore, responses.Linking),
        TaskType("videoplaybackannotation", params.Video, responses.Linking),
    )
}


def faults(shape: type[BaseModel], raw: object, word: str) -> list[tuple[str, str]]:
    """(parameter, sentence) for everything that is wrong, at most ten."""
    try:
        shape.model_validate(raw)
    except ValidationError as error:
        return [
            _fault(e["loc"], e["type"], e["msg"], word)
            for e in error.errors(include_url=False, include_context=False, include_input=False)[:10]
        ]
    return []


def _fault(path: tuple[str | int, ...], code: str, message: str, word: str) -> tuple[str, str]:
    name = ".".join(str(part) for part in path)
    if code == "missing":
        return name, f"{shown(name)} is required for a task of the type {word}."
    said = message.removeprefix("Value error, ").rstrip(".")
    if not name:
        return name, f"For a task of the type {word}, {said}."
    return name, f"{shown(name)}: {said[:1].lower()}{said[1:]}."
