"""Files in and out: assets, resumable imports, resumable exports."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import httpx

from neraca.client.connection import TRIES, Wire, wait_seconds
from neraca.client.errors import Failed, TimedOut, error_of
from neraca.wire.deliver import Export, Import, ImportErrors, RowErrors
from neraca.wire.tasks import Asset

PIECE_BYTES = 4 * 1024 * 1024
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif"}


class AssetCalls:
    """`client.assets`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def upload(self, image: bytes | Path, *, media_type: str | None = None, credit: str | None = None) -> Asset:
        """Stores an image. A task names it as `asset:<id>`. A path tells its media type by its ending."""
        if isinstance(image, Path):
            media_type = media_type or TYPES.get(image.suffix.lower())
            image = image.read_bytes()
        response = self._wire.send(
            "POST",
            "/api/assets",
            content=image,
            headers={"Content-Type": media_type or "image/png"},
            params=None if credit is None else {"credit": credit},
        )
        return Asset.model_validate_json(response.content)

    def get(self, asset_id: str) -> Asset:
        """An asset with a link that holds for five minutes."""
        return self._wire.ask(Asset, "GET", f"/api/assets/{asset_id}")


class ImportCalls:
    """`client.imports`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def upload(self, project_id: str, file: Path, *, told: Callable[[Import], None] | None = None) -> Import:
        """Sends a JSONL or CSV file and starts its import.

        The import is named by the file's digest, so calling this again after a break goes on where
        the server stopped receiving.
        """
        size = file.stat().st_size
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        body = {
            "format": "csv" if file.suffix.lower() == ".csv" else "jsonl",
            "name": file.name,
            "bytes": size,
            "source_key": digest,
        }
        made = self._wire.ask(Import, "POST", f"/api/projects/{project_id}/imports", json=body, repeatable=True)
        with file.open("rb") as opened:
            while made.state == "receiving" and made.bytes_received < size:
                offset = made.bytes_received
                opened.seek(offset)
                self._wire.send(
                    "PUT",
                    f"/api/imports/{made.id}/data",
                    content=opened.read(PIECE_BYTES),
                    params={"offset": offset},
                    headers={"Content-Type": "application/octet-stream"},
                )
                made = self.get(made.id)
                if told is not None:
                    told(made)
        if made.state == "receiving":
            self._wire.send("POST", f"/api/imports/{made.id}/start")
            made = self.get(made.id)
        return made

    def get(self, import_id: str) -> Import:
        """How far an import is."""
        return self._wire.ask(Import, "GET", f"/api/imports/{import_id}")

    def errors(self, import_id: str) -> list[RowErrors]:
        """The first rows that were not imported, at most 200."""
        return self._wire.ask(ImportErrors, "GET", f"/api/imports/{import_id}/errors", params={"limit": 200}).items

    def wait(
        self, import_id: str, *, timeout: float | None = None, told: Callable[[Import], None] | None = None
    ) -> Import:
        """Returns when the import is done. Raises `Failed` or `TimedOut`."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            now = self.get(import_id)
            if told is not None:
                told(now)
            if now.state == "done":
                return now
            if now.state == "failed":
                raise Failed(f"The import failed: {reason(now.failure)}", code="import-failed")
            if end is not None and time.monotonic() >= end:
                raise TimedOut("The import is not done yet.", code="timed-out")
            self._wire.sleep(0.5)


class ExportCalls:
    """`client.exports`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def start(self, project_id: str, form: Literal["jsonl", "coco"] = "jsonl") -> Export:
        """Asks for an export of the state as it is now."""
        return self._wire.ask(Export, "POST", f"/api/projects/{project_id}/exports", json={"format": form})

    def get(self, export_id: str) -> Export:
        """How far an export is."""
        return self._wire.ask(Export, "GET", f"/api/exports/{export_id}")

    def wait(
        self, export_id: str, *, timeout: float | None = None, told: Callable[[Export], None] | None = None
    ) -> Export:
        """Returns when the export is done. Raises `Failed` or `TimedOut`."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            now = self.get(export_id)
            if told is not None:
                told(now)
            if now.state == "done":
                return now
            if now.state == "failed":
                raise Failed(f"The export failed: {reason(now.failure)}", code="export-failed")
            if end is not None and time.monotonic() >= end:
                raise TimedOut("The export is not done yet.", code="timed-out")
            self._wire.sleep(0.5)

    def download(self, export: Export, target: Path, *, told: Callable[[int], None] | None = None) -> Path:
        """Writes a finished export to a file and checks its digest.

        What comes is kept in `<target>.<export id>.part`, so a break, also of this process, goes on
        where it stopped. `told` hears how many bytes are there. Raises `Failed` on a wrong digest.
        """
        part = target.with_name(f"{target.name}.{export.id}.part")
        for attempt in range(TRIES):
            have = part.stat().st_size if part.exists() else 0
            if have >= export.bytes:
                break
            try:
                self._fetch(export.id, part, have, told)
            except httpx.TransportError as lost:
                if attempt == TRIES - 1:
                    raise self._wire.unreachable() from lost
                self._wire.sleep(wait_seconds(attempt, None))
        with part.open("ab+") as opened:
            opened.seek(0)
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        if export.sha256 not in {None, digest}:
            part.unlink()
            raise Failed("The file that came is not the export; download it again.", code="digest")
        return part.replace(target)

    def _fetch(self, export_id: str, part: Path, have: int, told: Callable[[int], None] | None) -> None:
        headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"} if have else {}
        with self._wire.http.stream("GET", f"/api/exports/{export_id}/data", headers=headers) as response:
            if response.status_code >= 400:
                response.read()
                raise error_of(response)
            whole = response.status_code == 200
            with part.open("wb" if whole else "ab") as opened:
                for piece in response.iter_bytes():
                    opened.write(piece)
                    if told is not None:
                        told(opened.tell())


def reason(failure: dict[str, object] | None) -> str:
    """The sentence of a failed job."""
    return str((failure or {}).get("detail") or (failure or {}).get("code") or "the server does not say why.")
