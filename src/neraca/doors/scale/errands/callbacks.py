"""What clients are told: tasks that ended or were audited, batches that are complete."""

import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import structlog

from neraca import deliver
from neraca.accounts import House
from neraca.doors.scale.batches import queries as batches
from neraca.doors.scale.batches.service import counted, shown
from neraca.doors.scale.errands import queries
from neraca.doors.scale.tasks import queries as tasks
from neraca.doors.scale.tasks import rules, show
from neraca.kit.session import Connection

TOPIC = "scale"
MODES = ("live", "test")
LONGEST_WAIT = 3600.0
log = structlog.get_logger("neraca.scale")


async def callback_key(db: Connection, mode: str) -> str:
    """The account's key that every callback carries; made when it is first asked for."""
    return await queries.callback_key(db, mode, secrets.token_hex(24))


async def tell(db: Connection, home: House, row: dict[str, Any], now: datetime) -> None:
    """One outbox row: the task's callback, and its batch's when that is complete by it."""
    for mode in MODES:
        task = await tasks.get(db, row["task_id"], mode)
        if task is None:
            continue
        rejected = task["status"] == "pending" and task["review_status"] is not None
        due = task["status"] in {"completed", "error"} or rejected
        if due and (task["callback_url"] or "").startswith(rules.WEB):  # mail is for nobody to send here
            (told,) = await show.many(db, [task], home)
            await _send(db, mode, task["callback_url"], task["id"], row["id"], "task", task_payload(told), now)
        if task["batch_id"] is not None and task["status"] != "pending":
            await _batch(db, mode, task["batch_id"], row["id"], now)
        return  # an id is in one account only


def task_payload(told: dict[str, Any]) -> dict[str, Any]:
    """The body of a task's callback."""
    payload: dict[str, Any] = json.loads(
        msgspec.json.encode(
            {"task_id": told["task_id"], "status": told["status"], "response": told.get("response", {}), "task": told}
        )
    )
    return payload


async def _batch(db: Connection, mode: str, batch_id: UUID, event: int, now: datetime) -> None:
    if await batches.end(db, batch_id) is None:
        return
    batch = await batches.by_id(db, batch_id)
    if batch is None or batch["callback"] is None:
        return
    payload = {"batch": batch["name"], "status": batch["status"], **shown(batch), **counted(batch)}
    await _send(db, mode, batch["callback"], batch_id, event, "batch", payload, now)


async def _send(
    db: Connection, mode: str, url: str, about: UUID, event: int, kind: str, payload: dict[str, Any], now: datetime
) -> None:
    parts = urlsplit(url)
    secret = await callback_key(db, mode)
    await queries.deliver(
        db, mode=mode, origin=f"{parts.scheme}://{parts.netloc}", url=url, secret=secret, about=about, event=event,
        kind=f"scale.{kind}", payload=payload, now=now,
    )  # fmt: skip


async def step(db: Connection, home: House, now: datetime, limit: int) -> int:
    """Turns outbox rows of this door into deliveries, in the caller's transaction; gives how many.

    One worker at a time in a cell: with two, a task's later state could be sent before an earlier one.
    """
    if not await queries.alone(db):
        return 0
    rows = await deliver.take(db, [TOPIC], limit)
    good = []
    for row in rows:
        try:
            async with db.transaction():
                await tell(db, home, row, now)
        except Exception:  # its neighbours must not wait for it
            log.exception("outbox-row-failed", topic=TOPIC, id=row["id"])
            await deliver.later(db, row["id"], min(2.0 ** min(row["attempts"], 20), LONGEST_WAIT))
        else:
            good.append(row["id"])
    await deliver.done(db, good)
    return len(rows)
