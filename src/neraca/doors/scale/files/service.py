"""Take files in, list them, find the one behind an address."""

import asyncio
import hashlib
import mimetypes
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from neraca.accounts import CellSession
from neraca.doors.scale import words
from neraca.doors.scale.files import queries
from neraca.doors.scale.projects import service as projects
from neraca.kit import blobs, ids, strictjson
from neraca.kit.session import Connection
from neraca.wire.errors import Duplicate, NotFound

LIMIT = 80 * 2**20
SCHEME = "scaledata://"
PLAIN = "application/octet-stream"
PAGE = 100


def address(client_id: UUID, file_id: UUID) -> str:
    """How a task names a file."""
    return f"{SCHEME}{client_id.hex[:24]}/{file_id}"


def file_in(client_id: UUID, url: str) -> UUID | None:
    """The file behind an address of this account, None for another text."""
    account, _, name = url.removeprefix(SCHEME).partition("/")
    return ids.parse(name) if url.startswith(SCHEME) and account == client_id.hex[:24] else None


def shown(session: CellSession, row: queries.Row) -> dict[str, Any]:
    """A file as Scale tells it."""
    told = {
        "id": str(row["id"]),
        "attachment_url": address(session.who.client_id, row["id"]),
        "display_name": row["name"],
        "mime_type": row["media_type"],
        "size": row["bytes"],
        "project_names": row["project_names"],
        "metadata": row["metadata"],
        "created_at": words.told_at(row["created_at"]),
        "updated_at": words.told_at(row["updated_at"]),
    }
    return told | ({"reference_id": row["reference_id"]} if row["reference_id"] else {})


def _metadata(value: object) -> dict[str, Any]:
    """An object, in a form as its JSON text."""
    if isinstance(value, str) and value:
        try:
            value = strictjson.loads(value.encode())
        except strictjson.Refused:
            raise words.wrong("metadata", "metadata is not JSON.") from None
    return words.table(value or None, "metadata")


def described(name: str, given: Mapping[str, Any]) -> queries.Row:
    """What is said of a file. Raises 400."""
    project = words.text(given.get("project_name"), "project_name", words.NAME_LIMIT)
    return {
        "name": words.text(given.get("display_name"), "display_name", words.NAME_LIMIT) or name[: words.NAME_LIMIT],
        "reference_id": words.text(given.get("reference_id"), "reference_id", 500),
        "media_type": mimetypes.guess_type(name)[0] or PLAIN,
        "project_names": [project] if project else [],
        "metadata": _metadata(given.get("metadata")),
    }


async def add(session: CellSession, body: bytes, about: queries.Row) -> dict[str, Any]:
    """Stores a file durably. Raises 404 for an unknown project, 409 for a taken reference id."""
    for project in about["project_names"]:
        await projects.row(session, project)
    file_id = ids.new()
    blob = f"{session.cell.database}/files/{file_id}"
    values = {
        "id": file_id,
        "mode": words.mode(session),
        "bytes": len(body),
        "blob": blob,
        "sha256": hashlib.sha256(body).digest(),
        **about,
    }
    row = await queries.add(session.db, values)
    if row is None:
        raise Duplicate(why=f'The reference_id "{about["reference_id"]}" is already used for a different file')
    await asyncio.to_thread(blobs.write_at, session.house.blobs / blob, 0, body)
    return shown(session, row)


async def bytes_of(db: Connection, folder: Path, client_id: UUID, mode: str, url: str) -> bytes | None:
    """The bytes behind an address of this account; None where there is no such file."""
    file_id = file_in(client_id, url)
    row = await queries.get(db, file_id, mode) if file_id else None
    return None if row is None else await asyncio.to_thread((folder / row["blob"]).read_bytes)


async def content(session: CellSession, name: str) -> tuple[Path, str]:
    """Where a file lies, and what it is. Raises 404."""
    file_id = ids.parse(name)
    row = await queries.get(session.db, file_id, words.mode(session)) if file_id else None
    if row is None:
        raise NotFound
    return session.house.blobs / row["blob"], row["media_type"]


async def listed(session: CellSession, given: Mapping[str, str]) -> dict[str, Any]:
    """A page of files, newest first."""
    metadata, project = _metadata(given.get("metadata")), given.get("project") or None
    reference = given.get("reference_id") or None
    about = f"{project}:{reference}:{sorted(metadata.items())}"
    scope = f"scale-files:{session.who.client_id}:{words.mode(session)}:{about}"
    at = words.page_at(session, scope, given.get("cursor") or None, "cursor")
    before = (datetime.fromisoformat(at[0]), UUID(at[1])) if at else None
    rows = await queries.page(session.db, words.mode(session), project, reference, metadata, before, PAGE)
    told: dict[str, Any] = {"files": [shown(session, row) for row in rows[:PAGE]]}
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        told["cursor"] = session.house.cursors.write(scope, [last["created_at"].isoformat(), last["id"]])
    return told
