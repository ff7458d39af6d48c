"""Tasks, batches and projects in the words of the newer protocol."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from neraca.doors.scale.tasks import show
from neraca.doors.scale.words import told_at

Row = Mapping[str, Any]
Json = dict[str, Any]
RUN = "last_code_run_event"


def project(row: Row) -> Json:
    return {"id": row["id"].hex, "name": row["name"], "created_at": told_at(row["created_at"]), "types": [row["type"]]}


def batch(row: Row, expanded: Row | None = None) -> Json:
    told = {
        "id": row["id"].hex,
        "name": row["name"],
        "project": project(expanded) if expanded else row["project_id"].hex,
        "created_at": told_at(row["created_at"]),
        "status": row["status"],
        "metadata": row["metadata"],
    }
    if row["completed_at"] is not None:
        told["completed_at"] = told_at(row["completed_at"])
    return told | ({"callback": row["callback"]} if row["callback"] else {})


def task(row: Row, old: Json, parts: Mapping[str, Json]) -> Json:
    """`old` is the task as the older protocol tells it; `parts` are its expanded project and batch."""
    told: Json = {
        "task_id": show.name_of(row["id"]),
        "project": parts.get("project") or (row["project_id"].hex if row["project_id"] else ""),
        "status": row["status"],
        "created_at": old["created_at"],
        "metadata": old["metadata"],
    }
    if row["batch_id"] is not None:
        told["batch"] = parts.get("batch") or row["batch_id"].hex
    if row["completed_at"] is not None:
        told["completed_at"] = old["completed_at"]
    response = msgspec.json.decode(msgspec.json.encode(old["response"])) if "response" in old else {}
    if row["status"] == "error":
        told["errors"] = [{"type": "PROMPT_INFEASIBLE", "message": str(response.get("error", ""))}]
    told["threads"] = threads(response, told["task_id"]) if row["status"] == "completed" else []
    return told


def threads(response: Json, task_name: str) -> list[Json]:
    """The threads of a response; one in the older form becomes a thread of one turn for each of its parts."""
    given = response.get("threads")
    if given is None:
        parts = response.get("responses") or []
        turns = [
            {"id": f"{task_name}-{i}", "annotations": [], "messages": [_message(part, f"{task_name}-{i}")]}
            for i, part in enumerate(parts)
        ]
        return [{"id": task_name, "annotations": [], "turns": turns}] if turns else []
    return [parsed(one) for one in given]


def _message(part: Json, name: str) -> Json:
    text = part.get("text")
    said = text if isinstance(text, str) else msgspec.json.encode(part).decode()
    return {"role": "assistant", "source_id": name, "content": {"text": said}, "annotations": []}


def parsed(value: Any) -> Any:
    """The same with everything that the client needs: lists of annotations, and files that it can tell apart."""
    if isinstance(value, list):
        return [parsed(v) for v in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("type"), str) and "key" in value:
        return _annotation(value)
    found = {key: parsed(v) for key, v in value.items()}
    if {"messages", "turns", "role", "criterion", "criterion_definition_id", "criteria_evaluations"} & found.keys():
        found.setdefault("annotations", [])
    if isinstance(found.get("attachments"), list):
        found["attachments"] = [file(one) for one in found["attachments"] if isinstance(one, dict)]
    return found


def _annotation(given: Json) -> Json:
    """An annotation whose value the client can read."""
    value = given.get("value")
    if given["type"] == "file" and isinstance(value, dict):
        return {**given, "value": file(value)}
    if given["type"] == "workspace_container" and isinstance(
        value, dict
    ):  # the client cannot read the run: a NameError
        return {**given, "value": {key: v for key, v in value.items() if key != RUN}}
    return given


def file(given: Json) -> Json:
    """A file that is exactly one of the client's three sorts.

    All their fields are optional, so an honest file would be all three and the client would refuse it. A field
    of a wrong type makes it none of the other two.
    """
    kept = {key: given[key] for key in ("url", "mime_type", "scale_url") if isinstance(given.get(key), str)}
    mime, name = str(given.get("mime_type", "")), given.get("name")
    if mime.startswith("image/"):
        size = given.get("file_size_in_bytes")
        named = {"name": name} if isinstance(name, str) else {}
        return {
            **kept,
            **named,
            "file_size_in_bytes": size if isinstance(size, int) else 0,
            "duration": "",
            "content": 1,
        }
    if mime.startswith("audio/"):
        seconds = given.get("duration")
        seconds = float(seconds) if isinstance(seconds, int | float) else 0.0
        return {**kept, "duration": seconds, "file_size_in_bytes": "", "name": 0}
    named = {"name": name} if isinstance(name, str) else {}
    return {**kept, **named, "duration": "", "file_size_in_bytes": ""}


def annotations(value: Any) -> Iterator[Json]:
    """Every annotation in a response."""
    if isinstance(value, list):
        for one in value:
            yield from annotations(one)
    elif isinstance(value, dict):
        if {"id", "key", "type"} <= value.keys():
            yield value
        for one in value.values():
            yield from annotations(one)
