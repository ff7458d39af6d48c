"""The one table of task types: what each is asked with, answers with, and which kind works it."""

import re
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from neraca.doors.scale.shapes import params, parts, responses
from neraca.kind import shown

FOREIGN = "foreign"
INSTANCE = re.compile(r" or instance of \w+$")  # a class is nothing to whoever sends JSON


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
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [_fault(_place(e["loc"], raw, e["type"] == "missing"), e["type"], e["msg"], word) for e in found[:10]]
    return []


def _place(path: tuple[str | int, ...], raw: object, missing: bool) -> str:
    """Where it is in what was sent: the names of shapes that were tried on the way are no part of it."""
    told: list[str] = []
    at: object = raw
    for n, part in enumerate(path):
        if isinstance(at, list) and isinstance(part, int) and part < len(at):
            at = at[part]
        elif isinstance(at, dict) and (part in at or (missing and n == len(path) - 1)):
            at = at.get(part)
        else:
            continue
        told.append(str(part))
    return ".".join(told)


def _fault(name: str, code: str, message: str, word: str) -> tuple[str, str]:
    if code == "missing":
        return name, f"{shown(name)} is required for a task of the type {word}."
    said = INSTANCE.sub("", message.removeprefix("Value error, ").rstrip("."))
    if not name:
        return name, f"For a task of the type {word}, {said}."
    return name, f"{shown(name)}: {said[:1].lower()}{said[1:]}."
