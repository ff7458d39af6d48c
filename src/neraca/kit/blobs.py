"""Objects in a folder: written at an offset, made durable, read in parts."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

PART = 1 << 20


def write_at(path: Path, offset: int, body: bytes) -> None:
    """Writes `body` at `offset`, ends the file there and makes it durable before it returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.ftruncate(handle, offset)
        view = memoryview(body)
        while view:
            written = os.pwrite(handle, view, offset)
            view, offset = view[written:], offset + written
        os.fsync(handle)
    finally:
        os.close(handle)


class Appender:
    """A file that is continued from a checkpoint, with the SHA-256 of all of it.

    What lies behind `size` was written after the checkpoint and is cut off.
    """

    def __init__(self, path: Path, size: int = 0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=PART)
        if os.fstat(self._file.fileno()).st_size < size:
            size = 0
        self._file.truncate(size)
        self._sha = hashlib.sha256()
        self.size = size
        left = size
        while left:
            part = self._file.read(min(PART, left))
            self._sha.update(part)
            left -= len(part)

    def write(self, body: bytes) -> None:
        self._file.write(body)
        self._sha.update(body)
        self.size += len(body)

    def sync(self) -> None:
        """Makes everything written so far durable."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def digest(self) -> str:
        """The SHA-256 of everything written, in hex; it is durable then."""
        self.sync()
        return self._sha.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def parts(path: Path, begin: int, end: int) -> Iterator[bytes]:
    """The bytes from `begin` up to `end`, 1 MiB at a time."""
    with path.open("rb") as file:
        file.seek(begin)
        left = end - begin
        while left > 0:
            part = file.read(min(PART, left))
            if not part:
                return
            left -= len(part)
            yield part
