"""Writing an export's file, in a process of its own; killed at any moment, it goes on where it was."""

import time
from uuid import UUID

from neraca import kinds
from neraca.accounts import Cell, House
from neraca.deliver import queries as order
from neraca.deliver.exports import coco, queries
from neraca.kit.blobs import Appender
from neraca.kit.session import Connection

PAGE = 1000
CHECKPOINT_SECONDS = 1.0


async def run(house: House, cell: Cell, export_id: UUID) -> bool:
    """Writes the file. False if another process is at it; nothing happens to one that is done."""
    async with house.inside(cell, transaction=False) as db:
        if not await queries.alone(db, export_id):
            return False
        _, position = await order.seal(db)
        blob = f"{cell.database}/exports/{export_id}"
        row = await queries.begin(db, export_id, position, blob)
        if row is None:
            return True
        with Appender(house.blobs / row["blob"], row["bytes"]) as out:
            await (_coco if row["format"] == "coco" else _jsonl)(db, row, out)
    return True


class Progress:
    """Writes checkpoints, at most one a second."""

    def __init__(self, db: Connection, row: queries.Row, out: Appender) -> None:
        self._db, self._id, self._out = db, row["id"], out
        whole = out.size == row["bytes"]  # the file may be gone: then it is written anew
        self.after: int = row["after_seq"] if whole else 0
        self.count: int = row["rows"] if whole else 0
        self.state: queries.Row = dict(row["checkpoint"]) if whole else {}
        self._last = time.monotonic()

    async def note(self, *, force: bool = False) -> None:
        if not force and time.monotonic() - self._last < CHECKPOINT_SECONDS:
            return
        self._out.sync()
        await queries.checkpoint(
            self._db, self._id, after=self.after, count=self.count, size=self._out.size, state=self.state
        )
        self._last = time.monotonic()


async def _jsonl(db: Connection, row: queries.Row, out: Appender) -> None:
    at = Progress(db, row, out)
    while True:
        page = await queries.lines(db, row["project_id"], row["position"], at.after, PAGE)
        if page["n"]:
            out.write(page["text"].encode())
            at.after, at.count = page["seq"], at.count + page["n"]
        if page["n"] < PAGE:
            break
        await at.note()
    await queries.finish(db, row["id"], count=at.count, size=out.size, sha256=out.digest())


async def _coco(db: Connection, row: queries.Row, out: Appender) -> None:
    """One pass over the tasks for the images, a second one for the annotations."""
    project = await order.project(db, row["project_id"])
    assert kinds.get(project["kind"]) is not None
    config = project["config"]
    at = Progress(db, row, out)
    if out.size == 0:
        out.write(coco.head(config, project["name"]))
    for part in ("images", "annotations"):
        if at.state.get("part", part) != part:
            continue  # a finished pass, before the checkpoint
        if at.state.get("part") != part:
            out.write(coco.opening(part))
            at.state |= {"part": part, "n": 0}
        while True:
            page = await queries.rows(db, row["project_id"], row["position"], at.after, PAGE)
            for task in page:
                text, at.state["n"] = coco.item(part, task, config, at.state["n"])
                out.write(text)
            if page:
                at.after = page[-1]["seq"]
                at.count += len(page) if part == "images" else 0
            if len(page) < PAGE:
                break
            await at.note()
        out.write(coco.closing(part))
        if part == "images":
            at.after, at.state = 0, {"part": "annotations", "n": 0}
            out.write(coco.opening("annotations"))
            await at.note(force=True)
    await queries.finish(db, row["id"], count=at.count, size=out.size, sha256=out.digest())
