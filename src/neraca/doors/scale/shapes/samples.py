"""What a test key's task is answered with: made up, in the right format, empty where nothing has to be said."""

from collections.abc import Mapping
from typing import Any

from neraca.doors.scale.shapes import parts, responses
from neraca.doors.scale.shapes.types import TYPES

FILE = {"url": "https://example.org/test-task.json"}
SAMPLES: dict[type, dict[str, Any]] = {
    responses.Conversation: {"responses": []},
    responses.Document: {"annotations": []},
    responses.Drawing: {"annotations": []},
    responses.Entities: {"annotations": []},
    responses.Linking: {"annotations": FILE},
    responses.PointSegments: {"annotations": FILE, "point_segmentations": FILE},
    responses.Segments: {"annotations": {}, "labelMapping": {}},
    responses.Collection: {"annotations": {}},
    parts.Nothing: {},
}


def sample(word: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """A response to a task of this type."""
    fields = params.get("fields")
    match word:
        case "categorization":
            first = parts.leaves(params["categories"])[0][0]
            return {"category": [first] if parts.flag(params.get("allow_multiple")) else first}
        case "comparison":
            choices = params.get("choices") or [None]
            return {"choice": choices[0], "fields": dict.fromkeys(fields, "") if isinstance(fields, dict) else {}}
        case "transcription" | "datacollection":
            return {"fields": dict.fromkeys(fields, "") if isinstance(fields, dict) else {}}
        case _:
            return SAMPLES[TYPES[word].response]
