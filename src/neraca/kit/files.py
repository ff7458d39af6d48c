"""A stored file over HTTP: whole, or the one byte range that was asked for."""

import re
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import StreamingResponse

from neraca.kit import blobs
from neraca.kit.problems import CATALOGUE

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def span(header: str | None, size: int) -> tuple[int, int] | None:
    """The one byte range asked for as (begin, end), None for the whole file.

    Several ranges at once and what is no byte range are answered with the whole file.
    Raises range-not-satisfiable.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        begin, end = max(size - int(last), 0), size
        if int(last) == 0:
            begin = size
    else:
        begin, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < begin:
            return None
    if begin >= end:
        raise CATALOGUE["range-not-satisfiable"](headers={"Content-Range": f"bytes */{size}"})
    return begin, end


def answer(
    request: Request, path: Path, *, size: int, sha256: str, media_type: str, headers: Mapping[str, str]
) -> StreamingResponse:
    """The file's bytes. Raises range-not-satisfiable, and not-found where the file is gone."""
    if not path.exists():
        raise CATALOGUE["not-found"]
    etag = f'"{sha256}"'
    matching = request.headers.get("if-range", etag) == etag
    part = span(request.headers.get("range") if matching else None, size)
    begin, end = part or (0, size)
    said = {**headers, "Content-Length": str(end - begin), "Accept-Ranges": "bytes", "ETag": etag}
    if part is not None:
        said["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    return StreamingResponse(blobs.parts(path, begin, end), 206 if part else 200, headers=said, media_type=media_type)
