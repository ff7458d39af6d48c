"""A task in Scale's words. What does not apply is left out: its clients ask whether a key is there."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from neraca import assets
from neraca.accounts import CellSession, House
from neraca.doors.scale import translate
from neraca.doors.scale.tasks import queries
from neraca.doors.scale.words import told_at
from neraca.kit.session import Connection

Row = Mapping[str, Any]
PLAIN = ("instruction", "callback_url", "callback_succeeded", "project", "batch", "unique_id", "tags")
TOLD = frozenset({
    *PLAIN, "task_id", "type", "status", "created_at", "updated_at", "completed_at", "params", "metadata", "is_test",
    "response", "customer_review_status", "customer_review_comments", "audits", "prior_responses",
    "attachmentS3Downloads",
})  # fmt: skip
LIMITED = ("task_id", "status", "metadata", "project")
TAIL = "0" * 8
ASSET = "asset:"
SCHEME = "scaledata://"
FILES = re.compile(
    r'(?<!"scale_url": )"scaledata://[0-9a-f]{24}/([0-9a-f-]{36})"'
)  # that key is the file's name itself


class _Foreign(msgspec.Struct):
    response: msgspec.Raw


def name_of(task_id: UUID) -> str:
    """Scale's task id: 24 hex digits."""
    return task_id.hex[:24]


def id_of(name: str) -> UUID | None:
    """The house's id of a task, None for a text that cannot be one."""
    if len(name) != 24 or not set(name) <= set("0123456789abcdef"):
        return None
    return UUID(name + TAIL)


async def many(
    db: Connection, rows: Sequence[Row], home: House, *, links: CellSession | None = None
) -> list[dict[str, Any]]:
    """Tasks as Scale tells them; with `links`, also where their attachments can be read."""
    places = {row["place"] for row in rows if row["verdict"] is not None and row["response"] is None}
    configs = await queries.configs(db, list(places)) if places else {}
    return [one(row, configs.get(row["place"]), home, links=links) for row in rows]


def one(row: Row, place: Row | None, home: House, *, links: CellSession | None = None) -> dict[str, Any]:
    """One task; `place` is where its verdict was found."""
    told: dict[str, Any] = {
        "task_id": name_of(row["id"]),
        "type": row["type"],
        "status": row["status"],
        "created_at": told_at(row["created_at"]),
        "updated_at": told_at(row["updated_at"]),
        "params": _raw(row["params"]),
        "metadata": _raw(row["metadata"]),
        "is_test": row["mode"] == "test",
    }
    if row["completed_at"] is not None:
        told["completed_at"] = told_at(row["completed_at"])
    for field in PLAIN:
        if row[field] is not None:
            told[field] = row[field]
    response = _response(row, place, home)
    if response is not None:
        told["response"] = response
    if row["review_status"] is not None:
        told["customer_review_status"] = row["review_status"]
        told["customer_review_comments"] = row["review_comments"]
    for field, key in (("audits", "audits"), ("prior", "prior_responses")):
        if row[field] is not None:
            told[key] = _raw(row[field])
    if links is not None:
        told["attachmentS3Downloads"] = _downloads(row, links)
    if row["beside"] is not None:
        return {**msgspec.json.decode(row["beside"]), **told}
    return told


def limited(told: Mapping[str, Any]) -> dict[str, Any]:
    """The few fields of a `limited_response`."""
    return {field: told[field] for field in LIMITED if field in told}


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def _response(row: Row, place: Row | None, home: House) -> object | None:
    if row["response"] is not None:
        return _raw(_reachable(row["response"], home))
    if row["verdict"] is None or place is None:
        return None
    if place["kind"] == "foreign":
        return msgspec.json.decode(_reachable(row["verdict"], home), type=_Foreign).response
    answer, params = msgspec.json.decode(row["verdict"]), msgspec.json.decode(row["params"])
    return translate.response(place["kind"], answer, params, place["config"], row["id"])


def _reachable(text: str, home: House) -> str:
    """A response whose uploaded files stand under an address that the account's key reads."""
    if SCHEME not in text:
        return text
    return FILES.sub(lambda found: f'"{_content(found[1], home)}"', text)


def _content(file_id: str, home: House) -> str:
    return f"{home.url}/scale/v1/files/{file_id}/content"


def _downloads(row: Row, session: CellSession) -> list[dict[str, Any]]:
    params = msgspec.json.decode(row["params"])
    if row["image"] is not None:
        link = session.house.url + assets.link(session, row["image"].removeprefix(ASSET))
        return [{"attachmentURL": params.get("attachment"), "isConvertedImage": False, "s3URL": link}]
    given = params.get("attachments")
    listed = given if isinstance(given, list) else [params.get("attachment")]
    return [
        {"attachmentURL": url, "isConvertedImage": False, "s3URL": _readable(url, session.house)}
        for url in listed
        if isinstance(url, str) and url.startswith(("http://", "https://", SCHEME))
    ]


def _readable(url: str, home: House) -> str:
    """Where the caller's key reads it: an uploaded file here, everything else where it is."""
    return _content(url.rpartition("/")[2], home) if url.startswith(SCHEME) else url
